#include <chrono>
#include <map>
#include <string>
#include <variant>

#include "graph/base/h5.hpp"
#include "scenarios/result/result.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"

// Where a result says that it comes from, and where the time went.

using namespace grapevine;

namespace {

const std::string study = R"(format = 1
seed = 3
replicates = 1
time = {tick = "1h", warmup = "2h", measure = "2h", followup = "2h"}
graph = {file = "who follows.csv", accounts = "accounts.csv"}
feed.window = "2h"
arm = [{name = "control"}]
)";

std::map<std::string, h5::AttributeValue> provenance_of(const std::filesystem::path& result) {
  std::map<std::string, h5::AttributeValue> found;
  for (const auto& [name, value] : read_result(result).provenance) {
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
    found.emplace(name, value);
  }
  return found;
}

}  // namespace

TEST_CASE("a result says by which command and of which files it was made, in numbers and texts",
          "[program][provenance]") {
  const test::Shell shell;
  shell.write("it's.toml", study);
  shell.write("who follows.csv", "follower,followed\na,b\nb,c\nc,a\n");
  shell.write("accounts.csv", "id\na\nb\nc\nd\n");
  REQUIRE(shell.call({"run", "it's.toml", "-o", "one.h5", "--quiet", "--set", "population.sessions=2"}) == 0);
  const auto made = provenance_of(shell.file("one.h5"));
  const auto text = [&](const std::string& name) { return std::get<std::string>(made.at(name)); };
  const auto number = [&](const std::string& name) { return std::get<std::int64_t>(made.at(name)); };
  CHECK(text("command") == GRAPEVINE_PROGRAM R"( run 'it'\''s.toml' -o one.h5 --quiet --set population.sessions=2)");
  CHECK(number("threads") >= 1);
  CHECK(number("parts") == 1);
  CHECK(std::get<double>(made.at("seconds")) >= 0.0);
  CHECK(text("scenario_file") == "it's.toml");
  CHECK(number("scenario_file_bytes") == static_cast<std::int64_t>(study.size()));
  // xxh128sum of the files.
  CHECK(text("scenario_file_xxh3_128") == "847ac4367cbe35a98b8dc4ad47fe410a");
  CHECK(text("graph_file") == "who follows.csv");
  CHECK(number("graph_file_bytes") == 30);
  CHECK(text("graph_file_xxh3_128") == "3240b11e242d15269a86f45e7f0af984");
  CHECK(text("graph_accounts") == "accounts.csv");
  CHECK(number("graph_accounts_bytes") == 11);
  CHECK(text("graph_accounts_xxh3_128") == "6b91ba94d05d8283a8a325d613ca16b4");
  const std::string commit = text("commit");  // tests/commit_test.sh says which
  CHECK(commit.find('"') == std::string::npos);

  // What a switch sets is an input, too.
  shell.write("other.csv", "follower,followed\nb,a\nc,a\n");
  shell.write("switched.toml",
              study + "claims = {arm = \"control\"}\n[[switch]]\nname = \"who\"\ngraph.file = \"other.csv\"\n");
  REQUIRE(shell.call({"run", "switched.toml", "-o", "switched.h5", "--quiet"}) == 0);
  const auto switched = provenance_of(shell.file("switched.h5"));
  CHECK(std::get<std::string>(switched.at("graph_file")) == "who follows.csv");
  CHECK(std::get<std::string>(switched.at("switch_who_graph_file")) == "other.csv");
  CHECK(std::get<std::int64_t>(switched.at("switch_who_graph_file_bytes")) == 26);
  CHECK(shell.call({"run", "switched.toml", "-o", "other.csv", "--quiet"}) == 2);  // no output is an input

  // Another command of the same study: another provenance, the same digests.
  REQUIRE(shell.call({"run", "it's.toml", "--out", "other.h5", "--set", "population.sessions=2", "--threads", "2"}) ==
          0);
  CHECK(provenance_of(shell.file("other.h5")).at("command") != made.at("command"));
  CHECK(digests(shell.file("one.h5")).lines == digests(shell.file("other.h5")).lines);
}

TEST_CASE("the seconds of all phases are those of the run, and --timings shows them and changes nothing",
          "[program][provenance][timing]") {
  const test::Shell shell;
  shell.write("study.toml", R"(format = 1
seed = 3
replicates = 2
time = {tick = "1h", warmup = "6h", measure = "6h", followup = "6h"}
graph = {model = "platform", users = 20_000, mean_followees = 20, largest = 2_000}
feed.window = "6h"
arm = [{name = "control"}, {name = "short", feed.length = 5}]
)");
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(shell.call({"run", "study.toml", "-o", "one.h5", "--quiet", "--threads", "2", "--timings"}) == 0);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const std::string told = shell.out();
  for (const char* word : {"Where the time went, with 2 threads", "  arms ", "    sessions ", "  writing ", "  other ",
                           "One thread does "})
    CHECK(test::contains(told, word));

  const auto made = provenance_of(shell.file("one.h5"));
  double seconds = 0;
  int lines = 0;
  for (const auto& [name, value] : made)
    if (name.starts_with("seconds_")) seconds += std::get<double>(value), ++lines;
  for (const char* name : {"seconds_graph_drawing_parallel", "seconds_warm_up_sessions_parallel",
                           "seconds_arms_sessions_serial", "seconds_arms_records_serial"})
    CHECK(made.contains(name));
  // Each is rounded to a millisecond, and phases below half of one are left out; the watch starts a little before the
  // study and stops a little after it.
  CHECK(seconds >= std::get<double>(made.at("seconds")) - 0.0005 * (lines + 60));
  CHECK(seconds <= wall + 0.0005 * lines);
  CHECK(std::get<double>(made.at("serial_share")) > 0.0);
  CHECK(std::get<double>(made.at("serial_share")) < 1.0);

  REQUIRE(shell.call({"run", "study.toml", "-o", "other.h5", "--quiet"}) == 0);
  CHECK_FALSE(test::contains(shell.out(), "Where the time went"));
  CHECK(digests(shell.file("one.h5")).lines == digests(shell.file("other.h5")).lines);
}
