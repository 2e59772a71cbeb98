#pragma once

#include <boost/container/small_vector.hpp>
#include <vector>

#include "sim/state/reader_lists.hpp"
#include "sim/tick/mechanism.hpp"
#include "sim/tick/mechanisms/answers.hpp"

namespace grapevine {

/// Trust between readers and authors, kept where something has happened between them: docs/model.md 7.15.
class Trust final : public Mechanism {
public:
  explicit Trust(const MechanismGiven& given);
  static std::unique_ptr<Mechanism> make(const MechanismGiven& given);

  void arrays(ArrayTable& table) override;
  void go_on(const Mechanism& before, Tick now) override;
  void prefetch_place(std::size_t reader) const override;
  void prefetch_entries(std::size_t reader) const override;
  bool weighs() const override { return own_.effect != 0.0; }
  void weigh(const Given&, const Before&, const Session&, std::span<const std::uint32_t> which,
             std::span<double> odds) const override;
  void after_session(const Given&, const Before&, const Session& session, std::span<const Impression> looks,
                     std::vector<Message>&) override;
  void commit(const Given&, const Before&, std::span<const Message>) override;
  void record(const Given&, std::vector<MechanismColumn>& columns) const override;

  /// Of a reader of this part in tick `now`, 0 to 1.
  double of(UserId reader, UserId author, Tick now) const {
    return trust_in(ties_.of(reader.value() - mine_.first), author, base(reader, author), now);
  }

private:
  /// How far a reader trusts an author since the last change: 8 bytes.
  struct Tie {
    UserId author{};
    std::uint32_t changed = 0;  ///< the tick of it, and in the lowest byte the trust then, in 255ths

    Tick tick() const { return changed >> 8; }
    double level() const { return static_cast<double>(changed & 0xff) / 255.0; }
  };
  /// Those of one reader while they are changed; few have more.
  using Ties = boost::container::small_vector<Tie, 64>;
  /// What moves trust; the number is part of the address of a rounding.
  enum class Cause : std::uint32_t { sponsored = 0, bystander = 1, answered = 2 };
  /// A change, and what addresses its rounding.
  struct Change {
    UserId reader{};
    UserId author{};
    std::uint64_t root = 0;  ///< its key
    Cause cause{};
  };
  /// First looks at counted roots of the authors of a tier, by the readers of a block.
  struct Met {
    std::uint64_t looks = 0, trust = 0, paid = 0;
  };

  double base(UserId reader, UserId author) const;
  double base(UserId reader, UserId author, Source brought_by) const;
  double share_left(Tick age) const;
  double faded(const Tie& tie, double neutral, Tick now) const;
  double trust_in(std::span<const Tie> ties, UserId author, double neutral, Tick now) const;
  bool lives(const Tie& tie, double neutral, Tick now) const { return faded(tie, neutral, now) != neutral; }
  Ties alive(std::span<const Tie> ties, UserId reader, Tick now) const;
  void change(Ties& ties, const Change& what, double neutral, Tick now) const;
  void meet(const Before&, std::size_t reader, const Impression& look);
  bool witness(std::size_t reader, std::uint32_t root, std::uint32_t tail);

  TrustParameters own_;
  double stranger_;
  std::vector<double> left_;  ///< `share_left` of the first ages, which are asked for most
  std::uint64_t key_;
  const Follows& follows_;
  bool follows_change_;
  const Answers* answers_;  ///< null: nobody answers
  UserRange mine_;
  Tick warmup_;
  ReaderLists<Tie> ties_;                 ///< of each reader, ascending by author
  ReaderLists<std::uint32_t> witnessed_;  ///< live roots at which each reader has looked at an answer, ascending
  std::size_t tiers_;
  std::vector<Met> met_;  ///< by block and tier, the tier fastest
};

}  // namespace grapevine
