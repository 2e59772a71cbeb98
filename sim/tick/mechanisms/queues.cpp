#include <algorithm>
#include <cmath>
#include <span>
#include <tuple>
#include <vector>

#include "sim/feed/sources/followees.hpp"
#include "sim/feed/time_in_tick.hpp"
#include "sim/model/simsom.hpp"
#include "sim/state/reader_lists.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {
namespace {

/// An emission that came to a reader, and when.
struct Incoming {
  std::uint64_t when = 0;  ///< the tick, and the first half of the date in it: nearly always enough
  std::uint64_t date = 0;  ///< in its tick
  Emission emission;
  UserId emitter{};

  bool operator<(const Incoming& other) const {
    if (when != other.when) return when < other.when;
    return std::tuple(date, emission.root, emitter.value()) <
           std::tuple(other.date, other.emission.root, other.emitter.value());
  }
};

/// What roots of a tier hold of all queues.
struct Held {
  std::uint64_t places = 0, roots = 0;
  std::uint64_t entropy = 0, appeal = 0, quality = 0;  ///< in millionths, added up
};

/// Each reader's queue under `queue` memory: the posts that came in last, whatever it looked at. A post that comes once
/// more while it is there stays where it is and counts one more reshare. Kept as it was when the reader last came, 16
/// bytes a place, and brought up to date from the timelines. docs/model.md 7.22.
class Queues final : public Mechanism {
public:
  explicit Queues(const MechanismGiven& given)
      : length_(given.run.feed.queue),
        window_(given.run.feed.window),
        last_tick_(given.world.time.end() - 1),
        date_key_(given.dynamics.key(Draw::emission_time)),
        rows_(given.readers.size()),
        came_(given.readers.size()),
        held_(given.world.tiers.from.size()) {}

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    return given.run.feed.memory == FeedMemory::queue ? std::make_unique<Queues>(given) : nullptr;
  }

  void arrays(ArrayTable& table) override {
    rows_.arrays("queues.slot", "queues.row", "post in a queue", table);
    table("queues.came", "reader", came_);
    table("queues.held", "tier", held_);
  }

  void bring(const Given& given, const Before& before, SeenLog::Entries seen, Session& session) const override {
    session.forget_candidates();
    session.queue = queue_of(given, before, session.reader, session.place, session.fresh);
    for (const Candidate& candidate : session.queue) {
      const bool dismissed = given.dismisses && (seen.of(candidate.root).actions & dismissals) != 0;
      const auto number = static_cast<std::uint32_t>(session.candidates.size());
      session.enter(candidate.root, dismissed ? Session::dropped : number);
      if (!dismissed) session.candidates.push_back(candidate);
    }
  }

  void after_session(const Given& given, const Before& before, const Session& session, std::span<const Impression>,
                     std::vector<Message>&) override {
    if (given.held_out(session.reader))  // it was brought nothing
      rows_.replace(session.place, queue_of(given, before, session.reader, session.place, session.fresh));
    else
      rows_.replace(session.place, session.queue);
    came_[session.place] = before.now;
  }

  /// In the last tick all queues are looked at.
  bool agrees(const Before& before) const override { return before.now == last_tick_; }
  void agree(const Given& given, const Before& before, const ReadersBefore&, Exchange& exchange) override {
    std::vector<std::uint32_t> roots;
    FreshFollowees fresh;
    for (std::size_t place = 0; place < given.readers.size(); ++place) {
      scan_followees(given.follows, before.timelines, given.reader(place), since(place, before.now), fresh);
      for (const Candidate& candidate : queue_of(given, before, given.reader(place), place, fresh))
        roots.push_back(candidate.root);
    }
    roots = exchange.gather(std::move(roots));
    held_.assign(held_.size(), {});
    if (exchange.part() == 0) count(given, before.posts, roots);  // what parts have is added up
  }

  void record(const Given&, std::vector<MechanismColumn>& columns) const override {
    const auto add = [&](const char* name, const char* unit, const char* sentence, std::uint64_t Held::*sum) {
      std::vector<std::uint64_t> by_tier;
      for (const Held& tier : held_) by_tier.push_back(tier.*sum);
      columns.push_back({name, unit, sentence, by_tier});
    };
    add("queues_places", "1", "places that roots of the tier have in queues as the last tick begins", &Held::places);
    add("queues_roots", "1", "roots of the tier that are in a queue then", &Held::roots);
    add("queues_entropy", "1e-6", "-p log p of those, p the share of all places that a root has, added up",
        &Held::entropy);
    add("queues_appeal", "1e-6", "appeal of what is in the places of the tier, added up", &Held::appeal);
    add("queues_quality", "1e-6", "quality, which no ranking looks at, of the same", &Held::quality);
  }

private:
  /// Later emissions have not come into the queue yet.
  std::int64_t since(std::size_t place, Tick now) const {
    return std::max<std::int64_t>(came_[place], static_cast<std::int64_t>(now) - window_);
  }

  /// The queue in this tick, the oldest entry first. `fresh`: followees with news for the reader.
  std::vector<Candidate> queue_of(const Given& given, const Before& before, UserId reader, std::size_t place,
                                  const FreshFollowees& fresh) const {
    FreshFollowees own;  // of a queue that begins, perhaps later than the reader's sessions did
    const bool begins = came_[place] == 0;
    if (begins) scan_followees(given.follows, before.timelines, reader, since(place, before.now), own);
    std::vector<Incoming> incoming;
    incoming.reserve(128);
    walk_fresh(before.timelines, (begins ? own : fresh).list(), since(place, before.now),
               [&](UserId followee, Emission emission) {
                 if (emission.root < before.posts.tail()) return;
                 before.posts.prefetch(emission.root);
                 incoming.push_back({0, 0, emission, followee});
               });
    for (Incoming& one : incoming) {
      one.date = date_in_tick(date_key_, before.posts.hot(one.emission.root), one.emitter);
      one.when = std::uint64_t{one.emission.visible()} << 32 | one.date >> 32;
    }
    std::sort(incoming.begin(), incoming.end());
    std::vector<Candidate> queue;
    queue.reserve(rows_.of(place).size() + incoming.size());
    for (const Candidate& held : rows_.of(place))
      if (held.root >= before.posts.tail()) queue.push_back(held);
    std::size_t gone = 0;  // from the front
    for (const Incoming& one : incoming) let_in(one, queue, gone);
    gone = std::max(gone, queue.size() - std::min(queue.size(), length_));
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(gone));
    return queue;
  }

  /// The first `gone` of the queue are not in it any more.
  void let_in(const Incoming& one, std::vector<Candidate>& queue, std::size_t& gone) const {
    const Emission emission = one.emission;
    if (emission.reshare()) {  // else nobody has passed it on yet
      const auto there = std::find_if(queue.begin() + static_cast<std::ptrdiff_t>(gone), queue.end(),
                                      [&](const Candidate& candidate) { return candidate.root == emission.root; });
      if (there != queue.end()) {
        ++there->proof;
        return;
      }
    }
    if (queue.size() - gone >= length_) ++gone;
    queue.push_back({emission.root, one.emitter, emission.when, emission.reshare() ? 1U : 0U});
  }

  /// By tier, from the roots in all places.
  void count(const Given& given, const Posts& posts, std::vector<std::uint32_t>& roots) {
    const auto millionths = [](double x) { return static_cast<std::uint64_t>(std::floor(1e6 * x + 0.5)); };
    const std::uint64_t quality = given.keys.content.key(Draw::content_quality);
    std::vector<double> entropy(held_.size());
    std::sort(roots.begin(), roots.end());
    for (auto first = roots.begin(); first != roots.end();) {
      const auto last = std::upper_bound(first, roots.end(), *first);
      const auto places = static_cast<std::uint64_t>(last - first);
      const std::uint64_t key = posts.identity(*first).key;
      const std::uint32_t tier = posts.hot(*first).tier();
      Held& held = held_[tier];
      held.places += places;
      ++held.roots;
      held.appeal += places * millionths(appeal_of(given.keys.ranking.appeal, key));
      held.quality += places * millionths(quality_of(quality, key));
      const double share = static_cast<double>(places) / static_cast<double>(roots.size());
      entropy[tier] -= share * math::log(share);
      first = last;
    }
    for (std::size_t tier = 0; tier < held_.size(); ++tier) held_[tier].entropy = millionths(entropy[tier]);
  }

  std::size_t length_;
  Tick window_, last_tick_;
  std::uint64_t date_key_;
  ReaderLists<Candidate> rows_;  ///< the oldest entry first
  std::vector<Tick> came_;       ///< when; 0: never, or at the start
  std::vector<Held> held_;       ///< by tier
};

}  // namespace

MechanismFacts mechanism_queues() { return {.name = "queues", .make = Queues::make}; }

}  // namespace grapevine
