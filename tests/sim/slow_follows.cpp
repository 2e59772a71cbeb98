#include "tests/sim/slow_follows.hpp"

#include <algorithm>
#include <string>

#include "tests/sim/slow_model.hpp"

namespace grapevine::slow {

namespace {

bool took(const Look& look, Action action) { return look.took[static_cast<std::size_t>(action)]; }

}  // namespace

Follows::Follows(const FollowGraph& graph, const TierParameters& tiers, const StreamKey& dynamics,
                 const RunParameters& run)
    : graph_(graph), tiers_(tiers), dynamics_(dynamics), run_(run) {}

void Follows::branch(const RunParameters& run) {
  run_ = run;
  if (!run.changes_follows()) hides_.clear();
  hides_of_warmup_ = hides_;
  gained_.clear();
  after_visit_.clear();
  lost_hidden_.clear();
  lost_crowded_.clear();
}

bool Follows::at_start(UserId reader, UserId account) const {
  const auto followees = graph_.followees(reader);
  return std::find(followees.begin(), followees.end(), account) != followees.end() && !fake(reader, account);
}

std::size_t Follows::tier(UserId account) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < tiers_.from.size(); ++i)
    if (graph_.follower_count(account) >= tiers_.from[i]) found = i;
  return found;
}

/// Of a follow of the graph.
bool Follows::fake(UserId reader, UserId account) const {
  const double share = tiers_.fakes(tier(account));
  const std::uint64_t r = nested_mix(dynamics_.key(Draw::fake_follower), reader.value(), account.value());
  return coin(static_cast<std::uint32_t>(r >> 32), coin_threshold(share));
}

bool Follows::faked(UserId reader, UserId account) const {
  const auto followees = graph_.followees(reader);
  return std::find(followees.begin(), followees.end(), account) != followees.end() && fake(reader, account);
}

bool Follows::follows(UserId reader, UserId account) const {
  const Pair pair{reader, account};
  return (at_start(reader, account) && !unfollowed_.contains(pair)) || followed_.contains(pair);
}

Tick Follows::changed_in(UserId reader, UserId account) const {
  const auto found = changed_in_.find({reader, account});
  return found == changed_in_.end() ? never : found->second;
}

bool Follows::take_up(UserId reader, UserId author, bool on_root, std::span<const Look> above,
                      std::span<const Post> posts, FollowSituations& situations) const {
  const bool just = std::ranges::any_of(
      above, [&](const Look& look) { return took(look, Action::follow) && posts[look.post].author == author; });
  const bool followee = follows(reader, author);
  situations.refused_followee += followee;
  situations.refused_session += just;
  situations.refused_root += on_root && !just && !followee;
  return !followee && !just && !on_root && author != reader;
}

// ---- After a session

void Follows::follow(const Pair& pair, Tick t) {
  if (at_start(pair.first, pair.second))
    unfollowed_.erase(pair);
  else
    followed_.insert(pair);
  changed_in_[pair] = t;
}

void Follows::unfollow(const Pair& pair, Tick t) {
  if (at_start(pair.first, pair.second))
    unfollowed_.insert(pair);
  else
    followed_.erase(pair);
  changed_in_[pair] = t;
  ever_unfollowed_.insert(pair);
}

/// `just_followed`: at the look at which it hides.
void Follows::hide(const Pair& pair, bool just_followed, Tick t, FollowSituations& situations) {
  const std::uint32_t limit = run_.unfollow.hides;
  if (limit == 0 || ++hides_[pair] < limit) return;
  const auto before = hides_of_warmup_.find(pair);
  hides_.erase(pair);
  const bool follows = this->follows(pair.first, pair.second);
  if (follows) {
    unfollow(pair, t);
    lost_hidden_.push_back(pair.second);
    situations.lost_at_once += just_followed;
    situations.hid_before_branch += before != hides_of_warmup_.end();
    situations.hid_more_than_asked += before != hides_of_warmup_.end() && before->second >= limit;
  }
  ++(follows ? situations.lost_hidden : situations.hid_stranger);
  if (before != hides_of_warmup_.end()) hides_of_warmup_.erase(before);
}

void Follows::leave_crowd(const Visit& visit, std::span<const Post> posts, FollowSituations& situations) {
  const UnfollowParameters& keys = run_.unfollow;
  const double n = static_cast<double>(visit.brought.size()), l = static_cast<double>(visit.looks.size());
  if (keys.crowded == 0.0 || keys.probability == 0.0 || l == 0 || n < keys.crowded * l) return;
  const std::uint64_t r = nested_mix(dynamics_.key(Draw::unfollow), visit.reader.value(), visit.sessions_before);
  if (!coin(static_cast<std::uint32_t>(r >> 32), coin_threshold(keys.probability))) {
    ++situations.crowd_endured;
    return;
  }
  const auto h = [&](const Brought& candidate) { return mix(r ^ posts[candidate.post].key); };
  std::vector<Brought> list = visit.brought;
  std::ranges::sort(list, {}, h);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!follows(visit.reader, list[i].emitter)) continue;
    unfollow({visit.reader, list[i].emitter}, visit.tick);
    lost_crowded_.push_back(list[i].emitter);
    ++situations.lost_crowded;
    situations.crowd_not_least += i > 0;
    return;
  }
}

void Follows::after_session(const Visit& visit, std::span<const Post> posts, FollowSituations& situations) {
  for (const Look& look : visit.looks) {
    const UserId author = posts[look.post].author;
    const Pair pair{visit.reader, author};
    if (took(look, Action::follow)) {
      const bool visits = took(look, Action::profile_visit);
      situations.again += ever_unfollowed_.contains(pair);
      situations.earnest += faked(visit.reader, author);
      follow(pair, visit.tick);
      gained_.push_back(author);
      if (visits) after_visit_.push_back(author);
      ++(visits ? situations.after_visit : situations.without_visit);
    }
    if (took(look, Action::hide)) hide(pair, took(look, Action::follow), visit.tick, situations);
  }
  leave_crowd(visit, posts, situations);
}

// ---- What it counts

std::vector<MechanismColumn> Follows::columns() const {
  if (!run_.changes_follows()) return {};
  const auto count = [&](const std::string& name, const auto& list, const auto& account) {
    MechanismColumn column{name, "", "", std::vector<std::uint64_t>(tiers_.from.size())};
    for (const auto& entry : list) ++column.by_tier[tier(account(entry))];
    return column;
  };
  const auto itself = [](UserId account) { return account; };
  const auto followee = [](const Pair& pair) { return pair.second; };
  std::vector<UserId> lost = lost_hidden_, followed;
  lost.insert(lost.end(), lost_crowded_.begin(), lost_crowded_.end());
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u)
    for (const UserId account : graph_.followees(UserId{u})) followed.push_back(account);
  return {count("follows_gained", gained_, itself),   count("follows_after_visit", after_visit_, itself),
          count("follows_lost", lost, itself),        count("follows_lost_crowded", lost_crowded_, itself),
          count("follows_new", followed_, followee),  count("follows_ended", unfollowed_, followee),
          count("follows_at_start", followed, itself)};
}

}  // namespace grapevine::slow
