#include "graph/generators/platform/plan.hpp"

#include <cmath>
#include <functional>

#include "graph/base/parallel.hpp"

namespace grapevine::platform_model {

namespace {
constexpr double exact_from = 500;  // natural accounts of at least so many followers have exactly as many as planned
constexpr double most_of_active = 0.85;  // of all follows, that the active make
constexpr double most_mutual = 0.98;     // of the follows that could be returned
}  // namespace

std::map<std::uint32_t, Family> families_of(const PlatformParameters& p) {
  std::map<std::uint32_t, Family> families;
  for (const PlantedAccount& account : p.planted) {
    if (account.family == no_family) continue;
    Family& family = families[account.family];
    ++family.accounts;
    if (family.first == nullptr) family.first = &account;
    if (account.community >= 0) family.community = account.community;
  }
  return families;
}

Plan::Plan(const PlatformParameters& p, const StreamKey& key_)
    : parameters(p), key(key_), users(p.users), places(p.users, p.communities, p.neighbourhood) {
  const std::vector<float> followers = number();
  settle(followers, want_followees());
  share_mutual();
}

/// Numbers users by planned followers, descending, and returns these.
std::vector<float> Plan::number() {
  const Population population(parameters);
  const FollowerLaw law;
  const double wanted = parameters.mean_followees * static_cast<double>(users) - population.planted_followers;
  double low = -20, high = math::log(Population::largest_scale);
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (population.natural_followers(law, math::exp(middle)) < wanted ? low : high) = middle;
  }
  const double scale = math::exp((low + high) / 2), cut = population.largest / scale;
  std::vector<float> natural(population.natural), inactive(population.inactive);
  const double share = law.share_up_to(cut), inactive_share = inactive_share_up_to(std::min(cut, inactive_largest));
  const auto level = [](std::size_t rank, std::size_t of) {
    return 1 - (static_cast<double>(rank) + 0.5) / static_cast<double>(of);
  };
  parallel_for(natural.size(), [&](std::size_t r) {
    natural[r] = static_cast<float>(scale * law.quantile(level(r, natural.size()) * share));
  });
  parallel_for(inactive.size(), [&](std::size_t r) {
    inactive[r] = static_cast<float>(scale * inactive_quantile(level(r, inactive.size()) * inactive_share));
  });
  // Each rank stands for a piece of the law: what the ranks miss of the pieces' sum is made up for.
  double stretch = 1;
  for (int step = 0; step < 8; ++step) {
    const auto sum = [&](const std::vector<float>& counts) {
      return parallel_sum(counts.size(), [&](std::size_t i) {
        return std::min(population.largest, stretch * static_cast<double>(counts[i]));
      });
    };
    const double reached = sum(natural) + sum(inactive);
    if (reached > 0) stretch *= std::max(0.0, wanted) / reached;
  }
  const auto fit = [&](float& count) {
    count = static_cast<float>(std::min(population.largest, stretch * static_cast<double>(count)));
    if (count >= static_cast<float>(exact_from)) count = std::floor(count + 0.5F);
  };
  parallel_for(natural.size(), [&](std::size_t i) { fit(natural[i]); });
  parallel_for(inactive.size(), [&](std::size_t i) { fit(inactive[i]); });

  return merge(natural, inactive);
}

/// Numbers users by follower count: planted ones, those who post and those who do not, each descending already.
std::vector<float> Plan::merge(const std::vector<float>& natural, const std::vector<float>& inactive) {
  std::vector<std::uint32_t> order(parameters.planted.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  const std::uint64_t tie_key = key.key(Draw::graph_class);
  std::ranges::sort(order, std::greater(), [&](std::uint32_t i) {
    return std::pair(parameters.planted[i].followers, nested_mix(tie_key, 0, i));
  });
  std::vector<float> followers(users);
  active.assign((users + 63) / 64, 0);
  planted.resize(order.size());
  std::size_t d = 0, a = 0, i = 0;
  for (std::size_t u = 0; u < users; ++u) {
    const float next_natural = a < natural.size() ? natural[a] : -1,
                next_inactive = i < inactive.size() ? inactive[i] : -1;
    const float next_declared = d < order.size() ? static_cast<float>(parameters.planted[order[d]].followers) : -1;
    followers[u] = std::max({next_declared, next_natural, next_inactive});
    if (next_declared == followers[u])
      planted[order[d++]] = UserId(static_cast<std::uint32_t>(u));
    else
      ++(next_natural == followers[u] ? a : i);
    if (next_declared == followers[u] || next_natural == followers[u]) set(active, u);
  }
  return followers;
}

/// Draws how many users each wants to follow, by user.
std::vector<float> Plan::want_followees() const {
  const Population population(parameters);
  const double rest = std::sqrt(1 - parameters.correlation * parameters.correlation),
               total = parameters.mean_followees * static_cast<double>(users);
  std::vector<float> followees(users);
  std::vector<std::uint32_t> active_before((users + default_block - 1) / default_block + 1, 0);
  for (std::size_t u = 0; u < users; ++u) active_before[u / default_block + 1] += test(active, u);
  for (std::size_t b = 1; b < active_before.size(); ++b) active_before[b] += active_before[b - 1];
  const std::uint64_t class_key = key.key(Draw::graph_class);
  parallel_blocks(users, default_block, [&](std::size_t block, std::size_t first, std::size_t last, int) {
    std::size_t before = active_before[block];
    for (std::size_t u = first; u < last; ++u) {
      const bool is_active = test(active, u);
      const double rank = static_cast<double>(is_active ? before : u - before),
                   members = static_cast<double>(is_active ? population.active : population.inactive);
      const double score = math::normal_quantile(1 - (rank + 0.5) / members),
                   own = math::normal_quantile(uniform(nested_mix(class_key, 1, u)));
      const double wanted = (is_active ? parameters.followees_median : 1.0) *
                            math::exp(parameters.followees_spread * (parameters.correlation * score + rest * own));
      followees[u] = static_cast<float>(std::min(wanted, static_cast<double>(users - 1) / 2));
      before += is_active;
    }
  });
  const auto sum = [&](bool of_active) {
    return parallel_sum(
        users, [&](std::size_t u) { return test(active, u) == of_active ? static_cast<double>(followees[u]) : 0.0; });
  };
  const double by_active = sum(true), by_inactive = sum(false);
  const double of_active = by_inactive > 0 ? std::min(by_active, most_of_active * total) : total;
  const double active_scale = by_active > 0 ? of_active / by_active : 0,
               inactive_scale = by_inactive > 0 ? (total - of_active) / by_inactive : 0;
  parallel_for(users, [&](std::size_t u) {
    followees[u] = static_cast<float>(followees[u] * (test(active, u) ? active_scale : inactive_scale));
  });
  return followees;
}

/// Gives every user a position: by a keyed permutation, but for planted accounts with a community, who swap with
/// whoever has the place.
void Plan::settle(std::span<const float> followers, std::span<const float> followees) {
  residents.resize(users);
  user_at.resize(users);
  std::vector<std::uint32_t> position(users);  // by user
  exact.assign((users + 63) / 64, 0);
  if (users == 0) return;
  const KeyedPermutation lot(key.key(Draw::graph_place), users);
  parallel_for(users, [&](std::size_t u) {
    position[u] = static_cast<std::uint32_t>(lot(u));
    user_at[position[u]] = UserId(static_cast<std::uint32_t>(u));
    residents[position[u]] = {followers[u], followees[u]};
  });
  std::map<std::uint32_t, Family> families = families_of(parameters);
  std::vector<std::size_t> room(places.communities());
  for (std::size_t c = 0; c < room.size(); ++c) room[c] = places.community_size(c);
  for (const PlantedAccount& account : parameters.planted) {
    if (account.family == no_family && account.community >= 0) --room[static_cast<std::size_t>(account.community)];
    if (account.family != no_family && families.at(account.family).community >= 0)
      --room[static_cast<std::size_t>(families.at(account.family).community)];
  }
  for (auto& [name, family] : families) {
    if (family.community >= 0) continue;
    std::size_t drawn_community = key.bits(Draw::graph_place, name, 1) % places.communities();
    while (room[drawn_community] < family.accounts) drawn_community = (drawn_community + 1) % places.communities();
    room[drawn_community] -= family.accounts;
    family.community = static_cast<std::int32_t>(drawn_community);
  }
  std::vector<std::uint64_t> taken((users + 63) / 64, 0);
  for (std::size_t index = 0; index < planted.size(); ++index) {
    const PlantedAccount& account = parameters.planted[index];
    const std::int32_t given = account.family == no_family ? account.community : families.at(account.family).community;
    if (given < 0) continue;
    const std::size_t community = static_cast<std::size_t>(given);
    const std::size_t first = places.community_begin(community), size = places.community_size(community),
                      start = key.bits(Draw::graph_place, index) % size;
    std::size_t there = first + start;
    for (std::size_t i = 1; i < size && test(taken, there); ++i) there = first + (start + i) % size;
    set(taken, there);
    const std::size_t here = position[planted[index].index()];
    std::swap(residents[here], residents[there]);
    std::swap(user_at[here], user_at[there]);
    position[user_at[here].index()] = static_cast<std::uint32_t>(here);
    position[user_at[there].index()] = static_cast<std::uint32_t>(there);
  }
  for (std::size_t s = 0; s < users; ++s)
    if (residents[s].followers >= static_cast<float>(exact_from)) set(exact, s);
  for (std::size_t index = 0; index < planted.size(); ++index) {
    declared.emplace_back(position[planted[index].index()], static_cast<std::uint32_t>(index));
    set(exact, declared.back().first);
  }
  std::ranges::sort(declared);
}

void Plan::share_mutual() {
  const double total = parallel_sum(users, [&](std::size_t s) { return static_cast<double>(residents[s].followers); });
  const double of_exact = parallel_sum(users, [&](std::size_t s) { return is_exact(s) ? least(s) : 0.0; });
  const double of_ordinary = parallel_sum(users, [&](std::size_t s) { return is_exact(s) ? 0.0 : least(s); });
  if (of_ordinary > 0) {
    mutual = std::min(most_mutual, parameters.reciprocity * total / (of_ordinary + of_exact));
    by_exact = mutual * std::min(1.0, of_exact / of_ordinary);
    returned = of_exact > 0 ? by_exact * of_ordinary / of_exact : 0;
  }
  drawn = parallel_sum(users, [&](std::size_t s) { return weight(s); });
  if (!(drawn > 0)) return;
  constexpr std::size_t block = std::size_t{1} << 16;
  std::vector<std::array<double, Returns::classes>> parts((users + block - 1) / block);
  parallel_blocks(users, block, [&](std::size_t b, std::size_t first, std::size_t last, int) {
    parts[b].fill(0);
    for (std::size_t s = first; s < last; ++s)
      if (const float open = openness(s); open > 0) parts[b][Returns::class_of(open)] += weight(s) / drawn;
  });
  for (std::size_t b = 1; b < parts.size(); ++b)
    for (std::size_t c = 0; c < Returns::classes; ++c) parts[0][c] += parts[b][c];
  returns.set_shares(parts[0]);
  for (std::size_t w = 0; w < exact.size(); ++w)
    for (std::uint64_t left = exact[w]; left != 0; left &= left - 1) {
      const std::size_t s = 64 * w + static_cast<std::size_t>(std::countr_zero(left));
      returns.add(residents[s].followers, will(s));
    }
  returns.finish();
}

}  // namespace grapevine::platform_model
