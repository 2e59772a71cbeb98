#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "graph/base/exchange.hpp"
#include "sim/feed/session.hpp"
#include "sim/model/behaviour.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/restless_world.hpp"
#include "tests/sim/slow_model.hpp"

namespace grapevine::testing {

using Event = std::vector<std::uint64_t>;

/// Empty if equal; else the first place where two sorted lists part.
inline std::string difference(const std::string& what, std::vector<Event> engine, std::vector<Event> slow) {
  std::sort(engine.begin(), engine.end());
  std::sort(slow.begin(), slow.end());
  if (engine == slow) return {};
  const auto text = [](const std::vector<Event>& events, std::size_t i) {
    return i < events.size() ? fmt::format("{}", fmt::join(events[i], " ")) : "none";
  };
  std::size_t i = 0;
  while (i < engine.size() && i < slow.size() && engine[i] == slow[i]) ++i;
  return fmt::format("{}: engine has {}, slow model {}; first difference: engine {}; slow model {}", what,
                     engine.size(), slow.size(), text(engine, i), text(slow, i));
}

/// With how often each action was taken.
template <class Actions>
Event with(Event event, const Actions& actions) {
  for (std::size_t a = 0; a < action_count; ++a) event.push_back(actions[a]);
  return event;
}

inline std::vector<Event> deals(const std::vector<Deal>& list) {
  std::vector<Event> events;
  for (std::size_t c = 0; c < list.size(); ++c) {
    for (std::size_t i = 0; i < list[c].purchases.size(); ++i) {
      const Purchase& p = list[c].purchases[i];
      events.push_back({c, i, p.user.value(), p.followers, p.posts, static_cast<std::uint64_t>(p.cost),
                        p.profile.value(), p.asked, p.accepted});
    }
    events.push_back({c, static_cast<std::uint64_t>(list[c].budget), static_cast<std::uint64_t>(list[c].promotion),
                      list[c].offers, list[c].declined, list[c].too_late});
  }
  return events;
}

inline std::vector<Deal> deals_of(const slow::Model& model, std::uint32_t draw) {
  std::vector<Deal> list;
  for (const CampaignParameters& campaign : model.campaigns()) list.push_back(model.deal(campaign, draw));
  return list;
}
inline constexpr std::uint32_t draws = 3;

/// Whether some campaign can pay nobody: the engine refuses such a world.
inline bool somebody_finds_nobody(const slow::Model& model) {
  for (std::uint32_t draw = 0; draw < draws; ++draw)
    if (std::ranges::any_of(deals_of(model, draw), [](const Deal& deal) { return deal.purchases.empty(); }))
      return true;
  return false;
}

/// An engine and a slow model that go through the same run.
class Pair {
public:
  Pair(const FollowGraph& graph, const Users& accounts, const WorldParameters& parameters, const RunParameters& warmup,
       ReplicateStreams streams, bool track)
      : parameters_(parameters),
        track_(track),
        world_(std::make_unique<World>(
            graph, accounts, parameters, warmup, streams, alone_,
            std::make_shared<Deals>(graph, accounts, parameters, streams, ExpectedSpread{}, draws))),
        slow(graph, accounts, parameters, warmup, streams) {}

  /// The whole run; the arm starts at the end of the warm-up. False where it cannot, and the engine says so.
  bool run(const RunParameters& arm, Tick series_every, std::uint32_t draw = 0) {
    while (slow.now < parameters_.time.warmup) step();
    RecordOptions options;
    options.series_every = series_every;
    options.track_share = track_ ? 1.0 : 0.0;
    options.shadow = options.positions = options.looks = true;
    slow.branch(arm, draw);
    if (slow.clones_meet() || somebody_finds_nobody(slow)) {
      REQUIRE_THROWS_AS(world_->branch(arm, options, draw), BadRequest);
      return false;
    }
    world_ = world_->branch(arm, options, draw);
    REQUIRE(difference("deals (campaign purchase user followers posts cost profile asked accepted; campaign bound "
                       "promotion offers "
                       "declined too_late)",
                       deals(*world_->deals), deals(deals_of(slow, draw))) == "");
    while (slow.now < parameters_.time.end()) step();
    compare(world_->record(), slow.record(series_every, track_));
    return true;
  }

private:
  void step() {
    world_->step();
    slow.step();
    INFO("tick " << slow.now - 1);
    const World::Events events = world_->last_events();
    const auto key = [&](std::uint32_t root) { return world_->state.posts.identity(root).key; };

    std::vector<Event> a, b;
    for (const PostIdentity& post : events.posts)
      a.push_back({post.key, post.author.value(), post.topic, post.quality, post.campaign});
    for (const std::size_t p : slow.new_posts) {
      const slow::Post& post = slow.posts[p];
      b.push_back({post.key, post.author.value(), post.topic, post.quality,
                   post.campaign < 0 ? PostIdentity::no_campaign : static_cast<std::uint64_t>(post.campaign)});
    }
    REQUIRE(difference("posts (key author topic quality campaign)", a, b) == "");

    a.clear();
    b.clear();
    for (const Impression& i : events.impressions)
      a.push_back({i.reader.value(), i.position, key(i.root), i.emitter.value(), i.exposure, i.actions, i.first(),
                   i.from, i.tracked});
    for (const slow::Look& look : slow.looks) {
      std::uint64_t bits = 0;
      for (std::size_t action = 0; action < action_count; ++action)
        bits |= static_cast<std::uint64_t>(look.took[action]) << action;
      const slow::Post& post = slow.posts[look.post];
      b.push_back({look.reader.value(), look.position, post.key, look.emitter.value(), look.exposure, bits,
                   look.exposure == 0, source_of(look.promoted, look.discovered, look.reshared), tracked(post)});
    }
    REQUIRE(difference("impressions (reader position key emitter exposure actions first source tracked)", a, b) == "");

    a.clear();
    b.clear();
    for (const Reshare& reshare : events.reshares)
      a.push_back({key(reshare.root), reshare.reader.value(), reshare.emitter.value(), reshare.from});
    for (const slow::Emission& reshare : slow.reshares)
      b.push_back({slow.posts[reshare.post].key, reshare.emitter.value(), reshare.parent.value(),
                   source_of(reshare.parent_promoted, reshare.parent_discovered, reshare.parent_reshare)});
    REQUIRE(difference("reshares (key reader emitter source)", a, b) == "");

    // Live roots: those that may still be gathered in this tick, and those just emitted.
    a.clear();
    b.clear();
    const auto counters = [](std::uint64_t post, Tick visible, const PostCounters& c) {
      return with({post, visible, c.impressions, c.reach}, c.actions);
    };
    const Posts& posts = world_->state.posts;
    for (std::uint32_t p = posts.tail(); p < posts.head(); ++p)
      a.push_back(counters(posts.identity(p).key, posts.visible(p), posts.counters(p)));
    for (const slow::Post& post : slow.posts)
      if (post.visible() + world_->run.feed.window > slow.now - 1)
        b.push_back(counters(post.key, post.visible(), post.counters));
    REQUIRE(difference("live roots (key visible impressions reach, actions)", a, b) == "");

    const TickCounts& counts = world_->state.tick_counts.back();
    const slow::TickSums& sums = slow.ticks.back();
    const Event engine = with({counts.sessions, counts.delivered, counts.served, counts.impressions}, counts.actions);
    REQUIRE(difference("tick (sessions delivered served impressions, actions)", {engine},
                       {with({sums.sessions, sums.delivered, sums.served, sums.impressions}, sums.actions)}) == "");
  }

  static std::uint64_t source_of(bool promoted, bool discovered, bool reshared) {
    return static_cast<std::uint64_t>(promoted     ? Source::promoted
                                      : discovered ? Source::discovery
                                      : reshared   ? Source::reshare
                                                   : Source::author);
  }

  bool tracked(const slow::Post& post) const {
    return post.campaign >= 0 || (track_ && post.tick >= parameters_.time.warmup &&
                                  post.tick < parameters_.time.warmup + parameters_.time.measure);
  }

  static std::uint64_t whole(double x) {
    REQUIRE(x == std::floor(x));
    return static_cast<std::uint64_t>(x);
  }

  static void compare(const RunRecord& engine, const RunRecord& slow) {
    const auto outcomes = [](const Outcomes& o) {
      return with({o.posts, o.delivered, o.served, o.impressions, o.first_looks, o.reach}, o.actions);
    };
    const auto join = [](Event a, const Event& b) {
      a.insert(a.end(), b.begin(), b.end());
      return a;
    };
    const auto rows = [&](const RunRecord& record, int table) {
      std::vector<Event> list;
      if (table == 0)
        for (std::size_t i = 0; i < record.tiers.size(); ++i)
          list.push_back(join({i, record.tiers[i].accounts, static_cast<std::uint64_t>(record.tiers[i].cost),
                               record.tiers[i].authors, record.tiers[i].follower_posts},
                              outcomes(record.tiers[i].outcomes)));
      if (table == 1)
        for (std::size_t i = 0; i < record.campaigns.size(); ++i) {
          const CampaignRow& row = record.campaigns[i];
          list.push_back(join({i, row.accounts, row.replaced, static_cast<std::uint64_t>(row.budget),
                               static_cast<std::uint64_t>(row.spent), row.bought, row.promoted,
                               static_cast<std::uint64_t>(row.spent_promotion), static_cast<std::uint64_t>(row.margin),
                               row.offers, row.declined, row.too_late, row.answer_ticks, row.audience,
                               row.audience_gross, row.sales.attributed_first, row.sales.attributed_last},
                              outcomes(row.outcomes)));
        }
      if (table == 2)
        for (const SeriesRow& row : record.series)
          list.push_back(with({row.first_tick, row.sessions, row.organic_posts, row.paid_posts, row.delivered,
                               row.served, row.impressions},
                              row.actions));
      if (table == 3)
        for (const InfluencerRow& row : record.influencers)
          list.push_back(join({row.campaign, row.user.value(), row.followers, row.posts, row.replaced,
                               static_cast<std::uint64_t>(row.cost), row.promoted, row.accepted,
                               row.sales.attributed_first, row.sales.attributed_last},
                              outcomes(row.outcomes)));
      if (table == 4)  // with the cascade, whose nodes are sorted by what they are, as the order among children is free
        for (const PostRow& row : record.posts) {
          Event event{row.key,
                      row.author.value(),
                      row.tick,
                      static_cast<std::uint64_t>(row.campaign),
                      row.topic,
                      row.tier,
                      row.impressions_followed,
                      row.impressions_reshared,
                      row.impressions_discovered,
                      row.impressions_promoted,
                      row.reach,
                      row.cascade_size,
                      row.depth,
                      row.largest_broadcast,
                      row.half_time};
          event = with(event, row.actions);
          std::vector<Event> nodes;
          for (std::uint32_t i = 0; i < row.cascade_size; ++i) {
            const CascadeNode& node = record.cascades.at(row.first_node + i);
            REQUIRE(node.parent < static_cast<std::int32_t>(i));  // parents before children
            const std::uint64_t parent =
                node.parent < 0
                    ? 999'999
                    : record.cascades.at(row.first_node + static_cast<std::uint32_t>(node.parent)).user.value();
            nodes.push_back({node.user.value(), parent, node.tick, static_cast<std::uint64_t>(node.reason)});
          }
          std::sort(nodes.begin(), nodes.end());
          for (const Event& node : nodes) event = join(event, node);
          list.push_back(event);
        }
      if (table == 5) {
        for (const LedgerRow& row : record.ledger)
          list.push_back({0, list.size(), row.delivered, row.served, row.impressions, row.ranked, row.shadow});
        for (const std::uint64_t sessions : record.group_sessions) list.push_back({1, list.size(), sessions});
        for (const ReaderRow& row : record.readers)
          list.push_back({2, list.size(), row.impressions, row.engagement, row.impressions_in_network});
      }
      if (table == 6)
        for (const CurveRow& row : record.curve)
          list.push_back({list.size(), row.authors, row.followers, row.posts, row.impressions, row.first_looks,
                          row.engagement, whole(row.posts_squared), whole(row.impressions_squared),
                          whole(row.engagement_squared), whole(row.impressions_posts), whole(row.engagement_posts),
                          whole(row.engagement_impressions), whole(row.first_looks_squared),
                          whole(row.engagement_first_looks)});
      if (table == 7)
        for (const std::uint64_t users : record.frequency) list.push_back({list.size(), users});
      if (table == 7) list.push_back({list.size(), record.paid_reach});
      if (table == 8)
        for (const CampaignSeriesRow& row : record.campaign_series)
          list.push_back(with({list.size(), row.new_reach, row.impressions}, row.actions));
      if (table == 9)
        for (const MechanismColumn& column : record.mechanisms) {
          list.push_back({list.size()});
          for (const char letter : column.name) list.back().push_back(static_cast<std::uint64_t>(letter));
          list.back() = join(list.back(), column.by_tier);
        }
      if (table == 10)
        for (const ProductRow& row : record.products)
          list.push_back({list.size(), row.exposed, row.looks, row.clicks, row.conversions, row.unprompted,
                          row.incremental, row.pulled_forward});
      if (table == 11)
        for (const PositionRow& row : record.positions)
          list.push_back(with({list.size(), row.impressions}, row.actions));
      if (table == 12)
        for (const LookRow& row : record.looks)
          list.push_back({record.posts.at(row.post).key, row.reader.value(), row.tick, row.position, row.before,
                          row.held_out, row.actions, static_cast<std::uint64_t>(row.reason)});
      return list;
    };
    const std::array<std::string, 13> names{
        "tiers (tier accounts cost authors follower_posts, posts delivered served impressions first_looks reach, "
        "actions)",
        "campaigns (campaign accounts replaced budget spent bought promoted spent_promotion margin offers declined "
        "too_late answer_ticks audience "
        "audience_gross "
        "attributed_first attributed_last, outcomes as for tiers)",
        "series",
        "influencers (campaign user followers posts replaced cost promoted accepted attributed_first attributed_last, "
        "outcomes)",
        "posts and cascades",
        "ledger (0), sessions (1) and readers (2) by place",
        "curve",
        "frequency, and at the end paid_reach",
        "campaign series (campaign and bin, new_reach impressions, actions)",
        "columns of mechanisms, in order (letters of the name, numbers by tier)",
        "products (product exposed looks clicks conversions unprompted incremental pulled_forward)",
        "positions (place impressions, actions)",
        "looks (key reader tick position before held_out actions reason)"};
    for (int table = 0; table < 13; ++table)
      CHECK(difference(names[static_cast<std::size_t>(table)], rows(engine, table), rows(slow, table)) == "");

    // The engine cuts each quotient to a multiple of 2^-32 before it adds them up.
    REQUIRE(engine.tiers.size() == slow.tiers.size());
    for (std::size_t i = 0; i < slow.tiers.size(); ++i) {
      for (const auto mean : {&TierRow::mean_rate_per_impression, &TierRow::mean_rate_per_follower}) {
        const double exact = slow.tiers[i].*mean, found = engine.tiers[i].*mean;
        CAPTURE(exact, found);
        CHECK(found <= exact + 1e-14);
        CHECK(found > exact - 0x1p-32 - 1e-14);
      }
    }

    // What users are expected to buy is rounded to multiples of 2^-36 each: a last bit may make that another one.
    const auto near = [](double found, double exact) {
      return std::abs(found - exact) <= 1e-9 * std::abs(exact) + 50 * 0x1p-36;
    };
    const auto same_shares = [&](const SalesShare& found, const SalesShare& exact) {
      CAPTURE(found.attributed_split, exact.attributed_split, found.expected_incremental, exact.expected_incremental);
      CHECK(near(found.attributed_split, exact.attributed_split));
      CHECK(near(found.expected_incremental, exact.expected_incremental));
    };
    REQUIRE(engine.products.size() == slow.products.size());
    for (std::size_t i = 0; i < slow.products.size(); ++i) {
      CAPTURE(i, engine.products[i].expected_incremental, slow.products[i].expected_incremental);
      CHECK(near(engine.products[i].expected_incremental, slow.products[i].expected_incremental));
    }
    REQUIRE(engine.campaigns.size() == slow.campaigns.size());
    for (std::size_t i = 0; i < slow.campaigns.size(); ++i) {
      CAPTURE(i);
      same_shares(engine.campaigns[i].sales, slow.campaigns[i].sales);
    }
    REQUIRE(engine.influencers.size() == slow.influencers.size());
    for (const InfluencerRow& row : engine.influencers)
      for (const InfluencerRow& other : slow.influencers) {
        if (row.campaign != other.campaign || row.user != other.user) continue;
        CAPTURE(row.campaign, row.user.value());
        same_shares(row.sales, other.sales);
      }

    // Structural virality is a quotient of whole numbers: both may round differently once or twice.
    REQUIRE(engine.posts.size() == slow.posts.size());
    for (const PostRow& row : engine.posts)
      for (const PostRow& other : slow.posts) {
        if (row.key != other.key) continue;
        const bool same =
            std::isnan(other.structural_virality)
                ? std::isnan(row.structural_virality)
                : std::abs(row.structural_virality - other.structural_virality) <= 1e-14 * other.structural_virality;
        REQUIRE(same);
      }
    CHECK(engine.cascades.size() == slow.cascades.size());
  }

  const WorldParameters parameters_;
  const bool track_;
  Alone alone_;
  std::unique_ptr<World> world_;

public:
  slow::Model slow;
};

inline constexpr std::array all_rankings{Ranking::chronological, Ranking::random, Ranking::popularity,
                                         Ranking::weighted,      Ranking::oracle, Ranking::no_learning,
                                         Ranking::formula};
inline constexpr std::array again{Again::once, Again::fresh};
inline constexpr std::array memories{FeedMemory::session, FeedMemory::window};
inline constexpr std::array parents{ParentRule::latest, ParentRule::first};
inline constexpr std::size_t of(Action action) { return static_cast<std::size_t>(action); }
inline constexpr std::array gates{DiscoveryGate::rate, DiscoveryGate::volume};

/// Campaigns post on topics that the world has, as those of a scenario do.
inline void keep_to_topics(WorldParameters& world) {
  for (CampaignParameters& campaign : world.campaigns)
    campaign.topic = std::min(campaign.topic, static_cast<std::int32_t>(world.population.topics) - 1);
}

}  // namespace grapevine::testing
