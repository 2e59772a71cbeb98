#include "sim/run/diffusion_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "sim/diffusion/branching.hpp"
#include "sim/diffusion/cascade_tally.hpp"
#include "sim/diffusion/chance_rules.hpp"
#include "sim/diffusion/epidemic.hpp"
#include "sim/diffusion/epidemic_events.hpp"
#include "sim/diffusion/independent_cascade.hpp"
#include "sim/diffusion/linear_threshold.hpp"
#include "sim/diffusion/many_cascades.hpp"
#include "sim/model/population.hpp"
#include "sim/run/partners.hpp"

namespace grapevine {

namespace {

/// Numbers of the contagions of paid posts: apart from those of unpaid cascades, which count from 0.
constexpr std::uint64_t first_paid = std::uint64_t{1} << 63;

/// Who has had an impression, looked at tree by tree, account by account and campaign by campaign.
class ReachMarks {
public:
  explicit ReachMarks(std::size_t users) : marks_(users) {}

  void next_tree() { ++tree_; }
  void next_account() { ++account_; }
  void next_campaign() { ++campaign_; }
  void forget_tiers() {
    for (Mark& mark : marks_) mark.tiers = 0;
  }

  struct First {
    bool of_tree, of_account, of_campaign, of_tier, of_all;
  };
  /// An impression by `user` of a post by an author of `tier`: what it is the first of.
  First look(UserId user, std::uint8_t tier) {
    Mark& mark = marks_[user.index()];
    const First first{mark.tree != tree_, mark.account != account_, mark.campaign != campaign_,
                      (mark.tiers >> tier & 1) == 0, mark.tiers == 0};
    mark.tree = tree_;
    mark.account = account_;
    mark.campaign = campaign_;
    mark.tiers |= static_cast<std::uint16_t>(1u << tier);
    return first;
  }

private:
  struct Mark {
    std::uint32_t tree = 0;
    std::uint32_t account = 0;
    std::uint16_t campaign = 0;
    std::uint16_t tiers = 0;  ///< bit i: of tier i
  };
  static_assert(most_tiers <= 16);
  std::vector<Mark> marks_;
  std::uint32_t tree_ = 0;
  std::uint32_t account_ = 0;
  std::uint16_t campaign_ = 0;
};

/// When users first look at the posts of a campaign, in whatever order the posts are gone through.
class FirstLooks {
public:
  explicit FirstLooks(std::size_t users) : ticks_(users) {}

  void forget() { std::ranges::fill(ticks_, none); }
  void look(UserId user, Tick tick) { ticks_[user.index()] = std::min(ticks_[user.index()], tick); }
  template <class Use>
  void each(Use&& use) const {
    for (const Tick tick : ticks_)
      if (tick != none) use(tick);
  }

private:
  static constexpr Tick none = std::numeric_limits<Tick>::max();
  std::vector<Tick> ticks_;
};

/// The adopters of a forest, tree by tree in the order of the seeds, each tree in the order of the forest.
std::vector<std::vector<CascadeNode>> trees_of(const Spread& spread, std::size_t seeds) {
  std::vector<std::vector<CascadeNode>> trees(seeds);
  struct Place {
    std::uint32_t tree, node;
  };
  std::vector<Place> places;
  places.reserve(spread.adopters.size());
  for (std::size_t i = 0; i < spread.adopters.size(); ++i) {
    const Adopter& adopter = spread.adopters[i];
    const bool root = i < seeds;
    const Place parent = root ? Place{static_cast<std::uint32_t>(i), 0} : places[adopter.parent];
    std::vector<CascadeNode>& tree = trees[parent.tree];
    places.push_back({parent.tree, static_cast<std::uint32_t>(tree.size())});
    tree.push_back({root ? -1 : static_cast<std::int32_t>(parent.node), adopter.user, adopter.step,
                    root               ? Reason::root
                    : parent.node == 0 ? Reason::followed
                                       : Reason::reshared});
  }
  return trees;
}

}  // namespace

std::unique_ptr<Contagion> make_contagion(const Audience& audience, const Chances& chances,
                                          const DiffusionParameters& diffusion) {
  switch (diffusion.model) {
    case DiffusionModel::independent_cascade:
      return std::make_unique<IndependentCascade>(audience, chances, diffusion.sampling, diffusion.steps);
    case DiffusionModel::linear_threshold:
      return std::make_unique<LinearThreshold>(audience, chances, diffusion.steps);
    case DiffusionModel::si:
      return std::make_unique<Epidemic>(audience, chances, 0.0, diffusion.steps);
    case DiffusionModel::sir:
      if (diffusion.time == EpidemicTime::events)
        return std::make_unique<EpidemicEvents>(audience, chances, diffusion.recovery, diffusion.steps);
      return std::make_unique<Epidemic>(audience, chances, diffusion.recovery, diffusion.steps);
    case DiffusionModel::branching:
      return std::make_unique<Branching>(audience.graph(), chances.probability(), diffusion.steps);
    case DiffusionModel::feed:
      break;
  }
  GRAPEVINE_EXPECTS(!"the feed model is no contagion");
  return nullptr;
}

void expect_possible(const DiffusionParameters& diffusion, const FollowGraph& graph, std::span<const Chance> of_follows,
                     const TierParameters& tiers) {
  if (diffusion.probability == Probability::follow && diffusion.model != DiffusionModel::branching &&
      of_follows.empty() && graph.follow_count() > 0)
    throw BadRequest(
        "diffusion.probability is \"column\", and the graph brought no probabilities; expected graph.chances, the name "
        "of the column of "
        "its file that has them");
  if (graph.follow_count() > 0 &&
      (diffusion.probability == Probability::uniform || diffusion.model == DiffusionModel::branching)) {
    const double mean_followers = mean_follower_count(graph);
    const auto expect_within = [](double adoptions, std::string_view key, double followers, std::string_view whose) {
      if (adoptions > followers)
        throw BadRequest(
            fmt::format("diffusion.{} is {}, and {} have {:.4g} followers on average; expected at most one adoption "
                        "per follower; lower it",
                        key, adoptions, whose, followers));
    };
    if (diffusion.along_follows >= 0)
      expect_within(diffusion.along_follows, "along_follows", mean_reader_followers(graph), "the readers of follows");
    else
      expect_within(diffusion.adoptions, "adoptions", mean_followers, "users");
    const bool as_given = diffusion.along_follows < 0 && diffusion.adoptions >= 0;
    const double adoptions = as_given ? diffusion.adoptions : uniform_chance(graph, diffusion) * mean_followers;
    if (diffusion.model == DiffusionModel::branching && diffusion.steps == 0 && adoptions >= 1.0)
      throw BadRequest(
          fmt::format("a branching process in which an adopter brings about {:.4g} adoptions does not die out; "
                      "expected less than 1; lower "
                      "diffusion.{}, or bound diffusion.steps",
                      adoptions,
                      diffusion.along_follows >= 0 ? "along_follows"
                      : diffusion.adoptions >= 0   ? "adoptions"
                                                   : "chance"));
  }
  if (diffusion.tier.empty() || diffusion.cascades == 0) return;
  const auto of_tier = [&](std::uint32_t followers) {
    return tiers.names[tier_of(followers, tiers)] == diffusion.tier;
  };
  if (std::ranges::none_of(graph.follower_counts(), of_tier))
    throw BadRequest(fmt::format(
        "diffusion.tier is \"{}\", and no user of this graph is of that tier; expected a tier that has users",
        diffusion.tier));
}

DiffusionReplicate::DiffusionReplicate(const FollowGraph& graph, const Users& accounts,
                                       std::span<const Chance> of_follows, const WorldParameters& parameters,
                                       const Deals& deals, ReplicateStreams streams,
                                       std::shared_ptr<ReproductionNumbers> numbers)
    : graph_(graph),
      accounts_(accounts),
      of_follows_(of_follows),
      parameters_(parameters),
      deals_(deals),
      dynamics_number_(streams.dynamics),
      dynamics_(parameters.seed, Stream::dynamics, streams.dynamics),
      interests_(accounts, parameters.population, dynamics_),
      audience_(graph),
      tier_(graph.user_count()),
      tier_sizes_(parameters.tiers.from.size(), 0),
      numbers_(std::move(numbers)) {
  parallel_for(tier_.size(), [&](std::size_t user) {
    tier_[user] = tier_of(graph.follower_count(UserId{static_cast<std::uint32_t>(user)}), parameters.tiers);
  });
  for (const std::uint8_t tier : tier_) ++tier_sizes_[tier];
}

Chances DiffusionReplicate::chances_for(const DiffusionParameters& diffusion, std::uint32_t topic) const {
  DiffusionParameters asked = diffusion;
  if (asked.model == DiffusionModel::branching) asked.probability = Probability::uniform;
  return make_chances(audience_, asked, of_follows_, interests_, parameters_.population.interest_skew, topic,
                      dynamics_);
}

double DiffusionReplicate::reproduction_number(const RunParameters& arm) const {
  expect_possible(arm.diffusion, graph_, of_follows_, parameters_.tiers);
  const auto paid = std::ranges::find_if(parameters_.campaigns,
                                         [&](const CampaignParameters& it) { return runs_campaign(arm.pays, it); });
  const auto topic = static_cast<std::uint32_t>(paid == parameters_.campaigns.end() ? 0 : std::max(0, paid->topic));
  return numbers_->of(audience_, arm.diffusion, topic, dynamics_number_,
                      [&] { return chances_for(arm.diffusion, topic); });
}

/// An arm while it runs.
class DiffusionReplicate::ArmRun {
public:
  ArmRun(const DiffusionReplicate& replicate, const RunParameters& run, const RecordOptions& options,
         const ShareHook& hook, std::uint32_t draw)
      : world_(replicate),
        run_(run),
        diffusion_(run.diffusion),
        options_(options),
        hook_(hook),
        deals_(replicate.deals_.of(draw)),
        contagions_(replicate.dynamics_.key(Draw::contagion)),
        marks_(replicate.graph_.user_count()),
        first_looks_(replicate.graph_.user_count()) {
    expect_possible(diffusion_, world_.graph_, world_.of_follows_, world_.parameters_.tiers);
  }

  RunRecord record() {
    start_rows();
    spread_unpaid();
    spread_paid();
    finish_rows();
    record_.reproduction_number = world_.reproduction_number(run_);
    return std::move(record_);
  }

private:
  void tell(double done) const {
    if (hook_) hook_(done);
  }

  bool by_topic() const {
    return diffusion_.probability == Probability::topic_match && diffusion_.model != DiffusionModel::branching;
  }

  Chances chances_for(std::uint32_t topic) const { return world_.chances_for(diffusion_, topic); }

  void start_rows() {
    const std::size_t tiers = world_.tier_sizes_.size();
    record_.tiers.resize(tiers);
    record_.ledger.resize(source_count * tiers);
    record_.group_sessions.assign(reader_groups, 0);
    record_.readers.resize(reader_groups * tiers);
    record_.curve.resize(follower_class(static_cast<std::uint32_t>(world_.graph_.user_count())) + 1);
    const Tick every = std::max<Tick>(1, options_.series_every),
               end = world_.parameters_.time.measure + world_.parameters_.time.followup;
    for (Tick tick = 0; tick < end; tick += every) {
      record_.series.push_back({});
      record_.series.back().first_tick = tick;
    }
    record_.campaign_series.resize(world_.parameters_.campaigns.size() * record_.series.size());
  }

  // --- unpaid cascades

  void spread_unpaid() {
    const std::vector<UserId> roots = roots_of_tier();
    CascadeTally tally(world_.tier_sizes_.size(), diffusion_.large);
    const std::uint64_t topics = by_topic() ? world_.parameters_.population.topics : 1;
    for (std::uint64_t topic = 0; topic < topics && diffusion_.cascades > 0;
         ++topic) {  // each topic has its share of the numbers
      const auto first_of = [&](std::uint64_t t) {
        return diffusion_.cascades / topics * t + diffusion_.cascades % topics * t / topics;
      };
      ManyCascadesParameters many{
          .stream = contagions_,
          .first = first_of(topic),
          .cascades = first_of(topic + 1) - first_of(topic),
          .roots = roots,
          .steps = diffusion_.steps,
          .tiers = world_.parameters_.tiers,
          .large = diffusion_.large,
          .trees_from = diffusion_.trees_from,
          .progress = [&](std::uint64_t done) {
            tell(static_cast<double>(first_of(topic) + done) / static_cast<double>(diffusion_.cascades));
          }};
      const ManyCascades found = spread_many_of(many, chances_for(static_cast<std::uint32_t>(topic)));
      tally.add(found.tally);
      record_.event_hash += found.event_hash;
      for (const KeptTree& tree : found.trees) keep(tree, static_cast<std::uint8_t>(topic));
    }
    const std::vector<TierRow> tiers = tally.tiers();
    std::ranges::copy(tiers, record_.tiers.begin());
    for (TierRow& row : record_.tiers)
      row.authors = row.outcomes.posts;  // each is an account of its own, as in the curve
    std::ranges::copy(tally.curve(), record_.curve.begin());
    if (diffusion_.cascades > 0) record_.shapes = tally.shapes();
  }

  ManyCascades spread_many_of(const ManyCascadesParameters& many, const Chances& chances) const {
    if (diffusion_.model == DiffusionModel::branching)
      return spread_many_branching(world_.graph_, chances.probability(), many);
    if (diffusion_.model == DiffusionModel::independent_cascade && chances.is_uniform())
      return spread_many_independent(world_.audience_, chances.probability(), diffusion_.sampling, many);
    return spread_many(world_.graph_, many, [&] { return make_contagion(world_.audience_, chances, diffusion_); });
  }

  /// Users among whom the roots of unpaid cascades are drawn; empty: all.
  std::vector<UserId> roots_of_tier() const {
    std::vector<UserId> roots;
    if (diffusion_.tier.empty() || diffusion_.cascades == 0) return roots;
    const std::vector<std::string>& names = world_.parameters_.tiers.names;
    const auto tier = static_cast<std::size_t>(std::ranges::find(names, diffusion_.tier) - names.begin());
    for (std::uint32_t u = 0; u < world_.tier_.size(); ++u)
      if (world_.tier_[u] == tier) roots.push_back(UserId{u});
    return roots;
  }

  void keep(const KeptTree& kept, std::uint8_t topic) {
    Spread spread;
    spread.adopters = kept.adopters;
    const std::vector<CascadeNode> tree = std::move(trees_of(spread, 1).front());
    std::uint64_t impressions = 0, reach = 0;
    const std::uint8_t tier = world_.tier_[tree.front().user.index()];
    marks_.next_tree();
    for (const CascadeNode& node : tree) {
      impressions += contacts_of(node);
      for (const UserId follower : followers_reached(node)) reach += marks_.look(follower, tier).of_tree;
    }
    if (diffusion_.model == DiffusionModel::branching) reach = impressions;
    PostRow row;
    row.key = mix(contagions_ ^ kept.number);
    row.author = tree.front().user;
    row.topic = topic;
    add_post(tree, row, impressions, reach);
  }

  // --- paid posts

  void spread_paid() {
    marks_.forget_tiers();
    put_purchases(
        world_.parameters_, deals_, run_.pays, [&](UserId user) { return world_.tier_[user.index()]; }, record_);
    record_.products.resize(world_.parameters_.products.size());  // nobody looks, nobody buys
    Alone alone;
    put_audiences(world_.graph_, world_.parameters_, deals_, run_.pays, alone.readers(world_.graph_.user_count()),
                  alone, record_);
    std::size_t influencer = 0;
    for (std::uint32_t c = 0; c < record_.campaigns.size(); ++c) {
      if (!runs_campaign(run_.pays, world_.parameters_.campaigns[c])) continue;
      marks_.next_campaign();
      spread_campaign(c, influencer);
      influencer += deals_[c].purchases.size();
    }
  }

  void spread_campaign(std::uint32_t c, std::size_t first_influencer) {
    const CampaignParameters& campaign = world_.parameters_.campaigns[c];
    const std::vector<Purchase>& purchases = deals_[c].purchases;
    const auto topic = static_cast<std::uint32_t>(std::max(0, campaign.topic));
    const Chances chances = chances_for(topic);
    const std::unique_ptr<Contagion> contagion = make_contagion(world_.audience_, chances, diffusion_);
    std::uint32_t waves = 0;
    for (const Purchase& purchase : purchases) waves = std::max(waves, purchase.posts);
    first_looks_.forget();
    std::vector<std::vector<PaidPost>> posts_of(purchases.size());
    Spread spread;
    for (std::uint32_t wave = 0; wave < waves; ++wave) {
      tell(1.0);
      std::vector<UserId> seeds;
      std::vector<std::size_t> accounts;
      for (std::size_t i = 0; i < purchases.size(); ++i) {
        if (purchases[i].posts <= wave) continue;
        seeds.push_back(purchases[i].user);
        accounts.push_back(i);
      }
      contagion->run(seeds, ContagionKey(contagions_, first_paid + wave), spread);
      std::vector<std::vector<CascadeNode>> trees = trees_of(spread, seeds.size());
      for (std::size_t s = 0; s < trees.size(); ++s) {
        PostRow row;
        row.key = nested_mix(contagions_ ^ campaign_key(campaign.name), seeds[s].value(), wave);
        row.author = seeds[s];
        row.campaign = static_cast<std::int32_t>(c);
        row.topic = static_cast<std::uint8_t>(topic);
        posts_of[accounts[s]].push_back({std::move(trees[s]), row});
      }
    }
    for (std::size_t i = 0; i < purchases.size();
         ++i) {  // account by account: whom it reaches is known once all its posts are looked at
      marks_.next_account();
      for (std::uint32_t wave = 0; wave < posts_of[i].size(); ++wave)
        count_paid(posts_of[i][wave], record_.influencers[first_influencer + i],
                   ContagionKey(contagions_, first_paid + wave));
      paid_before_.insert(purchases[i].user);
    }
    first_looks_.each([&](Tick step) { ++campaign_bin(c, step).new_reach; });
    for (std::uint32_t wave = 0; wave < waves; ++wave)
      for (const std::vector<PaidPost>& posts : posts_of)
        if (wave < posts.size())
          add_post(posts[wave].tree, posts[wave].row, posts[wave].impressions, posts[wave].reach);
  }

  struct PaidPost {
    std::vector<CascadeNode> tree;
    PostRow row;
    std::uint64_t impressions = 0, reach = 0;
  };

  /// Adds the post to the rows of its account, campaign and tier.
  void count_paid(PaidPost& paid, InfluencerRow& influencer, ContagionKey key) {
    const std::vector<CascadeNode>& tree = paid.tree;
    const std::uint8_t tier = world_.tier_[paid.row.author.index()];
    Outcomes post{.posts = 1};
    post.actions[Action::reshare] = tree.size() - 1;
    std::uint64_t new_to_account = 0, new_to_campaign = 0, new_to_tier = 0, new_to_all = 0;
    marks_.next_tree();
    for (const CascadeNode& node : tree) {
      post.impressions += contacts_of(node);
      for (const UserId follower : followers_reached(node)) {
        const ReachMarks::First first = marks_.look(follower, tier);
        first_looks_.look(follower, node.tick);
        post.reach += first.of_tree;
        new_to_account += first.of_account;
        new_to_campaign += first.of_campaign;
        new_to_tier += first.of_tier;
        new_to_all += first.of_all;
      }
      record_.event_hash += adoption_hash(
          key, node.user, node.parent < 0 ? node.user : tree[static_cast<std::size_t>(node.parent)].user, node.tick);
      SeriesRow& now = bin(node.tick);
      if (node.parent >= 0) ++now.actions[Action::reshare];
      now.impressions += contacts_of(node);
      now.delivered = now.served = now.impressions;
      add_to_campaign(static_cast<std::uint32_t>(paid.row.campaign), node, influencer.posts == 0);
    }
    if (diffusion_.model == DiffusionModel::branching) {  // audiences never overlap, but an account's own followers are
                                                          // those of its first post
      const std::uint64_t own = contacts_of(tree.front());
      post.reach = post.impressions;
      new_to_account = new_to_campaign = post.impressions - (influencer.posts > 0 ? own : 0);
      new_to_tier = new_to_all =
          post.impressions - (influencer.posts > 0 || paid_before_.contains(paid.row.author) ? own : 0);
    }
    ++bin(0).paid_posts;
    post.first_looks = post.reach;

    const auto add_with = [&](std::uint64_t reach, Outcomes& sum) {
      Outcomes more = post;
      more.reach = reach;
      add(more, sum);
    };
    add_with(new_to_account, influencer.outcomes);
    add_with(new_to_campaign, record_.campaigns[static_cast<std::size_t>(paid.row.campaign)].outcomes);
    add_with(new_to_tier, record_.tiers[tier].outcomes);
    record_.paid_reach += new_to_all;
    if (influencer.posts++ == 0 && !paid_before_.contains(paid.row.author)) ++record_.tiers[tier].authors;
    record_.tiers[tier].follower_posts += world_.graph_.follower_count(paid.row.author);
    paid.impressions = post.impressions;
    paid.reach = post.reach;
  }

  /// Whether the adopter tries its followers: those of the last step that is looked at do not.
  bool tries(const CascadeNode& node) const { return diffusion_.steps == 0 || node.tick < diffusion_.steps; }
  std::uint64_t contacts_of(const CascadeNode& node) const {
    return tries(node) ? world_.graph_.follower_count(node.user) : 0;
  }
  std::span<const UserId> followers_reached(const CascadeNode& node) const {
    return tries(node) && diffusion_.model != DiffusionModel::branching ? world_.audience_.followers(node.user)
                                                                        : std::span<const UserId>{};
  }

  /// What the node brings its campaign while it is tried. Of branching processes, whose audiences never overlap, new
  /// readers are counted here; an account's own followers are those of its first post.
  void add_to_campaign(std::uint32_t campaign, const CascadeNode& node, bool first_post) {
    CampaignSeriesRow& row = campaign_bin(campaign, node.tick);
    row.impressions += contacts_of(node);
    if (node.parent >= 0) ++row.actions[Action::reshare];
    if (diffusion_.model == DiffusionModel::branching && (node.parent >= 0 || first_post))
      row.new_reach += contacts_of(node);
  }

  std::size_t place_of(Tick step) const {
    return std::min<std::size_t>(step / std::max<Tick>(1, options_.series_every), record_.series.size() - 1);
  }
  SeriesRow& bin(Tick step) { return record_.series[place_of(step)]; }
  CampaignSeriesRow& campaign_bin(std::uint32_t campaign, Tick step) {
    return record_.campaign_series[campaign * record_.series.size() + place_of(step)];
  }

  static void add(const Outcomes& more, Outcomes& sum) {
    sum.posts += more.posts;
    sum.impressions += more.impressions;
    sum.first_looks += more.first_looks;
    sum.reach += more.reach;
    sum.actions[Action::reshare] += more.actions[Action::reshare];
  }

  // --- rows

  void add_post(const std::vector<CascadeNode>& tree, PostRow row, std::uint64_t impressions, std::uint64_t reach) {
    row.tier = world_.tier_[row.author.index()];
    row.impressions_followed = contacts_of(tree.front());
    row.impressions_reshared = impressions - row.impressions_followed;
    row.reach = reach;
    row.actions[Action::reshare] = tree.size() - 1;
    put_shape(tree, row);
    row.first_node = record_.cascades.size();
    record_.posts.push_back(row);
    if (options_.cascades) record_.cascades.insert(record_.cascades.end(), tree.begin(), tree.end());
  }

  /// What follows from the sums of both kinds of roots.
  void finish_rows() {
    for (std::size_t t = 0; t < record_.tiers.size(); ++t) {
      TierRow& row = record_.tiers[t];
      row.accounts = world_.tier_sizes_[t];
      row.outcomes.delivered = row.outcomes.served = row.outcomes.impressions;
      if (diffusion_.cascades > 0)
        row.outcomes.reach = row.outcomes.first_looks =
            0;  // unpaid cascades happen in worlds of their own, where who looks is not told apart
      row.mean_rate_per_impression = row.mean_rate_per_follower =
          std::numeric_limits<double>::quiet_NaN();  // no account has a rate of its own: each unpaid cascade is an
                                                     // experiment by itself
      const std::uint64_t of_authors = row.follower_posts, all = row.outcomes.impressions;
      record_.ledger[source_count * t] = {of_authors, of_authors, of_authors};
      record_.ledger[source_count * t + 1] = {all - of_authors, all - of_authors, all - of_authors};
    }
  }

  const DiffusionReplicate& world_;
  const RunParameters& run_;
  const DiffusionParameters& diffusion_;
  const RecordOptions& options_;
  const ShareHook& hook_;
  const std::vector<Deal> deals_;
  std::uint64_t contagions_;
  ReachMarks marks_;
  FirstLooks first_looks_;
  std::set<UserId> paid_before_;  ///< accounts whose posts are counted
  RunRecord record_;
};

RunRecord DiffusionReplicate::run_arm(const RunParameters& arm, const RecordOptions& options, const ShareHook& hook,
                                      std::uint32_t draw) const {
  return ArmRun(*this, arm, options, hook, draw).record();
}

}  // namespace grapevine
