#include "graph/generators/watts_strogatz.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/numbering.hpp"

namespace grapevine {

namespace {

constexpr std::uint32_t nowhere = UINT32_MAX;

/// Links by number: link l starts from user l / half, and on the ring it leads l % half + 1 places on.
class Links {
public:
  Links(std::size_t users, std::uint32_t followees, double rewiring, const StreamKey& key)
      : users_(users),
        half_(followees / 2),
        key_(key.key(Draw::graph_rewiring)),
        target_(users * half_),
        state_(users * half_, State::kept) {
    const std::uint64_t threshold = coin_threshold(rewiring);
    parallel_for(target_.size(), [&](std::size_t link) {
      target_[link] = on_ring(link);
      if (!coin(static_cast<std::uint32_t>(nested_mix(key_, link, 0) >> 32), threshold)) return;
      state_[link] = State::open;
      target_[link] = drawn(link, 1);
    });
  }

  /// Gives every rewired link a place of its own.
  void settle() {
    constexpr std::uint64_t most_rounds = 256;
    std::vector<std::size_t> open =
        parallel_append<std::size_t>(target_.size(), [&](std::size_t link, std::vector<std::size_t>& out) {
          if (state_[link] == State::open) out.push_back(link);
        });
    for (std::uint64_t round = 2; !open.empty() && round < most_rounds; ++round) {
      const std::vector<std::size_t> again =
          parallel_append<std::size_t>(open.size(), [&](std::size_t i, std::vector<std::size_t>& out) {
            if (is_taken(open[i])) out.push_back(open[i]);
          });
      for (const std::size_t link : open) state_[link] = State::settled;
      for (const std::size_t link : again) {
        state_[link] = State::open;
        target_[link] = drawn(link, round);
      }
      open = again;
    }
    for (const std::size_t link : open) search(link);
  }

  Rows rows() const {
    std::vector<Follow> follows(2 * target_.size());
    parallel_for(target_.size(), [&](std::size_t link) {
      const UserId from(start(link)), to(target_[link] == nowhere ? start(link) : target_[link]);  // loops are left out
      follows[2 * link] = {from, to};
      follows[2 * link + 1] = {to, from};
    });
    for (const Follow& link : moved_) {
      follows.push_back(link);
      follows.push_back({link.followee, link.follower});
    }
    return group_by_follower(users_, follows);
  }

private:
  enum class State : std::uint8_t { kept, settled, open };

  std::uint32_t start(std::size_t link) const { return static_cast<std::uint32_t>(link / half_); }
  std::uint32_t on_ring(std::size_t link) const {
    return static_cast<std::uint32_t>((link / half_ + link % half_ + 1) % users_);
  }
  std::uint32_t drawn(std::size_t link, std::uint64_t round) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint32_t>(static_cast<Wide>(nested_mix(key_, link, round)) * users_ >> 64);
  }

  /// Another link joins the same two users and comes first, or the link would be a loop.
  bool is_taken(std::size_t link) const {
    const std::uint32_t from = start(link), to = target_[link];
    if (from == to) return true;
    const auto comes_first = [&](std::size_t other) {
      return std::pair(state_[other], other) < std::pair(state_[link], link);
    };
    for (std::size_t other = from * std::size_t{half_}; other < (from + std::size_t{1}) * half_; ++other)
      if (other != link && target_[other] == to && comes_first(other)) return true;
    for (std::size_t other = to * std::size_t{half_}; other < (to + std::size_t{1}) * half_; ++other)
      if (target_[other] == from && comes_first(other)) return true;
    return false;
  }

  /// Looks at one user after the other from a drawn one on; where its start is linked with everybody, at the other
  /// users' free places.
  void search(std::size_t link) {
    const std::uint32_t first = drawn(link, UINT64_MAX);
    for (std::size_t step = 0; step < users_; ++step) {
      target_[link] = static_cast<std::uint32_t>((first + step) % users_);
      if (is_taken(link) || is_moved_to(start(link), target_[link])) continue;
      state_[link] = State::settled;
      return;
    }
    target_[link] = nowhere;
    state_[link] = State::settled;
    for (std::size_t step = 0; step < users_; ++step) {
      const auto from = static_cast<std::uint32_t>((first + step) % users_);
      for (std::uint32_t to = 0; to < from; ++to)
        if (!are_linked(from, to) && !is_moved_to(from, to)) {
          moved_.push_back({UserId(from), UserId(to)});
          return;
        }
    }
    GRAPEVINE_EXPECTS(!"a place for each link");
  }

  bool are_linked(std::uint32_t a, std::uint32_t b) const {
    const auto leads = [&](std::uint32_t from, std::uint32_t to) {
      for (std::size_t link = from * std::size_t{half_}; link < (from + std::size_t{1}) * half_; ++link)
        if (target_[link] == to && state_[link] != State::open) return true;
      return false;
    };
    return leads(a, b) || leads(b, a);
  }
  bool is_moved_to(std::uint32_t a, std::uint32_t b) const {
    return std::ranges::any_of(moved_, [&](const Follow& link) {
      return (link.follower.value() == a && link.followee.value() == b) ||
             (link.follower.value() == b && link.followee.value() == a);
    });
  }

  std::size_t users_;
  std::uint32_t half_;
  std::uint64_t key_;
  std::vector<std::uint32_t> target_;
  std::vector<State> state_;
  std::vector<Follow> moved_;  // links that found no place at their start
};

}  // namespace

std::vector<std::string> watts_strogatz_mistakes(std::size_t users, std::uint32_t followees, double rewiring) {
  std::vector<std::string> mistakes;
  const std::uint64_t most = users > 0 ? (users - 1) / 2 * 2 : 0;
  if (followees % 2 != 0)
    mistakes.push_back(fmt::format(
        "graph.followees is {}; expected an even number, half of them on either side of the ring", followees));
  else if (followees > most)
    mistakes.push_back(fmt::format(
        "graph.followees is {}; expected at most {}, an even number of other users; give fewer, or more graph.users",
        followees, most));
  if (!(rewiring >= 0.0 && rewiring <= 1.0))
    mistakes.push_back(fmt::format("graph.rewiring is {}; expected a share of the links, 0 to 1", rewiring));
  return mistakes;
}

FollowGraph watts_strogatz(std::size_t users, std::uint32_t followees, double rewiring, const StreamKey& key) {
  GRAPEVINE_EXPECTS(users < UINT32_MAX);
  if (std::vector<std::string> mistakes = watts_strogatz_mistakes(users, followees, rewiring); !mistakes.empty())
    throw BadRequest(std::move(mistakes));
  if (followees == 0) return FollowGraph(rows_of_sizes(std::vector<std::uint32_t>(users, 0)));
  Links links(users, followees, rewiring, key);
  links.settle();
  return number_by_followers(links.rows()).graph;
}

}  // namespace grapevine
