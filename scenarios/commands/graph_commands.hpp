#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// `grapevine graph ...`: graphs without a study. Every command says on standard output what it read and what it made.
namespace grapevine {

/// What the command line asks for; each command looks at its own part.
struct GraphRequest {
  std::string file;  ///< a graph, or the scenario of `generate`
  std::string out;
  bool overwrite = false;
  bool quiet = false;                           ///< nothing on standard error while it works
  std::function<void()> stop_if_asked = [] {};  ///< called between steps; may throw

  std::vector<std::string> overrides;  ///< of `generate`
  std::uint32_t replicate = 0;

  std::string format = "detect";  ///< of the graph that is read
  std::vector<std::string> columns;
  std::string separator;
  std::string accounts;
  std::vector<std::string> attributes;  ///< columns of `accounts` that are kept; of `import` and `sample`
  std::string chances;                  ///< name of the column of probabilities; not of `stats`
  bool undirected = false, reversed = false;
  bool comments = true;  ///< lines of an edge list that begin with # or % are comments

  std::string accounts_out;  ///< where a table of accounts is written beside an edge list

  bool exact = false, all = false;     ///< of `stats`
  std::optional<std::size_t> sources;  ///< absent: the usual number
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> least_tail;  ///< of `stats`; absent: the usual number

  std::uint64_t users = 0;  ///< of `sample`
  std::string method = "users";
  std::optional<double> forward, backward;  ///< of a forest fire; absent: the usual chances
};

/// The sign that `--separator` names, '\0' where it names none. Throws BadRequest for several.
char separator_sign(const std::string& named);

/// Makes the graph of a scenario's [graph] and [[plant]] tables, as `run` would, and writes it.
void generate_graph(const GraphRequest& request);
/// Reads a graph in any format and writes a graph file.
void import_graph(const GraphRequest& request);
/// Reads a graph in any format and writes an edge list or GraphML.
void export_graph(const GraphRequest& request);
/// Measures a graph, prints the table and, if a file is named, writes it.
void measure_graph(const GraphRequest& request);
/// Reads a graph in any format and writes a part of it.
void sample_graph(const GraphRequest& request);

}  // namespace grapevine
