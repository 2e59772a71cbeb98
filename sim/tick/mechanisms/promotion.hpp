#pragma once

#include <span>
#include <vector>

#include "sim/model/interests.hpp"
#include "sim/state/reader_lists.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {

/// Shows readers the posts of campaigns that pay the platform for it, impression by impression: docs/model.md 7.20.
///
/// Before the readers of a tick come, all parts agree who is shown what: who comes is known by then, and how far it
/// will look, so that exactly those impressions are sold that will be had.
class Promotion final : public Mechanism {
public:
  explicit Promotion(const MechanismGiven& given);
  static std::unique_ptr<Mechanism> make(const MechanismGiven& given);

  void arrays(ArrayTable& table) override;
  bool agrees(const Before&) const override;
  void agree(const Given&, const Before&, const ReadersBefore&, Exchange&) override;
  void bring(const Given&, const Before&, SeenLog::Entries seen, Session& session) const override;
  void commit(const Given&, const Before&, std::span<const Message>) override;

  /// Impressions that were bought for a root, as long as it is promoted; else 0.
  std::uint64_t bought(std::uint32_t root) const;

private:
  /// A root while it is promoted. The same in every part.
  struct Running {
    std::uint64_t key = 0;
    UserId author{};
    std::uint32_t root = 0;
    Tick published = 0;
    std::uint32_t campaign = 0;
    std::uint32_t bought = 0;  ///< impressions
    std::uint32_t shown = 0;
  };
  /// Promoted impressions that a reader had of a campaign.
  struct Met {
    std::uint32_t campaign = 0;
    std::uint32_t impressions = 0;
  };
  /// A session that could be shown a root.
  struct Chance {
    std::uint64_t hash = 0;  ///< the least are taken
    UserId reader{};
    std::uint32_t running = 0;
  };
  /// ... and is.
  struct Sold {
    std::size_t place = 0;  ///< of the reader in this part
    std::uint32_t running = 0;
  };

  const PromotionParameters& of(const Running& root) const { return promotions_[root.campaign]; }
  std::uint32_t due(const Running& root, Tick now) const;
  bool likes(const Interests& interests, UserId reader, std::uint32_t topic, std::uint32_t favourites) const;
  bool may_be_shown(const Given&, const Before&, std::size_t place, SeenLog::Entries seen, const Running& root) const;
  void sell(std::vector<Chance> chances, std::vector<std::uint32_t> left, const UserRange& readers);
  void note(std::size_t place, std::uint32_t campaign);

  std::vector<PromotionParameters> promotions_;  ///< by campaign
  std::uint64_t key_;
  std::uint32_t topics_;
  std::vector<Running> running_;
  ReaderLists<Met> met_;    ///< of those campaigns that have a cap
  std::vector<Sold> sold_;  ///< in this tick, to readers of this part, ascending
};

}  // namespace grapevine
