#include "sim/tick/compose.hpp"

#include <algorithm>

#include "graph/base/math.hpp"

namespace grapevine {

PostIdentity compose_post(const Population& population, const PopulationParameters& parameters,
                          const StreamKey& content, UserId author, Tick tick, PostOrigin kind, std::uint32_t ordinal) {
  PostIdentity post;
  post.key = post_key(author, tick, kind, ordinal);
  post.author = author;
  post.quality = static_cast<std::uint8_t>(content.bits(Draw::post_quality, post.key) >> 56);
  const std::uint64_t topic_key = content.key(Draw::post_topic);
  // Topic 0 of the hash's second argument is the coin for the main topic; 1 + k ranks topic k: the highest wins, so
  // adding a topic moves only what it takes.
  const bool main =
      coin(static_cast<std::uint32_t>(nested_mix(topic_key, post.key, 0) >> 32), coin_threshold(parameters.focus));
  if (main) {
    post.topic = static_cast<std::uint8_t>(population.interests().main_topic(author));
  } else {
    std::uint64_t best = 0;
    for (std::uint32_t topic = 0; topic < parameters.topics; ++topic)
      if (const std::uint64_t hash = nested_mix(topic_key, post.key, 1 + topic); topic == 0 || hash > best) {
        best = hash;
        post.topic = static_cast<std::uint8_t>(topic);
      }
  }
  return post;
}

void compose_organic(const Given& given, const Before& before, std::size_t first, std::span<const std::uint32_t> due,
                     PostClocks clocks, std::vector<PostIdentity>& posts, std::vector<UserId>& withheld) {
  for (const std::uint32_t offset : due) {
    const std::size_t i = first + offset;
    const UserId author = given.reader(i);
    const auto slot = std::ranges::lower_bound(before.open_slots, author, {}, &OpenSlot::author);
    if (slot != before.open_slots.end() && slot->author == author)
      withheld.push_back(author);
    else
      posts.push_back(compose_post(given.population, given.parameters.population, given.keys.content, author,
                                   before.now, PostOrigin::organic, 0));
    const double gap =
        -math::log(uniform(given.keys.dynamics.bits(Draw::post_gap, author.value(), ++clocks.ordinal[i])));
    clocks.next[i] = given.schedule.next(before.now + 1, gap, given.population.post_rate(i));
  }
}

std::vector<PostIdentity> compose_paid(const Given& given, Tick now, std::uint32_t& next_planned,
                                       std::vector<OpenSlot>& open_slots) {
  std::erase_if(open_slots, [&](const OpenSlot& slot) { return slot.until < now; });
  std::vector<PostIdentity> posts;
  std::uint32_t ordinal = 0;
  for (; next_planned < given.plan.size() && given.plan[next_planned].tick == now; ++next_planned) {
    const PlannedPost& planned = given.plan[next_planned];
    ordinal = !posts.empty() && posts.back().author == planned.author ? ordinal + 1 : 0;
    PostIdentity post = compose_post(given.population, given.parameters.population, given.keys.content, planned.profile,
                                     now, PostOrigin::campaign, ordinal);
    post.author = planned.author;
    const CampaignParameters& campaign = given.parameters.campaigns[planned.campaign];
    if (campaign.topic >= 0) post.topic = static_cast<std::uint8_t>(campaign.topic);
    post.campaign = static_cast<std::uint8_t>(planned.campaign);
    posts.push_back(post);
    const auto place = std::ranges::upper_bound(open_slots, planned.author, {}, &OpenSlot::author);
    open_slots.insert(place, {planned.author, now + campaign.replace_within, planned.campaign});
  }
  return posts;
}

}  // namespace grapevine
