#pragma once

#include <vector>

#include "sim/state/reader_lists.hpp"
#include "sim/state/root_ring.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {

/// Authors answer replies to their posts, so many a day as they can: docs/model.md 7.14.
class Answers final : public Mechanism {
public:
  explicit Answers(const MechanismGiven& given);
  static std::unique_ptr<Mechanism> make(const MechanismGiven& given);

  void arrays(ArrayTable& table) override;
  void prefetch_place(std::size_t reader) const override { waiting_.prefetch_place(reader); }
  void prefetch_entries(std::size_t reader) const override { waiting_.prefetch_entries(reader); }
  void after_session(const Given&, const Before&, const Session& session, std::span<const Impression> looks,
                     std::vector<Message>& out) override;
  void commit(const Given&, const Before&, std::span<const Message> messages) override;
  void record(const Given&, std::vector<MechanismColumn>& columns) const override;

  /// Whether an answer can be read beside this root.
  bool visible(std::uint32_t root) const { return visible_.holds(root) && visible_[root] != 0; }
  void prefetch_visible(std::uint32_t root) const { visible_.prefetch(root); }

  /// Answers given on a live root, where the platform looks at them (`FeedParameters::looks_at_answers`); else 0.
  std::uint32_t given_on(std::uint32_t root) const { return counts_.holds(root) ? counts_[root] : 0; }

  /// An answer of the last tick that was committed.
  struct Answer {
    std::uint64_t key = 0;  ///< of the root
    UserId author{};
    UserId reader{};
  };
  /// Those of all parts, ascending by author; of one author in the order in which it gave them.
  std::span<const Answer> given() const { return given_; }

private:
  /// A reply that waits for the author.
  struct Waiting {
    std::uint64_t hash = 0;  ///< the lowest are answered first
    std::uint32_t root = 0;
    UserId reader{};
    Tick since = 0;
    std::uint32_t counted = 0;  ///< whether the root counts
    std::uint64_t key = 0;      ///< of the root
  };
  /// What became of the replies on counted roots of the authors of a tier.
  struct Fate {
    std::uint64_t replies = 0, answered = 0, waited = 0;
  };

  /// On the average.
  double answers_a_day(UserId author) const;
  std::uint32_t answers_of_day(UserId author, Tick day) const;
  void answer(const Given&, Tick now, std::size_t author, std::vector<Message>& out);
  void let_wait(const Given&, const Before&, std::span<const Message> replies);

  AnswersParameters own_;
  StreamKey dynamics_;
  std::uint64_t day_key_, choice_key_;
  Tick ticks_per_day_;
  UserRange mine_;
  ReaderLists<Waiting> waiting_;     ///< by author of this part
  std::vector<std::uint32_t> day_;   ///< by author of this part: the last day on which it answered, counted from 1
  std::vector<std::uint32_t> used_;  ///< and how often
  RootRing<std::uint8_t> visible_;
  bool keeps_counts_;
  RootRing<std::uint32_t> counts_;  ///< answers given; empty where the platform does not look at them
  std::vector<Fate> fates_;         ///< by tier, of authors of this part
  std::vector<Answer> given_;       ///< of one tick; not state
};

}  // namespace grapevine
