#pragma once

#include <string>

/// The one table of scenario keys. The parser, the manual, `grapevine keys` and the JSON Schema derive from it.
namespace grapevine {

/// The table for a terminal: grouped by section, aligned.
std::string keys_as_text();

/// The table as `docs/keys.md` holds it.
std::string keys_as_markdown();

/// A JSON Schema (draft 2020-12) of scenario files, for editors that complete and check TOML.
std::string keys_as_json_schema();

}  // namespace grapevine
