#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "scenarios/reader/read_scenario.hpp"

/// What tests of the scenario reader share: files of their own, the messages of a refusal, and a Scenario field by
/// field.
namespace grapevine::test {

/// A folder that is gone with the test.
class Folder {
public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "grapevine-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// The messages of the refusal without the folder of the file; empty when the scenario is understood.
inline std::vector<std::string> refusal(const std::filesystem::path& file,
                                        const std::vector<std::string>& overrides = {}) {
  try {
    (void)read_scenario(file, overrides);
    return {};
  } catch (const BadRequest& request) {
    std::vector<std::string> messages;
    const std::string folder = file.parent_path().string() + "/";
    for (std::string message : request.messages()) {
      for (std::size_t at; !folder.empty() && (at = message.find(folder)) != std::string::npos;)
        message.erase(at, folder.size());
      messages.push_back(message);
    }
    return messages;
  }
}

inline std::vector<std::string> refusal_of_text(const std::string& text,
                                                const std::vector<std::string>& overrides = {}) {
  const Folder folder;
  return refusal(folder.write("study.toml", text), overrides);
}

/// The one message of the refusal; a CHECK on it shows all of them.
inline std::string only(const std::vector<std::string>& messages) {
  std::string text;
  for (const std::string& message : messages) text += (text.empty() ? "" : "\n") + message;
  return text;
}

inline const std::string two_campaigns =
    "[[campaign]]\nname = \"one\"\naccounts = \"largest\"\ncount = 1\nposts = 4\n"
    "[[campaign]]\nname = \"many\"\nfollowers = [10, 30]\nbudget_of = \"one\"\n";

inline Scenario scenario_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const Folder folder;
  return read_scenario(folder.write("study.toml", text), overrides);
}

/// The least that is a study.
inline const std::string smallest = "format = 1\nseed = 7\ngraph.users = 1000\n";

/// Every field of what a scenario is read into, by name, written down here by hand and not taken from the key table.
inline std::map<std::string, std::string> fields(const Scenario& s) {
  std::map<std::string, std::string> all;
  const auto put = [&](const std::string& name, const auto& value) { all[name] = fmt::format("{}", value); };
  const auto put_per_action = [&](const std::string& name, const PerAction& values) {
    for (std::size_t i = 0; i < action_count; ++i) put(fmt::format("{}[{}]", name, i), values[i]);
  };
  const auto put_list = [&](const std::string& name, const auto& values) {
    std::string text;
    for (const auto& value : values) text += fmt::format("{};", value);
    all[name] = text;
  };
  const auto put_run = [&](const std::string& name, const RunParameters& run) {
    put(name + ".ranking", int(run.feed.ranking));
    put(name + ".formula", run.feed.formula);
    put(name + ".memory", int(run.feed.memory));
    put(name + ".window", run.feed.window);
    put(name + ".length", run.feed.length);
    put(name + ".queue", run.feed.queue);
    put(name + ".simsom.form", int(run.feed.simsom.form));
    put(name + ".simsom.step", run.feed.simsom.step);
    put_per_action(name + ".weights", run.feed.weights);
    put_per_action(name + ".prior", run.feed.prior);
    put_per_action(name + ".prior_strength", run.feed.prior_strength);
    put(name + ".perturbation", run.feed.perturbation);
    put(name + ".age_half_life", run.feed.age_half_life);
    put(name + ".verified", run.feed.verified);
    put(name + ".verified_outside", run.feed.verified_outside);
    put(name + ".creator", run.feed.creator);
    put(name + ".creator_outside", run.feed.creator_outside);
    put(name + ".holdout", run.feed.holdout);
    put(name + ".author_strength", run.feed.author_strength);
    put(name + ".author_half_life", run.feed.author_half_life);
    put(name + ".tie", run.feed.tie);
    put(name + ".feed_topic_match", run.feed.topic_match);
    put(name + ".answered_weight", run.feed.answered_weight);
    put(name + ".preset", int(run.feed.preset));
    put(name + ".mutual_reply_weight", run.feed.mutual_reply_weight);
    put(name + ".good_click_weight", run.feed.good_click_weight);
    put(name + ".good_visit_weight", run.feed.good_visit_weight);
    const FeedRules& rules = run.feed.rules;
    put(name + ".rules.out_of_network", rules.out_of_network);
    put(name + ".rules.reposts", rules.reposts);
    put(name + ".rules.age_middle", rules.age_middle);
    put(name + ".rules.age_slope", rules.age_slope);
    put(name + ".rules.age_floor", rules.age_floor);
    put(name + ".rules.diversity", rules.diversity);
    put(name + ".rules.diversity_floor", rules.diversity_floor);
    put(name + ".rules.negative_scale", rules.negative_scale);
    put(name + ".rules.fatigue", rules.fatigue);
    put(name + ".rules.lift_to", rules.lift_to);
    put(name + ".rules.lift_followers", rules.lift_followers);
    put(name + ".rules.lift_impressions", rules.lift_impressions);
    put(name + ".rules.most_in_network", rules.most_in_network);
    put(name + ".rules.most_outside", rules.most_outside);
    put(name + ".answered_strength", run.feed.answered_strength);
    put_per_action(name + ".probability", run.behaviour.probability);
    put(name + ".topic_match", run.behaviour.topic_match);
    put(name + ".social_proof", run.behaviour.social_proof);
    put(name + ".stranger", run.behaviour.stranger);
    put(name + ".credibility", run.behaviour.credibility);
    put(name + ".similarity", run.behaviour.similarity);
    put(name + ".exposures", run.behaviour.exposures);
    put(name + ".discovery.share", run.discovery.share);
    put(name + ".discovery.pool", run.discovery.pool);
    put(name + ".discovery.refresh", run.discovery.refresh);
    put(name + ".discovery.gate", int(run.discovery.gate));
    put(name + ".discovery.topics", run.discovery.topics);
    put(name + ".discovery.cold", run.discovery.cold);
    put(name + ".discovery.cold_followers", run.discovery.cold_followers);
    put(name + ".discovery.cold_impressions", run.discovery.cold_impressions);
    put(name + ".answers.per_day", run.answers.per_day);
    put(name + ".answers.spread", run.answers.spread);
    put(name + ".answers.patience", run.answers.patience);
    put(name + ".trust.effect", run.trust.effect);
    put(name + ".trust.start", run.trust.start);
    put(name + ".trust.stranger", run.trust.stranger);
    put(name + ".trust.answered", run.trust.answered);
    put(name + ".trust.bystander", run.trust.bystander);
    put(name + ".trust.sponsored", run.trust.sponsored);
    put(name + ".trust.half_life", run.trust.half_life);
    put(name + ".sponsorship.reaction", run.sponsorship.reaction);
    put(name + ".follow_after_visit", run.behaviour.follow_after_visit);
    put(name + ".unfollow.hides", run.unfollow.hides);
    put(name + ".unfollow.crowded", run.unfollow.crowded);
    put(name + ".unfollow.probability", run.unfollow.probability);
    put(name + ".parent", int(run.behaviour.parent));
    put(name + ".again", int(run.behaviour.again));
    put_list(name + ".pays", run.pays);
    put(name + ".draws", run.draws);
    put(name + ".diffusion.model", int(run.diffusion.model));
    put(name + ".diffusion.probability", int(run.diffusion.probability));
    put(name + ".diffusion.chance", run.diffusion.chance);
    put(name + ".diffusion.adoptions", run.diffusion.adoptions);
    put(name + ".diffusion.along_follows", run.diffusion.along_follows);
    put(name + ".diffusion.sampling", int(run.diffusion.sampling));
    put(name + ".diffusion.recovery", run.diffusion.recovery);
    put(name + ".diffusion.time", int(run.diffusion.time));
    put(name + ".diffusion.steps", run.diffusion.steps);
    put(name + ".diffusion.cascades", run.diffusion.cascades);
    put(name + ".diffusion.tier", run.diffusion.tier);
    put(name + ".diffusion.large", run.diffusion.large);
    put(name + ".diffusion.trees_from", run.diffusion.trees_from);
  };
  put("title", s.title);
  put("seed", s.world.seed);
  put("replicates", s.replicates);
  put("redraw", fmt::format("{}{}{}{}", s.redraw.graph, s.redraw.selection, s.redraw.content, s.redraw.dynamics));
  put("graph.model", int(s.graph.model));
  put("graph.users", s.graph.users);
  put("graph.mean_followees", s.graph.mean_followees);
  put("graph.followees_spread", s.graph.followees_spread);
  put("graph.exponent", s.graph.exponent);
  put("graph.largest_share", s.graph.largest_share);
  for (const auto& audience : s.graph.audiences)
    all["graph.audiences"] += fmt::format("{},{};", audience[0], audience[1]);
  put("graph.stands_for", s.graph.stands_for);
  put("graph.active", s.graph.active);
  put("graph.largest", s.graph.largest);
  put("graph.least", s.graph.least);
  put("graph.reciprocity", s.graph.reciprocity);
  put("graph.followees_median", s.graph.followees_median);
  put("graph.correlation", s.graph.correlation);
  put("graph.communities", s.graph.communities);
  put("graph.homophily", s.graph.homophily);
  put("graph.neighbourhood", s.graph.neighbourhood);
  put("graph.closeness", s.graph.closeness);
  put("graph.closure", s.graph.closure);
  put("graph.followees_exponent", s.graph.followees_exponent);
  put("graph.largest_followees", s.graph.largest_followees);
  put("graph.degrees", s.graph.degrees.filename().string());
  put("graph.followees", s.graph.followees);
  put("graph.rewiring", s.graph.rewiring);
  put("graph.alpha", s.graph.alpha);
  put("graph.gamma", s.graph.gamma);
  put("graph.delta_in", s.graph.delta_in);
  put("graph.delta_out", s.graph.delta_out);
  put_list("graph.block_sizes", s.graph.block_sizes);
  for (const auto& row : s.graph.densities) all["graph.densities"] += fmt::format("[{}]", fmt::join(row, ","));
  put_list("graph.quadrants", s.graph.quadrants);
  put("graph.noise", s.graph.noise);
  put("graph.randomise", s.graph.randomise);
  put("graph.affinity", s.graph.affinity);
  for (std::size_t i = 0; i < s.graph.plants.size(); ++i) {
    const PlantChoice& plant = s.graph.plants[i];
    const std::string name = fmt::format("plant {}.", i);
    put(name + "name", plant.name);
    put(name + "accounts", plant.accounts);
    put(name + "followers.least", plant.followers.least);
    put(name + "followers.most", plant.followers.most);
    put(name + "from", int(plant.from));
    put(name + "drawn", int(plant.drawn));
    put(name + "homophily", plant.homophily);
    put(name + "nested", plant.nested);
  }
  put("graph.file", s.graph.file.filename().string());
  put("graph.accounts", s.graph.accounts.filename().string());
  put("graph.attributes", fmt::format("{}", fmt::join(s.graph.attributes, ",")));
  put_list("graph.columns", s.graph.columns);
  put("graph.format", int(s.graph.format));
  put("graph.separator", s.graph.separator);
  put("graph.comments", s.graph.comments);
  put("graph.chances", s.graph.chances);
  put("graph.undirected", s.graph.undirected);
  put("graph.reversed", s.graph.reversed);
  put("time.tick_seconds", s.world.time.tick_seconds);
  put("time.warmup", s.world.time.warmup);
  put("time.measure", s.world.time.measure);
  put("time.followup", s.world.time.followup);
  const PopulationParameters& p = s.world.population;
  put("population.sessions_per_day", p.sessions_per_day);
  put("population.active_sessions", p.active_sessions);
  put("population.shared_interest", p.shared_interest);
  put("population.session_spread", p.session_spread);
  put("population.posts_per_day", p.posts_per_day);
  put("population.post_spread", p.post_spread);
  put("population.patience", p.patience);
  put("population.patience_spread", p.patience_spread);
  put_list("population.daily_profile", p.daily_profile);
  put("population.topics", p.topics);
  put("population.focus", p.focus);
  put("population.interest_skew", p.interest_skew);
  put("population.propensity_spread", p.propensity_spread);
  put("population.quality_spread", p.quality_spread);
  put_list("tiers.names", s.world.tiers.names);
  put_list("tiers.from", s.world.tiers.from);
  put_list("tiers.fake_followers", s.world.tiers.fake_followers);
  put_list("tiers.verified", s.world.tiers.verified);
  put_list("tiers.creators", s.world.tiers.creators);
  put("price.post", s.world.prices.post);
  put("price.follower", s.world.prices.follower);
  put("price.exponent", s.world.prices.exponent);
  put("price.spread", s.world.prices.spread);
  put("price.scale", s.world.prices.scale);
  put("price.engagement", s.world.prices.engagement);
  put_list("price.card", s.world.prices.card);
  put("price.manage", s.world.prices.manage);
  put("price.currency", s.world.prices.currency);
  for (std::size_t i = 0; i < s.world.products.size(); ++i) {
    const ProductParameters& product = s.world.products[i];
    const std::string name = fmt::format("product {}.", i);
    put(name + "name", product.name);
    put(name + "topic", product.topic);
    put(name + "rate", product.rate);
    put(name + "affinity", product.affinity);
    put(name + "look", product.look);
    put(name + "click", product.click);
    put(name + "half_life", product.half_life);
    put(name + "credit", product.credit);
  }
  for (std::size_t i = 0; i < s.world.campaigns.size(); ++i) {
    const CampaignParameters& c = s.world.campaigns[i];
    const std::string name = fmt::format("campaign {}.", i);
    put(name + "name", c.name);
    put(name + "choose", int(c.choose));
    put_list(name + "accounts", c.accounts);
    put(name + "product", c.product);
    put(name + "margin", c.margin);
    put(name + "tier", c.tier);
    put(name + "plant", c.plant);
    put(name + "member", c.member);
    put(name + "acceptance", c.acceptance);
    put(name + "answer_after", c.answer_after);
    put(name + "epsilon", c.epsilon);
    put(name + "runs", c.runs);
    put(name + "budget_share", c.budget_share);
    put(name + "followers.least", c.followers.least);
    put(name + "followers.most", c.followers.most);
    put(name + "count", c.count);
    put(name + "posts", c.posts);
    put(name + "budget", c.budget);
    put(name + "budget_of", c.budget_of);
    put(name + "topic", c.topic);
    put(name + "start", c.start);
    put(name + "every", c.every);
    put(name + "slots", c.slots);
    put(name + "replace_within", c.replace_within);
    put(name + "promotion.money", c.promotion.money);
    put(name + "promotion.price", c.promotion.price);
    put(name + "promotion.time", c.promotion.time);
    put(name + "promotion.audience", int(c.promotion.audience));
    put(name + "promotion.topics", c.promotion.topics);
    put(name + "promotion.place", c.promotion.place);
    put(name + "promotion.cap", c.promotion.cap);
  }
  put_run("run", s.run);
  for (std::size_t i = 0; i < s.arms.size(); ++i) {
    put(fmt::format("arm {}.name", i), s.arms[i].name);
    put(fmt::format("arm {}.warmup", i), int(s.arms[i].warmup));
    put_run(fmt::format("arm {}", i), s.arms[i].run);
  }
  for (std::size_t i = 0; i < s.contrasts.size(); ++i) {
    put(fmt::format("contrast {}.arm", i), s.contrasts[i].arm);
    put(fmt::format("contrast {}.against", i), s.contrasts[i].against);
  }
  for (std::size_t i = 0; i < s.bands.size(); ++i) {
    const BandChoice& band = s.bands[i];
    const std::string name = fmt::format("band {}.", i);
    put(name + "arm", band.arm);
    put(name + "metric", band.metric);
    put(name + "of", band.of);
    put(name + "low", band.low);
    put(name + "high", band.high);
    put(name + "source", band.source);
  }
  put("claims.arm", s.claims.arm);
  put("claims.silent_arm", s.claims.silent_arm);
  put("claims.micro_arm", s.claims.micro_arm);
  put("claims.mega_arm", s.claims.mega_arm);
  put("claims.micro", s.claims.micro);
  put("claims.mega", s.claims.mega);
  put("claims.margin", s.claims.margin);
  put("claims.attribution", static_cast<int>(s.claims.attribution));
  put("drift", s.drift);
  put("output.series_every", s.output.series_every);
  put("output.track_share", s.output.track_share);
  put("output.cascades", s.output.cascades);
  put("output.shadow", s.output.shadow);
  put("output.positions", s.output.positions);
  put("output.looks", s.output.looks);
  return all;
}

/// Names of the fields in which two scenarios differ.
inline std::vector<std::string> differing(const Scenario& a, const Scenario& b) {
  const auto left = fields(a), right = fields(b);
  std::vector<std::string> names;
  for (const auto& [name, value] : left)
    if (!right.count(name) || right.at(name) != value) names.push_back(name);
  for (const auto& [name, value] : right)
    if (!left.count(name)) names.push_back(name);
  return names;
}

}  // namespace grapevine::test
