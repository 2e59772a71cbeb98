#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/utf8.hpp"
#include "scenarios/commands/command_line.hpp"
#include "scenarios/commands/compare.hpp"
#include "scenarios/commands/run.hpp"
#include "scenarios/commands/steps.hpp"
#include "scenarios/commands/streams.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/keys/presets.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/sweep_points.hpp"
#include "scenarios/result/table.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/outlook.hpp"

namespace grapevine {

namespace {

namespace fs = std::filesystem;

int check(const Request& request) {
  const Scenario scenario = read_scenario(request.file, request.overrides);
  use_threads(request);
  say_of_parts(request);
  Steps steps(request.quiet, [] {});
  const Outlook outlook =
      look_ahead(scenario, {.parts = request.parts, .doing = [&](const char* doing) { steps.begin(doing); }});
  steps.end();
  say(stdout, "{}", printable(outlook_text(scenario, outlook)));
  return 0;
}

int keys(const Request& request) {
  if (!request.preset.empty()) {
    const std::string table = request.markdown ? preset_as_markdown(request.preset) : preset_as_text(request.preset);
    if (table.empty())
      throw BadRequest(fmt::format("grapevine keys: no published ranking is called {}; expected one of {}, or all",
                                   in_quotes(request.preset), preset_names()));
    put(stdout, table);
    return 0;
  }
  const std::string text = request.markdown      ? keys_as_markdown()
                           : request.json_schema ? keys_as_json_schema()
                                                 : keys_as_text(request.filter);
  if (text.empty())
    throw BadRequest(
        fmt::format("grapevine keys: no key has '{}' in its name; expected a part of a name such as "
                    "feed.length; `grapevine keys` lists all",
                    request.filter));
  put(stdout, text);
  return 0;
}

int show(const Request& request) {
  if (!request.digest) {
    StudyResult study = read_result(request.file);
    if (request.scenario || request.understood) {
      put(stdout, request.scenario ? study.scenario_given : study.scenario_understood);
      return 0;
    }
    const bool of_arms = request.every_arm || !request.arms.empty();
    if (of_arms || !request.point.empty()) study = point_of(std::move(study), request.point, "show --arm");
    if (request.every_arm || !request.arms.empty())
      say(stdout, "{}", printable(arms_table(study, request.every_arm ? study.arms : request.arms)));
    else
      say(stdout, "{}", printable(comparison_table(study)));
    return 0;
  }
  const Digests all = digests(request.file);
  say(stdout, "{}\n", all.total);
  for (const auto& [name, digest] : all.lines) say(stdout, "{}  {}\n", digest, name);
  return 0;
}

int compare(const Request& request) {
  if (request.arm.empty() != request.against.empty())
    throw BadRequest(fmt::format("grapevine compare: {} is missing; expected both --arm and --against, or neither",
                                 request.arm.empty() ? "--arm" : "--against"));
  const bool arms = !request.arm.empty();
  if (arms && request.csv)
    throw BadRequest(
        "grapevine compare: --csv with --arm; expected results to compare with each other; the rows of a contrast are "
        "in "
        "the result file, in /comparison");
  if (!arms && request.files.size() < 2)
    throw BadRequest(
        fmt::format("grapevine compare: one result and no arms; expected two results or more, or --arm and --against; "
                    "`grapevine show {}` shows what it holds",
                    request.files.front()));
  NamedStudies studies;
  for (const std::string& file : request.files) {
    StudyResult study = read_result(file);
    const bool asked = !study.swept.empty() || request.files.size() == 1;  // beside a sweep may stand one that is none
    studies.emplace_back(fs::path(file).stem().string(),
                         point_of(std::move(study), asked ? request.point : "", "compare"));
    if (const StudyResult& told = studies.back().second; !told.incomplete.empty())
      say(request.csv ? stderr : stdout, "{}",
          printable(
              fmt::format("{} has {} of {} replicates: {}\n", file, told.replicates, told.asked, told.incomplete)));
    if (arms)
      say(stdout, "{}{}\n{}", studies.size() > 1 ? "\n" : "", file,
          compare_arms(studies.back().second, request.arm, request.against));
  }
  if (arms) return 0;
  if (request.csv)
    put(stdout, compare_studies_as_csv(studies));
  else
    say(stdout, "{}", printable(compare_studies(studies)));
  return 0;
}

void add_scenario_options(CLI::App& app, Request& request) {
  app.add_option("FILE.toml", request.file, "the scenario")->required();
  add_overrides(app, request.overrides);
  add_threads(app, request);
}

/// Accepts what `accepts` does; others are told what was expected.
CLI::Validator text_like(bool (*accepts)(const std::string&), const char* expected) {
  return CLI::Validator(
      [=](const std::string& text) {
        return accepts(text) ? std::string() : fmt::format("'{}'; expected {}", text, expected);
      },
      "");
}

void add_parts(CLI::App& app, Request& request) {
  app.add_option(
         "--parts", request.parts,
         "cuts each world into N parts that run side by side, as ranks of a cluster would; no result depends on it")
      ->type_name("N")
      ->check(whole_number(1, 256));
}

void add_run(CLI::App& app, Request& request) {
  add_scenario_options(app, request);
  app.add_option("-o,--out", request.out, "the result file (HDF5), written when the study is done")
      ->type_name("OUT.h5");
  add_parts(app, request);
  auto* resume = app.add_flag("--resume", request.resume,
                              "goes on with what an earlier run left in OUT.h5.parts, or adds replicates to OUT.h5");
  app.add_flag("--overwrite", request.overwrite, "replaces a result file, and what an earlier run left")
      ->excludes(resume);
  app.add_option("--shard", request.shard, "runs the K-th of N shares alone; `grapevine merge` puts them together")
      ->type_name("K/N")
      ->check(text_like(is_shard, "K/N, whole numbers, K from 1 to N, N at most 1000000; for example 3/5"));
  app.add_option("--time-limit", request.time_limit, "stops then, with what is complete kept for --resume")
      ->type_name("DURATION")
      ->check(text_like(is_time_limit, "a duration such as 90s, 30min, 12h or 2d"));
  app.add_option("--checkpoint", request.checkpoint_minutes,
                 "minutes between checkpoints of the replicate that is running, 15 by default; 0 for none")
      ->type_name("MINUTES")
      ->check(CLI::Range(0.0, 100'000.0));
  app.add_flag("--timings", request.timings, "says in the end where the time went, and what one thread did alone");
  app.add_flag("--quiet", request.quiet, "no progress");
  app.footer(R"(Examples:
  grapevine run one-or-many.toml -o one-or-many.h5
  grapevine run one-or-many.toml -o one-or-many.h5 --resume        after a signal, a crash, or with more replicates
  grapevine run your-graph.toml -o mine.h5 --set graph.file=follows.csv.gz --set replicates=20
  grapevine run one-or-many.toml -o long.h5 --set arm.many-weighted.feed.length=100
  grapevine run one-or-many.toml -o shard-2.h5 --shard 2/5 --time-limit 12h

Ctrl-C stops it; replicates that are complete are written, and the one that is running is saved for --resume.)");
}

void add_merge(CLI::App& app, Request& request) {
  app.add_option("SHARDS", request.files, "what `grapevine run --shard` wrote, all of it in any order")->required();
  app.add_option("-o,--out", request.out, "the result file (HDF5)")->type_name("OUT.h5");
  app.add_flag("--overwrite", request.overwrite, "replaces a result file that exists");
  app.footer(R"(Examples:
  grapevine merge shard-*.h5 -o one-or-many.h5)");
}

}  // namespace

void add_study_commands(CLI::App& app, const AddCommand& add_command, Request& request) {
  const auto command = [&](const char* name, const char* sentence, int (*act)(const Request&)) -> CLI::App& {
    return add_command(app, name, sentence, act);
  };
  add_run(command("run", "Runs a study and writes its result", run_command), request);
  add_merge(command("merge", "Makes one result of all shards of a study", merge_command), request);

  CLI::App& check_app = command("check", "Says what a study would run: world, campaigns, time, memory and disk", check);
  add_scenario_options(check_app, request);
  add_parts(check_app, request);
  check_app.add_flag("--quiet", request.quiet, "no progress");
  check_app.footer(R"(Examples:
  grapevine check one-or-many.toml
  grapevine check one-or-many.toml --set graph.users=1_000_000)");

  CLI::App& keys_app = command("keys", "Lists every key of a scenario with type, range, default and meaning", keys);
  auto* filter = keys_app.add_option("FILTER", request.filter, "only keys that have this in their name, such as feed.");
  auto* markdown = keys_app.add_flag("--markdown", request.markdown, "as in docs/keys.md")->excludes(filter);
  auto* schema = keys_app.add_flag("--json-schema", request.json_schema, "as a JSON Schema, for editors");
  schema->excludes(markdown)->excludes(filter);
  keys_app
      .add_option("--preset", request.preset,
                  "the rules of a published ranking: which are modelled, by which keys; all: of each")
      ->type_name("NAME")
      ->excludes(schema)
      ->excludes(filter);
  keys_app.footer(R"(Examples:
  grapevine keys feed.
  grapevine keys --json-schema > grapevine.schema.json)");

  CLI::App& show_app = command("show", "Shows the comparison that a result file holds", show);
  show_app.add_option("OUT.h5", request.file, "the result file")->required();
  show_app.add_option("--arm", request.arms, "what this arm says by itself: rates by tier, elasticities")
      ->type_name("NAME")
      ->allow_extra_args(false);
  show_app.add_flag("--arms", request.every_arm, "the same of every arm");
  add_point(show_app, request);
  auto* scenario = show_app.add_flag("--scenario", request.scenario, "the scenario as it was given, to run it again");
  auto* understood =
      show_app
          .add_flag("--understood", request.understood, "the scenario as it was understood: every key with its value")
          ->excludes(scenario);
  show_app
      .add_flag("--digest", request.digest,
                "the digest of what scenario and seed determine, then one for each group of the file")
      ->excludes(scenario)
      ->excludes(understood);
  show_app.footer(R"(Examples:
  grapevine show one-or-many.h5
  grapevine show one-or-many.h5 --arm many-weighted
  grapevine show one-or-many.h5 --scenario > again.toml
  grapevine show --digest one-or-many.h5                 equal for equal results)");

  CLI::App& compare_app =
      command("compare", "Compares two arms of a result, or several results with each other", compare);
  compare_app.add_option("OUT.h5", request.files, "the result files")->required();
  compare_app.add_option("--arm", request.arm, "the arm whose outcome is compared ...")->type_name("NAME");
  compare_app.add_option("--against", request.against, "... with that of this arm of the same result")
      ->type_name("NAME");
  add_point(compare_app, request);
  compare_app.add_flag("--csv", request.csv, "several results: comma-separated values, one line per number and result");
  compare_app.footer(R"(Examples:
  grapevine compare one-or-many.h5 --arm many-weighted --against many-chronological
  grapevine compare small.h5 large.h5                    what two studies have in common, side by side)");
}

}  // namespace grapevine
