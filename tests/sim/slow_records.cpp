#include "tests/sim/slow_model.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/sim/slow_bits.hpp"

namespace grapevine::slow {

// ---- 7.16 Conversions

void Model::sell() {
  std::vector<Sale> sales;
  for (const auto& [tick, look] : paid_looks_) {
    const Post& post = posts[look.post];
    sales.push_back({look.reader, tick, static_cast<std::size_t>(post.campaign), post.author,
                     look.took[static_cast<std::size_t>(Action::click)]});
  }
  const auto quantile = [&](UserId user, std::uint32_t topic) { return top(liking(user, topic)); };
  bought_ =
      conversions(parameters_, dynamics_, static_cast<std::uint32_t>(graph_.user_count()), quantile, sales, situations);
}

// ---- 7.10 Records

void Model::count_position(UserId reader, const Look& look) {
  const std::uint32_t position = look.position + 1;
  const std::size_t place = position <= 3    ? position - 1
                            : position <= 5  ? 3
                            : position <= 10 ? 4
                            : position <= 20 ? 5
                            : position <= 50 ? 6
                                             : 7;
  PositionRow& row = ticks.back().at[held_out(reader)][tier(posts[look.post].author)][place];
  ++row.impressions;
  for (std::size_t a = 0; a < action_count; ++a) row.actions[a] += look.took[a];
}

RunRecord Model::record(Tick series_every, bool track_organic) const {
  const TimeParameters& time = parameters_.time;
  RunRecord record;

  const auto add = [](Outcomes& sum, const Post& post) {
    ++sum.posts;
    sum.delivered += post.delivered;
    sum.served += post.served;
    sum.impressions += post.counters.impressions;
    sum.first_looks += post.counters.reach;
    for (std::size_t a = 0; a < action_count; ++a) sum.actions[a] += post.counters.actions[a];
  };
  const auto outcomes = [&](auto&& belongs) {
    Outcomes sum;
    std::set<UserId> readers;
    for (std::size_t p = 0; p < posts.size(); ++p)
      if (counted(posts[p]) && belongs(posts[p])) {
        add(sum, posts[p]);
        readers.insert(readers_of_[p].begin(), readers_of_[p].end());
      }
    sum.reach = readers.size();
    return sum;
  };
  record.paid_reach = outcomes([&](const Post& post) { return post.campaign >= 0; }).reach;

  record.tiers.resize(parameters_.tiers.from.size());
  for (std::size_t i = 0; i < record.tiers.size(); ++i)
    record.tiers[i].outcomes = outcomes([&](const Post& post) { return tier(post.author) == i; });
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u) ++record.tiers[tier(UserId{u})].accounts;

  // By author. There is a class of followers for as many as there are users.
  record.curve.resize(follower_class(static_cast<std::uint32_t>(graph_.user_count())) + 1);
  std::vector<std::vector<double>> per_impression(record.tiers.size()), per_follower(record.tiers.size());
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u) {
    const Outcomes all = outcomes([&](const Post& post) { return post.author == UserId{u}; });
    if (all.posts == 0) continue;
    const std::uint64_t followers = graph_.follower_count(UserId{u});
    TierRow& row = record.tiers[tier(UserId{u})];
    ++row.authors;
    row.follower_posts += all.posts * followers;
    const double n = static_cast<double>(all.posts), i = static_cast<double>(all.impressions),
                 e = static_cast<double>(all.engagement());
    if (all.impressions > 0) per_impression[tier(UserId{u})].push_back(e / i);
    if (followers > 0) per_follower[tier(UserId{u})].push_back(e / (n * static_cast<double>(followers)));
    CurveRow& curve = record.curve[follower_class(static_cast<std::uint32_t>(followers))];
    ++curve.authors;
    curve.followers += followers;
    curve.posts += all.posts;
    curve.impressions += all.impressions;
    curve.first_looks += all.first_looks;
    curve.engagement += all.engagement();
    curve.posts_squared += n * n;
    curve.impressions_squared += i * i;
    curve.engagement_squared += e * e;
    curve.impressions_posts += i * n;
    curve.engagement_posts += e * n;
    curve.engagement_impressions += e * i;
    const double f = static_cast<double>(all.first_looks);
    curve.first_looks_squared += f * f;
    curve.engagement_first_looks += e * f;
  }
  const auto mean = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
  };
  for (std::size_t i = 0; i < record.tiers.size(); ++i) {
    record.tiers[i].mean_rate_per_impression = mean(per_impression[i]);
    record.tiers[i].mean_rate_per_follower = mean(per_follower[i]);
  }

  const auto tier_of = [&](UserId user) { return tier(user); };
  const auto is_counted = [&](const Post& post) { return counted(post); };
  record.mechanisms = mechanisms_.columns(now, posts, record.tiers.size(), tier_of, is_counted,
                                          discovery_.columns(posts, record.tiers.size(), tier_of, is_counted),
                                          time.measure, [&](UserId user) { return post_rate_[user.index()] > 0; });
  const std::vector<MechanismColumn> of_follows = follows_.columns();
  record.mechanisms.insert(record.mechanisms.end(), of_follows.begin(), of_follows.end());

  const Tick day = time.ticks_per_day();
  for (const bool last : {false, true}) {
    if (time.warmup < 2 * day) break;
    const Tick first = time.warmup - (last ? 1 : 2) * day;
    std::vector<std::uint64_t> read(record.tiers.size()), engaged(read), trusted(read);
    for (const Drift& look : drift_) {
      if (look.tick < first || look.tick >= first + day) continue;
      ++read[look.tier];
      engaged[look.tier] += look.engagement;
      trusted[look.tier] += static_cast<std::uint64_t>(look.trust * 1e6 + 0.5);
    }
    const std::string name = last ? "_last" : "_before";
    record.mechanisms.push_back({"drift_looks" + name, "", "", read});
    record.mechanisms.push_back({"drift_engagement" + name, "", "", engaged});
    if (drift_trusts_) record.mechanisms.push_back({"drift_trust" + name, "", "", trusted});
  }

  record.products = bought_.products;

  record.ledger.resize(record.tiers.size() * source_count);
  for (const Post& post : posts)
    for (std::size_t source = 0; source < source_count && counted(post); ++source) {
      LedgerRow& row = record.ledger[tier(post.author) * source_count + source];
      row.delivered += post.ledger[source].delivered;
      row.served += post.ledger[source].served;
      row.impressions += post.ledger[source].impressions;
      row.ranked += post.ledger[source].ranked;
      row.shadow += post.ledger[source].shadow;
    }

  record.group_sessions.resize(2);
  record.readers.resize(2 * record.tiers.size());
  for (Tick t = time.warmup; t < now; ++t)
    for (std::size_t group = 0; group < 2; ++group) {
      record.group_sessions[group] += ticks[t].group_sessions[group];
      for (std::size_t i = 0; i < record.tiers.size(); ++i) {
        ReaderRow& row = record.readers[group * record.tiers.size() + i];
        row.impressions += ticks[t].read[group][i].impressions;
        row.engagement += ticks[t].read[group][i].engagement;
        row.impressions_in_network += ticks[t].read[group][i].impressions_in_network;
      }
    }

  for (std::size_t group = 0; group < 2; ++group)
    for (std::size_t i = 0; i < record.tiers.size(); ++i)
      for (std::size_t place = 0; place < 8; ++place) {
        PositionRow& row = record.positions.emplace_back();
        for (Tick t = time.warmup; t < now; ++t) {
          const PositionRow& more = ticks[t].at[group][i][place];
          row.impressions += more.impressions;
          for (std::size_t a = 0; a < action_count; ++a) row.actions[a] += more.actions[a];
        }
      }
  for (std::size_t c = 0; c < parameters_.campaigns.size(); ++c) {
    const CampaignParameters& campaign = parameters_.campaigns[c];
    CampaignRow& row = record.campaigns.emplace_back();
    record.frequency.resize(record.campaigns.size() * frequency_bins);
    if (!runs(campaign)) continue;
    row.margin = campaign.margin;
    const Deal deal = this->deal(campaign);
    const std::vector<Purchase>& bought = deal.purchases;
    row.budget = deal.budget;
    row.bought = Promotion::bought(campaign);
    row.offers = deal.offers;
    row.declined = deal.declined;
    row.too_late = deal.too_late;
    for (std::uint32_t u = 0; u < graph_.user_count(); ++u) {
      std::uint64_t follows = 0;  // accounts of the campaign
      for (const UserId followee : graph_.followees(UserId{u}))
        follows += static_cast<std::uint64_t>(
            std::count_if(bought.begin(), bought.end(), [&](const Purchase& p) { return p.user == followee; }));
      row.audience += follows > 0;
      row.audience_gross += follows;
      if (follows > 0) ++record.frequency[c * frequency_bins + std::min<std::uint64_t>(follows, frequency_bins) - 1];
    }
    row.outcomes = outcomes([&](const Post& post) { return post.campaign == static_cast<int>(c); });
    row.outcomes.delivered = row.outcomes.served = 0;  // not kept by campaign
    if (!bought_.campaigns.empty()) row.sales = bought_.campaigns[c];
    for (const auto& [author, of] : withheld_) row.replaced += of == c;
    for (const Purchase& purchase : bought) {
      ++row.accounts;
      row.spent += purchase.cost;
      row.answer_ticks += purchase.accepted - purchase.asked;
      InfluencerRow& paid = record.influencers.emplace_back();
      paid.user = purchase.user;
      paid.campaign = static_cast<std::uint32_t>(c);
      paid.followers = purchase.followers;
      paid.posts = purchase.posts;
      paid.replaced =
          static_cast<std::uint64_t>(std::count(withheld_.begin(), withheld_.end(), std::pair(purchase.user, c)));
      paid.cost = purchase.cost;
      paid.accepted = purchase.accepted;
      paid.outcomes = outcomes(
          [&](const Post& post) { return post.campaign == static_cast<int>(c) && post.author == purchase.user; });
      paid.outcomes.delivered = paid.outcomes.served = 0;  // nor by account
      const auto sold = bought_.accounts.find({c, purchase.user});
      if (sold != bought_.accounts.end()) paid.sales = sold->second;
      for (const Post& post : posts)
        if (post.campaign == static_cast<int>(c) && post.author == purchase.user && counted(post))
          paid.promoted += post.promoted;
      // A thousandth of the price each, cut down to millionths for the campaign as a whole.
      const MicroMoney before = Promotion::cost(campaign, row.promoted);
      row.promoted += paid.promoted;
      paid.cost += Promotion::cost(campaign, row.promoted) - before;
      row.spent += paid.cost - purchase.cost;
      row.spent_promotion += paid.cost - purchase.cost;
      record.tiers[tier(purchase.user)].cost += paid.cost;
    }
  }

  for (Tick t = time.warmup; t < now; ++t) {
    if ((t - time.warmup) % series_every == 0) {
      record.series.emplace_back();
      record.series.back().first_tick = t - time.warmup;
    }
    SeriesRow& row = record.series.back();
    row.sessions += ticks[t].sessions;
    row.organic_posts += ticks[t].organic;
    row.paid_posts += ticks[t].paid;
    row.delivered += ticks[t].delivered;
    row.served += ticks[t].served;
    row.impressions += ticks[t].impressions;
    for (std::size_t a = 0; a < action_count; ++a) row.actions[a] += ticks[t].actions[a];
  }

  for (int c = 0; c < static_cast<int>(parameters_.campaigns.size()); ++c) {
    std::vector<CampaignSeriesRow> rows(record.series.size());
    std::set<UserId> readers;
    for (const auto& [tick, look] : paid_looks_) {
      if (posts[look.post].campaign != c || !counted(posts[look.post])) continue;
      CampaignSeriesRow& row = rows[(tick - time.warmup) / series_every];
      row.new_reach += readers.insert(look.reader).second;
      ++row.impressions;
      for (std::size_t a = 0; a < action_count; ++a) row.actions[a] += look.took[a];
    }
    record.campaign_series.insert(record.campaign_series.end(), rows.begin(), rows.end());
  }

  for (std::size_t p = 0; p < posts.size(); ++p) {
    const Post& post = posts[p];
    if (post.campaign < 0 && !(track_organic && counted(post))) continue;
    PostRow row;
    row.key = post.key;
    row.author = post.author;
    row.tick = post.tick - time.warmup;
    row.campaign = post.campaign;
    row.topic = static_cast<std::uint8_t>(post.topic);
    row.tier = static_cast<std::uint8_t>(tier(post.author));
    row.impressions_followed = post.followed;
    row.impressions_reshared = post.reshared;
    row.impressions_discovered = post.discovered;
    row.impressions_promoted = post.promoted;
    row.reach = post.counters.reach;
    for (std::size_t a = 0; a < action_count; ++a) row.actions[a] = post.counters.actions[a];

    std::vector<CascadeNode> nodes{{-1, post.author, row.tick, Reason::root}};
    for (const Emission& emission : emissions) {
      if (emission.post != p || !emission.reshare) continue;
      CascadeNode node{-1, emission.emitter, emission.visible - 1 - time.warmup,
                       emission.parent_promoted     ? Reason::promoted
                       : emission.parent_discovered ? Reason::discovered
                       : emission.parent_reshare    ? Reason::reshared
                                                    : Reason::followed};
      for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].user == emission.parent) node.parent = static_cast<std::int32_t>(i);
      nodes.push_back(node);
    }
    // Distances between all pairs, by Floyd and Warshall.
    const std::size_t n = nodes.size();
    constexpr std::uint32_t far = 1'000'000;
    std::vector<std::vector<std::uint32_t>> distance(n, std::vector<std::uint32_t>(n, far));
    for (std::size_t i = 0; i < n; ++i) {
      distance[i][i] = 0;
      if (nodes[i].parent >= 0)
        distance[i][static_cast<std::size_t>(nodes[i].parent)] =
            distance[static_cast<std::size_t>(nodes[i].parent)][i] = 1;
    }
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) distance[i][j] = std::min(distance[i][j], distance[i][k] + distance[k][j]);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      row.depth = std::max(row.depth, distance[0][i]);
      for (std::size_t j = 0; j < n; ++j) sum += distance[i][j];
    }
    row.cascade_size = static_cast<std::uint32_t>(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto children = std::count_if(nodes.begin(), nodes.end(), [&](const CascadeNode& node) {
        return node.parent == static_cast<std::int32_t>(i);
      });
      row.largest_broadcast = std::max(row.largest_broadcast, static_cast<std::uint32_t>(children));
    }
    for (Tick after = 0; after <= now; ++after) {  // the first time at which half of the nodes are there
      const auto there = std::count_if(nodes.begin(), nodes.end(),
                                       [&](const CascadeNode& node) { return node.tick <= row.tick + after; });
      row.half_time = after;
      if (2 * static_cast<std::size_t>(there) >= n) break;
    }
    row.structural_virality =
        n == 1 ? std::numeric_limits<double>::quiet_NaN() : sum / (static_cast<double>(n) * static_cast<double>(n - 1));
    row.first_node = static_cast<std::uint32_t>(record.cascades.size());
    record.posts.push_back(row);
    record.cascades.insert(record.cascades.end(), nodes.begin(), nodes.end());
  }
  for (const auto& [tick, look] : counted_looks_) {
    const Post& post = posts[look.post];
    if (post.campaign < 0 && !track_organic) continue;
    LookRow& row = record.looks.emplace_back();
    while (record.posts[row.post].key != post.key) ++row.post;
    row.reader = look.reader;
    row.tick = tick - time.warmup;
    row.position = look.position + 1;
    row.before = std::min(look.exposure, 255U);
    row.held_out = held_out(look.reader);
    for (std::size_t a = 0; a < action_count; ++a) row.actions |= static_cast<std::uint32_t>(look.took[a]) << a;
    row.reason = look.promoted     ? Reason::promoted
                 : look.discovered ? Reason::discovered
                 : look.reshared   ? Reason::reshared
                                   : Reason::followed;
  }
  return record;
}

}  // namespace grapevine::slow
