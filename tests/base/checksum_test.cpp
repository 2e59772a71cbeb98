#include "graph/base/checksum.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "tests/catch.hpp"

using namespace grapevine;

namespace {

/// 40 000 000 bytes: more than is read at once, and no whole number of blocks.
std::string many_bytes() {
  std::string bytes(40'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

}  // namespace

TEST_CASE("a fingerprint is what xxh128sum prints", "[base][checksum]") {
  // printf '' | xxh128sum; printf abc | xxh128sum; and of the bytes 0, 1, ..., 250, 0, ... likewise.
  CHECK(fingerprint_of("").xxh3_128 == "99aa06d3014798d86001c324468d497f");
  CHECK(fingerprint_of("abc").xxh3_128 == "06b05ab6733a618578af5f94892f3950");
  CHECK(fingerprint_of("abc").bytes == 3);
  CHECK(fingerprint_of(many_bytes()).xxh3_128 == "9c069f1e4c649974114f17701ddacf1e");
}

TEST_CASE("numbers and texts are hashed as bytes that are the same on every machine", "[base][checksum]") {
  // Python: xxhash.xxh3_128_hexdigest(struct.pack('<QQdQ', 1, 0x0123456789abcdef, -0.1, 0x7ff8 << 48) +
  //                                   struct.pack('<Q', 3) + b'abc' + struct.pack('<Q', 0))
  ContentHash hash;
  CHECK(hash.hexadecimal() == fingerprint_of("").xxh3_128);
  hash.add(std::uint64_t{1});
  hash.add(std::uint64_t{0x0123456789abcdef});
  hash.add(-0.1);
  hash.add(-std::numeric_limits<double>::quiet_NaN());
  hash.add(std::string_view("abc"));
  hash.add(std::string_view());
  CHECK(hash.hexadecimal() == "3754e5ccc20d40daed071831fcc05a33");
}

TEST_CASE("a file has the fingerprint of its bytes; what is no file has none", "[base][checksum]") {
  std::string name = (std::filesystem::temp_directory_path() / "grapevine-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  const std::string bytes = many_bytes();
  std::ofstream(folder / "many", std::ios::binary) << bytes;
  std::ofstream(folder / "empty", std::ios::binary) << "";
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  int alive = 0;
  const auto many = fingerprint_of_file(folder / "many", [&] { ++alive; });
  REQUIRE(many.has_value());
  CHECK(many->bytes == bytes.size());
  CHECK(many->xxh3_128 == "9c069f1e4c649974114f17701ddacf1e");
  CHECK(alive > 1);
  CHECK(fingerprint_of_file(folder / "empty")->xxh3_128 == "99aa06d3014798d86001c324468d497f");
  CHECK_FALSE(fingerprint_of_file(folder / "absent").has_value());
  CHECK_FALSE(fingerprint_of_file(folder / "pipe").has_value());  // it would wait for whoever writes
  CHECK_FALSE(fingerprint_of_file(folder).has_value());
  std::filesystem::remove_all(folder);
}
