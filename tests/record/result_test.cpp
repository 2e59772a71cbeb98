#include "scenarios/result/result.hpp"

#include <bit>
#include <chrono>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>
#include <tuple>

#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"
#include "graph/base/random.hpp"
#include "scenarios/result/schema.hpp"
#include "tests/catch.hpp"
#include "tests/record/sample.hpp"

using namespace grapevine;
using test::complaint_of;
using test::Folder;
using test::has;

namespace {

std::uint64_t bits(double value) { return std::isnan(value) ? 1 : std::bit_cast<std::uint64_t>(value); }

auto fields(const ComparisonRow& r) {
  return std::make_tuple(r.point, r.contrast, r.arm, r.against, r.estimand, r.metric, r.statistic, r.unit,
                         bits(r.estimate), bits(r.lower), bits(r.upper), bits(r.level), r.interval, r.replicates,
                         bits(r.mean_arm), bits(r.mean_against), bits(r.correlation), bits(r.variance_ratio),
                         r.redrawn);
}
auto fields(const PostRow& r) {
  return std::make_tuple(r.key, r.author, r.tick, r.campaign, r.topic, r.tier, r.largest_broadcast, r.half_time,
                         r.impressions_followed, r.impressions_reshared, r.reach, r.actions[Action::like],
                         r.actions[Action::reply], r.actions[Action::reshare], r.actions[Action::click], r.cascade_size,
                         r.depth, bits(r.structural_virality), r.first_node);
}
auto fields(const ClaimRow& r) {
  return std::make_tuple(r.claim, r.name, r.contrast, r.arm, bits(r.estimate), bits(r.lower), bits(r.upper),
                         bits(r.margin_low), bits(r.margin_high), bits(r.level), r.replicates, r.verdict, r.assumptions,
                         r.replicates_needed);
}
auto fields(const ResponseRow& r) {
  return std::make_tuple(r.arm, r.metric, bits(r.followers), bits(r.response), bits(r.response_lower),
                         bits(r.response_upper), bits(r.elasticity), bits(r.elasticity_lower),
                         bits(r.elasticity_upper));
}
auto fields(const StructureRow& r) {
  return std::make_tuple(r.arm, r.metric, r.tier, r.against, r.cascades_tier, r.cascades_against, bits(r.mean_tier),
                         bits(r.mean_against), bits(r.difference), bits(r.lower), bits(r.upper), r.pairs,
                         bits(r.matched_difference), bits(r.matched_lower), bits(r.matched_upper));
}
auto fields(const CascadeNode& r) { return std::make_tuple(r.parent, r.user, r.tick, r.reason); }
auto fields(const InfluencerRow& r) {
  return std::make_tuple(r.user, r.profile, r.campaign, r.followers, r.posts, r.replaced, r.cost,
                         r.outcomes.impressions, r.outcomes.reach, r.outcomes.actions[Action::like],
                         r.outcomes.actions[Action::reply], r.outcomes.actions[Action::reshare],
                         r.outcomes.actions[Action::click]);
}
auto fields(const GraphFacts& r) {
  return std::make_tuple(r.users, r.follows, bits(r.reciprocity), r.largest_followers, r.rows_read, r.self_loops,
                         r.duplicates, r.isolated, r.active, bits(r.scale), bits(r.gini_followers),
                         bits(r.log_correlation));
}

template <class Row>
void check_same(const std::vector<Row>& left, const std::vector<Row>& right) {
  REQUIRE(left.size() == right.size());
  for (std::size_t i = 0; i < left.size(); ++i) CHECK(fields(left[i]) == fields(right[i]));
}

void check_same(const StudyResult& left, const StudyResult& right) {
  CHECK(left.title == right.title);
  CHECK(left.seed == right.seed);
  CHECK(left.tick_seconds == right.tick_seconds);
  CHECK(left.currency == right.currency);
  CHECK(left.scenario_given == right.scenario_given);
  CHECK(left.scenario_understood == right.scenario_understood);
  CHECK(left.points == right.points);
  CHECK(left.arms == right.arms);
  CHECK(left.models == right.models);
  CHECK(left.replicates == right.replicates);
  CHECK(left.tiers == right.tiers);
  CHECK(left.tiers_from == right.tiers_from);
  CHECK(left.campaigns == right.campaigns);
  CHECK(left.products == right.products);
  CHECK(left.provenance == right.provenance);
  check_same(left.comparison, right.comparison);
  check_same(left.claims, right.claims);
  check_same(left.response, right.response);
  check_same(left.structure, right.structure);
  check_same(left.graphs, right.graphs);
  REQUIRE(left.records.size() == right.records.size());
  for (std::size_t i = 0; i < left.records.size(); ++i) {
    const RunRecord &one = left.records[i], &other = right.records[i];
    CHECK(one.tiers == other.tiers);
    CHECK(one.campaigns == other.campaigns);
    CHECK(one.products == other.products);
    CHECK(one.event_hash == other.event_hash);
    CHECK(one.paid_reach == other.paid_reach);
    CHECK((one.reproduction_number == other.reproduction_number ||
           (std::isnan(one.reproduction_number) && std::isnan(other.reproduction_number))));
    CHECK(one.ledger == other.ledger);
    CHECK(one.group_sessions == other.group_sessions);
    CHECK(one.readers == other.readers);
    CHECK(one.positions == other.positions);
    CHECK(one.looks == other.looks);
    CHECK(one.curve == other.curve);
    CHECK(one.frequency == other.frequency);
    CHECK(one.series == other.series);
    CHECK(one.campaign_series == other.campaign_series);
    CHECK(one.shapes == other.shapes);
    check_same(one.posts, other.posts);
    check_same(one.cascades, other.cascades);
    check_same(one.influencers, other.influencers);
    for (const PostRow& post : one.posts) CHECK(left.account(post.author) == right.account(post.author));
    for (const InfluencerRow& row : one.influencers) CHECK(left.account(row.user) == right.account(row.user));
  }
}

StudyResult written_and_read(const StudyResult& study) {
  const Folder folder;
  write_result(folder / "out.h5", study);
  return read_result(folder / "out.h5");
}

/// Copies a result as format `version` wrote it: without what came later, and whole numbers in 64 bits.
void write_as_of(Since version, const h5::Reader& from, const std::filesystem::path& to) {
  h5::Writer file(to);
  for (const char* name : {"format", "title", "incomplete"}) file.attribute("/", name, from.text_attribute("/", name));
  for (const char* name : {"seed", "tick_seconds", "replicates_asked"})
    file.attribute("/", name, from.integer_attribute("/", name));
  file.attribute("/", "format_version", std::to_string(version.major) + "." + std::to_string(version.minor));
  const auto copy = [&]<class T>(const std::string& path, const std::vector<std::string>* scales, T) {
    const std::vector<T> values = from.read<T>(path);
    scales == nullptr ? file.scale<T>(path, values) : file.dataset<T>(path, values, *scales);
  };
  const auto copy_any = [&](const std::string& path, h5::Type declared, const std::vector<std::string>* scales) {
    const h5::Type type = from.info(path).type;
    if (path == "/posts/key" && version < Since{4, 1}) {  // a signed number, then
      std::vector<std::int64_t> keys;
      for (const std::string& text : from.read<std::string>(path))
        keys.push_back(static_cast<std::int64_t>(std::stoull(text, nullptr, 16)));
      return file.dataset<std::int64_t>(path, keys, *scales);
    }
    if (declared == h5::Type::i64) {
      const std::vector<std::int64_t> values = from.whole_numbers(path);
      return scales == nullptr ? file.scale<std::int64_t>(path, values)
                               : file.dataset<std::int64_t>(path, values, *scales);
    }
    if (type == h5::Type::text) copy(path, scales, std::string());
    if (type == h5::Type::f64) copy(path, scales, 0.0);
    if (type == h5::Type::i32) copy(path, scales, std::int32_t{});
    if (type == h5::Type::i8) copy(path, scales, std::int8_t{});
  };
  std::string group;
  for (const schema::Dataset& dataset : schema::datasets()) {
    if (version < dataset.since) continue;
    if (const std::string of = "/" + std::string(dataset.group); of != group) {
      file.group(group = of);
      for (const schema::Axis& axis : schema::axes_of(dataset.group))
        copy_any(group + "/" + std::string(axis.name), axis.type, nullptr);
    }
    std::vector<std::string> scales;
    for (const std::string_view axis : dataset.axes) scales.push_back(group + "/" + std::string(axis));
    copy_any(group + "/" + std::string(dataset.name), dataset.type, &scales);
  }
  file.group("/provenance");
  file.commit(true);
}

}  // namespace

namespace {

/// Takes out of a study what was done of actions that came with that version of the format or later.
void forget_actions(StudyResult& study, Since since) {
  const auto forget = [since](auto& counts) {
    for (std::size_t a = 0; a < action_count; ++a)
      if (action_table[a].since >= since) counts[a] = 0;
  };
  for (RunRecord& record : study.records) {
    for (TierRow& row : record.tiers) forget(row.outcomes.actions);
    for (CampaignRow& row : record.campaigns) forget(row.outcomes.actions);
    for (InfluencerRow& row : record.influencers) forget(row.outcomes.actions);
    for (SeriesRow& row : record.series) forget(row.actions);
    for (CampaignSeriesRow& row : record.campaign_series) forget(row.actions);
    for (PostRow& row : record.posts) forget(row.actions);
  }
}

}  // namespace

TEST_CASE("a column of the newest version that holds only zeros leaves the digest as it was", "[record][digest]") {
  const Folder folder;
  StudyResult study = test::sample_study();
  const auto total_as_of = [&](Since version) {
    write_result(folder / "new.h5", study);
    write_as_of(version, h5::Reader(folder / "new.h5"), folder / "old.h5");
    return digests(folder / "old.h5").total;
  };
  CHECK(total_as_of({4, 2}) != total_as_of(schema::format_version()));
  forget_actions(study, {4, 3});
  CHECK(total_as_of({4, 2}) == total_as_of(schema::format_version()));
  study.records[0].tiers[0].outcomes.actions[Action::hide] = 1;
  CHECK(total_as_of({4, 2}) != total_as_of(schema::format_version()));
}

TEST_CASE("a file of an earlier version of the format is read, without what came later", "[record]") {
  const Folder folder;
  write_result(folder / "new.h5", test::sample_study());
  write_as_of({schema::major_version, 0}, h5::Reader(folder / "new.h5"), folder / "old.h5");
  const StudyResult old = read_result(folder / "old.h5");
  StudyResult expected = test::sample_study();
  expected.provenance.clear();
  expected.products.clear();
  forget_actions(expected, {schema::major_version, 1});
  for (RunRecord& record : expected.records) {
    record.campaign_series.clear();
    record.products.clear();
    record.positions.clear();
    record.looks.clear();
    for (LedgerRow& row : record.ledger) row.ranked = row.shadow = 0;
    for (CampaignRow& row : record.campaigns) {
      row.sales = {}, row.too_late = row.answer_ticks = 0;
      row.bought = row.promoted = 0, row.spent_promotion = 0;
    }
    for (InfluencerRow& row : record.influencers) row.sales = {}, row.accepted = 0, row.promoted = 0;
    for (ReaderRow& row : record.readers) row.impressions_in_network = 0;
    for (PostRow& row : record.posts) row.impressions_discovered = row.impressions_promoted = 0;
  }
  check_same(old, expected);
}

TEST_CASE("digests do not depend on the types that whole numbers are stored in", "[record][digest]") {
  const Folder folder;
  write_result(folder / "narrow.h5", test::sample_study());
  write_as_of(schema::format_version(), h5::Reader(folder / "narrow.h5"), folder / "wide.h5");
  const h5::Reader narrow(folder / "narrow.h5"), wide(folder / "wide.h5");
  CHECK((narrow.info("/posts/user").type == h5::Type::i32 && wide.info("/posts/user").type == h5::Type::i64));
  CHECK((narrow.info("/summary/followers_from").type == h5::Type::f64));
  CHECK(digests(folder / "narrow.h5").total == digests(folder / "wide.h5").total);
  CHECK(digests(folder / "narrow.h5").lines == digests(folder / "wide.h5").lines);
}

TEST_CASE("a study comes back from its file as it went in", "[record]") {
  check_same(written_and_read(test::sample_study()), test::sample_study());
}

TEST_CASE("a seed of any size comes back, and is a number that R reads where a double holds it", "[record]") {
  const Folder folder;
  for (const std::uint64_t seed : {std::uint64_t{1} << 31, (std::uint64_t{1} << 53) + 1, ~std::uint64_t{0}}) {
    StudyResult study = test::sample_study();
    study.seed = seed;
    write_result(folder / "out.h5", study);
    CHECK(read_result(folder / "out.h5").seed == seed);
    const h5::AttributeValue kept = h5::Reader(folder / "out.h5").any_attribute("/", "seed");
    const double* const number = std::get_if<double>(&kept);
    CHECK((number != nullptr && *number == 0x1p31) == (seed == std::uint64_t{1} << 31));
  }
}

TEST_CASE("a study without campaigns, posts or comparison comes back from its file", "[record]") {
  check_same(written_and_read(test::empty_study()), test::empty_study());
}

TEST_CASE("a study large enough for chunks comes back from its file", "[record]") {
  check_same(written_and_read(test::large_study(20'000)), test::large_study(20'000));
}

TEST_CASE("sixteen tiers with names of any script come back from a file", "[record]") {
  StudyResult study = test::empty_study();
  const RunRecord one = study.records.front();
  study.tiers.clear(), study.tiers_from.clear(), study.records.front().tiers.clear();
  for (std::uint64_t i = 0; i < 16; ++i) {
    study.tiers.push_back("класс " + std::to_string(i) + " 大");
    study.tiers_from.push_back(i * 100);
    study.records.front().tiers.push_back(one.tiers.front());
    study.records.front().tiers.back().accounts = i;
  }
  study.records.front().ledger.assign(16 * source_count, {1, 2, 3});
  study.records.front().readers.assign(16 * 2, {4, 5});
  check_same(written_and_read(study), study);
}

TEST_CASE("a study of several points keeps them apart", "[record]") {
  StudyResult study = test::sample_study();
  const std::vector<RunRecord> records = study.records;
  const std::vector<GraphFacts> graphs = study.graphs;
  study.points = {"fee 0", "fee 1"};
  study.records.insert(study.records.end(), records.rbegin(), records.rend());
  study.graphs.insert(study.graphs.end(), graphs.rbegin(), graphs.rend());
  study.comparison.back().point = 1;
  check_same(written_and_read(study), study);
}

TEST_CASE("a study without its cascades keeps everything else", "[record]") {
  StudyResult study = test::sample_study();
  for (RunRecord& record : study.records) {
    record.cascades.clear();
    for (PostRow& post : record.posts) post.first_node = 0;
  }
  const Folder folder;
  write_result(folder / "out.h5", study);
  CHECK_FALSE(h5::Reader(folder / "out.h5").exists("/cascades"));
  check_same(read_result(folder / "out.h5"), study);
}

TEST_CASE("what nobody asked for is left out of a file, and runs that lack it have 0 beside others", "[record]") {
  StudyResult study = test::sample_study();
  for (RunRecord& record : study.records) record.looks.clear();
  study.records[1].positions.clear();
  const Folder folder;
  write_result(folder / "some.h5", study);
  CHECK_FALSE(h5::Reader(folder / "some.h5").exists("/looks"));
  study.records[1].positions.resize(study.records[0].positions.size());
  check_same(read_result(folder / "some.h5"), study);
  for (RunRecord& record : study.records) record.positions.clear();
  write_result(folder / "none.h5", study);
  CHECK_FALSE(h5::Reader(folder / "none.h5").exists("/positions"));
  check_same(read_result(folder / "none.h5"), study);
}

TEST_CASE("equal studies written seconds apart are equal byte by byte", "[record]") {
  const Folder folder;
  write_result(folder / "first.h5", test::sample_study());
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5 counts time in seconds
  write_result(folder / "second.h5", test::sample_study());
  CHECK((test::bytes_of(folder / "first.h5") == test::bytes_of(folder / "second.h5")));
}

TEST_CASE("a new result replaces an old one", "[record]") {
  const Folder folder;
  write_result(folder / "out.h5", test::empty_study());
  write_result(folder / "out.h5", test::sample_study());
  CHECK(folder.listing() == "out.h5 ");
  check_same(read_result(folder / "out.h5"), test::sample_study());
}

TEST_CASE("files that are no whole result of a known format are refused with the reason", "[record]") {
  const Folder folder;
  const auto path = folder / "out.h5";
  SECTION("nothing there") {
    CHECK(has(complaint_of([&] { read_result(path); }), "No such file"));
  }
  SECTION("a text") {
    std::ofstream(path) << "seed = 1";
    CHECK(has(complaint_of([&] { read_result(path); }), "expected a whole result file"));
  }
  SECTION("a folder") { CHECK_THROWS_AS(read_result(folder.path()), BadRequest); }
  SECTION("another HDF5 file") {
    h5::Writer(path).commit();
    CHECK(has(complaint_of([&] { read_result(path); }), "out.h5: has no seal at its end"));
    h5::Writer(path).commit(true);
    CHECK(has(complaint_of([&] { read_result(path); }), "not a result of grapevine"));
  }
  SECTION("a newer format") {
    h5::Writer file(path);
    file.attribute("/", "format", "grapevine result");
    file.attribute("/", "format_version", "5.3");
    file.commit(true);
    CHECK(has(complaint_of([&] { read_result(path); }), "result format 5.3 is newer than this program reads (4.x)"));
  }
  SECTION("a result cut short, wherever") {
    write_result(path, test::sample_study());
    const auto whole = std::filesystem::file_size(path);
    for (const auto size : {whole - 1, whole / 2, whole / 7, std::uintmax_t{100}, std::uintmax_t{0}}) {
      std::filesystem::resize_file(path, size);
      CHECK_THROWS_AS(read_result(path), BadRequest);
      CHECK_THROWS_AS(digests(path), BadRequest);
    }
  }
  SECTION("an older format") {
    h5::Writer file(path);
    file.attribute("/", "format", "grapevine result");
    file.attribute("/", "format_version", "1.7");
    file.commit(true);
    CHECK(has(complaint_of([&] { read_result(path); }), "result format 1.7 is older than this program reads (4.x)"));
  }
  SECTION("a result without one of its columns") {
    h5::Writer file(path);
    file.attribute("/", "format", "grapevine result");
    file.attribute("/", "format_version", "4.0");
    file.commit(true);
    CHECK_THROWS_AS(read_result(path), BadRequest);
  }
}

TEST_CASE("wherever a bit is flipped or the file is cut, a result is refused", "[record][hostile]") {
  const Folder folder;
  const auto path = folder / "out.h5", damaged = folder / "damaged.h5";
  write_result(path, test::sample_study());
  REQUIRE_NOTHROW(read_result(path));
  const std::string bytes = test::bytes_of(path);
  const auto refused = [&](const std::string& with) {
    std::ofstream(damaged, std::ios::binary) << with;
    const std::string shown = complaint_of([&] { read_result(damaged); });
    const std::string hashed = complaint_of([&] { digests(damaged); });
    return has(shown, "damaged.h5: ") && has(shown, "; expected a whole result file") && shown == hashed;
  };
  std::size_t unnoticed = 0;
  for (std::size_t i = 0; i < 1'000; ++i) {
    std::string with = bytes;
    const std::size_t place = mix(i) % bytes.size();
    with[place] = static_cast<char>(with[place] ^ 1 << (i % 8));
    unnoticed += !refused(with);
    if (i % 10 == 0) unnoticed += !refused(bytes.substr(0, place));
  }
  CHECK(unnoticed == 0);
}

TEST_CASE("damage is named with its dataset", "[record][hostile]") {
  const Folder folder;
  const auto path = folder / "out.h5";
  StudyResult study = test::large_study(30'000);
  study.title = "a title that is found";
  write_result(path, study);
  const std::string bytes = test::bytes_of(path);
  const std::size_t seal = bytes.rfind("grapevine seal 1");
  REQUIRE(seal != std::string::npos);
  const auto complaint = [&](std::size_t place) {
    std::string with = bytes;
    with[place] = static_cast<char>(with[place] ^ 1);
    std::ofstream(path, std::ios::binary) << with;
    return complaint_of([&] { read_result(path); });
  };
  // Lines of the seal: first byte, bytes, checksum, object.
  std::istringstream lines(bytes.substr(seal));
  std::string line;
  std::getline(lines, line);
  std::size_t runs = 0;
  while (std::getline(lines, line) && line.find('/') != std::string::npos) {
    std::size_t first = 0, length = 0;
    std::string checksum, object;
    std::istringstream(line) >> first >> length >> checksum >> object;
    if (++runs % 20 != 0) continue;
    CHECK(has(complaint(first + length / 2), "out.h5: '" + object + "' is damaged"));
  }
  CHECK(runs > 100);
  CHECK(has(complaint(bytes.find("a title that is found")), "names, texts or attributes"));
  CHECK(has(complaint(bytes.size() - 10), "has no seal at its end"));
}
