#include "scenarios/study/finished.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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

std::string runs_of_result(const StudyResult& study) {
  const auto at = std::ranges::find(study.provenance, "runs_xxh3_128", &Provenance::value_type::first);
  const auto* runs = at == study.provenance.end() ? nullptr : std::get_if<std::string>(&at->second);
  return runs ? *runs : "";
}

/// What `file` holds can be gone on with.
void expect_equal_runs(const std::string& file, const StudyResult& study, const std::string& program,
                       const std::string& runs) {
  if (const std::string by = program_of(study.provenance); by != program)
    throw BadRequest(
        fmt::format("{}: was written by {}; expected {}: runs of two programs are never mixed; choose "
                    "another name, or begin anew with --overwrite",
                    file, by, program));
  if (runs_of_result(study) != runs)
    throw BadRequest(fmt::format(
        "{}: holds runs of another study: a key differs, or a file that a key names; expected those of this "
        "one; choose another name, or begin anew with --overwrite",
        file));
  for (std::size_t run = 0; run < study.records.size(); run += study.replicates)
    if (study.records[run].draws > 1)
      throw DrawsAreMeans(
          fmt::format("{}: cannot be added to: the arm '{}' was run for {} choices of its accounts, and the file holds "
                      "their means; expected one choice an arm; begin anew with --overwrite",
                      file, study.arms[run / study.replicates % study.arms.size()], study.records[run].draws));
}

Unit unit_of(StudyResult& study, std::size_t point, std::size_t replicate, const std::string& runs) {
  Unit unit;
  unit.name = {runs, study.numbers[replicate]};
  unit.graph = study.graph(point, replicate);
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

std::vector<Unit> finished_units(const std::filesystem::path& file, const std::string& program, const std::string& runs,
                                 const std::vector<std::string>& by_point) {
  if (holds_units(file)) return read_units(file, program).units;
  StudyResult study = read_result(file);
  expect_equal_runs(file.string(), study, program, runs);
  GRAPEVINE_EXPECTS(by_point.size() == study.points.size());
  std::vector<Unit> units;
  for (std::size_t point = 0; point < by_point.size(); ++point)
    for (std::size_t i = 0; i < study.replicates; ++i) units.push_back(unit_of(study, point, i, by_point[point]));
  return units;
}

}  // namespace grapevine
