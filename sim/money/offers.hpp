#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/ids.hpp"

namespace grapevine {

/// One account asked for posts. Ticks are counted from the start of `measure`.
struct Offer {
  UserId user{};
  std::uint32_t posts = 0;
  MicroMoney cost = 0;
  Tick asked = 0, answered = 0;
  bool accepts = false;
};

/// The offers of one campaign. From when it is made until it is declined an offer holds one of the campaign's places
/// and the money that it would cost; what comes back is there for others from that tick on. An offer that is answered
/// in the tick in which it is made holds nothing if it is declined, so that without time to answer one is asked after
/// the other. Other answers of one tick are heard in the order in which the offers were made, and offers may be made
/// after each.
///
/// What is answered after the last slot comes too late: a yes is not paid, and nobody is asked in its place.
class Offers {
public:
  /// `budget`: -1 for no bound. `last`: tick of the last slot.
  Offers(std::uint32_t places, MicroMoney budget, Tick last) : places_(places), budget_(budget), last_(last) {}

  Tick now() const { return now_; }
  bool has_place() const { return places_ > 0; }
  /// Money that nothing holds; -1: no bound.
  MicroMoney left() const { return budget_; }

  /// Makes an offer now, which there is a place and money for.
  void make(const Offer& offer) {
    GRAPEVINE_EXPECTS(offer.asked == now_ && has_place() && (budget_ < 0 || offer.cost <= budget_));
    ++made_;
    --places_;
    if (budget_ >= 0) budget_ -= offer.cost;
    if (offer.answered == now_) return hear(offer);
    open_.push_back({offer.answered, made_, offer});
    std::push_heap(open_.begin(), open_.end(), later);
  }

  /// Goes on to the next answer. False: none is open, or they come too late; no offer can be made any more.
  bool wait() {
    if (open_.empty() || std::get<Tick>(open_.front()) > last_) return false;
    now_ = std::get<Tick>(open_.front());
    std::pop_heap(open_.begin(), open_.end(), later);
    const Offer offer = std::get<Offer>(open_.back());
    open_.pop_back();
    hear(offer);
    return true;
  }

  /// Offers that were accepted in time, in the order of the answers, equal ones in that in which they were made.
  const std::vector<Offer>& accepted() const { return accepted_; }
  std::uint64_t made() const { return made_; }
  std::uint64_t declined() const {
    return declined_ + static_cast<std::uint64_t>(std::ranges::count_if(
                           open_, [](const Open& open) { return !std::get<Offer>(open).accepts; }));
  }
  std::uint64_t too_late() const { return made_ - declined() - accepted_.size(); }

private:
  using Open = std::tuple<Tick, std::uint64_t, Offer>;  ///< with when it is answered, and its number
  static bool later(const Open& a, const Open& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) > std::tie(std::get<0>(b), std::get<1>(b));
  }

  void hear(const Offer& offer) {
    if (offer.accepts) {
      accepted_.push_back(offer);
      return;
    }
    ++declined_;
    ++places_;
    if (budget_ >= 0) budget_ += offer.cost;
  }

  std::uint64_t places_;
  MicroMoney budget_;
  Tick last_, now_ = 0;
  std::uint64_t made_ = 0, declined_ = 0;
  std::vector<Open> open_;  ///< a heap, the next answer in front
  std::vector<Offer> accepted_;
};

}  // namespace grapevine
