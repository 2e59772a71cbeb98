#pragma once

#include "graph/formats/account_table.hpp"

namespace grapevine {

/// Choices for a file that says itself what is an edge.
struct GraphTextOptions {
  bool undirected = false;    ///< every edge is a mutual follow, also where the file says directed
  bool reversed = false;      ///< the target of an edge follows its source
  AccountFile accounts = {};  ///< a table of all accounts, as for edge lists; empty: the accounts are those of the file
};

}  // namespace grapevine
