#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "graph/base/described.hpp"
#include "graph/base/ids.hpp"
#include "sim/model/actions.hpp"
#include "sim/state/columns.hpp"
#include "sim/state/look_rows.hpp"

/// What one run (one arm of one replicate) leaves behind, as plain values. `scenarios/result/result.hpp` puts many of
/// them in one file.
namespace grapevine {

/// Outcomes of a set of roots: those emitted in `measure`, with everything that happened to them until the end of
/// `followup`.
struct Outcomes {
  std::uint64_t posts = 0;        ///< roots
  std::uint64_t delivered = 0;    ///< times gathered as a candidate
  std::uint64_t served = 0;       ///< times in a ranked list
  std::uint64_t impressions = 0;  ///< times looked at
  std::uint64_t first_looks =
      0;  ///< times looked at by somebody who had not: distinct pairs of user and root; 0 where they are not counted
  std::uint64_t reach = 0;  ///< distinct users with an impression of at least one of the roots; not additive
  ActionCounts<std::uint64_t> actions{};

  std::uint64_t engagement() const { return actions.engagement(); }
  bool operator==(const Outcomes&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("posts", row.posts, count_units, "roots");
    column("delivered", row.delivered, count_units, "times a root was gathered as a candidate");
    column("served", row.served, count_units, "times a root was in a ranked list");
    column("impressions", row.impressions, count_units, "times a root was looked at");
    column("first_looks", row.first_looks, count_units,
           "times a root was looked at by a user who had not: distinct pairs of user and root; 0 where they are not "
           "counted, as reach");
    column(
        "reach", row.reach, count_units,
        "distinct users with an impression of at least one of the roots; not additive; 0 where they are not counted: "
        "of classic arms with unpaid cascades, paid roots included");
    action_columns(row.actions, column);
  }
};

/// A row of `/summary`: the roots of authors of one tier.
struct TierRow {
  std::uint64_t accounts = 0;  ///< users in the tier
  Outcomes outcomes;
  MicroMoney cost = 0;        ///< paid to authors of the tier, and for promoting their posts
  std::uint64_t authors = 0;  ///< accounts with a root
  std::uint64_t follower_posts =
      0;  ///< sum over roots of their author's followers: engagement over it is the pooled rate per follower and post
  double mean_rate_per_impression =
      0;  ///< mean over accounts with an impression of engagement / impressions; 0 where there is none
  double mean_rate_per_follower =
      0;  ///< mean over accounts with a root and followers of engagement / (roots x followers); 0 where there is none
  bool operator==(const TierRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("accounts", row.accounts, count_units, "users in the tier");
    Outcomes::columns(row.outcomes, column);
    column("cost", row.cost, money_units,
           "paid for authors of the tier and for promoting their posts, in millionths of the currency");
    column("authors", row.authors, count_units, "accounts with a root");
    column("follower_posts", row.follower_posts, count_units,
           "followers of the author, summed over roots: what a rate per follower and post is taken over");
    column("mean_rate_per_impression", row.mean_rate_per_impression, "1",
           "engagement per impression, mean over accounts that have impressions; 0 where none has");
    column("mean_rate_per_follower", row.mean_rate_per_follower, "1",
           "engagement per follower and root, mean over accounts that have both; 0 where none has");
  }
};

/// A row of `/ledger`: how far the roots of one tier came that readers got from one source.
struct LedgerRow {
  std::uint64_t delivered = 0;
  std::uint64_t served = 0;
  std::uint64_t impressions = 0;
  std::uint64_t ranked = 0;  ///< impressions of readers that are ranked for; with `shadow`, where these are counted
  std::uint64_t shadow = 0;  ///< those that they would have had with the same candidates, newest first
  bool operator==(const LedgerRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("delivered", row.delivered, count_units, "times a root was gathered as a candidate");
    column("served", row.served, count_units, "times a root was in a ranked list");
    column("impressions", row.impressions, count_units, "times a root was looked at");
    column("impressions_ranked", row.ranked, count_units,
           "times a root was looked at by a reader that is ranked for; 0 without output.shadow", Since{4, 3});
    column("impressions_shadow", row.shadow, count_units,
           "times a root would have been looked at by such a reader, had the candidates of the same sessions stood "
           "newest first; 0 without output.shadow",
           Since{4, 3});
  }
};

/// Where a candidate comes from: a followee that wrote it, a followee that reshared it, a pool of posts that readers
/// are shown who follow neither, or a campaign that pays the platform for showing it. The order of the ledger's rows of
/// one tier.
enum class Source : std::uint8_t { author, reshare, discovery, promoted };
constexpr auto names_of(Source) {
  return std::array{Named{Source::author, "author"}, Named{Source::reshare, "reshare"},
                    Named{Source::discovery, "discovery"}, Named{Source::promoted, "promoted"}};
}
inline constexpr std::size_t source_count = names_of(Source{}).size();

/// Who decides about a reader's feed.
enum class ReaderGroup : std::uint8_t { ranked, held_out };
constexpr auto names_of(ReaderGroup) {
  return std::array{Named{ReaderGroup::ranked, "ranked"}, Named{ReaderGroup::held_out, "held out"}};
}
inline constexpr std::size_t reader_groups = names_of(ReaderGroup{}).size();

/// A row of `/readers`: what one group of readers looked at of counted roots, by tier of the author, and did with it,
/// until the end of the run.
struct ReaderRow {
  std::uint64_t impressions = 0;
  std::uint64_t engagement = 0;
  std::uint64_t impressions_in_network = 0;
  bool operator==(const ReaderRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("impressions", row.impressions, count_units, "times a counted root was looked at");
    column("engagement", row.engagement, count_units, "likes, replies and reshares of counted roots");
    column("impressions_in_network", row.impressions_in_network, count_units,
           "times a counted root was looked at that a followee had brought to that session", Since{4, 2});
  }
};

/// A row of `/curve`: authors of counted roots with nearly the same follower count. Sums over accounts and of their
/// squares are all that a regression clustered by account needs.
struct CurveRow {
  std::uint64_t authors = 0;
  std::uint64_t followers = 0;  ///< summed over the authors
  std::uint64_t posts = 0;
  std::uint64_t impressions = 0;
  std::uint64_t first_looks = 0;
  std::uint64_t engagement = 0;
  // Squares and products of each author's numbers, summed: whole numbers, exact below 2^53.
  double posts_squared = 0;
  double impressions_squared = 0;
  double first_looks_squared = 0;
  double engagement_squared = 0;
  double impressions_posts = 0;
  double engagement_posts = 0;
  double engagement_impressions = 0;
  double engagement_first_looks = 0;
  bool operator==(const CurveRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("authors", row.authors, count_units, "accounts with a counted root");
    column("followers", row.followers, count_units, "followers, summed over the authors");
    column("posts", row.posts, count_units, "counted roots");
    column("impressions", row.impressions, count_units, "times one was looked at");
    column("first_looks", row.first_looks, count_units, "times one was looked at by a user who had not");
    column("engagement", row.engagement, count_units, "likes, replies and reshares");
    column("posts_squared", row.posts_squared, count_units, "squares of each author's counted roots, summed");
    column("impressions_squared", row.impressions_squared, count_units, "squares of each author's impressions, summed");
    column("first_looks_squared", row.first_looks_squared, count_units, "squares of each author's first looks, summed");
    column("engagement_squared", row.engagement_squared, count_units, "squares of each author's engagement, summed");
    column("impressions_posts", row.impressions_posts, count_units,
           "each author's impressions times its counted roots, summed");
    column("engagement_posts", row.engagement_posts, count_units,
           "each author's engagement times its counted roots, summed");
    column("engagement_impressions", row.engagement_impressions, count_units,
           "each author's engagement times its impressions, summed");
    column("engagement_first_looks", row.engagement_first_looks, count_units,
           "each author's engagement times its first looks, summed");
  }
};

/// Classes of follower counts: one for each count below 16, then eight of equal width from a power of two to the next.
/// At most 240.
constexpr std::uint32_t follower_class(std::uint32_t followers) {
  if (followers < 16) return followers;
  const auto octave = static_cast<std::uint32_t>(std::bit_width(followers)) - 4;  // 1 from 16 on
  return 8 * octave + (followers >> octave);
}
/// The least follower count of a class.
constexpr std::uint64_t least_followers(std::uint32_t follower_class) {
  if (follower_class < 16) return follower_class;
  const std::uint32_t octave = follower_class / 8 - 1;
  return std::uint64_t{8 + follower_class % 8} << octave;
}

/// What a paid account, or a campaign, has to do with the conversions of its product: docs/model.md 7.16.
struct SalesShare {
  std::uint64_t attributed_first = 0;
  std::uint64_t attributed_last = 0;
  double attributed_split = 0;
  double expected_incremental = 0;
  bool operator==(const SalesShare&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 2};
    column("attributed_first", row.attributed_first, count_units,
           "conversions whose first look within product.credit it was", since);
    column("attributed_last", row.attributed_last, count_units,
           "conversions whose last look within product.credit it was", since);
    column("attributed_split", row.attributed_split, count_units,
           "conversions, shared out equally over all looks within product.credit", since);
    column("expected_incremental", row.expected_incremental, count_units,
           "its share of the conversions that would not have happened by the end of the run, in expectation", since);
  }
};

/// A row of `/products`: who bought it. All conversions, and no looks, where no campaign that sells it runs.
struct ProductRow {
  std::uint64_t exposed = 0;
  std::uint64_t looks = 0;
  std::uint64_t clicks = 0;
  std::uint64_t conversions = 0;
  std::uint64_t unprompted = 0;
  std::uint64_t incremental = 0;
  std::uint64_t pulled_forward = 0;
  double expected_incremental = 0;
  bool operator==(const ProductRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 2};
    column("exposed", row.exposed, count_units, "users who looked at a post that sells it", since);
    column("looks", row.looks, count_units, "times one looked at such a post", since);
    column("clicks", row.clicks, count_units, "clicks on such posts", since);
    column("conversions", row.conversions, count_units,
           "users who bought it from the branching of the arms to the end of the run", since);
    column("unprompted", row.unprompted, count_units, "users who would have bought it in that time without these posts",
           since);
    column("incremental", row.incremental, count_units, "users who bought it and would not have", since);
    column("pulled_forward", row.pulled_forward, count_units,
           "users who bought it and would have, but later in that time", since);
    column("expected_incremental", row.expected_incremental, count_units,
           "what incremental is in expectation, given who looked and clicked", since);
  }
};

/// A row of `/campaigns`: what a campaign bought and what its own roots, with their cascades, brought. All zero, and no
/// margin, where the campaign does not run.
struct CampaignRow {
  std::uint64_t accounts = 0;        ///< accounts paid
  Outcomes outcomes;                 ///< `delivered` and `served` are not kept per campaign and stay 0
  std::uint64_t replaced = 0;        ///< organic posts withheld for paid ones
  MicroMoney budget = 0;             ///< the bound; -1: none
  MicroMoney spent = 0;              ///< at most the budget: for accounts and for promotion
  std::uint64_t bought = 0;          ///< impressions that promotion has bought
  std::uint64_t promoted = 0;        ///< ... and that were shown: looks that promotion brought
  MicroMoney spent_promotion = 0;    ///< what they cost
  MicroMoney margin = -1;            ///< what the brand earns by one sale; -1: not said
  std::uint64_t offers = 0;          ///< accounts asked
  std::uint64_t declined = 0;        ///< of them, those that did not accept
  std::uint64_t too_late = 0;        ///< of them, those that accepted after the last slot, and were not paid
  std::uint64_t answer_ticks = 0;    ///< from the offer to the yes, added up over the accounts paid
  std::uint64_t audience = 0;        ///< distinct followers of the accounts paid
  std::uint64_t audience_gross = 0;  ///< their followers added up: a user counts once for each account it follows
  double expected_adopters = 0;  ///< that accounts chosen by influence were expected to win, themselves included, as
                                 ///< estimated in choosing them; 0 for others
  SalesShare sales;
  bool operator==(const CampaignRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("accounts", row.accounts, count_units, "accounts paid");
    auto& outcomes = row.outcomes;  // delivered and served are not kept per campaign
    column("posts", outcomes.posts, count_units, "paid posts");
    column("impressions", outcomes.impressions, count_units, "times a paid post was looked at");
    column("first_looks", outcomes.first_looks, count_units, "times a paid post was looked at by a user who had not");
    column("reach", outcomes.reach, count_units, "distinct users with an impression of at least one of the paid posts");
    action_columns(outcomes.actions, column);
    column("replaced", row.replaced, count_units, "organic posts withheld for paid ones");
    column("budget", row.budget, money_units, "most that may be spent, in millionths of the currency; -1 for no bound");
    column("spent", row.spent, money_units, "spent, in millionths of the currency");
    column("impressions_bought", row.bought, count_units,
           "impressions of its paid posts that it has bought from the platform", Since{4, 3});
    column("impressions_promoted", row.promoted, count_units,
           "... and that were shown: times a paid post was looked at because of promotion", Since{4, 3});
    column("spent_promotion", row.spent_promotion, money_units,
           "spent on promotion, in millionths of the currency; part of what is spent", Since{4, 3});
    column("margin", row.margin, money_units,
           "what the brand earns by one sale, in millionths of the currency; -1 where it is not said");
    column("offers", row.offers, count_units, "accounts asked");
    column("declined", row.declined, count_units, "accounts that did not accept");
    column("too_late", row.too_late, count_units, "accounts that accepted after the last slot, and were not paid",
           Since{4, 3});
    column("answer_ticks", row.answer_ticks, tick_units,
           "ticks from the offer to the yes, added up over the accounts paid; over accounts, it is their mean",
           Since{4, 3});
    column("audience", row.audience, count_units, "distinct followers of the accounts paid");
    column("audience_gross", row.audience_gross, count_units, "followers of the accounts paid, added up");
    column("expected_adopters", row.expected_adopters, "1",
           "adopters that accounts chosen by influence were expected to win, themselves included; 0 for others");
    SalesShare::columns(row.sales, column);
  }
};

/// A row of `/series`: everything that happened in one bin of time, all roots counted.
struct SeriesRow {
  Tick first_tick = 0;  ///< counted from the start of `measure`
  std::uint64_t sessions = 0;
  std::uint64_t organic_posts = 0;
  std::uint64_t paid_posts = 0;
  std::uint64_t delivered = 0;
  std::uint64_t served = 0;
  std::uint64_t impressions = 0;
  ActionCounts<std::uint64_t> actions{};
  bool operator==(const SeriesRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("sessions", row.sessions, count_units, "sessions");
    column("organic_posts", row.organic_posts, count_units, "roots nobody paid for");
    column("paid_posts", row.paid_posts, count_units, "roots of campaigns");
    column("delivered", row.delivered, count_units, "times a root was gathered as a candidate");
    column("served", row.served, count_units, "times a root was in a ranked list");
    column("impressions", row.impressions, count_units, "times a root was looked at");
    action_columns(row.actions, column);
  }
};

/// A row of `/campaign_series`: what a campaign's own roots, with their cascades, brought in one bin of time. Its bins
/// are those of `/series`; added up over them, its numbers are those of the campaign's row in `/campaigns`.
struct CampaignSeriesRow {
  std::uint64_t new_reach = 0;  ///< users who look at one of its roots and had looked at none before
  std::uint64_t impressions = 0;
  ActionCounts<std::uint64_t> actions{};
  bool operator==(const CampaignSeriesRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    constexpr Since since{4, 1};
    column("new_reach", row.new_reach, count_units,
           "users who looked at a paid post and had looked at none of the campaign before; over all bins: its reach",
           since);
    column("impressions", row.impressions, count_units, "times a paid post was looked at", since);
    action_columns(row.actions, column, since);
  }
};

/// A row of `/posts`: a tracked root (paid posts; with `output.track_share`, a keyed sample of the organic ones).
struct PostRow {
  std::uint64_t key = 0;  ///< identity: author, tick, kind and ordinal, hashed; equal in every arm that has the post
  UserId author{};
  Tick tick = 0;               ///< of emission, counted from the start of `measure`
  std::uint32_t draw = 0;      ///< of the arm's accounts
  std::int32_t campaign = -1;  ///< its number; -1: organic
  std::uint8_t topic = 0;
  std::uint8_t tier = 0;                   ///< of the author
  std::uint64_t impressions_followed = 0;  ///< impressions by reason
  std::uint64_t impressions_reshared = 0;
  std::uint64_t impressions_discovered = 0;
  std::uint64_t impressions_promoted = 0;
  std::uint64_t reach = 0;  ///< distinct users, which are its first looks
  ActionCounts<std::uint64_t> actions{};
  std::uint32_t cascade_size = 1;  ///< root included
  std::uint32_t depth = 0;
  std::uint32_t largest_broadcast = 0;  ///< most reshares of one emission of the cascade
  Tick half_time = 0;                   ///< ticks from the root to the emission that completes half of the cascade
  double structural_virality = 0;       ///< mean distance over ordered pairs of nodes; NaN for a cascade of 1
  std::uint64_t first_node = 0;  ///< index of the cascade's root in RunRecord::cascades; nodes of one cascade are
                                 ///< contiguous, parents before children

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column.hash("key", row.key, "identity of the post, equal in every arm that has it, hexadecimal");
    column("user", row.author, count_units, "author, by internal number");
    column.account("account", row.author, "author, by outside id");
    column("tick", row.tick, tick_units, "tick of emission, counted from the start of measure");
    column("draw", row.draw, count_units, "number of the draw of the arm's accounts, from 0");
    column("campaign", row.campaign, count_units, "index of the campaign; -1 for an organic post");
    column("topic", row.topic, count_units, "topic");
    column("tier", row.tier, count_units, "index of the author's tier");
    column("impressions_followed", row.impressions_followed, count_units,
           "impressions by readers because they follow the author");
    column("impressions_reshared", row.impressions_reshared, count_units,
           "impressions by readers because a followee reshared it");
    column("impressions_discovered", row.impressions_discovered, count_units,
           "impressions by readers to whom the platform showed it", Since{4, 2});
    column("impressions_promoted", row.impressions_promoted, count_units,
           "impressions by readers to whom a campaign had it shown", Since{4, 3});
    column("reach", row.reach, count_units, "distinct users with an impression");
    action_columns(row.actions, column);
    column("cascade_size", row.cascade_size, count_units, "emissions of the cascade, root included");
    column("depth", row.depth, count_units, "most reshares between a node of the cascade and its root");
    column("largest_broadcast", row.largest_broadcast, count_units, "most reshares of one emission of the cascade");
    column("half_time", row.half_time, tick_units,
           "ticks from the root to the emission that completes half of the cascade");
    column("structural_virality", row.structural_virality, "1",
           "mean distance over ordered pairs of nodes; missing for a cascade of one");
  }
};

/// A node of `/cascades`: the root post, or one reshare of it.
struct CascadeNode {
  std::int32_t parent = -1;  ///< index within the cascade of the emission that was looked at; -1: the root
  UserId user{};
  Tick tick = 0;  ///< of emission, counted from the start of `measure`
  Reason reason = Reason::root;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("parent", row.parent, count_units,
           "index, within the cascade, of the emission that was looked at; -1 for the root");
    column("user", row.user, count_units, "user, by internal number");
    column("tick", row.tick, tick_units, "tick of emission, counted from the start of measure");
    column("reason", row.reason, no_units, "why the parent was looked at");
  }
};

/// A row of `/influencers`: an account that was paid.
struct InfluencerRow {
  UserId user{};
  UserId profile{};  ///< the user itself, or the first account of its nested plant: clones share it
  std::uint32_t campaign = 0;
  std::uint64_t followers = 0;
  std::uint64_t posts = 0;     ///< paid posts
  std::uint64_t replaced = 0;  ///< organic posts withheld for them
  MicroMoney cost = 0;
  Tick accepted = 0;           ///< when it said yes, counted from the start of `measure`
  std::uint32_t draw = 0;      ///< of the arm's accounts
  std::uint64_t promoted = 0;  ///< looks at its paid posts that promotion brought
  Outcomes outcomes;           ///< of its paid posts; `delivered` and `served` are not kept per account and stay 0
  SalesShare sales;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("campaign", row.campaign, count_units, "index of the campaign");
    column("user", row.user, count_units, "user, by internal number");
    column.account("account", row.user, "user, by outside id");
    column("draw", row.draw, count_units, "number of the draw of the arm's accounts, from 0");
    column("profile", row.profile, count_units,
           "the user itself, or the first account of its nested plant, by internal number: clones share it");
    column("followers", row.followers, count_units, "followers of the user");
    column("paid_posts", row.posts, count_units, "paid posts");
    column("replaced", row.replaced, count_units, "organic posts withheld for paid ones");
    column("cost", row.cost, money_units,
           "paid for the user, in millionths of the currency: its posts, managing it, and promoting them");
    column("accepted", row.accepted, tick_units, "when it said yes, counted from the start of measure", Since{4, 3});
    column("impressions_promoted", row.promoted, count_units, "times a paid post was looked at because of promotion",
           Since{4, 3});
    auto& outcomes = row.outcomes;  // of the paid posts; posts, delivered and served are not kept per account
    column("impressions", outcomes.impressions, count_units, "times a paid post was looked at");
    column("first_looks", outcomes.first_looks, count_units, "times a paid post was looked at by a user who had not");
    column("reach", outcomes.reach, count_units, "distinct users with an impression of at least one of the paid posts");
    action_columns(outcomes.actions, column);
    SalesShare::columns(row.sales, column);
  }
};

/// Classes of cascade sizes: one for each size below 1024, then sixteen of equal width from a power of two to the next.
/// At most 1376.
constexpr std::uint32_t size_class(std::uint32_t size) {
  if (size < 1024) return size;
  const auto octave = static_cast<std::uint32_t>(std::bit_width(size)) - 11;
  return 1024 + 16 * octave + ((size >> (octave + 6)) - 16);
}
/// The least size of a class.
constexpr std::uint64_t least_size(std::uint32_t size_class) {
  if (size_class < 1024) return size_class;
  const std::uint32_t octave = (size_class - 1024) / 16;
  return std::uint64_t{16 + (size_class - 1024) % 16} << (octave + 6);
}

/// A row of `/cascade_sizes`: cascades of nearly the same size, and what their shapes add up to.
struct CascadeSizeRow {
  std::uint64_t cascades = 0;
  std::uint64_t adopters = 0;  ///< roots included
  std::uint64_t direct = 0;    ///< adopters whose parent is the root
  std::uint64_t depth = 0;
  std::uint64_t max_breadth = 0;
  std::uint64_t largest_broadcast = 0;
  double structural_virality =
      0;  ///< sum, each rounded down to a multiple of 2^-20, so that the order of adding does not matter
  bool operator==(const CascadeSizeRow&) const = default;

  template <class Row, class Column>
  static void columns(Row& row, Column& column) {
    column("cascades", row.cascades, count_units, "cascades of the class");
    column("adopters", row.adopters, count_units, "their adopters, roots included");
    column("direct", row.direct, count_units, "adopters who took the post from the root");
    column("depth", row.depth, count_units, "depths, added up");
    column("max_breadth", row.max_breadth, count_units, "most adopters at one distance from the root, added up");
    column("largest_broadcast", row.largest_broadcast, count_units, "children of the adopter that has most, added up");
    column("structural_virality", row.structural_virality, "1",
           "structural virality, added up; 0 for cascades of one, which have none");
  }
};

/// How many cascades have each value of a quantity, by classes that the quantity defines; the last class stands for all
/// above, too.
using CascadeHistogram = std::vector<std::uint64_t>;
inline constexpr std::uint32_t depth_classes = 128;  ///< depth 0, 1, ...
/// Of those that are not the root, the share in the largest broadcast, in hundredths; exactly 1 is a class of its own.
inline constexpr std::uint32_t broadcast_classes = 101;
/// `others`: adopters that are not the root, at least one.
constexpr std::uint32_t broadcast_class(std::uint32_t largest_broadcast, std::uint32_t others) {
  return static_cast<std::uint32_t>(std::uint64_t{100} * largest_broadcast / others);
}
/// 1 beyond the last class, too: no share is above.
constexpr double least_broadcast(std::uint32_t broadcast_class) {
  return broadcast_class < broadcast_classes ? broadcast_class / 100.0 : 1.0;
}
/// Structural virality in steps of 1/256 up to 3, then 256 to each doubling of its distance from 1, up to 4097.
inline constexpr std::uint32_t virality_classes = 512 + 11 * 256;
constexpr std::uint32_t virality_class(double structural_virality) {
  const auto steps = static_cast<std::uint64_t>((structural_virality - 1.0) * 256.0);
  if (steps < 512) return static_cast<std::uint32_t>(steps);
  const auto octave = static_cast<std::uint32_t>(std::bit_width(steps)) - 10;  // 0 from 512 on
  const std::uint32_t place = 512 + 256 * octave + static_cast<std::uint32_t>((steps >> (octave + 1)) - 256);
  return place < virality_classes ? place : virality_classes - 1;
}
constexpr double least_virality(std::uint32_t virality_class) {
  if (virality_class < 512) return 1.0 + virality_class / 256.0;
  const std::uint32_t octave = (virality_class - 512) / 256;
  return 1.0 + static_cast<double>(std::uint64_t{256 + (virality_class - 512) % 256} << (octave + 1)) / 256.0;
}

/// The shapes of all counted cascades of a run: of the classic models every one, of the feed model the tracked ones.
struct CascadeShapes {
  std::vector<CascadeSizeRow> sizes;  ///< by size class; as long as the largest cascade needs
  CascadeHistogram depths;            ///< all cascades, by depth
  CascadeHistogram breadths;          ///< all cascades, by `follower_class` of the most adopters in one step
  CascadeHistogram virality;          ///< large cascades, by `virality_class`
  CascadeHistogram broadcasts;        ///< large cascades, by `broadcast_class`
  std::uint32_t large = 100;          ///< adopters from which a cascade is large
  double size_virality_correlation =
      std::numeric_limits<double>::quiet_NaN();  ///< Spearman's rank correlation of size and structural virality over
                                                 ///< large cascades; NaN for fewer than two
  bool operator==(const CascadeShapes&) const = default;
};

/// Numbers of followed accounts that `frequency` tells apart.
inline constexpr std::size_t frequency_bins = 16;

/// What a mechanism counted, by tier of whoever it is about: a column of `/mechanisms`.
struct MechanismColumn {
  std::string name;       ///< "MECHANISM_what"
  std::string units;      ///< "1" for counts
  std::string long_name;  ///< what it holds, for people
  std::vector<std::uint64_t> by_tier;
  bool operator==(const MechanismColumn&) const = default;
};

/// Numbers are added up over the draws of the run's accounts: `number / draws` is the value of the replicate.
struct RunRecord {
  std::uint32_t draws = 1;  ///< choices of accounts that the run was made for, each in the same world
  std::vector<TierRow> tiers;
  std::vector<LedgerRow> ledger;              ///< by tier and source, the source fastest
  std::vector<std::uint64_t> group_sessions;  ///< from the start of `measure` on, by group of readers: ranked, held out
  std::vector<ReaderRow> readers;             ///< by group and tier, the tier fastest
  std::vector<CurveRow> curve;                ///< by follower class, up to that of all users
  std::vector<CampaignRow> campaigns;
  std::vector<std::uint64_t> frequency;  ///< by campaign and number of its accounts that a user follows, from 1; the
                                         ///< last stands for all above, too
  std::uint64_t event_hash =
      0;  ///< order-free hash of every emission, impression and action since the start of the warm-up
  std::vector<MechanismColumn> mechanisms;
  std::vector<ProductRow> products;
  CascadeShapes shapes;
  std::vector<SeriesRow> series;
  std::vector<CampaignSeriesRow> campaign_series;  ///< by campaign and bin of `series`, the bin fastest
  std::vector<PostRow> posts;
  std::vector<CascadeNode> cascades;
  std::vector<InfluencerRow> influencers;
  double reproduction_number =
      std::numeric_limits<double>::quiet_NaN();  ///< of the classic model (`ReproductionNumbers`); NaN under the feed
                                                 ///< model
  std::uint64_t paid_reach = 0;  ///< distinct users with an impression of at least one paid root, whatever the campaign
  std::vector<PositionRow> positions;  ///< by group of readers, tier and class of positions, the last fastest; empty
                                       ///< where they are not counted
  std::vector<LookRow> looks;          ///< by tick, reader and position; empty where they are not kept
};

}  // namespace grapevine
