#include "graph/base/timing.hpp"

#include <algorithm>
#include <chrono>

namespace grapevine {

namespace {

std::int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-9; }

}  // namespace

double serial_share(const std::vector<PhaseSeconds>& phases) {
  double serial = 0, busy = 0;
  for (const PhaseSeconds& phase : phases) serial += phase.serial, busy += phase.busy;
  return serial + busy > 0 ? serial / (serial + busy) : 0;
}

thread_local Timings* Timings::mine_ = nullptr;

Timings::Timings() : last_(nanoseconds_now()) {}

std::vector<PhaseSeconds> Timings::phases() {
  charge();
  std::vector<PhaseSeconds> list;
  const auto add = [&](const auto& self, const Node& node, const std::string& around) -> void {
    const std::string name = around.empty() ? std::string(node.name) : around + "/" + std::string(node.name);
    list.push_back({name, seconds(node.serial), seconds(node.parallel), seconds(node.busy)});
    for (const Node& inside : node.inside) self(self, inside, name);
  };
  add(add, all_, "");
  return list;
}

void Timings::add(Node& to, const Node& from) {
  to.serial += from.serial, to.parallel += from.parallel, to.busy += from.busy;
  for (const Node& inside : from.inside) {
    const auto at = std::ranges::find(to.inside, inside.name, &Node::name);
    add(at != to.inside.end() ? *at : to.inside.emplace_back(Node{inside.name, &to}), inside);
  }
}

void Timings::take_in(Timings& other) {
  other.charge();
  other.all_.serial = other.all_.parallel = other.all_.busy = 0;
  add(*now_, other.all_);
}

Unwatched::Unwatched() {
  if (Timings* const mine = Timings::mine_) mine->charge();
}

Unwatched::~Unwatched() {
  if (Timings* const mine = Timings::mine_) mine->last_ = nanoseconds_now();
}

void Timings::charge() {
  const std::int64_t now = nanoseconds_now();
  (in_loop_ ? now_->parallel : now_->serial) += now - last_;
  last_ = now;
}

void Timings::enter(std::string_view name) {
  const auto at = std::ranges::find(now_->inside, name, &Node::name);
  now_ = at != now_->inside.end() ? &*at : &now_->inside.emplace_back(Node{name, now_});
}

Phase::Phase(std::string_view name, bool told) : timings_(Timings::mine_) {
  if (timings_ && (timings_->in_loop_ || !told)) timings_ = nullptr;
  if (!timings_) return;
  timings_->charge();
  timings_->enter(name);
}

Phase::~Phase() {
  if (!timings_) return;
  timings_->charge();
  timings_->now_ = timings_->now_->around;
}

void Phase::becomes(std::string_view name) {
  if (!timings_) return;
  timings_->charge();
  timings_->now_ = timings_->now_->around;
  timings_->enter(name);
}

LoopTime::LoopTime() : timings_(Timings::mine_) {
  if (timings_ && timings_->in_loop_) timings_ = nullptr;
  if (!timings_) return;
  timings_->charge();
  timings_->in_loop_ = true;
}

LoopTime::~LoopTime() {
  if (!timings_) return;
  timings_->charge();
  timings_->in_loop_ = false;
  timings_->now_->busy += busy_.load();
}

std::int64_t LoopTime::since() const { return timings_ ? nanoseconds_now() : 0; }

void LoopTime::worked(std::int64_t since) {
  if (timings_) busy_.fetch_add(nanoseconds_now() - since);
}

}  // namespace grapevine
