#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

/// SimSoM by itself, agent by agent, as it was published (Truong et al. 2024, and the program beside it): nothing of
/// the engine is in here, not even its random numbers.
namespace grapevine::testing::by_hand {

/// Who follows whom: friends[u] are those that u follows.
struct Network {
  std::vector<std::vector<int>> friends, followers;
};

/// Growth by random walk (Vazquez 2003, directed): each new user follows one at random and then, up to `k` in all,
/// either one of that user's friends, with `closes`, or anybody.
inline Network random_walk_network(int users, std::uint64_t seed, int k = 3, double closes = 0.5) {
  std::mt19937_64 chance(seed);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(chance); };
  Network network{std::vector<std::vector<int>>(static_cast<std::size_t>(users)),
                  std::vector<std::vector<int>>(static_cast<std::size_t>(users))};
  const auto follow = [&](int u, int v) {
    network.friends[static_cast<std::size_t>(u)].push_back(v);
    network.followers[static_cast<std::size_t>(v)].push_back(u);
  };
  for (int u = 0; u < k; ++u)
    for (int v = 0; v < k; ++v)
      if (u != v) follow(u, v);
  for (int u = k; u < users; ++u) {
    const auto walked = below(static_cast<std::size_t>(u));
    std::set<int> mine{static_cast<int>(walked)};
    const std::vector<int>& near = network.friends[walked];
    while (static_cast<int>(mine.size()) < k) {
      const bool closing = std::uniform_real_distribution<>()(chance) < closes;
      mine.insert(closing ? near[below(near.size())] : static_cast<int>(below(static_cast<std::size_t>(u))));
    }
    for (const int v : mine) follow(u, v);
  }
  return network;
}

struct Setting {
  double mu = 0.5;         ///< chance that who acts writes a message
  std::size_t sigma = 15;  ///< messages in a feed
  double steps = 60;       ///< in each of which every agent acts once on average
  bool sums = false;       ///< the text's weighted sum in the place of the program's product
  bool waits = true;       ///< who finds an empty feed and would reshare does nothing; else it writes a message
  bool together = false;   ///< in each step all act once, before anything is delivered, as in the program
  bool slips = false;      ///< ages become 1 with each new message, as in the program
};

struct Message {
  double appeal = 0, quality = 0;
  int author = 0;
  int reshares = 0;
  double written = 0, last = 0;  ///< steps; the last time that somebody new passed it on
  std::set<int> sharers = {};    ///< author included
};

/// A message in a feed.
struct Copy {
  std::size_t message = 0;
  int shares = 0;
  double since = 0;  ///< steps
};

class Square {
public:
  Square(const Network& network, Setting setting, std::uint64_t seed)
      : feeds(network.friends.size()), network_(network), setting_(setting), chance_(seed) {}

  void run() {
    const auto agents = network_.friends.size();
    if (setting_.together) return run_together();
    const auto actions = static_cast<std::uint64_t>(setting_.steps * static_cast<double>(agents));
    for (std::uint64_t i = 0; i < actions; ++i) {
      now_ = static_cast<double>(i) / static_cast<double>(agents);
      const std::size_t agent = std::uniform_int_distribution<std::size_t>(0, agents - 1)(chance_);
      if (const auto message = act(agent)) deliver_to_followers(*message, agent);
    }
  }

  std::vector<Message> messages;
  std::vector<std::vector<Copy>> feeds;  ///< the newest message last

private:
  double uniform() { return std::uniform_real_distribution<>()(chance_); }

  void run_together() {
    std::vector<std::size_t> order(feeds.size());
    std::iota(order.begin(), order.end(), 0);
    for (; now_ < setting_.steps; ++now_) {
      std::vector<std::pair<std::size_t, std::size_t>> said;
      std::shuffle(order.begin(), order.end(), chance_);
      for (const std::size_t agent : order)
        if (const auto message = act(agent)) said.emplace_back(*message, agent);
      for (const auto& [message, agent] : said) deliver_to_followers(message, agent);
    }
  }

  /// The message that the agent sends out.
  std::optional<std::size_t> act(std::size_t agent) {
    const bool writes = uniform() < setting_.mu;
    if (!writes && feeds[agent].empty() && setting_.waits) return std::nullopt;
    return writes || feeds[agent].empty() ? write(agent) : reshare(agent);
  }

  void deliver_to_followers(std::size_t message, std::size_t agent) {
    for (const int follower : network_.followers[agent]) deliver(message, feeds[static_cast<std::size_t>(follower)]);
  }

  std::size_t write(std::size_t agent) {
    const double appeal = 1 - std::pow(1 - uniform(), 1 / 5.0);  // distribution function 1 - (1 - x)^5
    const double quality = std::log(1 + uniform() * (std::exp(5.0) - 1)) / 5;
    messages.push_back({appeal, quality, static_cast<int>(agent), 0, now_, now_, {static_cast<int>(agent)}});
    return messages.size() - 1;
  }

  std::size_t reshare(std::size_t agent) {
    std::vector<double> weights;
    double all = 0;
    for (const Copy& copy : feeds[agent]) all += copy.shares;
    for (const Copy& copy : feeds[agent]) {
      const double recency = std::exp(-0.4 * std::pow(setting_.slips ? copy.since : now_ - copy.since, 0.4));
      const double appeal = messages[copy.message].appeal;
      weights.push_back(setting_.sums ? appeal + copy.shares / all + recency : appeal * copy.shares * recency);
    }
    const std::size_t place = std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(chance_);
    const std::size_t chosen = feeds[agent][place].message;
    ++messages[chosen].reshares;
    if (messages[chosen].sharers.insert(static_cast<int>(agent)).second) messages[chosen].last = now_;
    return chosen;
  }

  void deliver(std::size_t message, std::vector<Copy>& feed) const {
    const auto there =
        std::find_if(feed.begin(), feed.end(), [&](const Copy& copy) { return copy.message == message; });
    if (there != feed.end()) {
      ++there->shares;
      if (setting_.slips)
        for (Copy& copy : feed) ++copy.since;
      return;
    }
    if (setting_.slips)
      for (Copy& copy : feed) copy.since = 1;
    feed.push_back({message, 1, setting_.slips ? 0 : now_});
    if (feed.size() > setting_.sigma) feed.erase(feed.begin());
  }

  const Network& network_;
  Setting setting_;
  std::mt19937_64 chance_;
  double now_ = 0;
};

}  // namespace grapevine::testing::by_hand
