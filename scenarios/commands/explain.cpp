#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <variant>

#include "graph/base/error.hpp"
#include "graph/base/utf8.hpp"
#include "scenarios/commands/command_line.hpp"
#include "scenarios/commands/steps.hpp"
#include "scenarios/commands/stopping.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/sweep_points.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/memory_limit.hpp"
#include "scenarios/study/post_story.hpp"
#include "scenarios/study/provenance.hpp"

namespace grapevine {

namespace {

/// Whether the file is HDF5, as results are and scenarios are not.
bool is_hdf5(const std::string& file) {
  char first[8] = {};
  std::ifstream in(file, std::ios::binary);
  return in.read(first, sizeof first) && std::string_view(first, sizeof first) == "\x89HDF\r\n\x1a\n";
}

std::uint64_t key_in(const std::string& text) {
  std::uint64_t key = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key, 16);
  if (error != std::errc{} || end != text.data() + text.size())
    throw BadRequest(fmt::format("--post is '{}'; expected up to 16 hexadecimal digits, as /posts/key has them", text));
  return key;
}

/// Throws BadRequest where `study`, which is a point of `whole` or all of it, has no run of the replicate.
void expect_replicate(const StudyResult& whole, const StudyResult& study, const Request& request) {
  const auto number = static_cast<std::uint32_t>(request.explain.replicate);
  if (std::ranges::count(study.numbers, number) > 0) return;
  const std::string those = fmt::format("expected one of {}", fmt::join(study.numbers, ", "));
  if (std::ranges::count(whole.numbers, number) > 0)
    throw BadRequest(fmt::format("money was too little for replicate {} at the point {}: {}; {}", number, request.point,
                                 whole.infeasible[point_called(whole.points, request.point)], those));
  throw BadRequest(fmt::format("the result has no replicate {}; {}", number, those));
}

/// The posts that the result keeps, those that most users looked at first: what may be asked for.
std::string kept_posts(const StudyResult& study, const ExplainRequest& asked) {
  std::size_t arm = 0;
  if (!asked.arm.empty()) {
    arm = static_cast<std::size_t>(std::ranges::find(study.arms, asked.arm) - study.arms.begin());
    if (arm == study.arms.size()) throw BadRequest(fmt::format("no arm is called '{}' in the result", asked.arm));
  }
  const auto number = std::ranges::find(study.numbers, static_cast<std::uint32_t>(asked.replicate));
  const auto replicate = static_cast<std::size_t>(number - study.numbers.begin());
  std::vector<const PostRow*> posts;
  const RunRecord& record = study.record(0, arm, replicate);
  if (asked.draw && static_cast<std::uint32_t>(*asked.draw) >= record.draws)
    throw BadRequest(fmt::format("--draw is {}; expected 0 to {}, as the arm '{}' was run for {}", *asked.draw,
                                 record.draws - 1, study.arms[arm], record.draws));
  for (const PostRow& post : record.posts)
    if (!asked.draw || post.draw == static_cast<std::uint32_t>(*asked.draw)) posts.push_back(&post);
  if (posts.empty())
    throw BadRequest(
        fmt::format("the result keeps no post of the arm '{}' in replicate {}; expected an arm that pays "
                    "(--arm), or output.track_share above 0 in its scenario",
                    study.arms[arm], asked.replicate));
  std::ranges::stable_sort(posts, std::greater{}, &PostRow::reach);
  const auto most = std::min<std::size_t>(posts.size(), static_cast<std::size_t>(asked.most));
  TextTable table("llrllrrr");
  table.add({"--post", "author", "draw", "tier", "campaign", "reach", "cascade", "virality"});
  for (const PostRow* post : std::span(posts).first(most))
    table.add({fmt::format("{:016x}", post->key), study.account(post->author), fmt::to_string(post->draw),
               study.tiers[post->tier],
               post->campaign < 0 ? "-" : study.campaigns[static_cast<std::size_t>(post->campaign)],
               with_thousands(post->reach), with_thousands(post->cascade_size),
               post->cascade_size > 1 ? with_decimals(post->structural_virality, 2) : "-"});
  return fmt::format(
      "Posts of the arm {} in replicate {} that the result keeps, by reach\n\n{}{}", study.arms[arm], asked.replicate,
      table.text(),
      posts.size() > most ? fmt::format("  and {} more: --most N\n", with_thousands(posts.size() - most)) : "");
}

/// What the provenance of a result says, in words; empty where it says nothing.
std::string said_of(const Provenance& provenance, const std::string& name) {
  const auto at = std::ranges::find(provenance, name, &Provenance::value_type::first);
  const auto* text = at == provenance.end() ? nullptr : std::get_if<std::string>(&at->second);
  return text ? *text : "";
}

/// The files that the study was made of are still what they were.
void expect_same_files(const StudyResult& study, const Scenario& scenario) {
  for (const auto& [name, value] : provenance_of_inputs(scenario, stop_if_asked)) {
    const auto* checksum = std::get_if<std::string>(&value);
    if (!name.ends_with("_xxh3_128") || name.starts_with("scenario_file") || checksum == nullptr) continue;
    const std::string then = said_of(study.provenance, name);
    if (!then.empty() && then != *checksum)
      throw BadRequest(
          fmt::format("{} is not what it was when the study was run: its checksum is {}, and was {}; "
                      "expected the same file, for nothing of the run would be the same",
                      said_of(study.provenance, name.substr(0, name.size() - 9)), *checksum, then));
  }
}

Scenario scenario_of(const StudyResult& study, const std::string& file) {
  if (std::ranges::all_of(study.models, [](const std::string& model) { return model != "feed"; }))
    throw BadRequest(file +
                     ": all arms run classic models, in which posts are not shown in feeds; expected a result "
                     "with an arm under the feed model");
  const std::filesystem::path given = said_of(study.provenance, "scenario_file");
  Scenario scenario = read_scenario_text(file, study.scenario_understood, given.parent_path());
  expect_same_files(study, scenario);
  return scenario;
}

/// The study at the point that is asked for.
Scenario scenario_at(const Scenario& whole, const std::string& point) {
  if (whole.points.empty() && point.empty()) return whole;
  std::vector<std::string> names;
  for (const SweepPoint& it : whole.points) names.push_back(it.name);
  return whole.at[point_called(names, point)];
}

int explain(const Request& request) {
  const ExplainRequest& asked = request.explain;
  Scenario scenario;
  if (is_hdf5(request.file)) {
    if (!request.overrides.empty())
      throw BadRequest(
          "--set with a result, which has its scenario; expected a scenario to change; write it by "
          "`grapevine show --understood`");
    const StudyResult whole = read_result(request.file),
                      study = told_of(request.file, [&] { return point_of(whole, request.point, "explain"); });
    if (asked.post.empty()) {
      if (request.csv) throw BadRequest("--csv without --post; expected a post, whose looks it writes");
      say(stdout, "{}", printable(told_of(request.file, [&] {
            expect_replicate(whole, study, request);
            return kept_posts(study, asked);
          })));
      return 0;
    }
    scenario = scenario_at(scenario_of(study, request.file), request.point);
  } else {
    if (asked.post.empty())
      throw BadRequest(
          "--post is missing; expected the key of a post, as /posts/key of a result has it; with a result "
          "in the place of the scenario its posts are listed");
    const Scenario whole = read_scenario(request.file, request.overrides);
    scenario = told_of(request.file, [&] { return scenario_at(whole, request.point); });
  }
  expect_memory(scenario);
  use_threads(request);
  listen_to_signals();
  Steps steps(request.quiet, stop_if_asked);
  const PostStory story = tell_post(
      scenario,
      {.key = key_in(asked.post),
       .arm = asked.arm,
       .replicate = static_cast<std::uint32_t>(asked.replicate),
       .draw = static_cast<std::uint32_t>(asked.draw.value_or(0))},
      [&](const char* doing) { steps.begin(doing); }, stop_if_asked);
  steps.end();
  if (request.csv)
    put(stdout, story_csv(story));
  else
    say(stdout, "{}", printable(story_text(story, static_cast<std::size_t>(asked.most))));
  return 0;
}

}  // namespace

void add_explain_command(CLI::App& app, const AddCommand& add_command, Request& request) {
  CLI::App& own =
      add_command(app, "explain", "Tells the story of one post: who was shown it, why, and what they did", explain);
  own.add_option("FILE", request.file, "a result, or a scenario")->required();
  own.add_option("--post", request.explain.post,
                 "the key of the post, as /posts/key of a result has it; without it, the "
                 "posts that a result keeps")
      ->type_name("KEY");
  own.add_option("--arm", request.explain.arm, "the arm; by default the first")->type_name("NAME");
  own.add_option("--replicate", request.explain.replicate, "the replicate, from 0")
      ->type_name("N")
      ->check(whole_number(0));
  add_point(own, request);
  own.add_option("--draw", request.explain.draw, "the choice of the arm's accounts, from 0")
      ->type_name("N")
      ->check(whole_number(0));
  own.add_option("--most", request.explain.most, "rows of a list, at most; 12 by default")
      ->type_name("N")
      ->check(whole_number(0));
  own.add_flag("--csv", request.csv, "every look, as comma-separated values");
  add_overrides(own, request.overrides);
  add_threads(own, request);
  own.add_flag("--quiet", request.quiet, "no progress");
  own.footer(R"(The replicate is run once more up to its end: the same events as in the study.

Examples:
  grapevine explain one-or-many.h5 --arm many-weighted
  grapevine explain one-or-many.h5 --arm many-weighted --post 2c1d31d1c8f2b5a6
  grapevine explain one-or-many.toml --post 2c1d31d1c8f2b5a6 --csv > looks.csv)");
}

}  // namespace grapevine
