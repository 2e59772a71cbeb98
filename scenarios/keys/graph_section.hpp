#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/described.hpp"
#include "graph/formats/graph_file.hpp"
#include "graph/formats/load_graph.hpp"
#include "graph/generators/configuration.hpp"
#include "graph/generators/defaults.hpp"
#include "graph/generators/directed_scale_free.hpp"
#include "graph/generators/plant.hpp"
#include "graph/generators/platform.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/r_mat.hpp"

/// The sections [graph] and [[plant]]: where the follow graph comes from, and what is planted in it.
namespace grapevine {

enum class GraphModel : std::uint8_t {
  power_law,
  erdos_renyi,
  uniform_audience,
  platform,
  configuration,
  chung_lu,
  barabasi_albert,
  directed_scale_free,
  watts_strogatz,
  stochastic_block,
  r_mat,
  file,
};
constexpr auto names_of(GraphModel) {  // `file` is said by graph.file
  using M = GraphModel;
  return std::array{Named{M::power_law, "power-law"},
                    Named{M::erdos_renyi, "erdos-renyi"},
                    Named{M::uniform_audience, "uniform-audience"},
                    Named{M::platform, "platform"},
                    Named{M::configuration, "configuration"},
                    Named{M::chung_lu, "chung-lu"},
                    Named{M::barabasi_albert, "barabasi-albert"},
                    Named{M::directed_scale_free, "directed-scale-free"},
                    Named{M::watts_strogatz, "watts-strogatz"},
                    Named{M::stochastic_block, "stochastic-block"},
                    Named{M::r_mat, "r-mat"}};
}

enum class PlantSource : std::uint8_t { fresh, graph };
constexpr auto names_of(PlantSource) {
  return std::array{Named{PlantSource::fresh, "new"}, Named{PlantSource::graph, "graph"}};
}
constexpr auto names_of(AudienceDraw) {
  return std::array{Named{AudienceDraw::uniform, "uniform"}, Named{AudienceDraw::followees, "followees"}};
}
constexpr auto names_of(GraphFormat) {
  using F = GraphFormat;
  return std::array{Named{F::detect, "detect"},   Named{F::edge_list, "edge-list"},
                    Named{F::graphml, "graphml"}, Named{F::matrix_market, "matrix-market"},
                    Named{F::metis, "metis"},     Named{F::graph_file, "graph-file"}};
}

/// Accounts that a graph is given, or that are chosen from it: a [[plant]] table.
struct PlantChoice {
  std::string name;
  std::uint32_t accounts = 1;
  CountRange followers{0, 0};
  PlantSource from = PlantSource::fresh;
  AudienceDraw drawn = Plant{}.audience;  ///< but on a platform, which has its own way
  double homophily = -1;                  ///< share of their audience from their own community; -1: that of the graph
  bool nested = false;

  template <class Key>
  static void keys(Key&& key);
};

/// Where the follow graph comes from. World scope. What a generator has a default for has that one here.
struct GraphChoice {
  GraphModel model = GraphModel::power_law;
  std::uint64_t users = 0;
  double mean_followees =
      generator_defaults::mean_followees;  ///< power-law, erdos-renyi, platform, configuration, chung-lu, r-mat
  std::uint64_t stands_for = 0;  ///< users of the world that this one is a scaled copy of; 0: it stands for itself
  double followees_spread = generator_defaults::followees_spread;  ///< power-law, platform: standard deviation of the
                                                                   ///< log of the expected followee count
  double exponent =
      generator_defaults::exponent;  ///< power-law: tail exponent of the density of expected follower counts
  double largest_share =
      PowerLawParameters{}
          .largest_share;  ///< power-law: follows that the largest user is expected to draw, as a share of all users
  double active = PlatformParameters{}.active;          ///< platform, as all below: share of users who ever post
  std::uint64_t largest = generator_defaults::largest;  ///< followers that nobody reaches who is not planted
  std::uint64_t least = 0;  ///< configuration: followers that everybody has; 0: `mean_followees` decides
  double reciprocity = PlatformParameters{}.reciprocity;
  double followees_median = PlatformParameters{}.followees_median;
  double correlation = PlatformParameters{}.correlation;
  std::uint32_t communities = PlatformParameters{}.communities;
  double homophily = PlatformParameters{}.homophily;
  std::uint32_t neighbourhood = PlatformParameters{}.neighbourhood;
  double closeness = PlatformParameters{}.closeness;
  double closure = PlatformParameters{}.closure;
  double followees_exponent =
      ConfigurationParameters{}.followees_exponent;  ///< configuration: of the density of followee counts
  std::uint64_t largest_followees =
      ConfigurationParameters{}.most_followees;  ///< configuration: followees that nobody exceeds
  std::filesystem::path degrees;                 ///< configuration: the degrees of every user, instead of power laws
  std::uint32_t followees = 10;                  ///< barabasi-albert, watts-strogatz: of each user, at first
  double rewiring = 0.1;                         ///< watts-strogatz: share of the links
  double alpha = DirectedScaleFreeParameters{}.alpha;          ///< directed-scale-free: share of the steps
  double gamma = DirectedScaleFreeParameters{}.gamma;          ///< directed-scale-free: share of the steps
  double delta_in = DirectedScaleFreeParameters{}.delta_in;    ///< directed-scale-free
  double delta_out = DirectedScaleFreeParameters{}.delta_out;  ///< directed-scale-free
  std::vector<std::uint64_t> block_sizes;                      ///< stochastic-block; empty: equal
  std::vector<std::vector<double>> densities;  ///< stochastic-block: by the follower's block and the followee's
  std::array<double, 4> quadrants = RMatParameters{}.quadrants;  ///< r-mat
  double noise = RMatParameters{}.noise;                         ///< r-mat
  double randomise = 0.0;  ///< swaps tried for each follow, whatever the model; 0: the graph stays as it is
  double affinity = 0.0;   ///< of audiences to interest in the author's main topic; 0: the graph stays as it is
  std::vector<PlantChoice> plants;
  std::vector<std::array<std::uint64_t, 2>> audiences;  ///< uniform-audience: {followers, accounts with so many}
  std::filesystem::path file;                           ///< wins over `model`
  GraphFormat format = GraphFormat::detect;             ///< of the file
  std::filesystem::path accounts;                       ///< optional table of accounts
  std::vector<std::string> attributes;                  ///< columns of it that are kept
  std::array<std::string, 2> columns;  ///< names of the follower and the followee column; empty: found by header
  std::string separator;    ///< the sign between fields of an edge list, a blank for runs of them; empty: found
  std::string chances;      ///< name of the column with the probability of each follow; empty: none is read
  bool comments = true;     ///< lines of an edge list that begin with # or % are comments
  bool undirected = false;  ///< every pair is a mutual follow
  bool reversed = false;    ///< the second of a pair follows the first

  template <class... Models>
  bool is(Models... models) const {
    return ((model == models) || ...);
  }
  /// A configuration model whose degrees no file gives.
  bool draws_degrees() const { return model == GraphModel::configuration && degrees.empty(); }
  /// Whether graph.file is one of ours, with what is known of accounts, or not. Both hold of a file that is not known
  /// yet.
  bool loads(bool ours) const { return model == GraphModel::file && (file.empty() || is_graph_file(file) == ours); }
  bool knows_communities() const { return is(GraphModel::platform, GraphModel::stochastic_block) || loads(true); }
  bool knows_attribute(std::string_view name) const { return loads(true) || std::ranges::count(attributes, name) > 0; }
  bool knows_activity() const { return is(GraphModel::platform) || loads(true); }

  template <class Key>
  static void keys(Key&& key) {
    using G = GraphChoice;
    using M = GraphModel;
    const Condition weights_by_power_law = only_with<G>("graph.model = \"power-law\" or \"chung-lu\"",
                                                        [](const G& g) { return g.is(M::power_law, M::chung_lu); });
    const Condition heavy_tailed =
        only_with<G>("graph.model = \"power-law\", \"platform\" or \"chung-lu\"",
                     [](const G& g) { return g.is(M::power_law, M::platform, M::chung_lu); });
    const Condition exponent_given =
        only_with<G>("graph.model = \"power-law\", \"chung-lu\" or \"configuration\" without graph.degrees",
                     [](const G& g) { return g.is(M::power_law, M::chung_lu) || g.draws_degrees(); });
    const Condition mean_given = only_with<G>(
        "graph.model = \"power-law\", \"erdos-renyi\", \"platform\", \"chung-lu\", \"r-mat\" or \"configuration\" "
        "without graph.degrees and graph.least",
        [](const G& g) {
          return g.is(M::power_law, M::erdos_renyi, M::platform, M::chung_lu, M::r_mat) ||
                 (g.draws_degrees() && g.least == 0);
        });
    const Condition on_platform =
        only_with<G>("graph.model = \"platform\"", [](const G& g) { return g.is(M::platform); });
    const Condition cut_off = only_with<G>("graph.model = \"platform\" or \"configuration\" without graph.degrees",
                                           [](const G& g) { return g.is(M::platform) || g.draws_degrees(); });
    const Condition audiences_given =
        only_with<G>("graph.model = \"uniform-audience\"", [](const G& g) { return g.is(M::uniform_audience); });
    const Condition degrees_drawn = only_with<G>("graph.model = \"configuration\" without graph.degrees",
                                                 [](const G& g) { return g.draws_degrees(); });
    const Condition by_degrees =
        only_with<G>("graph.model = \"configuration\"", [](const G& g) { return g.is(M::configuration); });
    const Condition followees_given =
        only_with<G>("graph.model = \"barabasi-albert\" or \"watts-strogatz\"",
                     [](const G& g) { return g.is(M::barabasi_albert, M::watts_strogatz); });
    const Condition small_world =
        only_with<G>("graph.model = \"watts-strogatz\"", [](const G& g) { return g.is(M::watts_strogatz); });
    const Condition by_steps =
        only_with<G>("graph.model = \"directed-scale-free\"", [](const G& g) { return g.is(M::directed_scale_free); });
    const Condition by_blocks =
        only_with<G>("graph.model = \"stochastic-block\"", [](const G& g) { return g.is(M::stochastic_block); });
    const Condition recursive = only_with<G>("graph.model = \"r-mat\"", [](const G& g) { return g.is(M::r_mat); });
    const Condition generated =
        only_with<G>("a generated graph (no graph.file)", [](const G& g) { return !g.is(M::file); });
    const Condition foreign =
        only_with<G>("a graph from graph.file that is no graph file (.gvg)", [](const G& g) { return g.loads(false); });
    const Condition tabled = only_with<G>("graph.accounts", [](const G& g) { return !g.accounts.empty(); });
    const Condition loaded = only_with<G>("a graph from graph.file", [](const G& g) { return g.is(M::file); });
    const Condition loaded_with_direction =
        only_with<G>("a graph from graph.file that is neither graph.undirected nor a graph file (.gvg)",
                     [](const G& g) { return g.loads(false) && !g.undirected; });
    key.section("graph", "Who follows whom: generated by a model, or loaded from a file.", Scope::world);
    key("model", &GraphChoice::model,
        {.sentence = "Generator of the follow graph: heavy-tailed follower counts, all follows equally likely, given "
                     "audiences drawn uniformly, a platform with communities, mutual follows and planted accounts, or "
                     "one of the literature's models (docs/graph-models.md).",
         .source = "assumption",
         .only = generated});
    key("users", &GraphChoice::users,
        {.sentence = "Users of the generated graph: of a platform including those that are planted, of other models "
                     "without them.",
         .source = "the user's choice",
         .range = WholeRange{2, 4'294'967'294},
         .unit = "users",
         .required = true,
         .only = generated});
    key("stands_for", &GraphChoice::stands_for,
        {.sentence = "Users of the world that this one is a scaled copy of. Keys marked `scales` are written for that "
                     "world and shrink by users / stands_for; users keep what they follow and read.",
         .source = "the user's choice",
         .range = WholeRange{1, 4'294'967'294},
         .unit = "users",
         .absent = "the world stands for itself",
         .only = generated});
    key("mean_followees", &GraphChoice::mean_followees,
        {.sentence =
             "Mean number of users that a user follows; power-law and r-mat draw some twice, and they count once.",
         .source = "assumption (Twitter 2012: 46 per account, [R] reference row 24)",
         .range = RealRange{0, 100'000, true},
         .unit = "followees",
         .only = mean_given});
    key("followees_spread", &GraphChoice::followees_spread,
        {.sentence = "Standard deviation of the log of a user's expected followee count; 0: all alike.",
         .source = "assumption",
         .range = RealRange{0, 4},
         .unit = "log units",
         .only = heavy_tailed});
    key("exponent", &GraphChoice::exponent,
        {.sentence = "Tail exponent of the density of follower counts; of expected counts, except under the "
                     "configuration model.",
         .source = "assumption, inside the band 1.9-2.4 of slopes [R, C] in reference D.6",
         .range = RealRange{2, 10, true},
         .only = exponent_given});
    key("largest_share", &GraphChoice::largest_share,
        {.sentence = "Follows that the largest user is expected to draw, as a share of all users; some are drawn twice "
                     "and count once: at the defaults it has about 6 % fewer followers.",
         .source = "assumption",
         .range = RealRange{0, 0.2, true},
         .unit = "share",
         .only = weights_by_power_law});
    key("active", &GraphChoice::active,
        {.sentence = "Share of users who ever post; the others only read, visit seldom, and have hardly any followers.",
         .source = "assumption: with 46 followees per account it fits the follower counts of active users, [R] "
                   "reference rows 24 and 25",
         .range = RealRange{0, 1, true},
         .unit = "share",
         .only = on_platform});
    key("largest", &GraphChoice::largest,
        {.sentence =
             "Followers that no account exceeds unless it is planted; a fifth of the users, where that is fewer.",
         .source = "assumption",
         .range = WholeRange{1, 4'294'967'294},
         .unit = "followers",
         .scales = true,
         .only = cut_off});
    key("least", &GraphChoice::least,
        {.sentence = "Followers that everybody has: then follower counts are those of the discrete law "
                     "k^-graph.exponent from here to graph.largest, and their mean follows.",
         .source = "the user's choice",
         .range = WholeRange{1, 4'294'967'294},
         .unit = "followers",
         .absent = "graph.mean_followees decides where the law begins",
         .scales = true,
         .only = degrees_drawn});
    key("reciprocity", &GraphChoice::reciprocity,
        {.sentence = "Share of follows whose reverse exists, as far as the counts of both ends allow.",
         .source = "[R] Myers et al. 2014, reference row 23",
         .range = probability_range,
         .unit = "share",
         .only = on_platform});
    key("followees_median", &GraphChoice::followees_median,
        {.sentence = "Median number of users that an active user follows, as far as graph.mean_followees allows.",
         .source = "[R] Bruner 2013, reference row 25",
         .range = RealRange{0, 100'000, true},
         .unit = "followees",
         .only = on_platform});
    key("correlation", &GraphChoice::correlation,
        {.sentence = "Correlation of the normal scores of a user's followers and followees, among the active and among "
                     "the others.",
         .source = "assumption: with it the logs of all users correlate by 0.82, above the 0.5 to 0.8 of [C] reference "
                   "C.1 (docs/validation.md)",
         .range = RealRange{-1, 1},
         .only = on_platform});
    key("communities", &GraphChoice::communities,
        {.sentence = "Communities of equal size.",
         .source = "assumption",
         .range = WholeRange{1, 65'535},
         .unit = "communities",
         .only = on_platform});
    key("homophily", &GraphChoice::homophily,
        {.sentence = "Share of an account's followers that come from its own community.",
         .source = "assumption",
         .range = probability_range,
         .unit = "share",
         .only = on_platform});
    key("neighbourhood", &GraphChoice::neighbourhood,
        {.sentence = "Users of a community who know each other.",
         .source = "assumption",
         .range = WholeRange{2, 1'000'000},
         .unit = "users",
         .only = on_platform});
    key("closeness", &GraphChoice::closeness,
        {.sentence = "Share of ordinary users' mutual follows, and half as much of their other follows, within the "
                     "neighbourhood.",
         .source = "assumption: fitted to local clustering, [C] reference C.1",
         .range = probability_range,
         .unit = "share",
         .only = on_platform});
    key("closure", &GraphChoice::closure,
        {.sentence =
             "Share of follows that close a triangle: of a followee's followee, or of the audience's own followers.",
         .source = "assumption: fitted to local clustering, [C] reference C.1",
         .range = RealRange{0, 0.9},
         .unit = "share",
         .only = on_platform});
    key("audiences", &GraphChoice::audiences,
        {.sentence = "Pairs [followers, accounts that have this many]; users beyond them have no followers.",
         .source = "the user's choice",
         .required = true,
         .scales = true,
         .only = audiences_given});
    key("followees_exponent", &GraphChoice::followees_exponent,
        {.sentence = "Tail exponent of the density of followee counts.",
         .source = "assumption",
         .range = RealRange{1, 10, true},
         .only = degrees_drawn});
    key("largest_followees", &GraphChoice::largest_followees,
        {.sentence = "Followees that no account exceeds.",
         .source = "assumption",
         .range = WholeRange{1, 4'294'967'294},
         .unit = "followees",
         .only = degrees_drawn});
    key("degrees", &GraphChoice::degrees,
        {.sentence =
             "A file with the followers and followees of every user, two numbers per line, or columns that a header "
             "names `followers` and `followees`; all are met exactly. graph.users is the number of its users.",
         .source = "the user's choice",
         .absent = "power laws",
         .only = by_degrees});
    key("followees", &GraphChoice::followees,
        {.sentence = "Users that each user follows: earlier ones when it joins (barabasi-albert), or neighbours on the "
                     "ring, an even number (watts-strogatz).",
         .source = "assumption",
         .range = WholeRange{1, 100'000},
         .unit = "followees",
         .only = followees_given});
    key("rewiring", &GraphChoice::rewiring,
        {.sentence = "Share of the ring's links whose other end is drawn anew.",
         .source = "assumption",
         .range = probability_range,
         .unit = "share",
         .only = small_world});
    key("alpha", &GraphChoice::alpha,
        {.sentence = "Share of the steps in which a new user follows one who is there. In the rest, 1 - alpha - gamma, "
                     "one who is there follows another.",
         .source = "assumption",
         .range = probability_range,
         .unit = "share",
         .only = by_steps});
    key("gamma", &GraphChoice::gamma,
        {.sentence = "Share of the steps in which a new user is followed by one who is there.",
         .source = "assumption",
         .range = probability_range,
         .unit = "share",
         .only = by_steps});
    key("delta_in", &GraphChoice::delta_in,
        {.sentence = "Added to a user's followers where somebody to follow is drawn in proportion to them.",
         .source = "assumption",
         .range = RealRange{0, 1'000'000},
         .unit = "followers",
         .only = by_steps});
    key("delta_out", &GraphChoice::delta_out,
        {.sentence = "Added to a user's followees where somebody who follows is drawn in proportion to them.",
         .source = "assumption",
         .range = RealRange{0, 1'000'000},
         .unit = "followees",
         .only = by_steps});
    key("block_sizes", &GraphChoice::block_sizes,
        {.sentence = "Users of each block; together graph.users.",
         .source = "the user's choice",
         .unit = "users",
         .absent = "blocks of equal size",
         .only = by_blocks});
    key("densities", &GraphChoice::densities,
        {.sentence = "Probability that a user of one block (row) follows a user of another (column).",
         .source = "the user's choice",
         .range = probability_range,
         .unit = "probability",
         .required = true,
         .only = by_blocks});
    key("quadrants", &GraphChoice::quadrants,
        {.sentence = "Chances a, b, c, d that a follow is between two of the first half of users, from the first half "
                     "to the second, from the second to the first, within the second.",
         .source = "[M] the Graph500 benchmark's choice",
         .range = probability_range,
         .only = recursive});
    key("noise", &GraphChoice::noise,
        {.sentence = "How far the chances of each level of halving may stray, drawn uniformly.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 0.5},
         .only = recursive});
    key("randomise", &GraphChoice::randomise,
        {.sentence = "Swaps of followees tried for each follow, before anything is planted: who follows whom becomes "
                     "chance, and everybody keeps as many followers and followees. 10 are enough to forget a graph; 0: "
                     "it stays as it is.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1'000},
         .unit = "swaps for each follow"});
    key("affinity", &GraphChoice::affinity,
        {.sentence =
             "How much audiences fit their authors: where users of one community exchange followees, a follow whose "
             "reader has full interest in the author's main topic comes to be e^affinity times as likely as one whose "
             "reader has none. Everybody keeps as many followees, and every account as many followers in each "
             "community; mutual follows and closed triangles thin out as follows are exchanged. 0: interest has no "
             "say.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 50},
         .unit = "log units",
         .only = generated});
    key("file", &GraphChoice::file,
        {.sentence = "A graph to load instead of a generated one: a graph file (.gvg), an edge list (SNAP style, or "
                     "CSV with a header), GraphML, Matrix Market or METIS; text may be packed by gzip or zstd.",
         .source = "the user's choice",
         .absent = "a generated graph"});
    key("format", &GraphChoice::format,
        {.sentence = "What graph.file is written in; \"detect\" tells it by its first bytes, else by its name.",
         .source = "the user's choice",
         .only = loaded});
    key("accounts", &GraphChoice::accounts,
        {.sentence = "A CSV of accounts with the column `id`, optionally `key`; names users that no follow names.",
         .source = "the user's choice",
         .absent = "the users that the follows name",
         .only = foreign});
    key("attributes", &GraphChoice::attributes,
        {.sentence = "Columns of graph.accounts that hold numbers and are kept: graph files have them, and mechanisms.",
         .source = "the user's choice",
         .only = tabled});
    key("columns", &GraphChoice::columns,
        {.sentence = "Names of the two columns of the edge list: who follows, who is followed.",
         .source = "the user's choice",
         .absent = "found by the header",
         .only = foreign});
    key("separator", &GraphChoice::separator,
        {.sentence = "The character between the fields of the edge list, such as \":\"; a blank stands for runs of "
                     "blanks and tabs.",
         .source = "the user's choice",
         .absent = "found in the first line",
         .only = foreign});
    key("comments", &GraphChoice::comments,
        {.sentence = "Whether lines of an edge list that begin with # or % are comments, where fields are separated by "
                     "blanks or tabs; false: they are follows of users whose ids begin with these characters.",
         .source = "assumption",
         .only = foreign});
    key("chances", &GraphChoice::chances,
        {.sentence = "Name of the column of the edge list that holds, for each follow, the probability that a contact "
                     "passes a post on along it, 0 to 1; it needs a header.",
         .source = "the user's choice",
         .absent = "follows have no probabilities of their own",
         .only = foreign});
    key("undirected", &GraphChoice::undirected,
        {.sentence = "Every pair of the file is a mutual follow.", .source = "assumption", .only = foreign});
    key("reversed", &GraphChoice::reversed,
        {.sentence = "The second of a pair (the target of an edge) follows the first.",
         .source = "assumption",
         .only = loaded_with_direction});
  }
};

template <class Key>
void PlantChoice::keys(Key&& key) {
  const Condition planted_new = only_with<PlantChoice>(
      "from = \"new\"", [](const PlantChoice& plant) { return plant.from == PlantSource::fresh; });
  const auto new_where = [](std::string words, bool (*holds)(const GraphChoice&)) {
    return Condition{std::move(words), [holds](const Circumstances& c) {
                       return c.any<GraphChoice>(holds) && c.any<PlantChoice>([](const PlantChoice& plant) {
                         return plant.from == PlantSource::fresh;
                       });
                     }};
  };
  const Condition audience_drawn = new_where("from = \"new\" and another graph than that of graph.model = \"platform\"",
                                             [](const GraphChoice& graph) { return !graph.is(GraphModel::platform); });
  const Condition communities_known = new_where(
      "from = \"new\" and graph.model = \"platform\" or \"stochastic-block\", or a graph file (.gvg) from graph.file",
      [](const GraphChoice& graph) { return graph.knows_communities(); });
  key.section("plant", "Accounts with given follower counts, new in the graph or chosen from it; one table each.",
              Scope::world, true);
  key("name", &PlantChoice::name,
      {.kind = Kind::name,
       .sentence = "Names the accounts in campaign.plant.",
       .source = "the user's choice",
       .required = true});
  key("accounts", &PlantChoice::accounts,
      {.sentence = "How many accounts it plants or chooses.",
       .source = "the user's choice",
       .range = WholeRange{1, 1'000'000},
       .unit = "accounts"});
  key("followers", &PlantChoice::followers,
      {.sentence =
           "Followers of the least and of the largest of them; those between lie in equal ratios. A single account has "
           "the geometric mean. New accounts have exactly that number; of the graph's own accounts the nearest are "
           "taken.",
       .source = "the user's choice",
       .unit = "followers",
       .required = true,
       .scales = true});
  key("from", &PlantChoice::from,
      {.sentence = "Whether they are new, or active accounts that the graph has already, each chosen once.",
       .source = "the user's choice"});
  key("drawn", &PlantChoice::drawn,
      {.sentence = "Who follows them: any users, or users in proportion to what they follow already.",
       .source = "assumption",
       .only = audience_drawn});
  key("homophily", &PlantChoice::homophily,
      {.sentence = "Share of their audiences that comes from their own community.",
       .source = "the user's choice",
       .range = probability_range,
       .unit = "share",
       .absent = "graph.homophily on a platform that is generated; elsewhere what the draw gives",
       .only = communities_known});
  key("nested", &PlantChoice::nested,
      {.sentence = "They are clones that differ in size only: one community, one profile, and the audience of the "
                   "smaller within that of the larger. One clone per arm.",
       .source = "the user's choice",
       .only = planted_new});
}

}  // namespace grapevine
