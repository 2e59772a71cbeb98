#include <algorithm>

#include "sim/model/fake_followers.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {
namespace {

/// Readers follow and unfollow accounts during the run: docs/model.md 7.19.
class FollowsMechanism final : public Mechanism {
public:
  explicit FollowsMechanism(const MechanismGiven& given)
      : own_(given.run.unfollow),
        key_(given.dynamics.key(Draw::unfollow)),
        start_(given.world.time.warmup),
        fakes_(given.world.tiers, given.dynamics),
        changes_(*given.changes),
        follows_(given.follows),
        mine_(given.readers),
        hidden_(given.readers.size()),
        tiers_(given.world.tiers.from.size()),
        counts_((given.readers.size() + reader_block - 1) / reader_block * tiers_) {}

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    return given.run.changes_follows() ? std::make_unique<FollowsMechanism>(given) : nullptr;
  }

  void arrays(ArrayTable& table) override {
    hidden_.arrays("follows.hidden_slot", "follows.hidden", "author with a hidden post", table);
    table("follows.counts", "block of readers and tier", counts_);
  }

  void after_session(const Given& given, const Before& before, const Session& session,
                     std::span<const Impression> looks, std::vector<Message>&) override {
    Counts none;
    const auto counts = [&](UserId account) -> Counts& {
      return before.now < start_ ? none : counts_of(given, session.place, account);
    };
    for (const Impression& look : looks) {
      const UserId author = before.posts.identity(look.root).author;
      if (look.took(Action::follow)) {
        change(session.place, look.reader, author, true);
        ++counts(author).gained;
        counts(author).after_visit += look.took(Action::profile_visit) ? 1 : 0;
      }
      if (own_.hides > 0 && look.took(Action::hide) && hide(session.place, author) &&
          follows_.hold(look.reader, author)) {
        change(session.place, look.reader, author, false);
        ++counts(author).lost;
      }
    }
    const UserId weary_of = crowds_out(before, session);
    if (weary_of == session.reader) return;
    change(session.place, session.reader, weary_of, false);
    ++counts(weary_of).lost;
    ++counts(weary_of).crowded;
  }

  void record(const Given& given, std::vector<MechanismColumn>& columns) const override;

private:
  /// An author some of whose posts the reader has hidden.
  struct Hidden {
    UserId author{};
    std::uint32_t posts = 0;
  };
  /// What happened since the warm-up to the accounts of a tier, by the readers of a block.
  struct Counts {
    std::uint64_t gained = 0, after_visit = 0, lost = 0, crowded = 0;
  };

  Counts& counts_of(const Given& given, std::size_t reader, UserId account) {
    return counts_[reader / reader_block * tiers_ + given.population.tier(account)];
  }
  void change(std::size_t place, UserId reader, UserId account, bool follows) {
    changes_.change(place, account, follows, follows_.at_start().find(reader, account).has_value());
  }
  bool hide(std::size_t reader, UserId author);
  UserId crowds_out(const Before& before, const Session& session) const;

  UnfollowParameters own_;
  std::uint64_t key_;
  Tick start_;
  FakeFollowers fakes_;
  FollowChanges& changes_;
  const Follows& follows_;
  UserRange mine_;
  ReaderLists<Hidden> hidden_;  ///< of each reader, ascending by author
  std::size_t tiers_;
  std::vector<Counts> counts_;  ///< by block and tier, the tier fastest
};

/// The reader hides a post of the author. Whether that was one too many; then it begins anew.
bool FollowsMechanism::hide(std::size_t reader, UserId author) {
  std::vector<Hidden> row(hidden_.of(reader).begin(), hidden_.of(reader).end());
  auto at = std::ranges::lower_bound(row, author, {}, &Hidden::author);
  if (at == row.end() || at->author != author) at = row.insert(at, {author, 0});
  const bool enough = ++at->posts >= own_.hides;
  if (enough) row.erase(at);
  hidden_.replace(reader, row);
  return enough;
}

/// Whom the reader unfollows because its feed is crowded: whoever brought the post with the lowest hash; the reader
/// itself: nobody.
UserId FollowsMechanism::crowds_out(const Before& before, const Session& session) const {
  if (!own_.of_crowded() || session.looked == 0) return session.reader;
  const auto by_followees = static_cast<double>(
      std::ranges::count_if(session.candidates, [](const Candidate& candidate) { return candidate.in_network(); }));
  const std::uint64_t hash = nested_mix(key_, session.reader.value(), session.ordinal);
  if (by_followees < own_.crowded * static_cast<double>(session.looked) ||
      !coin(static_cast<std::uint32_t>(hash >> 32), coin_threshold(own_.probability)))
    return session.reader;
  UserId chosen = session.reader;
  std::uint64_t lowest = UINT64_MAX;
  for (const Candidate& candidate : session.candidates) {
    if (!candidate.in_network() || !follows_.hold(session.reader, candidate.emitter)) continue;
    const std::uint64_t own = mix(hash ^ before.posts.identity(candidate.root).key);
    if (own >= lowest) continue;
    lowest = own;
    chosen = candidate.emitter;
  }
  return chosen;
}

void FollowsMechanism::record(const Given& given, std::vector<MechanismColumn>& columns) const {
  std::vector<Counts> sums(tiers_);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    Counts& sum = sums[i % tiers_];
    sum.gained += counts_[i].gained;
    sum.after_visit += counts_[i].after_visit;
    sum.lost += counts_[i].lost;
    sum.crowded += counts_[i].crowded;
  }
  std::vector<std::uint64_t> more(tiers_), fewer(tiers_);
  for (std::size_t i = 0; i < mine_.size(); ++i) {
    const UserId reader = given.reader(i);
    const auto is_fake = [&](UserId account) {
      return fakes_.any() && fakes_.hold(reader, account, given.population.tier(account));
    };
    for (const FollowChange& changed : changes_.of(i))
      if (changed.follows != 0)
        ++more[given.population.tier(changed.account)];
      else if (!is_fake(changed.account))
        ++fewer[given.population.tier(changed.account)];
    if (!fakes_.any()) continue;
    for (const UserId followee : given.graph.followees(reader))  // a fake that has become a follower
      if (is_fake(followee) && follows_.hold(reader, followee)) ++more[given.population.tier(followee)];
  }
  const auto column = [&](const char* name, const char* long_name, std::uint64_t Counts::*member) {
    std::vector<std::uint64_t> by_tier;
    for (const Counts& sum : sums) by_tier.push_back(sum.*member);
    columns.push_back({name, "1", long_name, by_tier});
  };
  column("follows_gained", "follows of accounts of the tier that readers took up since the warm-up", &Counts::gained);
  column("follows_after_visit", "those of them after a visit to the profile", &Counts::after_visit);
  column("follows_lost", "follows of accounts of the tier given up since the warm-up", &Counts::lost);
  column("follows_lost_crowded", "those of them because the feed was crowded", &Counts::crowded);
  columns.push_back({"follows_new", "1", "follows at the end of the run that were not there at the start", more});
  columns.push_back({"follows_ended", "1", "follows at the start that are not there at the end of the run", fewer});
  std::vector<std::uint64_t> followers(tiers_);
  for (std::size_t i = 0; i < mine_.size(); ++i)
    followers[given.population.tier(given.reader(i))] += given.graph.follower_count(given.reader(i));
  columns.push_back({"follows_at_start", "1", "followers of the accounts of the tier at the start", followers});
}

}  // namespace

MechanismFacts mechanism_follows() { return {.name = "follows", .make = FollowsMechanism::make}; }

}  // namespace grapevine
