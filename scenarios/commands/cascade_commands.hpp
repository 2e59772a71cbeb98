#pragma once

#include <functional>
#include <string>
#include <vector>

/// `grapevine cascades ...`: cascades that somebody recorded, without a study.
namespace grapevine {

/// What the command line asks for.
struct CascadeRequest {
  std::string file;  ///< a table of nodes
  std::string out;   ///< empty: nothing is written
  bool overwrite = false;
  bool quiet = false;                           ///< nothing on standard error while it works
  std::function<void()> stop_if_asked = [] {};  ///< called between steps; may throw

  std::vector<std::string> columns;  ///< of cascade, node and, where there are any, parent; empty: by their usual names
  std::string time;                  ///< column of times; empty: by its usual names
  bool without_times = false;
  bool without_parents = false;
  std::string separator;
};

/// Measures every tree, prints what they look like together and, if a file is named, writes a line a tree.
void measure_cascades(const CascadeRequest& request);

}  // namespace grapevine
