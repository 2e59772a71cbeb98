#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "graph/base/account_key.hpp"
#include "graph/formats/id_table.hpp"
#include "graph/formats/mistakes.hpp"

namespace grapevine {

/// All accounts of a graph, where a table beside it names them.
struct AccountTable {
  std::filesystem::path file;
  IdTable ids;
  std::vector<AccountKey> keys;  ///< by number in `ids`

  /// Reads a table with a header and the column `id`, optionally `key`; other columns are not read. With `key`, an
  /// account's key is the hash of that text, else of its id. Mistakes in lines go to `mistakes`; throws BadRequest
  /// where there is no such table.
  static AccountTable read(const std::filesystem::path& file, Mistakes& mistakes);
};

}  // namespace grapevine
