#include "scenarios/study/post_story.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "graph/base/error.hpp"
#include "graph/base/exchange.hpp"
#include "scenarios/result/text.hpp"
#include "scenarios/study/deals.hpp"
#include "scenarios/study/study.hpp"

namespace grapevine {

namespace {

const Arm& asked_arm(const Scenario& scenario, const PostQuestion& question) {
  const auto arm =
      question.arm.empty() ? scenario.arms.begin() : std::ranges::find(scenario.arms, question.arm, &Arm::name);
  if (arm == scenario.arms.end()) {
    std::vector<std::string> names;
    for (const Arm& it : scenario.arms) names.push_back(it.name);
    throw BadRequest(fmt::format("no arm is called '{}'; expected one of {}", question.arm, fmt::join(names, ", ")));
  }
  if (is_classic(*arm))
    throw BadRequest(
        fmt::format("the arm '{}' runs a classic model, in which posts are not shown in feeds; expected an "
                    "arm under the feed model",
                    arm->name));
  if (question.replicate >= scenario.replicates)
    throw BadRequest(fmt::format("--replicate is {}; expected 0 to {}, as the study has {}", question.replicate,
                                 scenario.replicates - 1, scenario.replicates));
  if (question.draw >= draws_of(scenario, *arm))
    throw BadRequest(fmt::format("--draw is {}; expected 0 to {}, as the arm '{}' is run for {}", question.draw,
                                 draws_of(scenario, *arm) - 1, arm->name, draws_of(scenario, *arm)));
  return *arm;
}

std::string after(const PostStory& story, Tick tick) {
  return duration((static_cast<double>(tick) - story.trace.visible + 1) * story.tick_seconds);
}

std::string_view why(Source source) {
  switch (source) {
    case Source::author:
      return "followed";
    case Source::reshare:
      return "reshared";
    case Source::discovery:
      return "discovered";
    case Source::promoted:
      break;
  }
  return "promoted";
}

std::string did(ActionSet actions) {
  std::vector<std::string> names;
  for (std::size_t a = 0; a < action_count; ++a)
    if (actions >> a & 1) names.push_back(spoken(action_table[a].name));
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, ", "));
}

std::string heading_of(const PostStory& story) {
  const double from = (static_cast<double>(story.trace.visible) - 1 - story.measure_from) * story.tick_seconds;
  std::string text =
      fmt::format("Post    {:016x}, on topic {}, {}\n", story.trace.post.key, story.trace.post.topic,
                  story.campaign.empty() ? "organic" : fmt::format("paid for by the campaign {}", story.campaign));
  text += fmt::format("Author  {}, {}, of tier {}\n", story.name(story.trace.post.author),
                      with_thousands(story.followers, "follower"), story.tier);
  text += fmt::format("Run     arm {}, replicate {}{}; published {} {} the start of measure\n", story.question.arm,
                      story.question.replicate,
                      story.question.draw > 0 ? fmt::format(", draw {}", story.question.draw) : "",
                      duration(std::abs(from)), from < 0 ? "before" : "after");
  if (story.trace.promoted > 0) {
    const auto shown = std::ranges::count(story.trace.looks, Source::promoted, &TracedLook::source);
    text += fmt::format("Bought  {} impressions of it from the platform, of which {} were shown\n",
                        with_thousands(story.trace.promoted), with_thousands(static_cast<std::uint64_t>(shown)));
  }
  if (from < 0) text += "        looks before the start of measure are not told\n";
  return text;
}

/// Looks and what was done at them, by why the post was shown.
std::string reasons_of(const PostStory& story) {
  struct Sums {
    std::uint64_t looks = 0, first = 0;
    ActionCounts<std::uint64_t> actions;
    void add(const TracedLook& look) {
      ++looks;
      first += look.exposure == 0 ? 1 : 0;
      actions.add(look.actions);
    }
  };
  std::array<Sums, source_count> by_source;
  Sums all;
  for (const TracedLook& look : story.trace.looks) {
    by_source[static_cast<std::size_t>(look.source)].add(look);
    all.add(look);
  }
  std::vector<std::size_t> told;  // engagement, and whatever else was done
  for (std::size_t a = 0; a < action_count; ++a)
    if (action_table[a].engagement || all.actions[a] > 0) told.push_back(a);
  TextTable table("lrr" + std::string(told.size(), 'r'));
  std::vector<std::string> head{"Looked at because", "looks", "users first"};
  for (const std::size_t a : told) head.push_back(spoken(action_table[a].plural));
  table.add(head);
  const auto add = [&](std::string name, const Sums& sums) {
    std::vector<std::string> row{std::move(name), with_thousands(sums.looks), with_thousands(sums.first)};
    for (const std::size_t a : told) row.push_back(with_thousands(sums.actions[a]));
    table.add(row);
  };
  add("the reader follows the author", by_source[static_cast<std::size_t>(Source::author)]);
  add("a followee reshared it", by_source[static_cast<std::size_t>(Source::reshare)]);
  add("the platform showed it", by_source[static_cast<std::size_t>(Source::discovery)]);
  if (const Sums& paid = by_source[static_cast<std::size_t>(Source::promoted)]; story.trace.promoted > 0)
    add("the campaign promoted it", paid);
  add("all", all);
  return table.text();
}

/// Who passed it on, those first whose reshare was looked at most.
std::string reshares_of(const PostStory& story, std::size_t most) {
  std::unordered_map<UserId, std::uint64_t> led_to;
  std::vector<const TracedLook*> reshares;
  for (const TracedLook& look : story.trace.looks) {
    if (look.source == Source::reshare) ++led_to[look.emitter];
    if (has(look.actions, Action::reshare)) reshares.push_back(&look);
  }
  if (reshares.empty()) return "Nobody passed it on.\n";
  std::ranges::stable_sort(reshares, std::greater{}, [&](const TracedLook* it) { return led_to[it->reader]; });
  TextTable table("lrrlr");
  table.add({"Passed on by", "followers", "after", "whose reader it is", "looks at that"});
  for (const TracedLook* it : std::span(reshares).first(std::min(most, reshares.size())))
    table.add({story.name(it->reader), with_thousands(story.followers_of[it->reader.index()]), after(story, it->tick),
               it->source == Source::discovery  ? "the platform's"
               : it->source == Source::promoted ? "the campaign's"
                                                : story.name(it->emitter),
               with_thousands(led_to[it->reader])});
  return table.text() +
         (reshares.size() > most ? fmt::format("  and {} more\n", with_thousands(reshares.size() - most)) : "");
}

std::string first_looks_of(const PostStory& story, std::size_t most) {
  if (story.trace.looks.empty()) return "Nobody looked at it.\n";
  TextTable table("rllrl");
  table.add({"after", "reader", "because", "place", "did"});
  const std::size_t shown = std::min(most, story.trace.looks.size());
  for (const TracedLook& look : std::span(story.trace.looks).first(shown))
    table.add({after(story, look.tick), story.name(look.reader) + (look.held_out ? " (held out)" : ""),
               look.source == Source::reshare ? fmt::format("{} reshared it", story.name(look.emitter))
                                              : std::string(why(look.source)),
               fmt::to_string(look.position + 1), did(look.actions)});
  const std::size_t more = story.trace.looks.size() - shown;
  return table.text() +
         (more > 0 ? fmt::format("  and {} more: --most N, or --csv for all\n", with_thousands(more)) : "");
}

}  // namespace

PostStory tell_post(const Scenario& scenario, const PostQuestion& question,
                    const std::function<void(const char*)>& doing, const std::function<void()>& alive) {
  const Arm& arm = asked_arm(scenario, question);
  doing("Making the graph");
  const StudyGraph world = make_graph(scenario, question.replicate);
  doing("Choosing accounts");
  const std::shared_ptr<Deals> deals = make_deals(scenario, scenario.world, world, question.replicate, alive);
  Tracer tracer(question.key);
  run_parts(1, [&](Exchange& exchange) {
    const ReplicateStreams streams = streams_of(scenario, question.replicate);
    if (arm.warmup == ArmWarmup::own && needs_past(scenario.world)) {  // campaigns look at the warm-up that is shared
      doing("Running the warm-up that accounts are chosen by");
      Replicate shared(world.graph, world.accounts, scenario.world, scenario.run, streams, exchange, deals);
      shared.warm_up([&](Tick) { alive(); });
    }
    Replicate replicate(world.graph, world.accounts, scenario.world,
                        arm.warmup == ArmWarmup::own ? arm.run : scenario.run, streams, exchange, deals);
    doing("Running the warm-up");
    replicate.warm_up([&](Tick) { alive(); });
    doing("Running the arm");
    replicate.trace_arm(
        arm.run, tracer, [&](Tick) { alive(); }, question.draw);
  });
  std::optional<Trace> trace = tracer.take();
  if (!trace)
    throw BadRequest(
        fmt::format("no post of the arm '{}' in replicate {} has the key {:016x}; expected one of "
                    "/posts/key of that run, hexadecimal; see --arm, --replicate and --draw",
                    arm.name, question.replicate, question.key));
  PostStory story;
  story.question = question;
  story.question.arm = arm.name;
  story.trace = std::move(*trace);
  const UserId author = story.trace.post.author;
  story.names = world.accounts.outside_ids;
  for (std::uint32_t user = 0; user < world.graph.user_count(); ++user)
    story.followers_of.push_back(world.graph.follower_count(UserId{user}));
  story.followers = story.followers_of[author.index()];
  const TierParameters& tiers = scenario.world.tiers;
  story.tier = tiers.names[static_cast<std::size_t>(std::ranges::upper_bound(tiers.from, story.followers) -
                                                    tiers.from.begin() - 1)];
  if (story.trace.post.campaign != PostIdentity::no_campaign)
    story.campaign = scenario.world.campaigns[story.trace.post.campaign].name;
  story.measure_from = scenario.world.time.warmup;
  story.tick_seconds = scenario.world.time.tick_seconds;
  return story;
}

std::string story_text(const PostStory& story, std::size_t most) {
  return heading_of(story) + "\n" + reasons_of(story) + "\n" + reshares_of(story, most) + "\n" +
         first_looks_of(story, most);
}

std::string story_csv(const PostStory& story) {
  std::string text = "tick,reader,emitter,reason,position,before,held_out";
  for (const ActionFacts& action : action_table) text += fmt::format(",{}", action.name);
  text += '\n';
  for (const TracedLook& look : story.trace.looks) {
    text += fmt::format("{},{},{},{},{},{},{}", static_cast<std::int64_t>(look.tick) - story.measure_from,
                        csv_field(story.name(look.reader)), csv_field(story.name(look.emitter)), why(look.source),
                        look.position + 1, look.exposure, look.held_out ? 1 : 0);
    for (std::size_t a = 0; a < action_count; ++a) text += look.actions >> a & 1 ? ",1" : ",0";
    text += '\n';
  }
  return text;
}

}  // namespace grapevine
