#include "graph/generators/plant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "graph/base/bits.hpp"
#include "graph/base/error.hpp"
#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "graph/generators/numbering.hpp"

namespace grapevine {

namespace {

/// The users of a graph in an order of draws without replacement.
class DrawingOrder {
public:
  DrawingOrder(const FollowGraph& graph, AudienceDraw audience, std::uint64_t key)
      : graph_(graph), audience_(audience), key_(key) {}

  /// visit(user) one after the other while it returns true. The order does not depend on where it ends.
  template <class Visit>
  void each(Visit&& visit) const {
    const std::size_t users = graph_.user_count();
    if (users == 0) return;
    if (audience_ == AudienceDraw::followees) return each_follower(visit);
    const KeyedPermutation order(key_, users);
    for (std::size_t i = 0; i < users; ++i)
      if (!visit(UserId(static_cast<std::uint32_t>(order(i))))) return;
  }

private:
  template <class Visit>
  void each_follower(Visit&& visit) const {
    const std::span<const std::uint64_t> begin = graph_.rows().begin;
    const std::size_t users = graph_.user_count();
    const std::uint64_t follows = graph_.follow_count();
    std::vector<std::uint64_t> seen((users + 63) / 64, 0);
    __extension__ using Wide = unsigned __int128;
    for (std::uint64_t draw = 0; follows > 0 && draw < 4 * users; ++draw) {
      const auto follow = static_cast<std::uint64_t>(static_cast<Wide>(nested_mix(key_, 0, draw)) * follows >> 64);
      const auto user = static_cast<std::size_t>(std::ranges::upper_bound(begin, follow) - begin.begin()) - 1;
      if (test(seen, user)) continue;
      set(seen, user);
      if (!visit(UserId(static_cast<std::uint32_t>(user)))) return;
    }
    // Those left come as further draws would find them: by exponential waiting times (Efraimidis & Spirakis 2006).
    std::vector<std::pair<double, std::uint32_t>> left;
    for (std::size_t u = 0; u < users; ++u)
      if (begin[u + 1] > begin[u] && !test(seen, u))
        left.emplace_back(-math::log(uniform(nested_mix(key_, 1, u))) / static_cast<double>(begin[u + 1] - begin[u]),
                          static_cast<std::uint32_t>(u));
    std::ranges::sort(left);
    for (const auto& [time, user] : left)
      if (!visit(UserId(user))) return;
  }

  const FollowGraph& graph_;
  AudienceDraw audience_;
  std::uint64_t key_;
};

/// Users that an audience can come from.
struct Room {
  std::vector<std::uint64_t> in;  // by community
  std::uint64_t all = 0;

  Room(const FollowGraph& graph, const std::vector<std::uint16_t>& community, AudienceDraw audience) {
    for (std::size_t u = 0; u < graph.user_count(); ++u) {
      if (audience == AudienceDraw::followees && graph.followees(UserId(static_cast<std::uint32_t>(u))).empty())
        continue;
      ++all;
      if (community.empty()) continue;
      if (community[u] >= in.size()) in.resize(community[u] + std::size_t{1}, 0);
      ++in[community[u]];
    }
  }

  bool holds(std::size_t c, std::uint64_t local, std::uint64_t others) const {
    return in[c] >= local && all - in[c] >= others;
  }
};

std::uint64_t local_part(const Plant& plant, std::uint64_t followers) {
  return static_cast<std::uint64_t>(plant.homophily * static_cast<double>(followers) + 0.5);
}

/// A new account, before it has a number.
struct NewAccount {
  const Plant* plant;
  std::uint32_t member;
  std::uint64_t key;  // of its audience
  std::uint16_t community = 0;
  std::vector<UserId> followers;  // by the numbers that users had
};

class Planter {
public:
  Planter(FollowGraph& graph, Users& accounts, std::span<const Plant> plants, const StreamKey& key)
      : graph_(graph), accounts_(accounts), plants_(plants), key_(key), before_(graph.user_count()) {}

  void plant() {
    mistakes_ = plant_mistakes(plants_, before_);
    if (mistakes_.empty()) choose();
    if (mistakes_.empty()) plan();
    if (mistakes_.empty()) name();
    if (!mistakes_.empty()) throw BadRequest(std::move(mistakes_));
    if (!fresh_.empty()) join();
    accounts_.planted.insert(accounts_.planted.end(), chosen_.begin(), chosen_.end());
    std::ranges::sort(accounts_.planted, {}, [](const PlantedUser& it) { return std::pair(it.group, it.member); });
  }

private:
  void refuse(const Plant& plant, std::string text) {
    mistakes_.push_back(fmt::format("plant.{}{}", plant.name, text));
  }

  /// Finds the accounts that the graph has.
  void choose() {
    std::vector<std::uint64_t> taken((before_ + 63) / 64, 0);
    for (const PlantedUser& planted : accounts_.planted) set(taken, planted.user.index());
    const std::uint64_t lot = key_.key(Draw::graph_plant);
    for (const Plant& plant : plants_) {
      if (!plant.from_graph) continue;
      std::set<std::tuple<std::uint64_t, std::uint64_t, std::uint32_t>> candidates;  // followers, lot, user
      for (std::uint32_t u = 0; u < before_; ++u)
        if (const std::uint64_t count = graph_.follower_count(UserId(u));
            count >= plant.least && count <= plant.most && accounts_.is_active(UserId(u)) && !test(taken, u))
          candidates.emplace(count, nested_mix(lot, 2, u), u);
      if (candidates.size() < plant.followers.size()) {
        refuse(plant, fmt::format(".accounts is {}; expected at most {}, the active accounts of the graph with {} to "
                                  "{} followers that no other plant has; "
                                  "choose fewer, or widen followers",
                                  plant.followers.size(), candidates.size(), plant.least, plant.most));
        continue;
      }
      for (std::uint32_t member = 0; member < plant.followers.size(); ++member) {
        const std::uint64_t wanted = plant.followers[member];
        auto nearest = candidates.lower_bound({wanted, 0, 0});
        if (nearest != candidates.begin()) {
          const auto below = candidates.lower_bound({std::get<0>(*std::prev(nearest)), 0, 0});
          const auto farness = [&](const auto& of) {  // then the lot
            const auto& [count, by_lot, user] = *of;
            return std::pair(std::max(count, wanted) - std::min(count, wanted), by_lot);
          };
          if (nearest == candidates.end() || farness(below) < farness(nearest)) nearest = below;
        }
        const std::uint32_t user = std::get<2>(*nearest);
        candidates.erase(nearest);
        set(taken, user);
        chosen_.push_back({UserId(user), plant.group, member, false});
      }
    }
  }

  /// Decides who is new, where they belong and that there is room for their audiences.
  void plan() {
    for (const Plant& plant : plants_) {
      if (plant.from_graph) continue;
      const Room room(graph_, accounts_.community, plant.audience);
      if (!plant.followers.empty() && plant.followers.front() > room.all) {
        refuse(plant, fmt::format(".followers goes up to {}; expected at most {}, the users of the graph that follow "
                                  "anybody; lower it, or "
                                  "set drawn = \"uniform\"",
                                  plant.followers.front(), room.all));
        continue;
      }
      const bool local = plant.homophily >= 0.0;
      if (local && accounts_.community.empty()) {
        refuse(plant, fmt::format(".homophily is {}, and the communities of the graph are not known; remove it",
                                  plant.homophily));
        continue;
      }
      std::uint16_t shared = 0;
      for (std::uint32_t member = 0; member < plant.followers.size(); ++member) {
        const std::uint64_t address = std::uint64_t{plant.group} << 32 | (plant.nested ? 0 : member + 1);
        NewAccount account{&plant, member, key_.bits(Draw::graph_plant, address), 0, {}};
        if (!accounts_.community.empty()) {
          if (member == 0 || !plant.nested) {
            const std::optional<std::uint16_t> found = community_for(plant, plant.followers[member], room, address);
            if (!found) break;
            shared = *found;
          }
          account.community = shared;
        }
        fresh_.push_back(std::move(account));
      }
    }
    if (!mistakes_.empty()) return;
    parallel_for(
        fresh_.size(), [&](std::size_t i) { draw(fresh_[i]); }, 1);
  }

  std::optional<std::uint16_t> community_for(const Plant& plant, std::uint64_t followers, const Room& room,
                                             std::uint64_t address) {
    const bool local = plant.homophily >= 0.0;
    const std::uint64_t in = local ? local_part(plant, followers) : 0, out = local ? followers - in : 0;
    std::vector<std::uint16_t> fitting;
    for (std::size_t c = 0; c < room.in.size(); ++c)
      if (room.holds(c, in, out)) fitting.push_back(static_cast<std::uint16_t>(c));
    if (!fitting.empty()) return fitting[key_.bits(Draw::graph_plant, address, 1) % fitting.size()];
    const std::uint64_t largest = *std::ranges::max_element(room.in), smallest = *std::ranges::min_element(room.in);
    const double count = static_cast<double>(followers);
    if (in > largest)
      refuse(plant,
             fmt::format(".homophily is {}, which asks for {} followers of one community; expected at most {}, for the "
                         "largest has {} that can follow",
                         plant.homophily, in, std::floor(static_cast<double>(largest) / count * 1e3) / 1e3, largest));
    else
      refuse(plant, fmt::format(".homophily is {}, which asks for {} followers of other communities; expected at least "
                                "{}, for {} can follow",
                                plant.homophily, out,
                                std::ceil((1.0 - static_cast<double>(room.all - smallest) / count) * 1e3) / 1e3,
                                room.all - smallest));
    return {};
  }

  void draw(NewAccount& account) const {
    const Plant& plant = *account.plant;
    const std::uint64_t count = plant.followers[account.member];
    if (count == 0) return;
    account.followers.reserve(count);
    const DrawingOrder order(graph_, plant.audience, account.key);
    if (plant.homophily < 0.0) {
      order.each([&](UserId user) {
        account.followers.push_back(user);
        return account.followers.size() < count;
      });
    } else {
      std::uint64_t in = local_part(plant, count), out = count - in;
      order.each([&](UserId user) {
        std::uint64_t& left = accounts_.community[user.index()] == account.community ? in : out;
        if (left > 0) --left, account.followers.push_back(user);
        return in + out > 0;
      });
    }
    GRAPEVINE_EXPECTS(account.followers.size() == count);
  }

  /// Where accounts have outside ids, new ones get their own.
  void name() {
    if (accounts_.outside_ids.empty()) return;
    std::unordered_set<std::string> names;
    for (const NewAccount& account : fresh_) names.insert(name_of(account));
    for (const std::string& id : accounts_.outside_ids)
      if (names.count(id) > 0)
        mistakes_.push_back(fmt::format(
            "[[plant]]: the graph has an account '{}' already; expected new names; give the plant another name", id));
  }

  static std::string name_of(const NewAccount& account) {
    return fmt::format("{}-{}", account.plant->name, account.member);
  }

  /// Makes one graph of all and numbers its users.
  void join() {
    const std::size_t users = before_ + fresh_.size();
    std::vector<Follow> follows;
    std::vector<std::uint32_t> counts(users);  // new accounts first, so that they come before others with as many
    const std::size_t n = fresh_.size();
    for (std::size_t i = 0; i < n; ++i) {
      counts[i] = static_cast<std::uint32_t>(fresh_[i].followers.size());
      for (const UserId follower : fresh_[i].followers)
        follows.push_back({follower, UserId(static_cast<std::uint32_t>(before_ + i))});
    }
    std::ranges::copy(graph_.follower_counts(), counts.begin() + static_cast<std::ptrdiff_t>(n));
    const Rows added = group_by_follower(users, follows);
    std::vector<std::uint32_t> sizes(users, 0);
    for (std::size_t u = 0; u < before_; ++u)
      sizes[u] = static_cast<std::uint32_t>(graph_.rows()[u].size() + added[u].size());
    Rows rows = rows_of_sizes(sizes);
    parallel_for(before_, [&](std::size_t u) {
      const auto end = std::ranges::copy(graph_.rows()[u], rows[u].begin()).out;
      std::ranges::copy(added[u], end);
    });
    graph_ = {};
    std::vector<UserId> order = order_by_count(counts);  // of the counts' places
    for (UserId& user : order)
      user = UserId(
          static_cast<std::uint32_t>(user.index() < n ? before_ + user.index() : user.index() - n));  // of the rows'
    graph_ = FollowGraph(renumber(rows, order));
    renumber_accounts(order);
  }

  void renumber_accounts(const std::vector<UserId>& order) {
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      const NewAccount& account = fresh_[i];
      accounts_.add(name_of(account), account.community, before_ + i);
      accounts_.planted.push_back({UserId(static_cast<std::uint32_t>(before_ + i)), account.plant->group,
                                   account.member, account.plant->nested});
    }
    accounts_.planted.insert(accounts_.planted.end(), chosen_.begin(), chosen_.end());
    chosen_.clear();
    accounts_.select(order, order.size());
  }

  FollowGraph& graph_;
  Users& accounts_;
  std::span<const Plant> plants_;
  const StreamKey& key_;
  std::size_t before_;  // users of the graph as it was
  std::vector<std::string> mistakes_;
  std::vector<PlantedUser> chosen_;
  std::vector<NewAccount> fresh_;
};

}  // namespace

void plant(FollowGraph& graph, Users& accounts, std::span<const Plant> plants, const StreamKey& key) {
  for (const Plant& each : plants) GRAPEVINE_EXPECTS(std::ranges::is_sorted(each.followers, std::greater()));
  if (!plants.empty()) Planter(graph, accounts, plants, key).plant();
}

std::vector<std::string> plant_mistakes(std::span<const Plant> plants, std::uint64_t users) {
  std::vector<std::string> mistakes;
  std::uint64_t all = users;
  for (const Plant& plant : plants) {
    if (!plant.from_graph) all += plant.followers.size();
    if (const std::uint64_t most = plant.followers.empty() ? 0 : plant.followers.front();
        !plant.from_graph && most > users)
      mistakes.push_back(
          fmt::format("plant.{}.followers goes up to {}; expected at most {}, the users of the graph; lower it",
                      plant.name, most, users));
    if (plant.from_graph && plant.followers.size() > users)
      mistakes.push_back(
          fmt::format("plant.{}.accounts is {}; expected at most {}, the users of the graph; choose fewer", plant.name,
                      plant.followers.size(), users));
  }
  if (all >= UINT32_MAX)
    mistakes.push_back(fmt::format("[[plant]] makes {} users of {}; expected at most {}; plant fewer accounts", all,
                                   users, UINT32_MAX - 1));
  return mistakes;
}

}  // namespace grapevine
