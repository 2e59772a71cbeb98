#include "graph/generators/platform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "graph/base/error.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/timing.hpp"
#include "graph/follow_sorter.hpp"
#include "graph/generators/platform/follows.hpp"
#include "graph/generators/platform/plan.hpp"

namespace grapevine {

using namespace platform_model;

namespace {

/// Whether a community has room for the share of its followers that an account is to have from it.
void check_homophily(const PlatformParameters& p, const PlantedAccount& account, const Family& family,
                     const std::string& name, std::vector<std::string>& mistakes) {
  const std::size_t smallest = p.users / p.communities, largest = (p.users + p.communities - 1) / p.communities;
  // Shares are given with three digits, on the side that fits.
  const double followers = static_cast<double>(account.followers),
               room = static_cast<double>(smallest - std::min(smallest, family.accounts)),
               outside = static_cast<double>(p.users - std::min(p.users, largest));
  if (std::floor(account.homophily * followers + 0.5) > room)
    mistakes.push_back(fmt::format(
        "{}.homophily is {}, which leaves {} users for {} followers; at most {} fits, or fewer graph.communities", name,
        account.homophily, room, std::floor(account.homophily * followers + 0.5),
        std::floor(room / followers * 1e3) / 1e3));
  else if (followers - std::floor(account.homophily * followers + 0.5) > outside)
    mistakes.push_back(
        fmt::format("{}.homophily is {}, which leaves {} users of other communities for {} followers; at least {} fits",
                    name, account.homophily, outside, followers - std::floor(account.homophily * followers + 0.5),
                    std::ceil((1 - outside / followers) * 1e3) / 1e3));
}

/// Whether communities have room for the accounts that are given to them (`given`: by community) and for families.
void check_communities(const PlatformParameters& p, const std::map<std::int32_t, std::size_t>& given,
                       const std::map<std::uint32_t, Family>& families, std::vector<std::string>& mistakes) {
  const std::size_t smallest = p.users / p.communities;
  for (const auto& [community, accounts] : given)
    if (accounts > smallest)
      mistakes.push_back(
          fmt::format("{} puts {} accounts into community {}; expected at most {}, its users; give fewer "
                      "graph.communities",
                      p.planted_label, accounts, community, smallest));
  std::size_t settled = 0;
  for (const auto& [community, accounts] : given) settled += accounts;
  for (const auto& [name, family] : families) {
    if (family.community >= 0) continue;
    settled += family.accounts;
    if (family.accounts > smallest / 2)
      mistakes.push_back(
          fmt::format("{}; expected at most {}, half of a community; give fewer graph.communities",
                      family.first->label.empty()
                          ? fmt::format("{} has {} accounts of family {}", p.planted_label, family.accounts, name)
                          : fmt::format("{} has {} nested accounts", family.first->label, family.accounts),
                      smallest / 2));
    else if (settled > p.communities * smallest / 2)
      mistakes.push_back(
          fmt::format("{} has {} accounts with a community or family; expected at most {}, half of the users",
                      p.planted_label, settled, p.communities * smallest / 2));
  }
}

void check_planted(const PlatformParameters& p, std::vector<std::string>& mistakes) {
  if (p.planted.size() > p.users)
    mistakes.push_back(
        fmt::format("{} names {} accounts; expected at most {}, the number of users; name fewer, or give "
                    "more graph.users",
                    p.planted_label, p.planted.size(), p.users));
  const std::map<std::uint32_t, Family> families = families_of(p);
  std::map<std::int32_t, std::size_t> given;
  for (std::size_t i = 0; i < p.planted.size(); ++i) {
    const PlantedAccount& account = p.planted[i];
    const Family family =
        account.family == no_family ? Family{1, &account, account.community} : families.at(account.family);
    const std::string name = account.label.empty() ? fmt::format("{}[{}]", p.planted_label, i) : account.label;
    const std::size_t others = p.users - std::min(p.users, family.accounts);
    if (account.followers > others)
      mistakes.push_back(fmt::format(
          "{} has {} followers; expected at most {}, the users outside its family; give fewer, or more graph.users",
          name, account.followers, others));
    if (account.community >= 0 && static_cast<std::uint32_t>(account.community) >= p.communities)
      mistakes.push_back(fmt::format("{}.community is {}; expected 0 to {}, or -1 for any", name, account.community,
                                     p.communities - 1));
    else if (family.community >= 0)
      ++given[family.community];
    if (account.community >= 0 && account.community != family.community)
      mistakes.push_back(fmt::format("{}.community is {}; expected {}, that of its family", name, account.community,
                                     family.community));
    if (account.homophily != family.first->homophily)
      mistakes.push_back(fmt::format("{}.homophily is {}; expected {}, that of its family", name, account.homophily,
                                     family.first->homophily));
    if (account.homophily == -1 || account.followers > others) continue;
    if (!(account.homophily >= 0 && account.homophily <= 1)) {
      mistakes.push_back(
          fmt::format("{}.homophily is {}; expected 0 to 1, or -1 for that of the graph", name, account.homophily));
      continue;
    }
    check_homophily(p, account, family, name, mistakes);
  }
  check_communities(p, given, families, mistakes);
}

}  // namespace

std::vector<std::string> platform_mistakes(const PlatformParameters& p) {
  std::vector<std::string> mistakes;
  const auto within = [&](const char* name, double value, double low, double high, const char* what) {
    if (!(value >= low && value <= high))
      mistakes.push_back(fmt::format("graph.{} is {}; expected {}, {} to {}", name, value, what, low, high));
  };
  if (p.users >= UINT32_MAX - 1)
    mistakes.push_back(fmt::format("graph.users is {}; expected at most {}", p.users, UINT32_MAX - 2));
  within("active", p.active, 0, 1, "a share of the users");
  within("reciprocity", p.reciprocity, 0, 1, "a share of the follows");
  within("followees_median", p.followees_median, 0, 1e9, "a number of users");
  within("followees_spread", p.followees_spread, 0, 4, "a standard deviation of logs");
  within("correlation", p.correlation, -1, 1, "a correlation");
  within("homophily", p.homophily, 0, 1, "a share of an account's followers");
  within("closeness", p.closeness, 0, 1, "a share of the follows");
  within("closure", p.closure, 0, 0.9, "a share of the follows");
  within("neighbourhood", p.neighbourhood, 2, most_neighbours, "a number of users");
  if (p.largest < 1) mistakes.push_back("graph.largest is 0; expected a number of followers, 1 or more");
  const std::size_t most_communities = std::clamp<std::size_t>(p.users, 1, UINT16_MAX);
  if (p.communities < 1 || p.communities > most_communities)
    mistakes.push_back(fmt::format("graph.communities is {}; expected 1 to {}", p.communities, most_communities));
  if (!mistakes.empty()) return mistakes;

  check_planted(p, mistakes);
  const Population population(p);
  const double users = static_cast<double>(p.users), least = p.users > 0 ? population.planted_followers / users : 0,
               most = p.users > 0 ? (population.planted_followers +
                                     population.natural_followers(FollowerLaw(), Population::largest_scale)) /
                                        users
                                  : 0;
  constexpr double slack = 1e-6;  // so that the least and the most, given with six digits, are accepted
  if (p.users == 0) return mistakes;
  if (!(p.mean_followees >= least - slack * (1 + least)))
    mistakes.push_back(fmt::format(
        "graph.mean_followees is {}; expected at least {:.6g}, the followers of {} for each user; give more, "
        "or fewer followers",
        p.mean_followees, least, p.planted_label));
  else if (!(p.mean_followees <= most + slack * (1 + most)))
    mistakes.push_back(
        fmt::format("graph.mean_followees is {}; expected at most {:.6g} for {} users, where an account that is not "
                    "planted has at most "
                    "{} followers; give less, or more graph.users",
                    p.mean_followees, most, p.users, population.largest));
  return mistakes;
}

PlatformGraph platform(const PlatformParameters& parameters, const StreamKey& key) {
  if (std::vector<std::string> mistakes = platform_mistakes(parameters); !mistakes.empty())
    throw BadRequest(std::move(mistakes));
  PlatformGraph result;
  std::vector<UserId> user_at;
  FollowSorter sorter(parameters.users);
  Phase phase("planning");
  {
    Plan plan(parameters, key);
    phase.becomes("drawing");
    Follows(plan).put_all(sorter);
    result.planted = std::move(plan.planted);
    result.active = std::move(plan.active);
    user_at = std::move(plan.user_at);
    result.community.resize(user_at.size());
    parallel_for(user_at.size(), [&](std::size_t s) {
      result.community[user_at[s].index()] = static_cast<std::uint16_t>(plan.places.community_of(s));
    });
  }
  phase.becomes("rows");
  result.graph = FollowGraph(sorter.rows(user_at));
  return result;
}

}  // namespace grapevine
