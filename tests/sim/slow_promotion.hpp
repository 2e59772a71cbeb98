#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "graph/base/random.hpp"
#include "sim/model/parameters.hpp"

namespace grapevine::slow {

struct Post;
struct Situations;

/// Section 7.20 of docs/model.md, written from the text alone: who is shown which paid post for money.
class Promotion {
public:
  /// A session of the tick.
  struct Visit {
    UserId reader{};
    double depth = 0;                             ///< posts that it would look at
    std::vector<std::uint64_t> liking;            ///< i(u, k), by topic
    std::function<bool(std::size_t)> was_looked;  ///< by the reader at the post, earlier
  };

  Promotion(const StreamKey& selection, const StreamKey& dynamics, const WorldParameters& parameters)
      : selection_(selection), dynamics_(dynamics), parameters_(parameters) {}

  static std::uint64_t bought(const CampaignParameters& campaign);
  static MicroMoney cost(const CampaignParameters& campaign, std::uint64_t impressions);
  /// Impressions for each post of a campaign, which are told by the hash of campaign and account and their number.
  std::vector<std::uint64_t> shares(const CampaignParameters& campaign,
                                    std::span<const std::pair<std::uint64_t, std::uint64_t>> posts) const;

  /// The sessions of tick `t` of readers who are not held out.
  void sell(Tick t, std::span<const Visit> visits, std::span<const Post> posts, Situations& situations);
  /// What the reader is shown in this tick.
  std::optional<std::size_t> shown_to(UserId reader) const;

private:
  StreamKey selection_, dynamics_;
  WorldParameters parameters_;
  std::map<std::size_t, std::uint64_t> shown_;                       // by post
  std::map<std::pair<UserId, std::size_t>, std::uint64_t> of_caps_;  // by reader and campaign
  std::map<UserId, std::size_t> now_;
};

}  // namespace grapevine::slow
