#include "sim/tick/mechanisms/trust.hpp"

#include <algorithm>
#include <cmath>

#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/search.hpp"

namespace grapevine {

namespace {

std::uint64_t millionths(double trust) { return static_cast<std::uint64_t>(trust * 1e6 + 0.5); }

bool is_paid(const PostIdentity& post) { return post.campaign != PostIdentity::no_campaign; }

constexpr std::size_t most_ages = 4096;

/// Boost's iterators do not tell the standard library that they are contiguous.
template <class List>
auto span_of(const List& list) {
  return std::span<const typename List::value_type>(list.data(), list.size());
}

}  // namespace

Trust::Trust(const MechanismGiven& given)
    : own_(given.run.trust),
      stranger_(own_.of_strangers()),
      key_(given.dynamics.key(Draw::trust)),
      follows_(given.follows),
      follows_change_(given.changes != nullptr),
      answers_(given.find<Answers>()),
      mine_(given.readers),
      warmup_(given.world.time.warmup),
      ties_(given.readers.size()),
      witnessed_(given.readers.size()),
      tiers_(given.world.tiers.from.size()),
      met_((given.readers.size() + reader_block - 1) / reader_block * tiers_) {
  GRAPEVINE_EXPECTS(given.world.time.end() < 1u << 24);  // a tie has 24 bits for it; durations end at ten years
  const auto ages = std::min<std::size_t>(given.world.time.end() + 1, most_ages);
  for (Tick age = 0; age < ages; ++age) left_.push_back(share_left(age));
}

std::unique_ptr<Mechanism> Trust::make(const MechanismGiven& given) {
  return given.run.trust.neutral() ? nullptr : std::make_unique<Trust>(given);
}

void Trust::arrays(ArrayTable& table) {
  ties_.arrays("trust.slot", "trust.ties", "tie that was moved", table);
  witnessed_.arrays("trust.witnessed_slot", "trust.witnessed", "answered post that was looked at", table);
  table("trust.met", "block of readers and tier", met_);
}

/// What had come to nothing under the keys of before is nothing. Behind the warm-up keys stay, and so does a tie that
/// may live again when somebody unfollows.
void Trust::go_on(const Mechanism& before, Tick now) {
  if (now > warmup_) return;
  const auto& warmup = static_cast<const Trust&>(before);
  parallel_blocks(mine_.size(), reader_block, [&](std::size_t, std::size_t begin, std::size_t end, int) {
    std::vector<Tie> kept;
    for (std::size_t i = begin; i < end; ++i) {
      const UserId reader{mine_.first + static_cast<std::uint32_t>(i)};
      kept.clear();
      for (const Tie& tie : ties_.of(i))
        if (warmup.lives(tie, warmup.base(reader, tie.author), now)) kept.push_back(tie);
      if (kept.size() < ties_.of(i).size()) ties_.replace(i, kept);
    }
  });
}

void Trust::prefetch_place(std::size_t reader) const {
  ties_.prefetch_place(reader);
  witnessed_.prefetch_place(reader);
}
void Trust::prefetch_entries(std::size_t reader) const {
  ties_.prefetch_entries(reader);
  witnessed_.prefetch_entries(reader);
}

void Trust::weigh(const Given&, const Before& before, const Session& session, std::span<const std::uint32_t> which,
                  std::span<double> odds) const {
  const std::span<const Tie> ties = ties_.of(session.place);
  // Asked for after the session, of posts that lie anywhere; `which` are the looks, or all candidates.
  if (answers_ != nullptr && own_.bystander != 0.0 && which.size() == session.looked)
    for (const std::uint32_t i : which) answers_->prefetch_visible(session.candidates[i].root);
  if (ties.empty() && stranger_ == own_.start) return;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const Candidate& candidate = session.candidates[which[i]];
    const UserId author = author_of(candidate, before.posts);
    const double trust = trust_in(ties, author, base(session.reader, author, candidate.source()), before.now);
    if (trust != own_.start) odds[i] *= math::exp(own_.effect * (trust - own_.start));
  }
}

void Trust::after_session(const Given&, const Before& before, const Session& session, std::span<const Impression> looks,
                          std::vector<Message>&) {
  const std::size_t reader = session.place;
  for (const Impression& look : looks)
    if (look.first() && before.posts.hot(look.root).counted()) meet(before, reader, look);
  const bool answers_seen = own_.bystander != 0.0 && answers_ != nullptr;
  if (own_.sponsored == 0.0 && !answers_seen) return;

  Ties moved;
  bool changed = false;
  const auto move = [&](const Impression& look, Cause cause) {
    if (!changed) moved = alive(ties_.of(reader), look.reader, before.now);
    changed = true;
    const PostIdentity& post = before.posts.identity(look.root);
    change(moved, {look.reader, post.author, post.key, cause}, base(look.reader, post.author, look.source()),
           before.now);
  };
  for (const Impression& look : looks) {
    if (own_.sponsored != 0.0 && look.first() && is_paid(before.posts.identity(look.root)))
      move(look, Cause::sponsored);
    if (answers_seen && answers_->visible(look.root) && witness(reader, look.root, before.posts.tail()))
      move(look, Cause::bystander);
  }
  if (changed) ties_.replace(reader, span_of(moved));
}

void Trust::commit(const Given&, const Before& before, std::span<const Message>) {
  if (own_.answered == 0.0 || answers_ == nullptr) return;
  const std::span<const Answers::Answer> answers = answers_->given();
  constexpr std::size_t far = 16, near = 8;
  const auto place_of = [&](std::size_t i) { return answers[i].reader.value() - mine_.first; };
  const auto is_mine = [&](std::size_t i) { return i < answers.size() && mine_.contains(answers[i].reader.value()); };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (is_mine(i + far)) ties_.prefetch_place(place_of(i + far));
    if (is_mine(i + near)) ties_.prefetch_entries(place_of(i + near));
    if (!is_mine(i)) continue;
    const Answers::Answer& answer = answers[i];
    const std::size_t reader = place_of(i);
    Ties moved = alive(ties_.of(reader), answer.reader, before.now);
    change(moved, {answer.reader, answer.author, answer.key, Cause::answered}, base(answer.reader, answer.author),
           before.now);
    ties_.replace(reader, span_of(moved));
  }
}

void Trust::record(const Given& given, std::vector<MechanismColumn>& columns) const {
  std::vector<std::uint64_t> looks(tiers_), sum(tiers_), paid(tiers_), ties(tiers_), risen(tiers_), fallen(tiers_);
  for (std::size_t i = 0; i < met_.size(); ++i) {
    looks[i % tiers_] += met_[i].looks;
    sum[i % tiers_] += met_[i].trust;
    paid[i % tiers_] += met_[i].paid;
  }
  const std::size_t blocks = (mine_.size() + reader_block - 1) / reader_block;
  std::vector<std::uint64_t> moved(blocks * 3 * tiers_);  // of each block of readers: ties, risen, fallen
  parallel_blocks(mine_.size(), reader_block, [&](std::size_t block, std::size_t begin, std::size_t end, int) {
    std::uint64_t* const mine = &moved[block * 3 * tiers_];
    for (std::size_t reader = begin; reader < end; ++reader)
      for (const Tie& tie : ties_.of(reader)) {
        const double neutral = base(given.reader(reader), tie.author);
        const double trust = faded(tie, neutral, given.parameters.time.end());
        if (trust == neutral) continue;
        const std::size_t tier = given.population.tier(tie.author);
        ++mine[tier];
        mine[(trust > neutral ? 1 : 2) * tiers_ + tier] += millionths(std::abs(trust - neutral));
      }
  });
  for (std::size_t i = 0; i < moved.size(); i += 3 * tiers_)
    for (std::size_t tier = 0; tier < tiers_; ++tier) {
      ties[tier] += moved[i + tier];
      risen[tier] += moved[i + tiers_ + tier];
      fallen[tier] += moved[i + 2 * tiers_ + tier];
    }
  columns.push_back({"trust_looks", "1", "first looks at counted roots of the tier", looks});
  columns.push_back({"trust_met", "1e-6", "trust in the author at those looks, added up", sum});
  columns.push_back({"trust_sponsored_looks", "1", "those of them at paid roots", paid});
  columns.push_back({"trust_ties", "1", "pairs of a reader and an author of the tier whose trust has moved", ties});
  columns.push_back({"trust_risen", "1e-6", "trust won by them, added up over the ties in which it rose", risen});
  columns.push_back({"trust_fallen", "1e-6", "trust lost, added up over the ties in which it fell", fallen});
}

/// Trust where nothing has happened.
double Trust::base(UserId reader, UserId author) const {
  return stranger_ == own_.start || follows_.hold(reader, author) ? own_.start : stranger_;
}
/// ... where a source brought the reader a root of the author in this session.
double Trust::base(UserId reader, UserId author, Source brought_by) const {
  return stranger_ == own_.start || follows_.hold(reader, author, brought_by) ? own_.start : stranger_;
}

/// What is left of a change after so many ticks, 0 to 1.
double Trust::share_left(Tick age) const {
  if (own_.half_life <= 0.0) return 1.0;
  return math::exp(-math::log(2.0) * static_cast<double>(age) / own_.half_life);
}

double Trust::faded(const Tie& tie, double neutral, Tick now) const {
  const Tick age = now - tie.tick();
  const double left = age < left_.size() ? left_[age] : share_left(age);
  const double trust = neutral + (tie.level() - neutral) * left;
  return std::abs(trust - neutral) < 1.0 / 512.0 ? neutral : trust;
}

double Trust::trust_in(std::span<const Tie> ties, UserId author, double neutral, Tick now) const {
  const std::size_t at = count_below(ties, author, &Tie::author);
  return at < ties.size() && ties[at].author == author ? faded(ties[at], neutral, now) : neutral;
}

/// The ties of a reader without those that have faded, whomever it may yet follow.
Trust::Ties Trust::alive(std::span<const Tie> ties, UserId reader, Tick now) const {
  Ties kept;
  for (const Tie& tie : ties)
    if (follows_change_ ? lives(tie, own_.start, now) || lives(tie, stranger_, now)
                        : lives(tie, base(reader, tie.author), now))
      kept.push_back(tie);
  return kept;
}

void Trust::change(Ties& ties, const Change& what, double neutral, Tick now) const {
  double trust = trust_in(span_of(ties), what.author, neutral, now);
  switch (what.cause) {
    case Cause::sponsored:
      trust -= own_.sponsored * trust;
      break;
    case Cause::bystander:
      trust += own_.bystander * (1.0 - trust);
      break;
    case Cause::answered:
      trust += own_.answered * (1.0 - trust);
      break;
  }
  const std::uint64_t random =
      nested_mix(key_, what.root, what.reader.value() | static_cast<std::uint64_t>(what.cause) << 32);
  const double level = std::floor(255.0 * trust + static_cast<double>(random >> 32) * 0x1p-32);
  const Tie tie{what.author, now << 8 | static_cast<std::uint32_t>(std::min(255.0, level))};
  const std::size_t at = count_below(span_of(ties), what.author, &Tie::author);
  if (at < ties.size() && ties[at].author == what.author)
    ties[at] = tie;
  else
    ties.insert(ties.begin() + static_cast<std::ptrdiff_t>(at), tie);
}

void Trust::meet(const Before& before, std::size_t reader, const Impression& look) {
  const PostIdentity& post = before.posts.identity(look.root);
  const double trust =
      trust_in(ties_.of(reader), post.author, base(look.reader, post.author, look.source()), before.now);
  Met& met = met_[reader / reader_block * tiers_ + before.posts.hot(look.root).tier()];
  ++met.looks;
  met.trust += millionths(trust);
  met.paid += is_paid(post) ? 1 : 0;
}

/// Remembers that the reader has looked at an answer beside the root. Whether it had not before.
bool Trust::witness(std::size_t reader, std::uint32_t root, std::uint32_t tail) {
  const std::span<const std::uint32_t> old = witnessed_.of(reader);
  const std::size_t at = count_below(old, root), live = std::min(at, count_below(old, tail));
  if (at < old.size() && old[at] == root) return false;
  boost::container::small_vector<std::uint32_t, 128> roots(old.begin() + static_cast<std::ptrdiff_t>(live),
                                                           old.begin() + static_cast<std::ptrdiff_t>(at));
  roots.push_back(root);
  roots.insert(roots.end(), old.begin() + static_cast<std::ptrdiff_t>(at), old.end());
  witnessed_.replace(reader, span_of(roots));
  return true;
}

MechanismFacts mechanism_trust() { return {.name = "trust", .make = Trust::make}; }

}  // namespace grapevine
