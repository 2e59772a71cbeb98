#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/base/exchange.hpp"
#include "graph/graph_builder.hpp"
#include "sim/feed/gather.hpp"
#include "sim/feed/sources/followees.hpp"
#include "sim/run/world.hpp"
#include "tests/catch.hpp"
#include "tests/sim/small_worlds.hpp"

// Numbers of users are ranks by size, and the order of tables is nobody's merit: neither decides between things that
// are equal. Ties of choosers are in tests/sim/campaigns_test.cpp.
namespace grapevine {
namespace {

using namespace testing;

TEST_CASE(
    "of two reshares in the same 2^-32 of a tick the date decides which is shown, and not the number of who reshared",
    "[sim][ties]") {
  constexpr std::uint64_t key = 77;
  constexpr std::uint32_t emitters = 1u << 17, reader = emitters, author = emitters + 1, salts = 20;
  struct Pair {
    std::uint32_t salt, lower, higher;
  };
  std::vector<Pair> pairs;  // 2^33 / 2^32 = 2 a salt, in the mean
  for (std::uint32_t salt = 0; salt < salts; ++salt) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> times;
    for (std::uint32_t u = 0; u < emitters; ++u)
      times.emplace_back(static_cast<std::uint32_t>(nested_mix(key, salt, u) >> 32), u);
    std::ranges::sort(times);
    for (std::size_t i = 1; i < times.size(); ++i)
      if (times[i].first == times[i - 1].first) pairs.push_back({salt, times[i - 1].second, times[i].second});
  }
  REQUIRE(pairs.size() > 10);

  GraphBuilder builder(emitters + 2);
  for (const Pair& pair : pairs)
    builder.add(UserId{reader}, UserId{pair.lower}), builder.add(UserId{reader}, UserId{pair.higher});
  const FollowGraph graph = builder.build();
  Posts posts;
  Timelines timelines(emitters + 2, 36);
  timelines.begin_tick(0);
  const auto count = static_cast<std::uint32_t>(pairs.size());
  posts.append(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t identity = std::uint64_t{pairs[i].salt} << 38;
    posts.write(i, {.key = identity, .author = UserId{author}}, 1, {0, PostHot::make_tag(identity, 0, true, false)});
  }
  timelines.emit(2 * count, [&](std::size_t i) {
    const Pair& pair = pairs[i / 2];
    return std::pair(UserId{i % 2 == 0 ? pair.lower : pair.higher},
                     Emission::make(PostId{static_cast<std::uint32_t>(i / 2)}, 1, true));
  });
  timelines.begin_tick(1);
  const Follows follows(graph, 0);
  RunParameters run;
  run.feed.window = 36;
  std::size_t to_lower = 0;
  for (const ParentRule rule : {ParentRule::latest, ParentRule::first}) {
    Session session;
    session.reader = UserId{reader};
    session.now = 1;
    run.behaviour.parent = rule;
    scan_followees(follows, timelines, session.reader, news_since(run.feed, never, session.now), session.fresh);
    gather(follows, timelines, posts, run, key, false, never, {}, session);
    REQUIRE(session.candidates.size() == count);
    for (const Candidate& candidate : session.candidates) {
      const Pair& pair = pairs[candidate.root];
      const bool lower_is_later = nested_mix(key, pair.salt, pair.lower) > nested_mix(key, pair.salt, pair.higher);
      CHECK(candidate.emitter == UserId{lower_is_later == (rule == ParentRule::latest) ? pair.lower : pair.higher});
      to_lower += rule == ParentRule::latest && lower_is_later;
    }
  }
  CHECK((0 < to_lower && to_lower < count));
}

TEST_CASE("the order in which campaigns stand in the file decides nothing between two that pay one account in one tick",
          "[sim][ties][campaigns]") {
  const FollowGraph graph = lively_graph(300);
  const Users accounts;
  WorldParameters parameters = lively_parameters();
  parameters.campaigns.clear();
  for (const char* name : {"a", "b", "c", "d"}) {
    CampaignParameters& campaign = parameters.campaigns.emplace_back();
    campaign.name = name;
    campaign.choose = AccountChoice::largest;
    campaign.count = 5;
    campaign.slots = 1;
    campaign.replace_within = 18;
  }
  RunParameters run = lively_run();
  run.pays = {"a", "b", "c", "d"};
  using Told = std::tuple<std::string, UserId, std::uint64_t>;
  const auto told = [&] {
    Alone alone;
    World world(graph, accounts, parameters, run, ReplicateStreams{}, alone);
    world.run_until(parameters.time.end());
    const RunRecord record = world.record();
    std::vector<Told> list;  // the identity of each paid post, and by account and campaign what was withheld for it
    for (const PostRow& post : record.posts)
      list.emplace_back(parameters.campaigns[static_cast<std::size_t>(post.campaign)].name, post.author, post.key);
    for (const InfluencerRow& row : record.influencers)
      list.emplace_back(parameters.campaigns[row.campaign].name, row.user, row.replaced);
    std::ranges::sort(list);
    return list;
  };
  const std::vector<Told> straight = told();
  REQUIRE(straight.size() == 40);
  std::ranges::reverse(parameters.campaigns);
  const bool same = told() == straight;
  CHECK(same);
}

}  // namespace
}  // namespace grapevine
