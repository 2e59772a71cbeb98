#include <array>
#include <string>
#include <vector>

#include "sim/state/reader_lists.hpp"
#include "sim/tick/mechanism.hpp"
#include "sim/tick/mechanisms/trust.hpp"

namespace grapevine {
namespace {

/// Looks by readers of a block at roots of a tier in one day.
struct Tally {
  std::uint64_t looks = 0, engagement = 0, trust = 0;  ///< trust in millionths
};

/// Counts, of the last two days of the warm-up, what tells whether it was long enough: docs/model.md 7.18. Moves
/// nothing.
class Drift final : public Mechanism {
public:
  explicit Drift(const MechanismGiven& given)
      : trust_(given.find<Trust>()),
        trusts_(trust_ != nullptr),
        tiers_(given.world.tiers.from.size()),
        days_{Day{"before", "the last but one"}, Day{"last", "the last"}} {
    for (Day& day : days_) day.tally.resize((given.readers.size() + reader_block - 1) / reader_block * tiers_);
  }

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    const TimeParameters& time = given.world.time;
    return time.warmup < 2 * time.ticks_per_day() ? nullptr : std::make_unique<Drift>(given);
  }

  void arrays(ArrayTable& table) override {
    table("drift.before", "block of readers and tier", days_[0].tally);
    table("drift.last", "block of readers and tier", days_[1].tally);
  }

  /// What was counted is the warm-up's, whatever the arm knows of trust.
  void go_on(const Mechanism& before, Tick) override { trusts_ = static_cast<const Drift&>(before).trusts_; }

  void after_session(const Given& given, const Before& before, const Session& session,
                     std::span<const Impression> looks, std::vector<Message>&) override {
    const Tick end = given.parameters.time.warmup, day = given.parameters.time.ticks_per_day();
    if (before.now >= end || before.now + 2 * day < end) return;
    std::vector<Tally>& tally = days_[before.now + day < end ? 0 : 1].tally;
    for (const Impression& look : looks) {
      Tally& at = tally[session.place / reader_block * tiers_ + before.posts.hot(look.root).tier()];
      ++at.looks;
      at.engagement += engagement_in(look.actions);
      if (trust_ != nullptr)
        at.trust += static_cast<std::uint64_t>(
            1e6 * trust_->of(look.reader, before.posts.identity(look.root).author, before.now) + 0.5);
    }
  }

  void record(const Given&, std::vector<MechanismColumn>& columns) const override {
    for (const Day& day : days_) {
      const auto add = [&](const std::string& what, const char* units, const std::string& sentence, auto Tally::*sum) {
        std::vector<std::uint64_t> by_tier(tiers_);
        for (std::size_t i = 0; i < day.tally.size(); ++i) by_tier[i % tiers_] += day.tally[i].*sum;
        columns.push_back(
            {"drift_" + what + "_" + day.name, units, sentence + " on " + day.words + " day of the warm-up", by_tier});
      };
      add("looks", "1", "impressions of roots of the tier", &Tally::looks);
      add("engagement", "1", "likes, replies and reshares at those", &Tally::engagement);
      if (trusts_) add("trust", "1e-6", "trust in the author after those, added up", &Tally::trust);
    }
  }

private:
  struct Day {
    std::string name, words;
    std::vector<Tally> tally = {};  ///< by block and tier, the tier fastest
  };

  const Trust* trust_;  ///< null: nothing moves it
  bool trusts_;         ///< something did in the warm-up
  std::size_t tiers_;
  std::array<Day, 2> days_;
};

}  // namespace

MechanismFacts mechanism_drift() { return {.name = "drift", .make = Drift::make}; }

}  // namespace grapevine
