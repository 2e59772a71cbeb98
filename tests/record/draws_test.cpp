#include "scenarios/result/draws.hpp"

#include "graph/base/h5.hpp"
#include "scenarios/result/result.hpp"
#include "tests/catch.hpp"
#include "tests/record/sample.hpp"

using namespace grapevine;
using test::Folder;

namespace {

/// Three runs of one arm: those of the sample that have posts.
std::vector<RunRecord> three_draws() {
  const StudyResult study = test::sample_study();
  return {study.records[1], study.records[2], study.records[4]};
}

}  // namespace

TEST_CASE("the runs of several draws are added up number by number and laid end to end row by row", "[record][draws]") {
  const std::vector<RunRecord> draws = three_draws();
  const RunRecord sum = over_draws(draws);
  CHECK(sum.draws == 3);
  CHECK(over_draws({draws[0]}).event_hash == draws[0].event_hash);
  CHECK(over_draws({draws[0], draws[1]}).event_hash != over_draws({draws[1], draws[0]}).event_hash);
  const auto added = [&](auto of) { return of(draws[0]) + of(draws[1]) + of(draws[2]); };
  const auto check = [&](auto of) { CHECK(of(sum) == added(of)); };
  for (std::size_t tier = 0; tier < 3; ++tier) {
    check([&](const RunRecord& r) { return r.tiers[tier].accounts; });
    check([&](const RunRecord& r) { return r.tiers[tier].outcomes.first_looks; });
    check([&](const RunRecord& r) { return r.tiers[tier].outcomes.actions[Action::click]; });
    check([&](const RunRecord& r) { return r.tiers[tier].cost; });
    check([&](const RunRecord& r) { return r.tiers[tier].mean_rate_per_follower; });
    check([&](const RunRecord& r) { return r.ledger[2 * tier + 1].served; });
    check([&](const RunRecord& r) { return r.readers[3 + tier].engagement; });
    check([&](const RunRecord& r) { return r.ledger[2 * tier + 1].shadow; });
    check([&](const RunRecord& r) { return r.positions[9 * tier + 1].impressions; });
    check([&](const RunRecord& r) { return r.positions[9 * tier + 1].actions[Action::click]; });
  }
  check([](const RunRecord& r) { return r.group_sessions[1]; });
  check([](const RunRecord& r) { return r.curve[7].engagement_first_looks; });
  check([](const RunRecord& r) { return r.campaigns[1].spent; });
  check([](const RunRecord& r) { return r.campaigns[0].outcomes.reach; });
  check([](const RunRecord& r) { return r.frequency[5]; });
  check([](const RunRecord& r) { return r.series[1].actions[Action::reshare]; });
  check([](const RunRecord& r) { return r.campaign_series[3].new_reach; });
  check([](const RunRecord& r) { return r.campaign_series[1].actions[Action::click]; });
  check([](const RunRecord& r) { return r.shapes.sizes[2].structural_virality; });
  check([](const RunRecord& r) { return r.shapes.depths[1]; });
  check([](const RunRecord& r) { return r.paid_reach; });
  check([](const RunRecord& r) { return r.posts.size(); });
  check([](const RunRecord& r) { return r.cascades.size(); });
  CHECK(sum.shapes.large == draws[0].shapes.large);
  CHECK(sum.series[1].first_tick == draws[0].series[1].first_tick);  // of a bin, not of an outcome
  std::size_t row = 0;
  for (std::uint32_t draw = 0; draw < 3; ++draw)
    for (const PostRow& post : draws[draw].posts) {
      CHECK((sum.posts[row].key == post.key && sum.posts[row].draw == draw));
      for (std::size_t node = 0; node < post.cascade_size; ++node)
        CHECK(sum.cascades[sum.posts[row].first_node + node].user == draws[draw].cascades[post.first_node + node].user);
      ++row;
    }
  for (const InfluencerRow& influencer : sum.influencers) CHECK(influencer.draw < 3);
  REQUIRE(sum.looks.size() > draws[0].looks.size());
  for (std::size_t i = draws[0].looks.size(); i < sum.looks.size(); ++i)
    CHECK(sum.posts.at(sum.looks[i].post).draw == sum.looks[i].draw);
}

TEST_CASE("the file holds the mean over draws, and reading it back gives the sums", "[record][draws]") {
  StudyResult study = test::sample_study();
  for (std::size_t replicate = 0; replicate < 2; ++replicate)
    study.record(0, 1, replicate) = over_draws({study.records[0], study.records[3], study.records[5]});
  study.align_shapes();
  const Folder folder;
  write_result(folder / "study.h5", study);
  const h5::Reader file(folder / "study.h5");
  CHECK(file.whole_numbers("/summary/draws") == std::vector<std::int64_t>{1, 3, 1});
  const auto likes = file.read<double>("/summary/likes");
  const auto of = [&](std::size_t record, std::size_t tier) {
    return static_cast<double>(study.records[record].tiers[tier].outcomes.actions[Action::like]);
  };
  for (std::size_t record = 0; record < 6; ++record)
    for (std::size_t tier = 0; tier < 3; ++tier)
      CHECK(likes[3 * record + tier] == (record / 2 == 1 ? of(record, tier) / 3 : of(record, tier)));
  const StudyResult again = read_result(folder / "study.h5");
  for (std::size_t record = 0; record < 6; ++record) {
    CHECK(again.records[record].draws == study.records[record].draws);
    CHECK(again.records[record].ledger == study.records[record].ledger);
    CHECK(again.records[record].campaigns == study.records[record].campaigns);
    CHECK(again.records[record].readers == study.records[record].readers);
    CHECK(again.records[record].series == study.records[record].series);
    CHECK(again.records[record].campaign_series == study.records[record].campaign_series);
    CHECK(again.records[record].frequency == study.records[record].frequency);
    CHECK(again.records[record].paid_reach == study.records[record].paid_reach);
    for (std::size_t tier = 0; tier < 3; ++tier)
      CHECK(again.records[record].tiers[tier].outcomes == study.records[record].tiers[tier].outcomes);
  }
}
