#include "sim/tick/mechanisms/answers.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "graph/base/math.hpp"

namespace grapevine {

namespace {

/// A message is a reply that a reader made, or an answer that an author gave; `Message::what` says which, and of an
/// answer whether its root counts and how long the reply had waited.
constexpr std::uint32_t reply_made = 0, answer_given = 1, of_counted_root = 2;
constexpr int wait_shift = 2;

}  // namespace

Answers::Answers(const MechanismGiven& given)
    : own_(given.run.answers),
      dynamics_(given.dynamics),
      day_key_(dynamics_.key(Draw::answers_of_day)),
      choice_key_(dynamics_.key(Draw::answer_choice)),
      ticks_per_day_(given.world.time.ticks_per_day()),
      mine_(given.readers),
      waiting_(given.readers.size()),
      day_(given.readers.size()),
      used_(given.readers.size()),
      keeps_counts_(given.run.feed.looks_at_answers()),
      fates_(given.world.tiers.from.size()) {}

std::unique_ptr<Mechanism> Answers::make(const MechanismGiven& given) {
  return given.run.answers.neutral() ? nullptr : std::make_unique<Answers>(given);
}

void Answers::arrays(ArrayTable& table) {
  waiting_.arrays("answers.waiting_slot", "answers.waiting", "waiting reply", table);
  table("answers.day", "reader", day_);
  table("answers.used", "reader", used_);
  visible_.arrays("answers.visible_range", "answers.visible", table);
  if (keeps_counts_) counts_.arrays("answers.counts_range", "answers.counts", table);
  table("answers.fates", "tier", fates_);
}

double Answers::answers_a_day(UserId author) const {
  if (own_.spread == 0.0) return own_.per_day;
  return own_.per_day *
         math::exp(own_.spread * math::normal_quantile(uniform(dynamics_.bits(Draw::answer_rate, author.value()))) -
                   0.5 * own_.spread * own_.spread);
}

std::uint32_t Answers::answers_of_day(UserId author, Tick day) const {
  const double rate = answers_a_day(author);
  const double whole = std::floor(std::min(rate, 0x1p31));
  const auto bits = static_cast<std::uint32_t>(nested_mix(day_key_, author.value(), day) >> 32);
  return static_cast<std::uint32_t>(whole) + (coin(bits, coin_threshold(rate - whole)) ? 1 : 0);
}

void Answers::after_session(const Given& given, const Before& before, const Session& session,
                            std::span<const Impression> looks, std::vector<Message>& out) {
  for (const Impression& look : looks)
    if (look.took(Action::reply)) {
      const PostIdentity& post = before.posts.identity(look.root);
      out.push_back({look.reader, post.author, look.root, reply_made, post.key});
    }
  answer(given, before.now, session.place, out);
}

/// The author answers what it can of what waits.
void Answers::answer(const Given& given, Tick now, std::size_t author, std::vector<Message>& out) {
  const std::span<const Waiting> all = waiting_.of(author);
  if (all.empty()) return;
  std::vector<Waiting> waiting;
  for (const Waiting& reply : all)
    if (now - reply.since <= own_.patience) waiting.push_back(reply);
  const UserId me = given.reader(author);
  const Tick day = now / ticks_per_day_;
  if (day_[author] != day + 1) day_[author] = day + 1, used_[author] = 0;
  const std::uint32_t most = answers_of_day(me, day), left = most > used_[author] ? most - used_[author] : 0;
  const auto n = static_cast<std::ptrdiff_t>(std::min<std::size_t>(left, waiting.size()));
  const auto first = [](const Waiting& a, const Waiting& b) {
    return std::tie(a.hash, a.key, a.reader) < std::tie(b.hash, b.key, b.reader);
  };
  std::partial_sort(waiting.begin(), waiting.begin() + n, waiting.end(), first);
  for (const Waiting& reply : std::span(waiting).first(static_cast<std::size_t>(n)))
    out.push_back({me, reply.reader, reply.root,
                   answer_given | (reply.counted != 0 ? of_counted_root : 0) | (now - reply.since) << wait_shift,
                   reply.key});
  used_[author] += static_cast<std::uint32_t>(n);
  waiting.erase(waiting.begin(), waiting.begin() + n);
  waiting_.replace(author, waiting);
}

void Answers::commit(const Given& given, const Before& before, std::span<const Message> messages) {
  visible_.advance(before.posts.tail(), before.posts.head());
  if (keeps_counts_) counts_.advance(before.posts.tail(), before.posts.head());
  given_.clear();
  std::vector<Message> replies;
  for (const Message& message : messages) {
    if (message.what == reply_made) {
      if (mine_.contains(message.to.value())) replies.push_back(message);
      continue;
    }
    given_.push_back({message.key, message.from, message.to});
    if (before.posts.live(PostId{message.root})) {
      visible_[message.root] = 1;
      if (keeps_counts_) ++counts_[message.root];
    }
    if (mine_.contains(message.from.value()) && (message.what & of_counted_root) != 0) {
      Fate& fate = fates_[given.population.tier(message.from)];
      ++fate.answered;
      fate.waited += message.what >> wait_shift;
    }
  }
  let_wait(given, before, replies);
}

void Answers::let_wait(const Given& given, const Before& before, std::span<const Message> replies) {
  std::vector<Message> by_author(replies.begin(), replies.end());
  std::stable_sort(by_author.begin(), by_author.end(), [](const auto& a, const auto& b) { return a.to < b.to; });
  constexpr std::ptrdiff_t far = 32, near = 16;
  for (const Message& reply : std::span(by_author).first(std::min<std::size_t>(far, by_author.size())))
    prefetch_place(reply.to.value() - mine_.first);
  std::vector<Waiting> waiting;
  for (auto reply = by_author.begin(); reply != by_author.end();) {
    const UserId author = reply->to;
    const std::ptrdiff_t left = by_author.end() - reply;
    if (left > far) prefetch_place(reply[far].to.value() - mine_.first);
    if (left > near) prefetch_entries(reply[near].to.value() - mine_.first), before.posts.prefetch(reply[near].root);
    const std::size_t index = author.value() - mine_.first;
    waiting.clear();
    for (const Waiting& old : waiting_.of(index)) waiting.push_back(old);
    for (; reply != by_author.end() && reply->to == author; ++reply) {
      const bool counted = before.posts.hot(reply->root).counted();
      waiting.push_back({nested_mix(choice_key_, reply->key, reply->from.value()), reply->root, reply->from, before.now,
                         counted, reply->key});
      if (counted) ++fates_[given.population.tier(author)].replies;
    }
    waiting_.replace(index, waiting);
  }
}

void Answers::record(const Given& given, std::vector<MechanismColumn>& columns) const {
  const auto column = [&](std::string name, std::string units, std::string what, std::uint64_t Fate::*member) {
    columns.push_back({std::move(name), std::move(units), std::move(what), {}});
    for (const Fate& fate : fates_) columns.back().by_tier.push_back(fate.*member);
  };
  column("answers_replies", "1", "replies on counted roots of the tier", &Fate::replies);
  column("answers_given", "1", "those of them that the author answered", &Fate::answered);
  column("answers_waited", "ticks", "time from those replies to their answers, added up", &Fate::waited);
  columns.push_back({"answers_capacity", "1e-3",
                     "answers that the accounts of the tier which post can give in the time of measure",
                     std::vector<std::uint64_t>(fates_.size())});
  const double days = static_cast<double>(given.parameters.time.measure) / ticks_per_day_;
  for (std::size_t i = 0; i < mine_.size(); ++i)
    if (given.population.post_rate(i) > 0.0F)
      columns.back().by_tier[given.population.tier(given.reader(i))] +=
          static_cast<std::uint64_t>(1e3 * days * answers_a_day(given.reader(i)) + 0.5);
}

MechanismFacts mechanism_answers() { return {.name = "answers", .make = Answers::make}; }

}  // namespace grapevine
