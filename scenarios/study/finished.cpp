#include "scenarios/study/finished.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <variant>

#include "scenarios/keys/understood.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/study/provenance.hpp"

namespace grapevine {

namespace {

bool holds_units(const std::filesystem::path& file) {
  try {
    return h5::is_sealed(file) && is_units_file(h5::Reader(file));
  } catch (const Error&) {
    return false;  // whoever reads it as a result says what is wrong
  }
}

/// What provenance says under a name; empty where it has none.
std::string noted_in(const StudyResult& study, std::string_view name) {
  const auto at = std::ranges::find(study.provenance, name, &Provenance::value_type::first);
  if (at == study.provenance.end()) return "";
  return std::visit([](const auto& value) { return fmt::format("{}", value); }, at->second);
}

std::string runs_of_result(const StudyResult& study) { return noted_in(study, "runs_xxh3_128"); }

std::vector<std::string> runs_by_point(const Scenario& scenario, UnitNames& names) {
  std::vector<std::string> runs;
  for (const Scenario* study : studies_of(scenario)) runs.push_back(names.of(*study, 0).runs);
  return runs;
}

/// The scenario that was asked, as its own text tells it beside the one of today; none where that cannot be read again.
std::optional<Scenario> asked_before(const StudyResult& study, const Scenario& scenario) {
  try {
    return read_scenario_text(scenario.path, study.scenario_understood,
                              std::filesystem::path(scenario.path).parent_path());
  } catch (const BadRequest&) {
    return {};
  }
}

/// What the runs of a result hang on, with the files as they were then.
std::string hung_on(const StudyResult& study, const Scenario& before) {
  std::string text;
  for (const NamedFile& file : named_files(before)) {
    const std::string name = name_of_input(file.key), hash = noted_in(study, name + "_xxh3_128");
    text += content_line(file.key, hash.empty() ? "" : noted_in(study, name + "_bytes") + " " + hash);
  }
  return text + before.runs_understood;
}

[[noreturn]] void refuse_other_runs(const std::string& file, const StudyResult& study, const Scenario& scenario,
                                    UnitNames& names) {
  const std::optional<Scenario> before = asked_before(study, scenario);
  const std::string words = before ? words_of_difference(names.hangs_on(scenario), hung_on(study, *before))
                                   : words_of_difference(scenario.understood, study.scenario_understood);
  throw BadRequest(
      fmt::format("{}: holds runs of another study: {}; expected those of this one; choose another name, or begin anew "
                  "with --overwrite",
                  file, words));
}

/// The runs at each point of what `file` holds: of this study, or of a sweep of the same by some of its points. What it
/// was asked is read again from its own text, and is the same if it has the same name of runs: files included.
std::vector<std::string> expect_points_of(const std::string& file, const StudyResult& study, const Scenario& scenario,
                                          UnitNames& names) {
  const std::vector<std::string> wanted = runs_by_point(scenario, names);
  if (runs_of_result(study) == names.of(scenario, 0).runs) return wanted;
  const auto refuse = [&] { refuse_other_runs(file, study, scenario, names); };
  if (scenario.at.empty() || study.swept.empty()) refuse();
  const std::optional<Scenario> before = asked_before(study, scenario);
  if (!before || runs_of_result(study) != names.of(*before, 0).runs) refuse();
  const std::vector<std::string> there = runs_by_point(*before, names);
  const std::set<std::string> has(wanted.begin(), wanted.end());
  const auto is_there = [&](const std::string& runs) { return has.contains(runs); };
  if (std::ranges::none_of(there, is_there)) refuse();
  if (const auto lost = std::ranges::find_if_not(there, is_there); lost != there.end())
    throw BadRequest(
        fmt::format("{}: holds points that this sweep has not, such as {}, and they would be gone; expected a sweep "
                    "with all of them; choose another name",
                    file, study.points[static_cast<std::size_t>(lost - there.begin())]));
  return there;
}

void expect_program(const std::string& file, const StudyResult& study, const std::string& program) {
  if (const std::string by = program_of(study.provenance); by != program)
    throw BadRequest(
        fmt::format("{}: was written by {}; expected {}: runs of two programs are never mixed; choose "
                    "another name, or begin anew with --overwrite",
                    file, by, program));
}

/// It has all that the units had.
void expect_whole(const std::string& file, const StudyResult& study, const Scenario& scenario) {
  const bool has_all = study.incomplete.empty() && study.replicates == scenario.replicates &&
                       study.points.size() == studies_of(scenario).size();
  for (std::size_t run = 0; run < study.records.size(); run += study.replicates)
    if (study.records[run].draws > 1)
      throw DrawsAreMeans(
          fmt::format("{}: cannot be added to: the arm '{}' was run for {} choices of its accounts, and the file holds "
                      "their means; expected one choice an arm; begin anew with --overwrite",
                      file, study.arms[run / study.replicates % study.arms.size()], study.records[run].draws),
          has_all);
}

Unit unit_of(StudyResult& study, std::size_t point, std::size_t replicate, const std::string& runs) {
  Unit unit;
  unit.name = {runs, study.numbers[replicate]};
  unit.graph = study.graph(point, replicate);
  if (!study.ran(point, replicate)) {
    unit.infeasible = study.infeasible.at(point);
    return unit;
  }
  std::set<UserId> users;
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
    const RunRecord& record = unit.records.emplace_back(std::move(study.record(point, arm, replicate)));
    for (const PostRow& post : record.posts) users.insert(post.author);
    for (const InfluencerRow& influencer : record.influencers) users.insert(influencer.user);
  }
  for (const UserId user : users)
    if (const auto at = study.accounts.find(user); at != study.accounts.end()) unit.accounts.emplace_back(*at);
  return unit;
}

}  // namespace

std::vector<Unit> finished_units(const std::filesystem::path& file, const std::string& program,
                                 const Scenario& scenario, UnitNames& names) {
  if (holds_units(file)) return read_units(file, program).units;
  StudyResult study = read_result(file);
  expect_program(file.string(), study, program);
  const std::vector<std::string> by_point = expect_points_of(file.string(), study, scenario, names);
  expect_whole(file.string(), study, scenario);
  GRAPEVINE_EXPECTS(by_point.size() == study.points.size());
  std::vector<Unit> units;
  for (std::size_t point = 0; point < by_point.size(); ++point)
    for (std::size_t i = 0; i < study.replicates; ++i) units.push_back(unit_of(study, point, i, by_point[point]));
  return units;
}

}  // namespace grapevine
