#include <cstring>
#include <fstream>

#include "graph/base/error.hpp"
#include "scenarios/result/unit_bytes.hpp"
#include "scenarios/result/units.hpp"
#include "tests/catch.hpp"
#include "tests/record/sample.hpp"

using namespace grapevine;
using test::complaint_of;
using test::Folder;
using test::has;

namespace {

constexpr auto program = "grapevine 0.1.0, commit abc";

/// Bytes that are all different for a while, whatever the type makes of them.
class Counter {
public:
  template <class Value>
  void operator()(Value& value) {
    auto* const bytes = reinterpret_cast<unsigned char*>(&value);
    for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<unsigned char>(next_++ * 37 + 1);
  }
  template <class Value>
  void operator()(std::vector<Value>& list) {
    list.resize(1 + next_ % 5);
    for (Value& value : list) (*this)(value);
  }

private:
  unsigned next_ = 0;
};

/// Every field of it, row by row, as no run would leave it.
RunRecord odd_record(Counter& fill) {
  RunRecord record;
  fill(record.draws), fill(record.tiers), fill(record.ledger), fill(record.group_sessions), fill(record.readers);
  fill(record.curve), fill(record.campaigns), fill(record.frequency), fill(record.event_hash), fill(record.products);
  fill(record.shapes.sizes), fill(record.shapes.depths), fill(record.shapes.breadths), fill(record.shapes.virality);
  fill(record.shapes.broadcasts), fill(record.shapes.large), fill(record.shapes.size_virality_correlation);
  fill(record.series), fill(record.campaign_series), fill(record.posts), fill(record.cascades);
  fill(record.influencers), fill(record.reproduction_number), fill(record.paid_reach);
  fill(record.positions), fill(record.looks);
  for (const char* name : {"ties_moved", "", "größe"}) {
    MechanismColumn& column = record.mechanisms.emplace_back();
    column.name = name, column.units = "1", column.long_name = std::string("of ") + name;
    fill(column.by_tier);
  }
  return record;
}

template <class Value>
bool same_bytes(const Value& a, const Value& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}
template <class Value>
bool same_bytes(const std::vector<Value>& a, const std::vector<Value>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(Value)) == 0);
}

/// The names of the fields stand here once more: one that is new makes this test fail to compile.
bool same(const RunRecord& a, const RunRecord& b) {
  const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21] = a;
  const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20, b21] = b;
  const bool shapes = same_bytes(a12.sizes, b12.sizes) && a12.depths == b12.depths && a12.breadths == b12.breadths &&
                      a12.virality == b12.virality && a12.broadcasts == b12.broadcasts && a12.large == b12.large &&
                      same_bytes(a12.size_virality_correlation, b12.size_virality_correlation);
  return a1 == b1 && same_bytes(a2, b2) && same_bytes(a3, b3) && a4 == b4 && same_bytes(a5, b5) && same_bytes(a6, b6) &&
         same_bytes(a7, b7) && a8 == b8 && a9 == b9 && a10 == b10 && same_bytes(a11, b11) && shapes &&
         same_bytes(a13, b13) && same_bytes(a14, b14) && same_bytes(a15, b15) && same_bytes(a16, b16) &&
         same_bytes(a17, b17) && same_bytes(a18, b18) && a19 == b19 && same_bytes(a20, b20) && same_bytes(a21, b21);
}

UnitsFile odd_units(std::size_t count) {
  Counter fill;
  UnitsFile file{.program = program, .shard = {}, .units = {}};
  for (std::size_t i = 0; i < count; ++i) {
    Unit& unit = file.units.emplace_back();
    unit.name = {"0123456789abcdef0123456789abcdef", static_cast<std::uint32_t>(i)};
    if (i == 2) {
      unit.failure = "replicate 2: nobody posts.";
      continue;
    }
    fill(unit.graph);
    for (int arm = 0; arm < 3; ++arm) unit.records.push_back(odd_record(fill));
    unit.accounts = {{UserId{7}, "seven"}, {UserId{8}, ""}, {UserId{9}, "\xc3\xa9"}};
  }
  return file;
}

void write(const std::filesystem::path& path, const UnitsFile& units) {
  NewFile out(path);
  write_units(out, units);
}

}  // namespace

TEST_CASE("units come back to the bit, field by field", "[record][units]") {
  const Folder folder;
  const UnitsFile units = odd_units(5);
  write(folder / "units.h5", units);
  const UnitsFile back = read_units(folder / "units.h5", program);
  CHECK(back.program == program);
  CHECK(!back.shard);
  REQUIRE(back.units.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    const Unit &was = units.units[i], &is = back.units[i];
    CHECK(is.name == was.name);
    CHECK(is.failure == was.failure);
    CHECK(same_bytes(is.graph, was.graph));
    CHECK(is.accounts == was.accounts);
    REQUIRE(is.records.size() == was.records.size());
    for (std::size_t arm = 0; arm < is.records.size(); ++arm) CHECK(same(is.records[arm], was.records[arm]));
  }
}

TEST_CASE("the records of a study come back as units", "[record][units]") {
  const Folder folder;
  const StudyResult study = test::sample_study();
  Unit unit{.name = {"a", 1}, .failure = {}, .graph = study.graphs[1], .records = study.records, .accounts = {}};
  write(folder / "units.h5", {.program = program, .shard = {}, .units = {unit}});
  StudyResult again = study;
  again.records = read_units(folder / "units.h5", program).units.at(0).records;
  write_result(folder / "was.h5", study);
  write_result(folder / "is.h5", again);
  CHECK(test::bytes_of(folder / "was.h5") == test::bytes_of(folder / "is.h5"));
}

TEST_CASE("a unit of many megabytes comes back as well", "[record][units]") {
  const Folder folder;
  UnitsFile units = odd_units(2);
  std::vector<CascadeNode>& nodes = units.units[1].records[1].cascades;
  for (std::uint32_t i = 0; i < 700'000; ++i) nodes.push_back({.parent = -1, .user = UserId{i * i}, .tick = i});
  write(folder / "units.h5", units);
  const UnitsFile back = read_units(folder / "units.h5", program);
  CHECK(same_bytes(back.units.at(1).records.at(1).cascades, nodes));
  CHECK(same(back.units[1].records[2], units.units[1].records[2]));
}

TEST_CASE("a shard says which it is, and of what", "[record][units]") {
  const Folder folder;
  const std::vector<std::string> overrides = GENERATE(std::vector<std::string>{}, std::vector<std::string>{"a=1", "b"});
  const Shard shard{.number = 2,
                    .of = 5,
                    .path = "/x/y.toml",
                    .text = "seed = 1\n",
                    .overrides = overrides,
                    .understood = "seed = 1\n\n[graph]\n"};
  UnitsFile units = odd_units(GENERATE(0, 3));
  units.shard = shard;
  write(folder / "shard.h5", units);
  const UnitsFile back = read_units(folder / "shard.h5", program);
  REQUIRE(back.shard);
  CHECK(back.units.size() == units.units.size());
  CHECK((back.shard->number == 2 && back.shard->of == 5));
  CHECK((back.shard->path == shard.path && back.shard->text == shard.text));
  CHECK((back.shard->overrides == overrides && back.shard->understood == shard.understood));
  CHECK(has(complaint_of([&] { (void)read_result(folder / "shard.h5"); }), "is shard 2 of 5 of a study"));
}

TEST_CASE("units that are cut, damaged, of another program or something else are refused by name", "[record][units]") {
  const Folder folder;
  const std::filesystem::path path = folder / "units.h5";
  write(path, odd_units(3));
  const std::string whole = test::bytes_of(path);
  const auto complaint = [&](std::string_view by = program) {
    return complaint_of([&] { (void)read_units(path, by); });
  };
  CHECK(complaint().empty());
  CHECK(has(complaint("grapevine 0.1.0, commit def"),
            "units.h5: was written by grapevine 0.1.0, commit abc; expected grapevine 0.1.0, commit def"));
  for (const std::size_t length : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    CHECK(has(complaint(), "units.h5: has no seal at its end"));
  }
  for (std::size_t at = 11; at < whole.size(); at += whole.size() / 40) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 16);
    std::ofstream(path, std::ios::binary) << damaged;
    INFO(at);
    CHECK(has(complaint(), "units.h5: "));
  }
  write_result(path, test::empty_study());
  CHECK(has(complaint(), "units.h5: holds no units of a study"));
  CHECK(has(complaint_of([&] { (void)read_units(folder / "none.h5", program); }), "none.h5"));
}

TEST_CASE("a unit that ends too early, or too late, is an error, not a crash", "[record][units]") {
  const std::string bytes = Packer::bytes_of(odd_units(1).units[0]);
  for (std::size_t length = 0; length < bytes.size(); length += 97) {
    Unit unit;
    Unpacker take(std::string_view(bytes).substr(0, length));
    CHECK_THROWS_AS(take(unit), Error);
  }
  Unit unit;
  const std::string longer = bytes + "x";
  Unpacker take(longer);
  take(unit);
  CHECK_FALSE(take.at_end());
}
