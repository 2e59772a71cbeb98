#include "graph/formats/edge_list.hpp"

#include <algorithm>

#include "tests/fuzz/fuzzed_file.hpp"

using namespace grapevine;

namespace {

struct Reading {
  std::string refusal;
  LoadedGraph loaded;
};

Reading read(const std::filesystem::path& file, EdgeListOptions options, std::size_t piece) {
  options.piece = piece;
  Reading reading;
  reading.refusal = fuzz::refusal([&] {
    reading.loaded = load_edge_list(file, options);
    fuzz::expect_sound(reading.loaded);
  });
  return reading;
}

void expect_same(const Reading& one, const Reading& other) {
  GRAPEVINE_EXPECTS(one.refusal == other.refusal);
  GRAPEVINE_EXPECTS(one.loaded.accounts.outside_ids == other.loaded.accounts.outside_ids);
  GRAPEVINE_EXPECTS(one.loaded.graph.follow_count() == other.loaded.graph.follow_count());
  for (std::uint32_t u = 0; u < one.loaded.graph.user_count(); ++u)
    GRAPEVINE_EXPECTS(
        std::ranges::equal(one.loaded.graph.followees(UserId(u)), other.loaded.graph.followees(UserId(u))));
  GRAPEVINE_EXPECTS(one.loaded.report.lines == other.loaded.report.lines &&
                    one.loaded.report.comments == other.loaded.report.comments);
}

}  // namespace

/// The first byte chooses the options. In pieces of a few bytes the list must read as it does in order.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choice = bytes[0] % 64;
  EdgeListOptions options;
  options.undirected = choice % 4 == 1;
  options.reversed = choice % 4 == 2;
  options.comments = choice % 4 != 3;
  if (choice / 4 % 4 == 1) options.separator = ',';
  if (choice / 4 % 4 == 2) options.separator = '\t';
  if (choice / 4 % 4 == 3) options.separator = '|';
  if (choice / 16 % 2 == 1) options.columns = {"a", "b"};
  if (choice / 32 % 2 == 1) options.chances = "p";
  const fuzz::FuzzedFile file(bytes + 1, size - 1);
  const Reading in_order = read(file.path(), options, SIZE_MAX);
  for (const std::size_t piece : {1, 7, 64}) expect_same(read(file.path(), options, piece), in_order);
  return 0;
}
