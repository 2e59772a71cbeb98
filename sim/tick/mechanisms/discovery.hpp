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
    std::uint64_t mixed = 0;  ///< what `nested_mix` makes of the draw and the key, before it meets a reader
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
    std::vector<std::uint32_t> first;  ///< of each topic, and the end

    std::span<const Entry> of(std::uint32_t topic) const {
      return std::span(roots).subspan(first[topic], first[topic + 1] - first[topic]);
    }
    void arrays(std::string_view names, std::string_view starts, ArrayTable& table) {
      table(names, "listed post", roots);
      table(starts, "topic", first);
    }
  };
  struct Listed {
    std::uint64_t proven = 0, cold = 0;
  };
  struct Contender;

  std::vector<std::uint32_t> favourites(const Interests& interests, UserId reader) const;
  void draw(const Given&, const Before&, const Pools& pools, std::span<const std::uint32_t> topics, std::size_t count,
            SeenLog::Entries seen, Session& session) const;
  template <class Enters>
  void renew(const Given&, const Before&, Pools& pools, std::uint64_t Listed::*count, const Enters& enters);

  DiscoveryParameters own_;
  Tick window_;
  ActionPrior prior_;
  std::uint64_t draw_key_, count_key_, gate_key_, cold_key_;
  std::uint32_t topics_;
  QuantileTable interest_;
  Pools proven_, cold_;
  std::vector<Listed> listed_;  ///< by tier: counted roots of authors of this part, over all refreshes
};

}  // namespace grapevine
