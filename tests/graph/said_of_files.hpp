#pragma once

#include <fmt/format.h>

#include <string>

#include "graph/formats/load_graph.hpp"
#include "tests/graph/graph_files.hpp"

/// What is said of a file with a given text, and what is read of it.
namespace grapevine::test {

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The refusal of a file with this text.
inline std::string refusal(const std::string& text, const LoadOptions& options = {},
                           const std::string& name = "list.txt") {
  const Folder folder;
  return message_of(folder, [&] { load_graph(folder.write(name, text), options); });
}

/// What is read of a text: "FOLLOWS follows of USERS users".
inline std::string read(const std::string& text, const LoadOptions& options = {}) {
  const Folder folder;
  const LoadedGraph loaded = load_graph(folder.write("list.txt", text), options);
  return fmt::format("{} follows of {} users", loaded.graph.follow_count(), loaded.graph.user_count());
}

}  // namespace grapevine::test
