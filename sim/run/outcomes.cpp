#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "sim/diffusion/cascade_tally.hpp"
#include "sim/run/conversions.hpp"
#include "sim/run/partners.hpp"
#include "sim/run/world.hpp"
#include "sim/tick/commit.hpp"

/// From the state at the end of a run to its record. Sums of this part are added over the parts; what all parts hold
/// alike is read as it is.
namespace grapevine {

namespace {

void add_counters(Outcomes& outcomes, const PostCounters& counters) {
  ++outcomes.posts;
  outcomes.impressions += counters.impressions;
  outcomes.first_looks += counters.reach;
  outcomes.actions.add(counters.actions);
}

/// Users with each of the 32 bits of `reached` set; and, last, those with any of the upper 16.
std::vector<std::uint64_t> count_reached(std::span<const std::uint32_t> reached, Exchange& exchange) {
  std::vector<std::uint64_t> users(33, 0);
  for (std::size_t bit = 0; bit < 32; ++bit)
    users[bit] =
        parallel_sum(reached.size(), [&](std::size_t i) { return static_cast<std::uint64_t>(reached[i] >> bit & 1); });
  users[32] = parallel_sum(reached.size(), [&](std::size_t i) { return std::uint64_t{reached[i] >> 16 != 0}; });
  exchange.add(std::span(users));
  return users;
}

/// Distinct users who looked at a paid root of each row of `influencers`; `row_of(tracked)` is the row that a tracked
/// root belongs to.
template <class RowOf>
std::vector<std::uint64_t> count_reached_by_account(const World& world, std::size_t influencers, RowOf&& row_of) {
  std::vector<std::uint64_t> pairs;
  pairs.reserve(world.state.paid_looks.size());
  for (const FirstPaidLook& look : world.state.paid_looks)
    pairs.push_back(static_cast<std::uint64_t>(row_of(world.state.tracked[look.root])) << 32 | look.reader.value());
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::vector<std::uint64_t> users(influencers, 0);
  for (const std::uint64_t pair : pairs) ++users[pair >> 32];
  world.exchange.add(std::span(users));
  return users;
}

/// Sums of quotients as whole numbers of 2^-32, so that their order is free: 2^32 quotients below 2^64.
class QuotientSum {
public:
  void add(std::uint64_t numerator, std::uint64_t denominator) {
    if (denominator == 0) return;
    sum_ += (Wide{numerator} << 32) / denominator;
    ++count_;
  }
  double mean() const { return count_ == 0 ? 0.0 : static_cast<double>(sum_) * 0x1p-32 / static_cast<double>(count_); }

private:
  __extension__ using Wide = unsigned __int128;
  Wide sum_ = 0;
  std::uint64_t count_ = 0;
};

/// The totals of all authors, live roots included.
std::vector<AuthorTotals> author_totals(const WorldState& state) {
  std::vector<AuthorTotals> authors(state.authors.begin(), state.authors.end());
  for (std::uint32_t post = state.posts.tail(); post < state.posts.head(); ++post)
    if (state.posts.hot(post).counted()) add_to_author(state.posts, post, authors);
  return authors;
}

std::vector<LedgerRow> ledger_rows(const World& world) {
  std::vector<std::uint64_t> sums;
  for (const LedgerRow& row : world.state.ledger.rows)
    sums.insert(sums.end(), {row.delivered, row.served, row.impressions, row.ranked, row.shadow});
  world.exchange.add(std::span(sums));
  std::vector<LedgerRow> rows(source_count * world.state.tiers.size());
  const std::uint64_t* next = sums.data();
  for (LedgerRow& row : rows) row = {next[0], next[1], next[2], next[3], next[4]}, next += 5;
  return rows;
}

std::vector<TierRow> tier_rows(const World& world, const std::vector<std::uint64_t>& reached,
                               const std::vector<LedgerRow>& ledger, const std::vector<AuthorTotals>& authors) {
  const WorldState& state = world.state;
  std::vector<TierSums> sums = state.tiers;
  for (std::uint32_t post = state.posts.tail(); post < state.posts.head(); ++post)
    if (state.posts.hot(post).counted()) add_to_tier(state.posts, post, sums);

  std::vector<TierRow> rows(sums.size());
  std::vector<QuotientSum> per_impression(rows.size()), per_follower(rows.size());
  for (std::uint32_t u = 0; u < authors.size(); ++u) {
    const AuthorTotals& author = authors[u];
    if (author.posts == 0) continue;
    const std::uint8_t tier = world.population->tier(UserId{u});
    const std::uint64_t follower_posts = std::uint64_t{author.posts} * world.graph.follower_count(UserId{u});
    ++rows[tier].authors;
    rows[tier].follower_posts += follower_posts;
    per_impression[tier].add(author.engagement.value(), author.impressions.value());
    per_follower[tier].add(author.engagement.value(), follower_posts);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const TierSums& tier = sums[i];
    std::uint64_t delivered = 0, served = 0;
    for (std::size_t source = 0; source < source_count; ++source) {
      delivered += ledger[source_count * i + source].delivered;
      served += ledger[source_count * i + source].served;
    }
    rows[i].accounts = world.population->tier_sizes()[i];
    rows[i].mean_rate_per_impression = per_impression[i].mean();
    rows[i].mean_rate_per_follower = per_follower[i].mean();
    rows[i].outcomes = {tier.posts, delivered, served, tier.impressions, tier.first_looks, reached[i], tier.actions};
  }
  return rows;
}

std::vector<CurveRow> curve_rows(const World& world, const std::vector<AuthorTotals>& authors) {
  std::vector<CurveRow> rows(follower_class(static_cast<std::uint32_t>(authors.size())) + 1);
  for (std::uint32_t u = 0; u < authors.size(); ++u) {
    const AuthorTotals& author = authors[u];
    if (author.posts == 0) continue;
    const std::uint32_t followers = world.graph.follower_count(UserId{u});
    CurveRow& row = rows[follower_class(followers)];
    ++row.authors;
    row.followers += followers;
    row.posts += author.posts;
    row.impressions += author.impressions.value();
    row.first_looks += author.first_looks.value();
    row.engagement += author.engagement.value();
    const auto number = [](const WideCount& count) { return static_cast<double>(count.value()); };
    const double posts = author.posts, impressions = number(author.impressions),
                 first_looks = number(author.first_looks), engagement = number(author.engagement);
    row.posts_squared += posts * posts;
    row.impressions_squared += impressions * impressions;
    row.first_looks_squared += first_looks * first_looks;
    row.engagement_squared += engagement * engagement;
    row.impressions_posts += impressions * posts;
    row.engagement_posts += engagement * posts;
    row.engagement_impressions += engagement * impressions;
    row.engagement_first_looks += engagement * first_looks;
  }
  return rows;
}

void add_readers(const World& world, RunRecord& record) {
  const std::size_t tiers = world.state.tiers.size();
  std::vector<std::uint64_t> sums;
  for (const GroupSums& group : world.state.groups) {
    sums.push_back(group.sessions);
    for (std::size_t tier = 0; tier < tiers; ++tier)
      sums.insert(sums.end(), {group.impressions[tier], group.engagement[tier], group.in_network[tier]});
  }
  world.exchange.add(std::span(sums));
  const std::uint64_t* next = sums.data();
  for (std::size_t g = 0; g < reader_groups; ++g) {
    record.group_sessions.push_back(*next++);
    for (std::size_t tier = 0; tier < tiers; ++tier, next += 3) record.readers.push_back({next[0], next[1], next[2]});
  }
}

std::vector<PositionRow> position_rows(const World& world) {
  if (!world.options.positions) return {};
  PositionTally tally;
  tally.begin(world.state.tiers.size());
  tally.add(world.state.positions);
  std::vector<std::uint64_t> sums;
  for (const PositionRow& row : tally.rows) {
    sums.push_back(row.impressions);
    sums.insert(sums.end(), row.actions.of.begin(), row.actions.of.end());
  }
  world.exchange.add(std::span(sums));
  const std::uint64_t* next = sums.data();
  for (PositionRow& row : tally.rows) {
    row.impressions = *next++;
    for (std::uint64_t& count : row.actions.of) count = *next++;
  }
  return std::move(tally.rows);
}

std::vector<SeriesRow> series_rows(const World& world) {
  const TimeParameters& time = world.parameters.time;
  const Tick every = std::max<Tick>(1, world.options.series_every);
  constexpr std::size_t columns = 4 + action_count;
  std::vector<std::uint64_t> sums;
  std::vector<SeriesRow> rows;
  for (Tick tick = time.warmup; tick < world.state.clock.now; ++tick) {
    if ((tick - time.warmup) % every == 0) {
      rows.push_back({});
      rows.back().first_tick = tick - time.warmup;
      sums.resize(sums.size() + columns, 0);
    }
    const TickCounts& counts = world.state.tick_counts[tick];
    std::uint64_t* row = sums.data() + sums.size() - columns;
    row[0] += counts.sessions;
    row[1] += counts.delivered;
    row[2] += counts.served;
    row[3] += counts.impressions;
    for (std::size_t a = 0; a < action_count; ++a) row[4 + a] += counts.actions[a];
    rows.back().organic_posts += world.state.tick_posts[tick].organic;
    rows.back().paid_posts += world.state.tick_posts[tick].paid;
  }
  world.exchange.add(std::span(sums));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t* row = sums.data() + i * columns;
    SeriesRow& out = rows[i];
    out.sessions = row[0];
    out.delivered = row[1];
    out.served = row[2];
    out.impressions = row[3];
    for (std::size_t a = 0; a < action_count; ++a) out.actions[a] = row[4 + a];
  }
  return rows;
}

/// By campaign and bin, the bin fastest; bins as in `series_rows`.
std::vector<CampaignSeriesRow> campaign_series_rows(const World& world, std::size_t bins) {
  const Tick every = std::max<Tick>(1, world.options.series_every);
  const std::size_t campaigns = world.parameters.campaigns.size();
  constexpr std::size_t columns = 2 + action_count;
  std::vector<std::uint64_t> sums(campaigns * bins * columns, 0);
  for (std::size_t i = 0; i < world.state.campaign_counts.size(); ++i) {
    const CampaignCounts& counts = world.state.campaign_counts[i];
    std::uint64_t* row = sums.data() + (i % campaigns * bins + i / campaigns / every) * columns;
    row[0] += counts.new_readers;
    row[1] += counts.impressions;
    for (std::size_t a = 0; a < action_count; ++a) row[2 + a] += counts.actions[a];
  }
  world.exchange.add(std::span(sums));
  std::vector<CampaignSeriesRow> rows(campaigns * bins);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t* row = sums.data() + i * columns;
    rows[i].new_reach = row[0];
    rows[i].impressions = row[1];
    for (std::size_t a = 0; a < action_count; ++a) rows[i].actions[a] = row[2 + a];
  }
  return rows;
}

Reason reason_of(Source source) {
  switch (source) {
    case Source::author:
      return Reason::followed;
    case Source::reshare:
      return Reason::reshared;
    case Source::discovery:
      return Reason::discovered;
    case Source::promoted:
      break;
  }
  return Reason::promoted;
}

/// The nodes of every tracked cascade, one cascade after the other, in order of time: a parent emitted in an earlier
/// tick than its children.
std::vector<std::vector<CascadeNode>> cascades_of(const WorldState& state, Tick measure_begin) {
  std::vector<std::vector<CascadeNode>> cascades(state.tracked.size());
  std::vector<std::unordered_map<std::uint32_t, std::int32_t>> place(state.tracked.size());
  for (std::size_t i = 0; i < cascades.size(); ++i) {
    cascades[i].push_back({-1, state.tracked[i].author, state.tracked[i].tick - measure_begin, Reason::root});
    place[i].emplace(state.tracked[i].author.value(), 0);
  }
  for (const TrackedReshare& tracked : state.tracked_reshares) {
    auto& nodes = cascades[tracked.tracked];
    const auto parent = place[tracked.tracked].find(tracked.emitter.value());
    GRAPEVINE_EXPECTS(parent != place[tracked.tracked].end());
    if (nodes.size() > INT32_MAX)
      throw Error(
          "more than 2147483647 posts in one cascade; expected at most that many; lower behaviour.reshare, or do not "
          "track it");
    place[tracked.tracked].emplace(tracked.user.value(), static_cast<std::int32_t>(nodes.size()));
    nodes.push_back(
        {parent->second, tracked.user, tracked.tick - measure_begin, reason_of(static_cast<Source>(tracked.source))});
  }
  return cascades;
}

/// Those of all parts, in an order that does not hang on who had them.
std::vector<LookRow> look_rows(const World& world) {
  if (!world.options.looks) return {};
  std::vector<TrackedLook> looks = world.exchange.gather(std::vector<TrackedLook>(world.state.tracked_looks));
  std::ranges::sort(looks, {},
                    [](const TrackedLook& look) { return std::tuple(look.tick, look.reader, look.position); });
  std::vector<LookRow> rows;
  rows.reserve(looks.size());
  for (const TrackedLook& look : looks)
    rows.push_back({.post = look.tracked,
                    .reader = look.reader,
                    .tick = look.tick - world.parameters.time.warmup,
                    .draw = 0,
                    .position = look.position,
                    .before = look.exposure,
                    .held_out = look.held_out,
                    .actions = look.actions,
                    .reason = reason_of(static_cast<Source>(look.source))});
  return rows;
}

/// Sums of the parts, by mechanism.
void add_mechanisms(const World& world, RunRecord& record) {
  std::vector<std::uint64_t> sums;
  for (const Mechanism* mechanism : world.mechanisms) mechanism->record(world.given(), record.mechanisms);
  for (const MechanismColumn& column : record.mechanisms) {
    GRAPEVINE_EXPECTS(column.by_tier.size() == record.tiers.size());
    sums.insert(sums.end(), column.by_tier.begin(), column.by_tier.end());
  }
  world.exchange.add(std::span(sums));
  const std::uint64_t* next = sums.data();
  for (MechanismColumn& column : record.mechanisms)
    for (std::uint64_t& number : column.by_tier) number = *next++;
}

/// Where the accounts that were paid have their rows.
class PaidAccounts {
public:
  explicit PaidAccounts(const RunRecord& record) {
    for (std::size_t i = 0; i < record.influencers.size(); ++i)
      rows_.emplace(address(record.influencers[i].campaign, record.influencers[i].user), i);
  }
  std::size_t row(std::uint32_t campaign, UserId user) const { return rows_.at(address(campaign, user)); }

private:
  static std::uint64_t address(std::uint32_t campaign, UserId user) {
    return static_cast<std::uint64_t>(campaign) << 32 | user.value();
  }
  std::unordered_map<std::uint64_t, std::size_t> rows_;
};

PostRow post_row(const World& world, const TrackedPost& tracked, const PostCounters& counters) {
  PostRow row;
  row.key = tracked.key;
  row.author = tracked.author;
  row.tick = tracked.tick - world.parameters.time.warmup;
  row.campaign = tracked.campaign != PostIdentity::no_campaign ? tracked.campaign : -1;
  row.topic = static_cast<std::uint8_t>(tracked.topic);
  row.tier = world.population->tier(tracked.author);
  row.impressions_followed = counters.impressions - tracked.impressions_reshared - tracked.impressions_discovered -
                             tracked.impressions_promoted;
  row.impressions_reshared = tracked.impressions_reshared;
  row.impressions_discovered = tracked.impressions_discovered;
  row.impressions_promoted = tracked.impressions_promoted;
  row.reach = counters.reach;
  row.actions.add(counters.actions);
  return row;
}

/// The tracked roots with their cascades: the paid ones count for campaigns and accounts, the shapes of the others are
/// counted.
void add_tracked(const World& world, const PaidAccounts& paid, RunRecord& record) {
  const WorldState& state = world.state;
  const std::vector<std::vector<CascadeNode>> cascades = cascades_of(state, world.parameters.time.warmup);
  CascadeTally shapes(state.tiers.size(), world.run.diffusion.large);
  for (std::size_t i = 0; i < state.tracked.size(); ++i) {
    const TrackedPost& tracked = state.tracked[i];
    const PostCounters& counters =
        state.posts.live(PostId{tracked.post}) ? state.posts.counters(tracked.post) : tracked.counters;
    PostRow row = post_row(world, tracked, counters);
    const TreeMetrics tree = put_shape(cascades[i], row);
    row.first_node = record.cascades.size();
    record.posts.push_back(row);
    if (world.options.cascades) record.cascades.insert(record.cascades.end(), cascades[i].begin(), cascades[i].end());

    if (row.campaign >= 0) {
      add_counters(record.campaigns[tracked.campaign].outcomes, counters);
      InfluencerRow& account = record.influencers[paid.row(tracked.campaign, tracked.author)];
      ++account.posts;
      account.promoted += tracked.impressions_promoted;
      add_counters(account.outcomes, counters);
    } else {
      shapes.add({.size = tree.size,
                  .depth = tree.depth,
                  .max_breadth = tree.max_breadth,
                  .root_children = tree.root_children,
                  .largest_broadcast = tree.largest_broadcast,
                  .structural_virality = tree.structural_virality,
                  .tier = row.tier});
    }
  }
  if (shapes.cascades() > 0) record.shapes = shapes.shapes();
}

}  // namespace

RunRecord World::record() const {
  RunRecord record;
  const std::vector<std::uint64_t> reached = count_reached(state.reached, exchange);
  const std::vector<AuthorTotals> authors = author_totals(state);
  record.ledger = ledger_rows(*this);
  record.paid_reach = reached[32];
  record.tiers = tier_rows(*this, reached, record.ledger, authors);
  record.curve = curve_rows(*this, authors);
  add_readers(*this, record);
  record.positions = position_rows(*this);
  record.looks = look_rows(*this);
  record.series = series_rows(*this);
  record.campaign_series = campaign_series_rows(*this, record.series.size());
  std::vector<std::uint64_t> hash{state.clock.event_hash};
  exchange.add(std::span(hash));
  record.event_hash = hash[0];
  add_mechanisms(*this, record);

  put_purchases(
      parameters, *deals, run.pays, [&](UserId user) { return population->tier(user); }, record);
  for (std::uint32_t c = 0; c < record.campaigns.size(); ++c)
    if (runs_campaign(run.pays, parameters.campaigns[c])) record.campaigns[c].outcomes.reach = reached[16 + c];
  const PaidAccounts paid(record);
  put_audiences(graph, parameters, *deals, run.pays, readers, exchange, record);
  for (const Withheld& withheld : state.withheld) {
    ++record.campaigns[withheld.campaign].replaced;
    ++record.influencers[paid.row(withheld.campaign, withheld.author)].replaced;
  }
  add_tracked(*this, paid, record);
  put_promotion(
      parameters, run.pays, [&](UserId user) { return population->tier(user); }, record);
  put_conversions(
      *this, [&](std::uint32_t campaign, UserId user) { return paid.row(campaign, user); }, record);
  const std::vector<std::uint64_t> reached_by = count_reached_by_account(
      *this, record.influencers.size(), [&](const TrackedPost& root) { return paid.row(root.campaign, root.author); });
  for (std::size_t i = 0; i < reached_by.size(); ++i) record.influencers[i].outcomes.reach = reached_by[i];
  return record;
}

}  // namespace grapevine
