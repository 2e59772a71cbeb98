#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/parameters.hpp"
#include "sim/replicate.hpp"

namespace grapevine {

enum class GraphModel : std::uint8_t { power_law, erdos_renyi, uniform_audience, file };

/// Where the follow graph comes from. World scope.
struct GraphChoice {
  GraphModel model = GraphModel::power_law;
  std::uint64_t users = 0;
  double mean_followees = 25.0;    ///< power-law, erdos-renyi
  double followees_spread = 1.0;   ///< power-law: standard deviation of the log of the expected followee count
  double exponent = 2.2;           ///< power-law: tail exponent of the density of expected follower counts
  double largest_share = 0.05;     ///< power-law: follows that the largest user is expected to draw, as a share of all users
  std::vector<std::array<std::uint64_t, 2>> audiences;  ///< uniform-audience: {followers, accounts with so many}
  std::filesystem::path file;                           ///< an edge list; wins over `model`
  std::filesystem::path accounts;                       ///< optional table of accounts
  std::array<std::string, 2> columns;                   ///< names of the follower and the followee column; empty: found by header
  bool undirected = false;                              ///< every pair is a mutual follow
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

/// A study, understood and checked: what one scenario file asks for.
struct Scenario {
  std::string path;        ///< as named by the user
  std::string text;        ///< the file as given
  std::string understood;  ///< every key with its value, as TOML: reading it gives the same study
  std::string title;
  std::uint64_t seed = 0;
  std::uint32_t replicates = 10;
  Redraw redraw;
  GraphChoice graph;
  WorldParameters world;
  RunParameters run;  ///< the scenario's own: warm-up runs under it
  std::vector<Arm> arms;
  std::vector<ContrastChoice> contrasts;
  RecordOptions output;
};

/// Reads `file`, with `overrides` of the form `key=value` (values are TOML) laid over it. Relative paths in the file are taken from its folder, those of overrides
/// from the working directory. Throws BadRequest with every mistake at once, in order of lines, each `file:line:column: found; expected; hint`.
Scenario read_scenario(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

}  // namespace grapevine
