#pragma once

#include <span>
#include <vector>

#include "sim/model/interests.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {

/// Shows readers posts of authors that they do not follow, from pools by topic: docs/model.md 7.17.
class Discovery final : public Mechanism {
public:
  explicit Discovery(const MechanismGiven& given);
  static std::unique_ptr<Mechanism> make(const MechanismGiven& given);

  void arrays(ArrayTable& table) override;
  void bring(const Given&, const Before&, SeenLog::Entries seen, Session& session) const override;
  void commit(const Given&, const Before&, std::span<const Message>) override;
  void record(const Given&, std::vector<MechanismColumn>& columns) const override;

private:
  /// A root with what drawing asks of it: a look into the posts for each would cost two misses.
  struct Entry {
    std::uint64_t key = 0;
    std::uint32_t root = 0;
    Tick visible = 0;
    UserId author{};
    std::uint32_t reserved = 0;
  };
  /// Roots by topic, the same in every part.
  struct Pools {
    explicit Pools(std::uint32_t topics) : first(topics + 1) {}

    std::vector<Entry> roots;
    std::vector<std::uint64_t> mixed;  ///< of each, what `nested_mix` makes of the draw and the key, before it meets a
                                       ///< reader: a session reads this of thousands, and the rest of a few
    std::vector<std::uint32_t> first;  ///< of each topic, and the end

    std::size_t size_of(std::uint32_t topic) const { return first[topic + 1] - first[topic]; }
    std::span<const Entry> roots_of(std::uint32_t topic) const {
      return std::span(roots).subspan(first[topic], size_of(topic));
    }
    std::span<const std::uint64_t> mixed_of(std::uint32_t topic) const {
      return std::span(mixed).subspan(first[topic], size_of(topic));
    }
    void arrays(std::string_view names, std::string_view hashes, std::string_view starts, ArrayTable& table) {
      table(names, "listed post", roots);
      table(hashes, "listed post", mixed);
      table(starts, "topic", first);
    }
  };
  struct Listed {
    std::uint64_t proven = 0, cold = 0;
  };
  struct Contender;
  class Best;

  void find_favourites(const Interests& interests, Session& session) const;
  static bool refuses(const Given& given, const Entry& entry, SeenLog::Entries seen, const Session& session);
  void offer(const Before& before, const Entry& entry, Session& session) const;
  /// Of a topic, by what `Lots::liked` says of it.
  double rate_of(std::uint64_t liking) const { return interest_[~liking >> 56]; }
  double time_of(double wanted, double listed, const Pools& pools, const Lots& lots) const;
  double draw_lots(const Pools& pools, double time, Session& session) const;
  static void group_by_time(double time, Lots& lots);
  void take(const Given&, const Before&, const Pools& pools, std::size_t wanted, double sure, SeenLog::Entries seen,
            Session& session) const;
  void take_all(const Given&, const Before&, const Pools& pools, SeenLog::Entries seen, Session& session) const;
  void draw(const Given&, const Before&, const Pools& pools, std::size_t count, SeenLog::Entries seen,
            Session& session) const;
  double certain_rate_of(const PostCounters& counters) const;
  template <class ValueOf, class HashOf>
  void renew(const Given&, const Before&, Pools& pools, std::uint64_t Listed::*count, const ValueOf& value_of,
             const HashOf& hash_of);
  std::vector<std::vector<Contender>> choose(const std::vector<Best>& shares) const;
  void list(const Given&, const Posts& posts, const std::vector<std::vector<Contender>>& chosen, Pools& pools,
            std::uint64_t Listed::*count);

  DiscoveryParameters own_;
  Tick window_;
  ActionPrior prior_;
  std::uint64_t draw_key_, count_key_, gate_key_, cold_key_;
  std::uint32_t topics_;
  QuantileTable interest_;
  std::vector<double> untouched_;  ///< certain rate of a root that nobody has engaged with, by looks
  Pools proven_, cold_;
  std::vector<Listed> listed_;  ///< by tier: counted roots of authors of this part, over all refreshes
};

}  // namespace grapevine
