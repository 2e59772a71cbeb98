#include <fstream>
#include <iterator>
#include <string>

#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "graph/formats/graph_file.hpp"
#include "tests/catch.hpp"
#include "tests/graph/graph_file_sample.hpp"
#include "tests/graph/graph_files.hpp"
#include "tests/peak_memory.hpp"

using namespace grapevine;
using namespace grapevine::test;

TEST_CASE("ten thousand damages of a graph file are refused, or lie where nothing is kept", "[graph][.damage]") {
  const Folder folder;
  write_graph_file(folder / "sound.gvg", graph_sample(70, 3).content());
  const std::string bytes = folder.read("sound.gvg");
  const auto outcome_of = [&](const std::string& with) {
    folder.write("damaged.gvg", with);
    return outcome(folder, [&] { return with_threads(1, [&] { return load_graph_file(folder / "damaged.gvg"); }); });
  };
  const std::string sound = outcome_of(bytes);
  std::size_t refused = 0, whole = 0, cuts_read = 0, crooked = 0;
  const std::size_t most = most_memory([&] {
    for (std::uint64_t i = 0; i < 10'000; ++i) {
      const std::size_t place = mix(i) % bytes.size();
      const bool cut = i % 4 == 3;
      std::string with = cut ? bytes.substr(0, place) : bytes;
      if (!cut) with[place] = static_cast<char>(with[place] ^ (1 + mix(i + 10'000) % 255));
      const std::string found = outcome_of(with);
      refused += begins(found, "damaged.gvg: ");
      whole += found == sound;
      cuts_read += cut && found == sound;
      crooked += !begins(found, "damaged.gvg: ") && found != sound;
    }
  });
  CHECK(crooked == 0);
  CHECK(cuts_read == 0);
  CHECK(refused + whole == 10'000);
  CHECK(refused > 5'000);
  CHECK(most < 2 * bytes.size() + (std::size_t{4} << 20));  // what HDF5 keeps for itself, whatever the file
}
