#pragma once

#include <string>
#include <vector>

/// Every key of a scenario with another value than its default, for tests that walk the key table.
namespace grapevine::test {

using Names = std::vector<std::string>;

/// A study in which every condition of a key can be met by one or two further lines.
struct Setting {
  std::string key;    ///< dotted
  std::string value;  ///< another legal value
  Names changes;  ///< the fields that must change, and no others; those of the one arm are implied by those of the run
  std::string around = {};  ///< keys that must stand beside it, in the file with and without it
};

inline const std::string platform_world = "graph.model = \"platform\"\n";
inline const std::string plant_table = "[[plant]]\nname = \"p\"\nfollowers = [50, 60]\n";
inline const std::string by_degrees = "graph.model = \"configuration\"\n";
inline const std::string small_world = "graph.model = \"watts-strogatz\"\n";
inline const std::string by_steps = "graph.model = \"directed-scale-free\"\n";
inline const std::string by_blocks = "graph.model = \"stochastic-block\"\ngraph.densities = [[0.1, 0.2], [0.3, 0.4]]\n";
inline const std::string two_tiers = "tiers.names = [\"a\", \"b\"]\ntiers.from = [0, 10]\n";
inline const std::string two_arms = "[[arm]]\nname = \"x\"\n[[arm]]\nname = \"y\"\n";
inline const std::string large_world = "graph.stands_for = 5_000_000\n";  // in which the essay's tiers can be
inline const std::string paying_arms =
    "[[campaign]]\nname = \"c\"\ncount = 1\n[[arm]]\nname = \"x\"\npays = [\"c\"]\n[[arm]]\nname = \"y\"\npays = "
    "[\"c\"]\n[[arm]]\nname = \"z\"\npays = [\"c\"]\n";
inline const std::string claims_table = "[claims]\narm = \"base\"\n";
inline const std::string cascade = "diffusion.model = \"independent-cascade\"\n";
inline const std::string answering = "answers.per_day = 2\ntrust.effect = 3\ntrust.answered = 0.5\n";
inline const std::string product_table =
    "[[campaign]]\nname = \"c\"\ncount = 1\nproduct = \"p\"\n[[product]]\nname = \"p\"\ntopic = 2\n";
inline const std::string campaign_table = "[[campaign]]\nname = \"c\"\ncount = 1\n";

/// Every key once, except those without which nothing can be read.
inline const std::vector<Setting> settings{
    {"title", "\"why?\"", {"title"}},
    {"drift", "0.1", {"drift"}},
    {"seed", "8", {"seed"}},
    {"replicates", "3", {"replicates"}},
    {"redraw", "[\"content\"]", {"redraw"}},
    {"pays", "[\"c\"]", {"run.pays"}, campaign_table},
    {"draws", "5", {"run.draws"}, "pays = [\"c\"]\n" + campaign_table},
    {"time.tick", "\"10min\"", {}},  // its own test: it changes every duration
    {"time.warmup", "\"2d\"", {"time.warmup"}},
    {"time.measure", "\"3d\"", {"time.measure"}},
    {"time.followup", "\"48h\"", {"time.followup"}},
    {"graph.model", "\"erdos-renyi\"", {"graph.model"}},
    {"graph.users", "1001", {"graph.users"}},
    {"graph.mean_followees", "10", {"graph.mean_followees"}},
    {"graph.followees_spread", "0.5", {"graph.followees_spread"}},
    {"graph.exponent", "2.5", {"graph.exponent"}},
    {"graph.largest_share", "0.1", {"graph.largest_share"}},
    {"graph.audiences",
     "[[10, 2], [20, 3]]",
     {"graph.audiences"},
     "graph.model = \"uniform-audience\"\ngraph.audiences = [[1, 1]]\n"},
    {"graph.file", "\"other.csv\"", {"graph.file"}, "graph.file = \"follows.csv\"\n"},
    {"graph.accounts", "\"other.csv\"", {"graph.accounts"}, "graph.file = \"follows.csv\"\n"},
    {"graph.attributes",
     "[\"score\"]",
     {"graph.attributes"},
     "graph.file = \"follows.csv\"\ngraph.accounts = \"accounts.csv\"\n"},
    {"graph.columns", "[\"fan\", \"star\"]", {"graph.columns"}, "graph.file = \"follows.csv\"\n"},
    {"graph.format", "\"edge-list\"", {"graph.format"}, "graph.file = \"follows.csv\"\n"},
    {"graph.separator", "\";\"", {"graph.separator"}, "graph.file = \"follows.csv\"\n"},
    {"graph.comments", "false", {"graph.comments"}, "graph.file = \"follows.csv\"\n"},
    {"graph.chances", "\"p\"", {"graph.chances"}, "graph.file = \"follows.csv\"\n"},
    {"graph.undirected", "true", {"graph.undirected"}, "graph.file = \"follows.csv\"\n"},
    {"graph.reversed", "true", {"graph.reversed"}, "graph.file = \"follows.csv\"\n"},
    {"graph.stands_for",
     "2000",
     {"graph.stands_for", "graph.largest", "price.scale", "run.discovery.cold_followers",
      "run.discovery.cold_impressions", "run.discovery.pool", "tiers.from"}},
    {"graph.active", "0.3", {"graph.active"}, platform_world},
    {"graph.largest", "150", {"graph.largest"}, platform_world},
    {"graph.least", "2", {"graph.least"}, by_degrees},
    {"graph.reciprocity", "0.3", {"graph.reciprocity"}, platform_world},
    {"graph.followees_median", "20", {"graph.followees_median"}, platform_world},
    {"graph.correlation", "0.5", {"graph.correlation"}, platform_world},
    {"graph.communities", "3", {"graph.communities"}, platform_world},
    {"graph.homophily", "0.25", {"graph.homophily"}, platform_world},
    {"graph.neighbourhood", "20", {"graph.neighbourhood"}, platform_world},
    {"graph.closeness", "0.25", {"graph.closeness"}, platform_world},
    {"graph.closure", "0.1", {"graph.closure"}, platform_world},
    {"graph.followees_exponent", "3", {"graph.followees_exponent"}, by_degrees},
    {"graph.largest_followees", "100", {"graph.largest_followees"}, by_degrees},
    {"graph.degrees",
     "\"other-degrees.csv\"",
     {"graph.degrees"},
     "graph.model = \"configuration\"\ngraph.degrees = \"degrees.csv\"\n"},
    {"graph.followees", "6", {"graph.followees"}, small_world},
    {"graph.rewiring", "0.5", {"graph.rewiring"}, small_world},
    {"graph.alpha", "0.5", {"graph.alpha"}, by_steps},
    {"graph.gamma", "0.5", {"graph.gamma"}, by_steps},
    {"graph.delta_in", "2", {"graph.delta_in"}, by_steps},
    {"graph.delta_out", "2", {"graph.delta_out"}, by_steps},
    {"graph.block_sizes", "[300, 700]", {"graph.block_sizes"}, by_blocks},
    {"graph.densities", "[[0.5]]", {"graph.densities"}, by_blocks},
    {"graph.quadrants", "[0.25, 0.25, 0.25, 0.25]", {"graph.quadrants"}, "graph.model = \"r-mat\"\n"},
    {"graph.noise", "0.05", {"graph.noise"}, "graph.model = \"r-mat\"\n"},
    {"graph.randomise", "10", {"graph.randomise"}},
    {"plant.p.from", "\"graph\"", {"plant 0.from"}, plant_table},
    {"plant.p.drawn", "\"followees\"", {"plant 0.drawn"}, plant_table},
    {"plant.p.name", "\"q\"", {"plant 0.name"}, platform_world + plant_table},
    {"plant.p.accounts", "2", {"plant 0.accounts"}, platform_world + plant_table},
    {"plant.p.followers",
     "[100, 150]",
     {"plant 0.followers.least", "plant 0.followers.most"},
     platform_world + plant_table},
    {"plant.p.homophily", "0.25", {"plant 0.homophily"}, platform_world + plant_table},
    {"plant.p.nested", "true", {"plant 0.nested"}, platform_world + plant_table},
    {"population.active_sessions", "0.5", {"population.active_sessions"}, platform_world},
    {"population.shared_interest", "0.5", {"population.shared_interest"}, platform_world},
    {"population.sessions", "0.7", {"population.sessions_per_day"}},
    {"population.session_spread", "0", {"population.session_spread"}},
    {"population.posts", "0.7", {"population.posts_per_day"}},
    {"population.post_spread", "0", {"population.post_spread"}},
    {"population.patience", "20", {"population.patience"}},
    {"population.patience_spread", "1", {"population.patience_spread"}},
    {"population.daily_profile",
     "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23]",
     {"population.daily_profile"}},
    {"population.topics", "8", {"population.topics"}},
    {"population.focus", "0.5", {"population.focus"}},
    {"population.interest_skew", "2", {"population.interest_skew"}},
    {"population.propensity_spread", "1", {"population.propensity_spread"}},
    {"population.quality_spread", "1", {"population.quality_spread"}},
    {"tiers.names", "[\"small\", \"large\"]", {"tiers.names"}, "tiers.names = [\"a\", \"b\"]\ntiers.from = [0, 10]\n"},
    {"tiers.from", "[0, 20]", {"tiers.from"}, "tiers.names = [\"a\", \"b\"]\ntiers.from = [0, 10]\n"},
    {"feed.ranking", "\"random\"", {"run.ranking"}},
    {"feed.memory", "\"window\"", {"run.memory"}},
    {"feed.window", "\"12h\"", {"run.window"}},
    {"feed.length", "50", {"run.length"}},
    {"feed.age_half_life", "\"6h\"", {"run.age_half_life"}, "feed.ranking = \"weighted\"\n"},
    {"feed.perturbation", "0.5", {"run.perturbation"}, "feed.ranking = \"no-learning\"\n"},
    {"feed.holdout", "0.1", {"run.holdout"}},
    {"feed.weights.like", "2", {"run.weights[0]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.weights.reply", "2", {"run.weights[1]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.weights.reshare", "2", {"run.weights[2]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.weights.click", "2", {"run.weights[3]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior.like", "0.3", {"run.prior[0]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior.reply", "0.3", {"run.prior[1]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior.reshare", "0.3", {"run.prior[2]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior.click", "0.3", {"run.prior[3]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior_strength.like", "5", {"run.prior_strength[0]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior_strength.reply", "5", {"run.prior_strength[1]"}, "feed.ranking = \"weighted\"\n"},
    {"feed.prior_strength.reshare",
     "5",
     {"run.prior_strength[2]"},
     "[[campaign]]\nname = \"c\"\ncount = 1\naccounts = \"engagement\"\n"},
    {"feed.prior_strength.click", "5", {"run.prior_strength[3]"}, "feed.ranking = \"weighted\"\n"},
    {"behaviour.like", "0.3", {"run.probability[0]"}},
    {"behaviour.reply", "0.3", {"run.probability[1]"}},
    {"behaviour.reshare", "0.3", {"run.probability[2]"}},
    {"behaviour.click", "0.3", {"run.probability[3]"}},
    {"behaviour.topic_match", "2", {"run.topic_match"}},
    {"behaviour.social_proof", "0.5", {"run.social_proof"}},
    {"behaviour.stranger", "-1", {"run.stranger"}},
    {"behaviour.credibility", "1", {"run.credibility"}},
    {"behaviour.similarity", "1", {"run.similarity"}, platform_world},
    {"behaviour.exposures", "0.5", {"run.exposures"}},
    {"behaviour.again", "\"fresh\"", {"run.again"}},
    {"cascade.parent", "\"first\"", {"run.parent"}},
    {"price.post", "2.5", {"price.post"}},
    {"price.follower", "0.000001", {"price.follower"}},
    {"price.exponent", "1.2", {"price.exponent"}},
    {"price.spread", "0.2", {"price.spread"}},
    {"discovery.share", "0.3", {"run.discovery.share"}},
    {"discovery.pool", "20", {"run.discovery.pool"}, "discovery.share = 0.3\n"},
    {"discovery.refresh", "\"2h\"", {"run.discovery.refresh"}, "discovery.share = 0.3\n"},
    {"discovery.gate", "\"volume\"", {"run.discovery.gate"}, "discovery.share = 0.3\n"},
    {"discovery.topics", "2", {"run.discovery.topics"}, "discovery.share = 0.3\n"},
    {"discovery.cold", "2", {"run.discovery.cold"}},
    {"discovery.cold_followers", "15", {"run.discovery.cold_followers"}, "discovery.cold = 2\n"},
    {"discovery.cold_impressions", "3", {"run.discovery.cold_impressions"}, "discovery.cold = 2\n"},
    {"product.p.name",
     "\"r\"",
     {"product 0.name"},
     "[[product]]\nname = \"p\"\n[[product]]\nname = \"q\"\n[[campaign]]\nname = \"c\"\ncount = 1\nproduct = \"q\"\n"},
    {"product.p.topic", "5", {"product 0.topic"}, product_table},
    {"product.p.rate", "0.5", {"product 0.rate"}, product_table},
    {"product.p.affinity", "3", {"product 0.affinity"}, product_table},
    {"product.p.look", "4", {"product 0.look"}, product_table},
    {"product.p.click", "4", {"product 0.click"}, product_table},
    {"product.p.half_life", "\"3h\"", {"product 0.half_life"}, product_table + "look = 1\n"},
    {"product.p.credit", "\"3h\"", {"product 0.credit"}, product_table},
    {"campaign.c.product", "\"tea\"", {"campaign 0.product"}, campaign_table},
    {"campaign.c.margin", "12.5", {"campaign 0.margin"}, campaign_table},
    {"campaign.c.tier", "\"b\"", {"campaign 0.tier"}, two_tiers + campaign_table},
    {"campaign.c.plant", "\"p\"", {"campaign 0.plant"}, platform_world + plant_table + campaign_table},
    {"campaign.c.member",
     "0",
     {"campaign 0.member"},
     platform_world + plant_table + campaign_table + "plant = \"p\"\n"},
    {"campaign.c.acceptance", "0.5", {"campaign 0.acceptance"}, campaign_table},
    {"campaign.c.budget_share",
     "0.5",
     {"campaign 0.budget_share"},
     campaign_table + "budget_of = \"b\"\n[[campaign]]\nname = \"b\"\ncount = 2\n"},
    {"campaign.c.name", "\"d\"", {"campaign 0.name"}, campaign_table},
    {"campaign.c.accounts", "\"largest\"", {"campaign 0.choose"}, campaign_table},
    {"campaign.c.followers", "[0, 100]", {"campaign 0.followers.most"}, campaign_table},
    {"campaign.c.count", "5", {"campaign 0.count"}, campaign_table},
    {"campaign.c.posts", "5", {"campaign 0.posts"}, campaign_table},
    {"campaign.c.budget", "12.34", {"campaign 0.budget"}, campaign_table},
    {"campaign.c.budget_of",
     "\"b\"",
     {"campaign 0.budget_of"},
     campaign_table + "[[campaign]]\nname = \"b\"\ncount = 2\n"},
    {"campaign.c.topic", "15", {"campaign 0.topic"}, campaign_table},
    {"campaign.c.start", "\"1h\"", {"campaign 0.start"}, campaign_table},
    {"campaign.c.every", "\"1h\"", {"campaign 0.every"}, campaign_table},
    {"campaign.c.slots", "2", {"campaign 0.slots"}, campaign_table},
    {"campaign.c.slot", "\"0\"", {"campaign 0.replace_within"}, campaign_table},
    {"campaign.c.epsilon", "0.2", {"campaign 0.epsilon"}, campaign_table + "accounts = \"influence\"\n"},
    {"campaign.c.runs", "50", {"campaign 0.runs"}, campaign_table + "accounts = \"lazy-greedy\"\n"},
    {"answers.per_day", "5", {"run.answers.per_day"}, "trust.effect = 3\ntrust.answered = 0.5\n"},
    {"answers.spread", "1.5", {"run.answers.spread"}, answering},
    {"answers.patience", "\"2h\"", {"run.answers.patience"}, answering},
    {"trust.effect", "4", {"run.trust.effect"}, "answers.per_day = 2\ntrust.answered = 0.5\n"},
    {"trust.start", "0.2", {"run.trust.start"}, answering},
    {"trust.stranger", "0.1", {"run.trust.stranger"}, answering},
    {"trust.answered", "0.8", {"run.trust.answered"}, "answers.per_day = 2\ntrust.effect = 3\n"},
    {"trust.bystander", "0.7", {"run.trust.bystander"}, answering},
    {"trust.sponsored", "0.7", {"run.trust.sponsored"}, answering},
    {"trust.half_life", "\"1h\"", {"run.trust.half_life"}, answering},
    {"sponsorship.reaction", "-2", {"run.sponsorship.reaction"}},
    {"diffusion.model", "\"si\"", {"run.diffusion.model"}},
    {"diffusion.probability", "\"trivalency\"", {"run.diffusion.probability"}, cascade},
    {"diffusion.chance", "0.2", {"run.diffusion.chance"}, cascade},
    {"diffusion.adoptions", "0.3", {"run.diffusion.adoptions"}, cascade},
    {"diffusion.along_follows", "0.3", {"run.diffusion.along_follows"}, cascade},
    {"diffusion.sampling", "\"coins\"", {"run.diffusion.sampling"}, cascade},
    {"diffusion.recovery", "0.4", {"run.diffusion.recovery"}, "diffusion.model = \"sir\"\n"},
    {"diffusion.time", "\"events\"", {"run.diffusion.time"}, "diffusion.model = \"sir\"\n"},
    {"diffusion.steps", "12", {"run.diffusion.steps"}, cascade},
    {"diffusion.cascades", "100", {"run.diffusion.cascades"}, cascade},
    {"diffusion.tier", "\"b\"", {"run.diffusion.tier"}, two_tiers + cascade + "diffusion.cascades = 5\n"},
    {"diffusion.large", "50", {"run.diffusion.large"}, cascade + "diffusion.cascades = 5\n"},
    {"diffusion.trees_from", "50", {"run.diffusion.trees_from"}, cascade + "diffusion.cascades = 5\n"},
    {"arm.x.name", "\"y\"", {"arm 0.name"}, "[[arm]]\nname = \"x\"\n"},
    {"arm.x.warmup", "\"own\"", {"arm 0.warmup"}, "[[arm]]\nname = \"x\"\nfeed.ranking = \"random\"\n"},
    {"claims.arm",
     "\"y\"",
     {"claims.arm"},
     large_world + paying_arms + "[claims]\nmicro_arm = \"x\"\nmega_arm = \"y\"\n"},
    {"claims.silent_arm",
     "\"y\"",
     {"claims.silent_arm"},
     large_world + "[[arm]]\nname = \"x\"\nanswers.per_day = 5\n[[arm]]\nname = \"y\"\n[[arm]]\nname = "
                   "\"z\"\n[claims]\narm = \"x\"\nsilent_arm = \"z\"\n"},
    {"claims.micro_arm",
     "\"z\"",
     {"claims.micro_arm"},
     large_world + paying_arms + "[claims]\nmicro_arm = \"x\"\nmega_arm = \"y\"\n"},
    {"claims.mega_arm",
     "\"z\"",
     {"claims.mega_arm"},
     large_world + paying_arms + "[claims]\nmicro_arm = \"x\"\nmega_arm = \"y\"\n"},
    {"claims.micro", "\"nano\"", {"claims.micro"}, large_world + claims_table},
    {"claims.mega", "\"mid\"", {"claims.mega"}, large_world + claims_table},
    {"claims.margin", "0.2", {"claims.margin"}, large_world + claims_table},
    {"claims.attribution",
     "\"shapley\"",
     {"claims.attribution"},
     large_world + claims_table + "[[switch]]\nname = \"habits\"\npopulation.session_spread = 0\n"},
    {"output.every", "\"2h\"", {"output.series_every"}},
    {"output.track_share", "0.5", {"output.track_share"}},
    {"output.cascades", "false", {"output.cascades"}},
};

/// The dotted name in the table of a key that an override addresses by the name of its table.
inline std::string in_table(const std::string& address) {
  for (const std::string array : {"campaign.c.", "arm.x.", "plant.p.", "product.p."})
    if (address.rfind(array, 0) == 0) return array.substr(0, array.find('.') + 1) + address.substr(array.size());
  return address;
}

/// `smallest`, with `around`; a study with a file names no users.
inline std::string study_with(const std::string& around) {
  const bool from_file = around.find("graph.file") != std::string::npos;
  return std::string("format = 1\nseed = 7\n") + (from_file ? "" : "graph.users = 1000\n") + around;
}

}  // namespace grapevine::test
