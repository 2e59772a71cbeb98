#include "graph/base/h5.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <limits>
#include <optional>

#include "tests/catch.hpp"
#include "tests/record/sample.hpp"

using namespace grapevine;
using test::complaint_of;
using test::Folder;
using test::has;

namespace {

template <class T>
void check_round_trip(const Folder& folder, const std::vector<T>& values) {
  const auto path = folder / "values.h5";
  h5::Writer file(path);
  std::vector<std::int64_t> places(values.size());
  file.scale<std::int64_t>("/place", places);
  file.dataset<T>("/values", values, {"/place"});
  file.dataset<T>("/one", std::span<const T>(values).first(1), {});
  file.commit();
  const h5::Reader back(path);
  CHECK(back.info("/values").type == h5::type_of<T>());
  CHECK(back.info("/values").shape == std::vector<std::uint64_t>{values.size()});
  CHECK(back.info("/one").shape.empty());
  CHECK(back.read<T>("/values") == values);
  CHECK(back.read<T>("/one") == std::vector<T>{values.front()});
}

template <class T>
std::vector<T> ends() {
  return {std::numeric_limits<T>::lowest(), T(0), T(1), std::numeric_limits<T>::max()};
}

}  // namespace

TEST_CASE("every type comes back from a file as it went in", "[h5]") {
  const Folder folder;
  check_round_trip(folder, ends<std::int8_t>());
  check_round_trip(folder, ends<std::uint8_t>());
  check_round_trip(folder, ends<std::uint16_t>());
  check_round_trip(folder, ends<std::int32_t>());
  check_round_trip(folder, ends<std::uint32_t>());
  check_round_trip(folder, ends<std::int64_t>());
  check_round_trip(folder, ends<std::uint64_t>());
  check_round_trip(folder, ends<double>());
  check_round_trip(folder, std::vector<std::string>{"größer", "", "☃ two words", std::string(100'000, 'x')});
}

TEST_CASE("a large dataset comes back from its chunks, over all axes", "[h5]") {
  const Folder folder;
  const std::vector<std::int64_t> rows(70), columns(11'000);
  std::vector<double> values(rows.size() * columns.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  {
    h5::Writer file(folder / "large.h5");
    file.scale<std::int64_t>("/row", rows);
    file.scale<std::int64_t>("/column", columns);
    file.dataset<double>("/values", values, {"/row", "/column"});
    file.commit();
  }
  CHECK(std::filesystem::file_size(folder / "large.h5") < values.size() * sizeof(double) / 2);  // it was deflated
  const h5::Reader back(folder / "large.h5");
  CHECK(back.info("/values").shape == std::vector<std::uint64_t>{70, 11'000});
  CHECK(back.read<double>("/values") == values);
}

TEST_CASE("an array is mapped as it was filled, in pieces, and stays when its reader and its file are gone", "[h5]") {
  const Folder folder;
  std::vector<std::uint64_t> large(3'000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = ~i;
  const std::vector<std::uint8_t> odd{1, 2, 3};
  const std::vector<std::uint64_t> small{4, 5};
  {
    h5::Writer file(folder / "arrays.h5", 4096);
    file.array<std::uint8_t>("/odd", odd.size());
    file.array<std::uint64_t>("/small", small.size());
    file.array<std::uint64_t>("/large", large.size());
    file.array<double>("/none", 0);
    file.fill<std::uint64_t>("/large", 1'000, std::span(large).subspan(1'000));
    file.fill<std::uint64_t>("/large", 0, std::span(large).first(1'000));
    file.fill<std::uint8_t>("/odd", 0, odd);
    file.fill<std::uint64_t>("/small", 0, small);
    file.commit();
  }
  std::optional<h5::Reader> file(folder / "arrays.h5");
  const auto of_large = file->mapped<std::uint64_t>("/large"), of_small = file->mapped<std::uint64_t>("/small");
  const auto of_odd = file->mapped<std::uint8_t>("/odd");
  CHECK(file->mapped<double>("/none").values.empty());
  CHECK(file->read<std::uint64_t>("/large") == large);  // an array is a dataset like others
  CHECK(reinterpret_cast<std::uintptr_t>(of_large.values.data()) % 4096 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(of_small.values.data()) % 8 == 0);
  file.reset();
  std::filesystem::remove(folder / "arrays.h5");
  CHECK(std::ranges::equal(of_large.values, large));
  CHECK(std::ranges::equal(of_small.values, small));
  CHECK(std::ranges::equal(of_odd.values, odd));
}

TEST_CASE("only what lies in one piece is mapped, and only as what it is", "[h5]") {
  const Folder folder;
  const std::vector<std::int64_t> places(20'000);
  {
    h5::Writer file(folder / "odd.h5");
    file.scale<std::int64_t>("/place", places);
    file.scale<std::int64_t>("/two", std::vector<std::int64_t>{1, 2});
    file.dataset<double>("/one", std::vector<double>{1.0}, {});
    file.dataset<double>("/square", std::vector<double>(4), {"/two", "/two"});
    file.dataset<double>("/deflated", std::vector<double>(20'000), {"/place"});
    file.commit();
  }
  const h5::Reader file(folder / "odd.h5");
  CHECK(file.mapped<std::int64_t>("/two").values.back() == 2);
  CHECK(has(complaint_of([&] { file.mapped<std::uint64_t>("/two"); }),
            "odd.h5: cannot map '/two': it holds int64, not uint64"));
  CHECK(has(complaint_of([&] { file.mapped<double>("/one"); }), "it has 0 axes, not one"));
  CHECK(has(complaint_of([&] { file.mapped<double>("/square"); }), "it has 2 axes, not one"));
  CHECK(has(complaint_of([&] { file.mapped<double>("/deflated"); }), "it does not lie in the file in one piece"));
  CHECK(has(complaint_of([&] { file.mapped<double>("/none"); }), "odd.h5: cannot open '/none'"));
}

TEST_CASE("a text of fixed length comes back, and is told from others", "[h5]") {
  const Folder folder;
  {
    h5::Writer file(folder / "fixed.h5");
    file.fixed_attribute("/", "words", "größer ☃");
    file.fixed_attribute("/", "nothing", "");
    file.attribute("/", "any length", "words");
    file.attribute("/", "number", std::int64_t{1});
    file.commit();
  }
  const h5::Reader file(folder / "fixed.h5");
  CHECK(file.fixed_attribute("/", "words") == "größer ☃");
  CHECK(file.fixed_attribute("/", "nothing") == "");
  for (const char* other : {"any length", "number", "none"}) CHECK_FALSE(file.fixed_attribute("/", other).has_value());
}

TEST_CASE("groups, datasets and attributes are listed in the order in which they were made", "[h5]") {
  const Folder folder;
  {
    h5::Writer file(folder / "order.h5");
    for (const char* name : {"/z", "/a", "/m"}) file.group(name);
    for (const char* name : {"/a/z", "/a/b"}) file.dataset<double>(name, std::vector<double>{1.0}, {});
    for (int i = 20; i > 0; --i) file.attribute("/z", fmt::format("n{}", i), std::int64_t{i} << 40);
    file.attribute("/", "text", "größer");
    file.commit();
  }
  const h5::Reader file(folder / "order.h5");
  CHECK(file.groups() == std::vector<std::string>{"z", "a", "m"});
  CHECK(file.datasets("/a") == std::vector<std::string>{"z", "b"});
  REQUIRE(file.attributes("/z").size() == 20);
  CHECK(file.attributes("/z").front() == "n20");
  CHECK(file.integer_attribute("/z", "n3") == std::int64_t{3} << 40);
  CHECK(file.text_attribute("/", "text") == "größer");
  CHECK(file.exists("/a/b"));
  CHECK_FALSE(file.exists("/b/a"));
  CHECK_FALSE(file.has_attribute("/", "other"));
}

TEST_CASE("what is not committed leaves no trace", "[h5]") {
  const Folder folder;
  std::ofstream(folder / "out.h5") << "before";
  {
    h5::Writer file(folder / "out.h5");
    file.group("/half");
    CHECK(folder.listing().starts_with("out.h5 out.h5.partial-"));
  }
  CHECK(folder.listing() == "out.h5 ");
  CHECK(test::bytes_of(folder / "out.h5") == "before");
}

TEST_CASE("two writers of one file do not mix, writers of two files do not meet", "[h5]") {
  const Folder folder;
  h5::Writer first(folder / "out.h5");
  CHECK(has(complaint_of([&] { h5::Writer(folder / "out.h5"); }), "another process is writing"));
  h5::Writer other(folder / "other.h5");
  first.commit();
  other.commit();
  CHECK(folder.listing() == "other.h5 out.h5 ");
  h5::Writer again(folder / "out.h5");
  again.commit();
}

TEST_CASE("errors name the file, the object and the reason", "[h5]") {
  const Folder folder;
  CHECK(has(complaint_of([&] { h5::Writer(folder / "none" / "out.h5"); }), "none/out.h5: there is no folder"));
  CHECK(has(complaint_of([&] { h5::Writer(folder.path()); }), "this is a folder"));
  CHECK(has(complaint_of([&] { h5::Reader(folder / "none.h5"); }), "none.h5: cannot read: No such file or directory"));
  std::ofstream(folder / "text.h5") << "hello";
  CHECK(has(complaint_of([&] { h5::Reader(folder / "text.h5"); }), "signature"));
  {
    h5::Writer file(folder / "out.h5");
    file.group("/a");
    const std::string twice = complaint_of([&] { file.group("/a"); });
    CHECK(has(twice, "cannot write group '/a': "));
    CHECK(has(twice, "exists"));
    file.dataset<double>("/a/x", std::vector<double>{1.0}, {});
    file.commit();
  }
  const h5::Reader file(folder / "out.h5");
  CHECK(has(complaint_of([&] { file.read<double>("/a/y"); }), "out.h5: cannot open '/a/y': "));
  CHECK(has(complaint_of([&] { file.read<std::int64_t>("/a/x"); }), "it holds double, not int64"));
  CHECK(has(complaint_of([&] { file.text_attribute("/a/x", "_FillValue"); }), "it is no text"));
}

TEST_CASE("whole numbers are stored in 32 bits where all fit, else as doubles where all are exact", "[h5]") {
  const test::Folder folder;
  using List = std::vector<std::int64_t>;
  const std::int64_t exact = std::int64_t{1} << 53;
  const std::vector<std::pair<List, h5::Type>> cases{{{}, h5::Type::i32},
                                                     {{-5, INT32_MAX, INT32_MIN + 2}, h5::Type::i32},
                                                     {{INT32_MIN}, h5::Type::f64},      // R's missing number
                                                     {{INT32_MIN + 1}, h5::Type::f64},  // netCDF's
                                                     {{0, std::int64_t{INT32_MAX} + 1}, h5::Type::f64},
                                                     {{exact, -exact}, h5::Type::f64},
                                                     {{exact + 1}, h5::Type::i64},
                                                     {{1, INT64_MIN, INT64_MAX}, h5::Type::i64}};
  for (const auto& [values, type] : cases) {
    h5::Writer file(folder / "out.h5");
    file.whole_scale("/scale", values);
    file.whole_numbers("/numbers", values, {"/scale"});
    file.commit();
    const h5::Reader back(folder / "out.h5");
    CAPTURE(values);
    CHECK((back.info("/scale").type == type && back.info("/numbers").type == type));
    CHECK((back.whole_numbers("/scale") == values && back.whole_numbers("/numbers") == values));
  }
  h5::Writer file(folder / "halves.h5");
  file.scale<double>("/halves", std::vector<double>{1.0, 1.5});
  file.commit();
  CHECK(has(complaint_of([&] { h5::Reader(folder / "halves.h5").whole_numbers("/halves"); }), "are not whole"));
}

TEST_CASE("an attribute comes back as what it is", "[h5]") {
  const test::Folder folder;
  h5::Writer file(folder / "out.h5");
  file.attribute("/", "whole", std::int64_t{1} << 40);
  file.attribute("/", "number", 0.1);
  file.attribute("/", "text", "größe");
  file.commit();
  const h5::Reader back(folder / "out.h5");
  CHECK(std::get<std::int64_t>(back.any_attribute("/", "whole")) == std::int64_t{1} << 40);
  CHECK(std::get<double>(back.any_attribute("/", "number")) == 0.1);
  CHECK(std::get<std::string>(back.any_attribute("/", "text")) == "größe");
  CHECK(has(complaint_of([&] { (void)back.any_attribute("/", "none"); }), "none"));
}
