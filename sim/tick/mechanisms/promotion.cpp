#include "sim/tick/mechanisms/promotion.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "graph/base/parallel.hpp"
#include "sim/tick/attend.hpp"

namespace grapevine {

namespace {

bool promotes(const RunParameters& run, const CampaignParameters& campaign) {
  return !campaign.promotion.neutral() && std::ranges::find(run.pays, campaign.name) != run.pays.end();
}

bool is_capped(const PromotionParameters& promotion) { return promotion.cap != UINT32_MAX; }

}  // namespace

Promotion::Promotion(const MechanismGiven& given)
    : key_(given.dynamics.key(Draw::promotion)), topics_(given.world.population.topics), met_(given.readers.size()) {
  for (const CampaignParameters& campaign : given.world.campaigns) promotions_.push_back(campaign.promotion);
}

std::unique_ptr<Mechanism> Promotion::make(const MechanismGiven& given) {
  const bool any =
      std::ranges::any_of(given.world.campaigns, [&](const CampaignParameters& it) { return promotes(given.run, it); });
  return any ? std::make_unique<Promotion>(given) : nullptr;
}

void Promotion::arrays(ArrayTable& table) {
  table("promotion.running", "promoted post", running_);
  met_.arrays("promotion.slot", "promotion.met", "campaign that a reader was shown", table);
}

/// Impressions that may have been shown by the end of tick `now`.
std::uint32_t Promotion::due(const Running& root, Tick now) const {
  const std::uint64_t time = of(root).time, passed = std::min<std::uint64_t>(now - root.published, time);
  return static_cast<std::uint32_t>(root.bought * passed / time);
}

bool Promotion::agrees(const Before& before) const {
  return std::ranges::any_of(running_, [&](const Running& root) { return root.shown < due(root, before.now); });
}

/// Whether the topic is among so many that the reader likes best: fewer others are liked more, the first among equals.
bool Promotion::likes(const Interests& interests, UserId reader, std::uint32_t topic, std::uint32_t favourites) const {
  const std::uint64_t mine = interests.bits(reader, topic);
  std::uint32_t better = 0;
  for (std::uint32_t k = 0; k < topics_ && better < favourites; ++k) {
    const std::uint64_t other = interests.bits(reader, k);
    better += other > mine || (other == mine && k < topic) ? 1 : 0;
  }
  return better < favourites;
}

bool Promotion::may_be_shown(const Given& given, const Before& before, std::size_t place, SeenLog::Entries seen,
                             const Running& root) const {
  const UserId reader = given.reader(place);
  const PromotionParameters& promotion = of(root);
  if (root.author == reader || seen.of(root.root).exposures > 0) return false;
  if (is_capped(promotion))
    for (const Met& met : met_.of(place))
      if (met.campaign == root.campaign && met.impressions >= promotion.cap) return false;
  return promotion.audience == PromotionAudience::all ||
         likes(given.population.interests(), reader, before.posts.identity(root.root).topic, promotion.topics);
}

void Promotion::agree(const Given& given, const Before& before, const ReadersBefore& readers, Exchange& exchange) {
  std::vector<std::uint32_t> left(running_.size(), 0);
  for (std::size_t i = 0; i < running_.size(); ++i) {
    const std::uint32_t due = this->due(running_[i], before.now);
    left[i] = due - std::min(due, running_[i].shown);
  }
  std::vector<Chance> mine =
      parallel_append<Chance>(given.readers.size(), [&](std::size_t place, std::vector<Chance>& out) {
        if (readers.next_session[place] != before.now) return;
        const UserId reader = given.reader(place);
        if (given.held_out(reader)) return;
        const std::uint32_t depth = draw_depth(given.keys.dynamics, reader, readers.session_ordinal[place],
                                               given.population.depth_scale(place));
        const SeenLog::Entries seen = readers.seen.entries(place);
        for (std::uint32_t i = 0; i < running_.size(); ++i)
          if (left[i] > 0 && of(running_[i]).place <= depth && may_be_shown(given, before, place, seen, running_[i]))
            out.push_back({nested_mix(key_, running_[i].key, reader.value()), reader, i});
      });
  sell(exchange.gather(std::move(mine)), std::move(left), given.readers);
}

/// Goes through the chances by hash, and takes those of which there are impressions `left` and whose session is free.
void Promotion::sell(std::vector<Chance> chances, std::vector<std::uint32_t> left, const UserRange& readers) {
  const auto later = [&](const Chance& a, const Chance& b) {
    return std::tie(a.hash, running_[a.running].key) > std::tie(b.hash, running_[b.running].key);
  };
  std::uint64_t wanted = 0;
  for (const std::uint32_t impressions : left) wanted += impressions;
  std::make_heap(chances.begin(), chances.end(), later);
  std::unordered_set<std::uint32_t> taken;
  sold_.clear();
  for (; wanted > 0 && !chances.empty(); chances.pop_back()) {
    std::pop_heap(chances.begin(), chances.end(), later);
    const Chance& next = chances.back();
    if (left[next.running] == 0 || !taken.insert(next.reader.value()).second) continue;
    --left[next.running], --wanted;
    ++running_[next.running].shown;
    if (!readers.contains(next.reader.value())) continue;
    sold_.push_back({next.reader.value() - readers.first, next.running});
    if (is_capped(of(running_[next.running]))) note(sold_.back().place, running_[next.running].campaign);
  }
  std::ranges::sort(sold_, {}, &Sold::place);
}

/// The reader is shown one more of the campaign.
void Promotion::note(std::size_t place, std::uint32_t campaign) {
  std::vector<Met> met(met_.of(place).begin(), met_.of(place).end());
  const auto same = std::ranges::find(met, campaign, &Met::campaign);
  if (same == met.end())
    met.push_back({campaign, 1});
  else
    ++same->impressions;
  met_.replace(place, met);
}

void Promotion::bring(const Given&, const Before& before, SeenLog::Entries, Session& session) const {
  const auto sold = std::ranges::lower_bound(sold_, session.place, {}, &Sold::place);
  if (sold == sold_.end() || sold->place != session.place) return;
  const Running& root = running_[sold->running];
  session.promoted = {root.root, root.author, before.posts.visible(root.root), of(root).place, 0};
}

/// Begins with the paid posts of this tick, which are the last that were published, and ends with those whose time is
/// over.
void Promotion::commit(const Given& given, const Before& before, std::span<const Message>) {
  sold_.clear();
  std::erase_if(running_, [&](const Running& root) { return before.now - root.published >= of(root).time; });
  const auto first = std::ranges::lower_bound(given.plan, before.now, {}, &PlannedPost::tick),
             last = std::ranges::upper_bound(given.plan, before.now, {}, &PlannedPost::tick);
  auto root = before.posts.head() - static_cast<std::uint32_t>(last - first);
  for (auto planned = first; planned != last; ++planned, ++root) {
    const PostIdentity& post = before.posts.identity(root);
    GRAPEVINE_EXPECTS(post.campaign == planned->campaign && post.author == planned->author);
    if (planned->promoted > 0 && before.posts.hot(root).tracked())
      running_.push_back({post.key, post.author, root, before.now, planned->campaign, planned->promoted, 0});
  }
}

std::uint64_t Promotion::bought(std::uint32_t root) const {
  const auto found = std::ranges::find(running_, root, &Running::root);
  return found == running_.end() ? 0 : found->bought;
}

MechanismFacts mechanism_promotion() { return {.name = "promotion", .make = Promotion::make}; }

}  // namespace grapevine
