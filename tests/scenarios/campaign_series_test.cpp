#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "graph/base/h5.hpp"
#include "scenarios/reader/read_scenario.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// What campaigns bring over time: /campaign_series against the trees of their posts, and against /campaigns.

using namespace grapevine;
using namespace grapevine::test;

namespace {

const std::string classic_arms = R"(format = 1
seed = 12
replicates = 2
[time]
tick = "1h"
measure = "8h"
followup = "4h"
[output]
every = "2h"
[graph]
users = 2_000
mean_followees = 8
largest_share = 0.1
[diffusion]
adoptions = 0.4
[[campaign]]
name = "three"
accounts = "largest"
count = 3
posts = 3
[[campaign]]
name = "many"
count = 30
posts = 2
[[arm]]
name = "cascade"
diffusion.model = "independent-cascade"
pays = ["three", "many"]
[[arm]]
name = "two-steps"
diffusion.model = "independent-cascade"
diffusion.steps = 2
pays = ["many"]
[[arm]]
name = "sir"
diffusion.model = "sir"
diffusion.adoptions = 0.6
diffusion.recovery = 0.1
pays = ["three"]
[[arm]]
name = "tree"
diffusion.model = "branching"
pays = ["three", "many"]
[[arm]]
name = "nothing"
diffusion.model = "branching"
)";

/// Of a branching process, whose users are other people in each post, the followers of an account are one group for
/// all of its posts, and those of any other node one of their own: (1, account or 2 + post; 0 or node; follower).
using Reader = std::tuple<std::size_t, std::size_t, std::uint32_t>;

/// What a campaign brought by bin, counted over the trees of its posts: from sets of readers.
std::vector<CampaignSeriesRow> counted(const RunRecord& record, std::int32_t campaign,
                                       const DiffusionParameters& diffusion,
                                       const std::vector<std::vector<std::uint32_t>>& followers, Tick every) {
  std::vector<CampaignSeriesRow> rows(record.series.size());
  const auto row = [&](Tick tick) -> CampaignSeriesRow& {
    return rows[std::min<std::size_t>(tick / every, rows.size() - 1)];
  };
  std::map<Reader, Tick> first;
  for (std::size_t p = 0; p < record.posts.size(); ++p) {
    const PostRow& post = record.posts[p];
    if (post.campaign != campaign) continue;
    for (std::size_t i = 0; i < post.cascade_size; ++i) {
      const CascadeNode& node = record.cascades[post.first_node + i];
      if (i > 0) ++row(node.tick).actions[Action::reshare];
      if (diffusion.steps > 0 && node.tick == diffusion.steps) continue;
      for (const std::uint32_t follower : followers[node.user.index()]) {
        ++row(node.tick).impressions;
        const Reader reader = diffusion.model != DiffusionModel::branching ? Reader{0, 0, follower}
                              : i == 0                                     ? Reader{1, node.user.value(), follower}
                                                                           : Reader{2 + p, i, follower};
        const auto [place, is_new] = first.try_emplace(reader, node.tick);
        place->second = std::min(place->second, node.tick);
      }
    }
  }
  for (const auto& [reader, tick] : first) ++row(tick).new_reach;
  return rows;
}

/// A dataset of a result, added up over its last axis.
std::vector<double> over_last_axis(const h5::Reader& file, const std::string& dataset) {
  const std::vector<double> values = file.read<double>(dataset);
  const std::size_t last = file.info(dataset).shape.back();
  std::vector<double> sums(values.size() / last, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i / last] += values[i];
  return sums;
}

}  // namespace

TEST_CASE("a user is reached by a classic arm's campaign in the bin of the first post that it sees",
          "[scenarios][campaign-series]") {
  const Scenario scenario = scenario_of(classic_arms);
  const StudyResult study = run_study(scenario);
  std::uint64_t late = 0;
  for (std::uint32_t r = 0; r < study.replicates; ++r) {
    const StudyGraph world = make_graph(scenario, r);
    std::vector<std::vector<std::uint32_t>> followers(world.graph.user_count());
    for (std::uint32_t u = 0; u < world.graph.user_count(); ++u)
      for (const UserId v : world.graph.followees(UserId{u})) followers[v.index()].push_back(u);
    for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
      const RunRecord& record = study.record(0, arm, r);
      REQUIRE(record.series.size() == 6);
      std::vector<CampaignSeriesRow> expected;
      for (std::int32_t campaign = 0; campaign < 2; ++campaign) {
        const auto rows = counted(record, campaign, scenario.arms[arm].run.diffusion, followers, 2);
        expected.insert(expected.end(), rows.begin(), rows.end());
        for (std::size_t bin = 1; bin < rows.size(); ++bin) late += rows[bin].new_reach;
      }
      CAPTURE(study.arms[arm], r);
      const bool same = record.campaign_series == expected;
      CHECK(same);
    }
  }
  CHECK(late > 1'000);  // not all at once
}

TEST_CASE("what a campaign brings in all bins is what it brings, in every arm and as means over draws",
          "[scenarios][campaign-series][conservation]") {
  const std::string scenario = R"(format = 1
seed = 3
replicates = 2
[time]
tick = "30min"
warmup = "6h"
measure = "12h"
followup = "6h"
[output]
every = "5h"
[graph]
users = 1_500
mean_followees = 10
[feed]
window = "6h"
[population]
sessions = 8
posts = 1
[tiers]
names = ["small", "large"]
from = [0, 60]
[[campaign]]
name = "one"
accounts = "largest"
count = 1
posts = 3
every = "3h"
slots = 3
slot = "2h"
[[campaign]]
name = "some"
accounts = "random"
count = 6
posts = 2
every = "2h"
slots = 2
slot = "2h"
[[arm]]
name = "control"
[[arm]]
name = "both"
pays = ["one", "some"]
[[arm]]
name = "drawn"
pays = ["some"]
draws = 3
[[arm]]
name = "cascade"
diffusion.model = "independent-cascade"
diffusion.chance = 0.1
pays = ["some"]
)";
  const Folder folder;
  write_result(folder.path() / "study.h5", run_study(scenario_of(scenario)));
  const h5::Reader file(folder.path() / "study.h5");
  CHECK(file.whole_numbers("/campaign_series/tick") == std::vector<std::int64_t>{0, 10, 20, 30});
  CHECK(file.info("/campaign_series/likes").shape == std::vector<std::uint64_t>{1, 4, 2, 2, 4});
  const std::array<std::array<std::string, 2>, 6> alike{{{"new_reach", "reach"},
                                                         {"impressions", "impressions"},
                                                         {"likes", "likes"},
                                                         {"replies", "replies"},
                                                         {"reshares", "reshares"},
                                                         {"clicks", "clicks"}}};
  for (const auto& [bins, whole] : alike) {
    CAPTURE(whole);
    const std::vector<double> found = over_last_axis(file, "/campaign_series/" + bins),
                              expected = file.read<double>("/campaigns/" + whole);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-14));  // thirds
  }
  const std::vector<double> reach = file.read<double>("/campaigns/reach");
  CHECK(std::ranges::count(reach, 0.0) == 8);  // 4 of control, 2 campaigns that "drawn" and "cascade" do not run, twice
}
