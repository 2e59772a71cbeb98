#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/exchange_ranks.hpp"
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
  const Ranks ranks;
  if (ranks.rank() > 0) return 0;  // one speaks
  const Scenario scenario = read_scenario(request.file, request.overrides);
  use_threads(request);
  say_of_parts(request);
  Steps steps(request.quiet, [] {});
  const int processes = request.processes > 0 ? request.processes : ranks.count();
  const bool worlds = request.ranks_share_worlds && processes > 1;
  const Outlook outlook = look_ahead(scenario, {.parts = worlds ? processes : request.parts,
                                                .ranks = processes,
                                                .ranks_share_worlds = worlds,
                                                .doing = [&](const char* doing) { steps.begin(doing); }});
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

std::string positions_of(const StudyResult& study, const Request& request) {
  if (!has_positions(study))
    throw BadRequest(
        fmt::format("{}: holds no looks by position; expected a result of a scenario with output.positions = true; run "
                    "it again with --set output.positions=true",
                    request.file));
  return told_of(request.file,
                 [&] { return positions_table(study, request.arms.empty() ? study.arms : request.arms); });
}

int show(const Request& request) {
  if (!request.digest) {
    StudyResult study = read_result(request.file);
    if (request.scenario || request.understood) {
      put(stdout, request.scenario ? study.scenario_given : study.scenario_understood);
      return 0;
    }
    const bool of_arms = request.every_arm || request.positions || !request.arms.empty();
    const char* const asked = request.positions ? "show --positions" : request.every_arm ? "show --arms" : "show --arm";
    if (of_arms || !request.point.empty())
      study = told_of(request.file, [&] { return point_of(std::move(study), request.point, asked); });
    if (request.positions)
      say(stdout, "{}", printable(positions_of(study, request)));
    else if (request.every_arm || !request.arms.empty())
      say(stdout, "{}", printable(told_of(request.file, [&] {
            return arms_table(study, request.every_arm ? study.arms : request.arms);
          })));
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
    studies.emplace_back(fs::path(file).stem().string(), told_of(file, [&] {
                           return point_of(std::move(study), asked ? request.point : "", "compare");
                         }));
    if (const StudyResult& told = studies.back().second; !told.incomplete.empty())
      say(request.csv ? stderr : stdout, "{}",
          printable(
              fmt::format("{} has {} of {} replicates: {}\n", file, told.replicates, told.asked, told.incomplete)));
    if (arms)
      say(stdout, "{}{}\n{}", studies.size() > 1 ? "\n" : "", file,
          told_of(file, [&] { return compare_arms(studies.back().second, request.arm, request.against); }));
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

bool is_shared_by_ranks(const std::string& text) { return text == "runs" || text == "world"; }

void add_ranks(CLI::App& app, Request& request) {
  app.add_option_function<std::string>(
         "--ranks", [&request](const std::string& text) { request.ranks_share_worlds = text == "world"; },
         "what the processes that mpirun starts share: runs, whole replicates each (the default), or world, each "
         "world; "
         "no result depends on it")
      ->type_name("runs|world")
      ->check(text_like(is_shared_by_ranks, "runs, or world"));
}

void add_run(CLI::App& app, Request& request) {
  add_scenario_options(app, request);
  app.add_option("-o,--out", request.out, "the result file (HDF5), written when the study is done")
      ->type_name("OUT.h5");
  add_parts(app, request);
  app.add_option_function<std::string>(
         "--jobs", [&request](const std::string& text) { request.jobs = *jobs_in(text); },
         "replicates that run beside each other, each on its share of the threads, and where they are fewer, arms of "
         "each; no result depends on it (default: 1; auto: as many as the memory has room for)")
      ->type_name("N")
      ->check(text_like(is_number_of_jobs, "auto, or a whole number from 1 to 256"));
  add_ranks(app, request);
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
  grapevine run one-or-many.toml -o one-or-many.h5 --threads 16 --jobs auto
  mpirun -n 4 --bind-to none grapevine run one-or-many.toml -o one-or-many.h5 --threads 4

Ctrl-C stops it; replicates that are complete are written, and the one that is running is saved for --resume.)");
}

void add_merge(CLI::App& app, Request& request) {
  app.add_option("SHARDS", request.files, "what `grapevine run --shard` wrote, all of it in any order")->required();
  app.add_option("-o,--out", request.out, "the result file (HDF5)")->type_name("OUT.h5");
  app.add_flag("--overwrite", request.overwrite, "replaces a result file that exists");
  app.footer(R"(Examples:
  grapevine merge shard-*.h5 -o one-or-many.h5)");
}

void add_check(CLI::App& app, Request& request) {
  add_scenario_options(app, request);
  add_parts(app, request);
  add_ranks(app, request);
  app.add_option("--processes", request.processes,
                 "says what each of N processes needs that mpirun will start (default: as many as run this)")
      ->type_name("N")
      ->check(whole_number(1, 100'000));
  app.add_flag("--quiet", request.quiet, "no progress");
  app.footer(R"(Examples:
  grapevine check one-or-many.toml
  grapevine check one-or-many.toml --processes 4 --ranks world
  grapevine check one-or-many.toml --set graph.users=1_000_000)");
}

void add_keys(CLI::App& app, Request& request) {
  auto* filter = app.add_option("FILTER", request.filter, "only keys that have this in their name, such as feed.");
  auto* markdown = app.add_flag("--markdown", request.markdown, "as in docs/keys.md")->excludes(filter);
  auto* schema = app.add_flag("--json-schema", request.json_schema, "as a JSON Schema, for editors");
  schema->excludes(markdown)->excludes(filter);
  app.add_option("--preset", request.preset,
                 "the rules of a published ranking: which are modelled, by which keys; all: of each")
      ->type_name("NAME")
      ->excludes(schema)
      ->excludes(filter);
  app.footer(R"(Examples:
  grapevine keys feed.
  grapevine keys --json-schema > grapevine.schema.json)");
}

void add_show(CLI::App& app, Request& request) {
  app.add_option("OUT.h5", request.file, "the result file")->required();
  app.add_option("--arm", request.arms, "what this arm says by itself: rates by tier, elasticities")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_flag("--arms", request.every_arm, "the same of every arm");
  app.add_flag("--positions", request.positions,
               "looks and engagement by position in the feed, of every arm or of those named by --arm");
  add_point(app, request);
  auto* scenario = app.add_flag("--scenario", request.scenario, "the scenario as it was given, to run it again");
  auto* understood =
      app.add_flag("--understood", request.understood, "the scenario as it was understood: every key with its value")
          ->excludes(scenario);
  app.add_flag("--digest", request.digest,
               "the digest of what scenario and seed determine, then one for each group of the file")
      ->excludes(scenario)
      ->excludes(understood);
  app.footer(R"(Examples:
  grapevine show one-or-many.h5
  grapevine show one-or-many.h5 --arm many-weighted
  grapevine show one-or-many.h5 --scenario > again.toml
  grapevine show --digest one-or-many.h5                 equal for equal results)");
}

void add_compare(CLI::App& app, Request& request) {
  app.add_option("OUT.h5", request.files, "the result files")->required();
  app.add_option("--arm", request.arm, "the arm whose outcome is compared ...")->type_name("NAME");
  app.add_option("--against", request.against, "... with that of this arm of the same result")->type_name("NAME");
  add_point(app, request);
  app.add_flag("--csv", request.csv, "several results: comma-separated values, one line per number and result");
  app.footer(R"(Examples:
  grapevine compare one-or-many.h5 --arm many-weighted --against many-chronological
  grapevine compare small.h5 large.h5                    what two studies have in common, side by side)");
}

}  // namespace

void add_study_commands(CLI::App& app, const AddCommand& add_command, Request& request) {
  const auto command = [&](const char* name, const char* sentence, int (*act)(const Request&)) -> CLI::App& {
    return add_command(app, name, sentence, act);
  };
  add_run(command("run", "Runs a study and writes its result", run_command), request);
  add_merge(command("merge", "Makes one result of all shards of a study", merge_command), request);
  add_check(command("check", "Says what a study would run: world, campaigns, time, memory and disk", check), request);
  add_keys(command("keys", "Lists every key of a scenario with type, range, default and meaning", keys), request);
  add_show(command("show", "Shows the comparison that a result file holds", show), request);
  add_compare(command("compare", "Compares two arms of a result, or several results with each other", compare),
              request);
}

}  // namespace grapevine
