#include <hdf5.h>

#include <cstdint>
#include <string>
#include <vector>

#include "graph/base/h5.hpp"
#include "scenarios/result/result.hpp"
#include "tests/catch.hpp"
#include "tests/peak_memory.hpp"
#include "tests/record/sample.hpp"

/// Small files that say that they hold much.
using namespace grapevine;
using namespace grapevine::test;

namespace {

/// A dataset of zeros that is nowhere written, or only at its first place.
void write_claim(const std::filesystem::path& file, hsize_t length, hsize_t chunk, bool first) {
  const hid_t out = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate_simple(1, &length, nullptr), creation = H5Pcreate(H5P_DATASET_CREATE);
  REQUIRE(H5Pset_chunk(creation, 1, &chunk) >= 0);
  REQUIRE(H5Pset_deflate(creation, 1) >= 0);
  const hid_t claim = H5Dcreate2(out, "/claim", H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  const hsize_t none = 0, one = 1;
  const hid_t place = H5Screate_simple(1, &one, nullptr);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, &none, nullptr, &one, nullptr);
  const double value = 1;
  if (first) REQUIRE(H5Dwrite(claim, H5T_NATIVE_DOUBLE, place, space, H5P_DEFAULT, &value) >= 0);
  H5Sclose(place), H5Dclose(claim), H5Pclose(creation), H5Sclose(space), H5Fclose(out);
}

}  // namespace

TEST_CASE("values that a header claims take no memory before the file has room for them", "[record][hostile]") {
  const Folder folder;
  const auto complaint = [&](hsize_t length, hsize_t chunk, bool first) {
    write_claim(folder / "claim.h5", length, chunk, first);
    REQUIRE(std::filesystem::file_size(folder / "claim.h5") < 600'000);
    std::string said;
    const std::size_t most =
        most_memory([&] { said = complaint_of([&] { h5::Reader(folder / "claim.h5").read<double>("/claim"); }); });
    CHECK(most < std::size_t{16} << 20);
    return said;
  };
  CHECK(has(complaint(100'000'000'000, 1'000, true),
            "it is said to hold 100000000000 values, which the file has no room"));
  CHECK(has(complaint(100'000'000'000, 1'000, false), "it is said to hold 100000000000 values"));
  CHECK(has(complaint(30'000'000, 4'000'000, true), "it is said to hold 30000000 values"));
  CHECK(has(complaint(16'000'000, 16'000'000, true), "it lies in pieces of 128000000 bytes"));
  CHECK(complaint(1'000, 1'000, true).empty());
}

TEST_CASE("axes that name more runs than there are take no memory for them", "[record][hostile]") {
  const Folder folder;
  const auto with = [&](std::size_t points) {
    h5::Writer file(folder / "runs.h5");
    file.attribute("/", "format", "grapevine result");
    file.attribute("/", "format_version", "4.0");
    file.attribute("/", "title", "");
    file.attribute("/", "incomplete", "");
    file.attribute("/", "seed", std::int64_t{1});
    file.attribute("/", "tick_seconds", std::int64_t{60});
    file.attribute("/", "replicates_asked", std::int64_t{1});
    file.group("/summary");
    file.group("/campaigns");
    const std::vector<std::string> names(points, "x");
    std::vector<std::int64_t> numbers(points);
    for (std::size_t i = 0; i < points; ++i) numbers[i] = static_cast<std::int64_t>(i);
    file.scale<std::string>("/summary/point", names);
    file.scale<std::string>("/summary/arm", names);
    file.scale<std::int64_t>("/summary/replicate", numbers);
    file.scale<std::string>("/summary/tier", names);
    file.scale<std::string>("/campaigns/campaign", names);
    file.dataset<std::string>("/summary/event_hash", names, {"/summary/point"});
    file.commit(true);
  };
  with(400);  // 64 million runs of some 500 bytes
  std::string said;
  const std::size_t most = most_memory([&] { said = complaint_of([&] { read_result(folder / "runs.h5"); }); });
  CHECK(has(said, "runs.h5: the columns of /summary do not fit each other; expected a whole result file"));
  CHECK(most < std::size_t{32} << 20);
}
