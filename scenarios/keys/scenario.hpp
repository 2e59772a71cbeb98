#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/formats/load_graph.hpp"
#include "graph/generators/configuration.hpp"
#include "graph/generators/defaults.hpp"
#include "graph/generators/directed_scale_free.hpp"
#include "graph/generators/plant.hpp"
#include "graph/generators/platform.hpp"
#include "graph/generators/power_law.hpp"
#include "graph/generators/r_mat.hpp"
#include "sim/model/parameters.hpp"
#include "sim/run/replicate.hpp"

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

enum class PlantSource : std::uint8_t { fresh, graph };

/// Accounts that a graph is given, or that are chosen from it: a [[plant]] table.
struct PlantChoice {
  std::string name;
  std::uint32_t accounts = 1;
  std::uint64_t least = 0, most = 0;  ///< follower counts: from `most` down to `least` in equal ratios; a single
                                      ///< account has their geometric mean
  PlantSource from = PlantSource::fresh;
  AudienceDraw drawn = Plant{}.audience;  ///< but on a platform, which has its own way
  double homophily = -1;                  ///< share of their audience from their own community; -1: that of the graph
  bool nested = false;  ///< one community, one profile, nested audiences: clones that differ in size only
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
  std::vector<PlantChoice> plants;
  std::vector<std::array<std::uint64_t, 2>> audiences;  ///< uniform-audience: {followers, accounts with so many}
  std::filesystem::path file;                           ///< wins over `model`
  GraphFormat format = GraphFormat::detect;             ///< of the file
  std::filesystem::path accounts;                       ///< optional table of accounts
  std::array<std::string, 2> columns;  ///< names of the follower and the followee column; empty: found by header
  std::string separator;    ///< the sign between fields of an edge list, a blank for runs of them; empty: found
  std::string chances;      ///< name of the column with the probability of each follow; empty: none is read
  bool undirected = false;  ///< every pair is a mutual follow
  bool reversed = false;    ///< the second of a pair follows the first
};

/// Which streams a replicate draws anew; a stream that is not redrawn is that of replicate 0 in all replicates.
struct Redraw {
  bool graph = true, selection = true, content = true, dynamics = true;
};

struct Arm {
  std::string name;
  RunParameters run;  ///< the scenario's own run keys with the arm's changes
};

/// Compares the outcomes of two arms, paired by replicate.
struct ContrastChoice {
  std::string arm;
  std::string against;
};

/// A figure of one arm that is held against what is expected of it: a [[band]] table.
struct BandChoice {
  std::string arm;
  std::string metric;  ///< as the comparison names it
  std::string
      of;  ///< what the figure is about, where several have it: the contrast of the comparison; empty: the first
  double low = 0, high = 0;
  std::string source;
};

/// What the claims are judged by. Nothing is judged unless an arm is named.
struct ClaimsChoice {
  std::string micro = "micro";  ///< tier that claims are made about
  std::string mega = "mega";    ///< tier that it is held against
  std::string arm;              ///< arm in which claims about the population are judged
  std::string micro_arm;        ///< arm that pays the smaller accounts ...
  std::string mega_arm;         ///< ... and the one that pays the larger
  double margin = 0.1;          ///< ratios from 1 - margin to 1 + margin make no material difference

  bool any() const { return !arm.empty() || !micro_arm.empty(); }
};

/// A study, understood and checked: what one scenario file asks for.
struct Scenario {
  std::string path;  ///< as named by the user
  std::string text;  ///< the file as given
  std::string
      understood;  ///< as written, before scaling: every key with its value, as TOML: reading it gives the same study
  std::string title;
  std::uint32_t replicates = 10;
  Redraw redraw;
  GraphChoice graph;
  WorldParameters world;  ///< scaled: follower counts, fees and budgets of a world that stands for a larger one are
                          ///< smaller than written
  RunParameters run;      ///< the scenario's own: warm-up runs under it
  std::vector<Arm> arms;
  std::vector<ContrastChoice> contrasts;
  std::vector<BandChoice> bands;
  ClaimsChoice claims;
  RecordOptions output;
};

/// Users over the users that they stand for; 1 for a world that stands for itself.
double scale_of(const GraphChoice& graph);

/// Whether some arm runs the feed model.
bool runs_feeds(const Scenario& scenario);

/// Whether the replicates have a warm-up under the feed model: for arms that go on from it, or for campaigns that look
/// at what accounts did in it.
bool warms_up(const Scenario& scenario);

/// How many choices of accounts the arm is run for: one where its deals are the same in all.
std::uint32_t draws_of(const Scenario& scenario, const Arm& arm);
/// Of each campaign, how many choices are made in each world: the most that an arm which pays for it is run for, and as
/// many as those need whose choices differ by its money alone, or that take it from one that no arm pays; 1 for others.
std::vector<std::uint32_t> draws_by_campaign(const Scenario& scenario);

}  // namespace grapevine
