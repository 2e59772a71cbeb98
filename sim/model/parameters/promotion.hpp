#pragma once

#include <array>
#include <cstdint>

#include "graph/base/described.hpp"

namespace grapevine {

/// Who may be shown a promoted post.
enum class PromotionAudience : std::uint8_t {
  all,    ///< everybody but its author
  topic,  ///< those of whose favourite topics it is
};
constexpr auto names_of(PromotionAudience) {
  return std::array{Named{PromotionAudience::all, "all"}, Named{PromotionAudience::topic, "topic"}};
}

/// Impressions that a campaign buys from the platform for its own paid posts: docs/model.md 7.20. Part of a campaign,
/// neutral by default.
struct PromotionParameters {
  MicroMoney money = 0;
  MicroMoney price = 10 * micro_per_unit;  ///< of a thousand impressions
  Tick time = 144;
  PromotionAudience audience = PromotionAudience::all;
  std::uint32_t topics = 3;
  std::uint32_t place = 3;         ///< in the feed, from 1
  std::uint32_t cap = UINT32_MAX;  ///< UINT32_MAX: no bound

  bool neutral() const { return money <= 0; }
  /// Impressions that the money buys.
  std::uint64_t bought() const { return neutral() ? 0 : static_cast<std::uint64_t>(money * 1000 / price); }
  /// What so many of them cost, at most those bought: rounded down to a millionth.
  MicroMoney cost(std::uint64_t impressions) const {
    return static_cast<MicroMoney>(impressions / 1000) * price +
           static_cast<MicroMoney>(impressions % 1000) * price / 1000;
  }

  /// `Campaign` has a field `promotion`.
  template <class Campaign, class Key>
  static void keys(Key&& key) {
    Condition promoted =
        only_with<Campaign>("promotion above 0", [](const Campaign& c) { return c.promotion.money > 0; });
    promoted.lenient = true;  // a study without promotion is one key away
    Condition by_topic = only_with<Campaign>(
        "promotion above 0 and promotion_audience = \"topic\"",
        [](const Campaign& c) { return c.promotion.money > 0 && c.promotion.audience == PromotionAudience::topic; });
    by_topic.lenient = true;
    key("promotion", [](Campaign & campaign) -> auto& { return campaign.promotion.money; },
        {.sentence =
             "Money that buys impressions of the campaign's paid posts from the platform, whoever follows their "
             "authors; 0: none. It is part of the budget: accounts get what it leaves. What is not shown is not "
             "paid.",
         .source = "assumption (neutral)",
         .range = WholeRange{0, 1'000'000'000},
         .unit = "currency",
         .scales = true});
    key("promotion_price", [](Campaign & campaign) -> auto& { return campaign.promotion.price; },
        {.sentence = "Price of a thousand promoted impressions.",
         .source = "assumption",
         .range = WholeRange{1, 1'000'000},
         .unit = "currency",
         .only = promoted});
    key("promotion_time", [](Campaign & campaign) -> auto& { return campaign.promotion.time; },
        {.kind = Kind::duration,
         .sentence =
             "Time from a post's emission over which its promoted impressions are spread evenly; what is behind "
             "for want of sessions is made up for later within it.",
         .source = "assumption",
         .range = durations_from(60),
         .only = promoted});
    key("promotion_audience", [](Campaign & campaign) -> auto& { return campaign.promotion.audience; },
        {.sentence =
             "Readers that a post is promoted to: all but its author, or those of whose promotion_topics "
             "favourite topics it is. Nobody is shown what it has looked at, and who is held out is shown none.",
         .source = "assumption (neutral)",
         .only = promoted});
    key("promotion_topics", [](Campaign & campaign) -> auto& { return campaign.promotion.topics; },
        {.sentence = "Favourite topics of a reader among which that of the post has to be.",
         .source = "assumption",
         .range = WholeRange{1, 63},
         .unit = "topics",
         .only = by_topic});
    key("promotion_place", [](Campaign & campaign) -> auto& { return campaign.promotion.place; },
        {.sentence =
             "Place in the feed at which a promoted post stands, 1 for the top; at the end of a shorter feed. A "
             "session that does not get as far shows none.",
         .source = "assumption",
         .range = WholeRange{1, 1'000},
         .unit = "posts",
         .only = promoted});
    key("promotion_cap", [](Campaign & campaign) -> auto& { return campaign.promotion.cap; },
        {.sentence =
             "Promoted impressions of the campaign's posts that one reader has at most; of each post it has one.",
         .source = "assumption (neutral)",
         .range = WholeRange{1, 10'000},
         .unit = "impressions",
         .absent = "no bound",
         .only = promoted});
  }
};

}  // namespace grapevine
