#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/account_key.hpp"
#include "graph/formats/id_table.hpp"
#include "graph/formats/mistakes.hpp"
#include "graph/users.hpp"

namespace grapevine {

/// A table of accounts, and the names of those of its columns that are kept, which hold numbers.
struct AccountFile {
  AccountFile() = default;
  template <class Path>
  requires std::convertible_to<Path, std::filesystem::path> AccountFile(Path&& path,
                                                                        std::vector<std::string> columns = {})
      : file(std::forward<Path>(path)), attributes(std::move(columns)) {}

  std::filesystem::path file;  ///< empty: there is none
  std::vector<std::string> attributes;

  bool empty() const { return file.empty(); }
};

/// All accounts of a graph, where a table beside it names them.
struct AccountTable {
  std::filesystem::path file;
  IdTable ids;
  std::vector<AccountKey> keys;           ///< by number in `ids`
  std::vector<UserAttribute> attributes;  ///< by number in `ids`
  std::vector<std::string> unused;        ///< columns that are not read

  /// Reads a table with a header and the column `id`, optionally `key`, and those that `file` names; others are not
  /// read. With `key`, an account's key is the hash of that text, else of its id. A field of a named column is a number
  /// or empty. Mistakes in lines go to `mistakes`; throws BadRequest where there is no such table.
  static AccountTable read(const AccountFile& file, Mistakes& mistakes);
};

}  // namespace grapevine
