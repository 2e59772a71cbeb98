#include <algorithm>
#include <unordered_map>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/tree_metrics.hpp"
#include "sim/tick/commit.hpp"
#include "sim/world.hpp"

/// From the state at the end of a run to its record. Sums of this part are added over the parts; what all parts hold alike is read as it is.
namespace grapevine {

namespace {

constexpr std::size_t like = static_cast<std::size_t>(Action::like), reply = static_cast<std::size_t>(Action::reply),
                      reshare = static_cast<std::size_t>(Action::reshare), click = static_cast<std::size_t>(Action::click);

void add_counters(Outcomes& outcomes, const PostCounters& counters) {
  ++outcomes.posts;
  outcomes.impressions += counters.impressions;
  outcomes.likes += counters.actions[like];
  outcomes.replies += counters.actions[reply];
  outcomes.reshares += counters.actions[reshare];
  outcomes.clicks += counters.actions[click];
}

/// Users with each of the 32 bits of `reached` set.
std::vector<std::uint64_t> count_reached(const std::vector<std::uint32_t>& reached, Exchange& exchange) {
  std::vector<std::uint64_t> users(32, 0);
  for (std::size_t bit = 0; bit < users.size(); ++bit)
    users[bit] = parallel_sum(reached.size(), [&](std::size_t i) { return static_cast<std::uint64_t>(reached[i] >> bit & 1); });
  exchange.add(std::span(users));
  return users;
}

std::vector<TierRow> tier_rows(const World& world, const std::vector<std::uint64_t>& reached) {
  const WorldState& state = world.state;
  std::vector<TierSums> sums = state.tiers;
  for (std::uint32_t post = state.posts.tail(); post < state.posts.head(); ++post)
    if (state.posts.hot(post).counted()) add_to_tier(state.posts, post, sums);
  std::vector<std::uint64_t> ledger;
  for (const TierSums& tier : sums) ledger.insert(ledger.end(), {tier.delivered, tier.served});
  world.exchange.add(std::span(ledger));

  std::vector<TierRow> rows(sums.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const TierSums& tier = sums[i];
    rows[i].accounts = world.population->tier_sizes()[i];
    rows[i].outcomes = {tier.posts, ledger[2 * i], ledger[2 * i + 1], tier.impressions, reached[i], tier.actions[like], tier.actions[reply], tier.actions[reshare], tier.actions[click]};
  }
  for (std::size_t c = 0; c < world.parameters.campaigns.size(); ++c)
    if (std::find(world.run.pays.begin(), world.run.pays.end(), world.parameters.campaigns[c].name) != world.run.pays.end())
      for (const Purchase& purchase : (*world.purchases)[c]) rows[world.population->tier(purchase.user)].cost += purchase.cost;
  return rows;
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
    out.likes = row[4 + like];
    out.replies = row[4 + reply];
    out.reshares = row[4 + reshare];
    out.clicks = row[4 + click];
  }
  return rows;
}

/// The nodes of every tracked cascade, one cascade after the other, in order of time: a parent emitted in an earlier tick than its children.
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
    place[tracked.tracked].emplace(tracked.user.value(), static_cast<std::int32_t>(nodes.size()));
    nodes.push_back({parent->second, tracked.user, tracked.tick - measure_begin, tracked.reshared ? Reason::reshared : Reason::followed});
  }
  return cascades;
}

}  // namespace

RunRecord World::record() const {
  RunRecord record;
  const std::vector<std::uint64_t> reached = count_reached(state.reached, exchange);
  record.tiers = tier_rows(*this, reached);
  record.series = series_rows(*this);
  std::vector<std::uint64_t> hash{state.clock.event_hash};
  exchange.add(std::span(hash));
  record.event_hash = hash[0];

  record.campaigns.resize(parameters.campaigns.size());
  std::unordered_map<std::uint64_t, std::size_t> influencer;  // (campaign, user) -> row
  const auto paid_account = [](std::uint32_t campaign, UserId user) { return static_cast<std::uint64_t>(campaign) << 32 | user.value(); };
  for (std::uint32_t c = 0; c < parameters.campaigns.size(); ++c) {
    CampaignRow& row = record.campaigns[c];
    if (std::find(run.pays.begin(), run.pays.end(), parameters.campaigns[c].name) == run.pays.end()) continue;
    row.budget = (*budgets)[c];
    row.outcomes.reach = reached[16 + c];
    for (const Purchase& purchase : (*purchases)[c]) {
      ++row.accounts;
      row.spent += purchase.cost;
      influencer.emplace(paid_account(c, purchase.user), record.influencers.size());
      record.influencers.push_back({purchase.user, c, purchase.followers, 0, 0, purchase.cost, {}});
    }
  }
  for (const Withheld& withheld : state.withheld) {
    ++record.campaigns[withheld.campaign].replaced;
    ++record.influencers[influencer.at(paid_account(withheld.campaign, withheld.author))].replaced;
  }

  const std::vector<std::vector<CascadeNode>> cascades = cascades_of(state, parameters.time.warmup);
  std::vector<std::int32_t> parents;
  for (std::size_t i = 0; i < state.tracked.size(); ++i) {
    const TrackedPost& tracked = state.tracked[i];
    const PostCounters& counters = state.posts.live(PostId{tracked.post}) ? state.posts.counters(tracked.post) : tracked.counters;
    const bool paid = tracked.campaign != PostIdentity::no_campaign;
    parents.clear();
    for (const CascadeNode& node : cascades[i]) parents.push_back(node.parent);
    const TreeMetrics tree = tree_metrics(parents);

    PostRow row;
    row.key = tracked.key;
    row.author = tracked.author;
    row.tick = tracked.tick - parameters.time.warmup;
    row.campaign = paid ? tracked.campaign : -1;
    row.topic = static_cast<std::uint8_t>(tracked.topic);
    row.impressions_followed = counters.impressions - tracked.impressions_reshared;
    row.impressions_reshared = tracked.impressions_reshared;
    row.reach = counters.reach;
    row.likes = counters.actions[like];
    row.replies = counters.actions[reply];
    row.reshares = counters.actions[reshare];
    row.clicks = counters.actions[click];
    row.cascade_size = static_cast<std::uint32_t>(cascades[i].size());
    row.depth = static_cast<std::uint32_t>(tree.depth);
    row.structural_virality = tree.structural_virality;
    row.first_node = static_cast<std::uint32_t>(record.cascades.size());
    record.posts.push_back(row);
    if (options.cascades) record.cascades.insert(record.cascades.end(), cascades[i].begin(), cascades[i].end());

    if (!paid) continue;
    add_counters(record.campaigns[tracked.campaign].outcomes, counters);
    InfluencerRow& account = record.influencers[influencer.at(paid_account(tracked.campaign, tracked.author))];
    ++account.posts;
    add_counters(account.outcomes, counters);
    account.outcomes.reach += counters.reach;  // summed over its posts: an account's posts are few
  }
  return record;
}

}  // namespace grapevine
