#pragma once

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/formats/loaded_graph.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graphs.hpp"

/// Graphs in files, for the tests of formats.
namespace grapevine::test {

using Pairs = std::set<std::pair<std::string, std::string>>;

/// A folder that goes with the test.
class Folder {
public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "grapevine-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path_ / name, std::ios::binary).rdbuf();
    return text.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

private:
  std::filesystem::path path_;
};

inline std::string gzipped(const std::string& text) {
  z_stream stream = {};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string zstd_packed(const std::string& text, bool checksum = true) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  REQUIRE(!ZSTD_isError(size));
  out.resize(size);
  return out;
}

/// Follows by outside ids.
inline Pairs follows(const LoadedGraph& loaded) {
  Pairs all;
  for (std::size_t u = 0; u < loaded.graph.user_count(); ++u)
    for (const UserId v : loaded.graph.followees(user(u)))
      all.insert({loaded.accounts.outside_ids[u], loaded.accounts.outside_ids[v.index()]});
  return all;
}

/// The message of the refusal, with the folder's name taken out.
template <class Action>
std::string message_of(const Folder& folder, Action&& action) {
  std::string message = "nothing was thrown";
  try {
    action();
  } catch (const BadRequest& request) {
    message = request.what();
  }
  const std::string prefix = folder.path().string() + "/";
  for (std::size_t at; (at = message.find(prefix)) != std::string::npos;) message.erase(at, prefix.size());
  return message;
}

inline bool begins(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

/// All that loading makes of a file, as one text: the graph by ids and numbers and the report, or the message.
template <class Load>
std::string outcome(const Folder& folder, Load&& load) {
  std::string text;
  const std::string message = message_of(folder, [&] {
    const LoadedGraph loaded = load();
    const LoadReport& r = loaded.report;
    text = fmt::format("{} lines, {} comments, {} pairs, {} follows, {} loops, {} duplicates, {} users, {} isolated\n",
                       r.lines, r.comments, r.pairs, r.follows, r.self_loops, r.duplicates, r.users, r.isolated);
    for (std::size_t u = 0; u < loaded.graph.user_count(); ++u) {
      text +=
          fmt::format("{} {:x}:", loaded.accounts.outside_ids[u], static_cast<std::uint64_t>(loaded.accounts.keys[u]));
      for (const UserId v : loaded.graph.followees(user(u))) text += fmt::format(" {}", v.value());
      text += '\n';
    }
  });
  return text.empty() ? message : text;
}

}  // namespace grapevine::test
