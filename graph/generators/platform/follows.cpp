#include "graph/generators/platform/follows.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "graph/base/bits.hpp"
#include "graph/base/parallel.hpp"

namespace grapevine::platform_model {

namespace {
constexpr std::size_t neighbourhoods_in_window = 16;  // that a worker draws before it asks for more
}  // namespace

Follows::Follows(const Plan& plan)
    : plan_(plan),
      audience_key_(plan.key.key(Draw::graph_audience)),
      pair_key_(plan.key.key(Draw::graph_pair)),
      return_key_(plan.key.key(Draw::graph_return)),
      size_key_(plan.key.key(Draw::graph_size)),
      crowd_(plan.places, [&](std::size_t s) { return plan.weight(s); }),
      pair_crowd_(plan.places, [&](std::size_t s) { return plan.paired(s); }),
      source_{plan.places,
              crowd_,
              {},
              audience_key_,
              plan.key.key(Draw::graph_closure),
              coin_threshold(plan.parameters.closure)} {
  neighbours_.resize(plan.users);
  in_.resize(plan.users);
  parallel_for(plan.users, [&](std::size_t s) {
    neighbours_[s] = {plan.user_at[s], plan.openness(s)};
    in_[s] = plan.is_exact(s) ? std::uint16_t{0} : static_cast<std::uint16_t>(split(s).in);
  });
  for (const auto& [s, index] : plan.declared)
    if (plan.parameters.planted[index].family != no_family)
      families_[plan.parameters.planted[index].family].push_back(s);
  source_.drawn = in_;
}

Split Follows::split(std::size_t s) const {
  const PlatformParameters& p = plan_.parameters;
  const std::int64_t community = static_cast<std::int64_t>(plan_.places.community_size(plan_.places.community_of(s)));
  const std::int64_t others = static_cast<std::int64_t>(plan_.users) - community;
  const bool exact = plan_.is_exact(s);
  const PlantedAccount* const account = exact ? plan_.declaration(s) : nullptr;
  const double coin = exact ? 0.5 : uniform(nested_mix(size_key_, 1, s));
  const std::int64_t count = account != nullptr ? static_cast<std::int64_t>(account->followers)
                             : exact            ? static_cast<std::int64_t>(plan_.residents[s].followers)
                                     : static_cast<std::int64_t>(plan_.alone(s) + uniform(nested_mix(size_key_, 0, s)));
  const auto part = [&](double share) { return static_cast<std::int64_t>(share * static_cast<double>(count) + coin); };
  std::int64_t near = 0, local = 0;
  if (account != nullptr) {
    const std::int64_t members =
        account->family == no_family ? 1 : static_cast<std::int64_t>(families_.at(account->family).size());
    local = account->homophily >= 0 ? std::min(part(account->homophily), community - members)
                                    : std::min(part(p.homophily), (community - members + 1) / 2);
  } else {
    local = std::min(part(p.homophily), community / 2);
    near =
        std::min({part(std::min(p.homophily, p.closeness / 2)), local, static_cast<std::int64_t>(p.neighbourhood / 4)});
  }
  local = std::max(local, count - others);
  return {static_cast<std::uint32_t>(near), static_cast<std::uint32_t>(local - near),
          static_cast<std::uint32_t>(count - local)};
}

/// Draws the follows inside a neighbourhood: mutual ones, then the other followers of each. What finds no room there is
/// left to the community.
void Follows::know_each_other(const Place& place) const {
  const std::size_t begin = place.begin, size = place.size, words = place.words();
  Scratch& scratch = place.scratch;
  scratch.ties.assign(size * words, 0);
  scratch.pairs.resize(size);
  scratch.splits.resize(size);
  scratch.near_cells.resize(size);
  scratch.near_pair_cells.resize(size);
  const std::span<std::uint64_t> ties(scratch.ties);
  const double pair_weight =
      scratch.fill(scratch.near_pair_cells, 0, size, [&](std::size_t i) { return plan_.paired(begin + i); });
  for (std::size_t i = 0; i < size; ++i) {
    const double wanted = plan_.paired(begin + i) / 2;
    std::uint32_t& left = scratch.pairs[i];
    left = static_cast<std::uint32_t>(wanted + uniform(nested_mix(size_key_, 2, begin + i)));
    if (left == 0 || !(pair_weight > 0)) continue;
    std::uint32_t near =
        static_cast<std::uint32_t>(plan_.parameters.closeness * left + uniform(nested_mix(size_key_, 3, begin + i)));
    for (std::uint64_t j = 0, most = 4 * near + 8; near > 0 && j < most; ++j) {
      const std::uint32_t other =
          resolve(scratch.near_pair_cells, look(0, size, nested_mix(pair_key_, 2 * (begin + i), j)));
      if (other == i || test(ties, 64 * words * i + other)) continue;
      set(ties, 64 * words * i + other);
      set(ties, 64 * words * other + i);
      --near;
      --left;
    }
  }
  const double weight =
      scratch.fill(scratch.near_cells, 0, size, [&](std::size_t i) { return plan_.weight(begin + i); });
  for (std::size_t i = 0; i < size; ++i) {
    Split& split_here = scratch.splits[i] = split(begin + i);
    if (!(weight > 0)) continue;
    for (std::uint64_t j = 0, most = 4 * split_here.near + 8; split_here.near > 0 && j < most; ++j) {
      const std::uint32_t other =
          resolve(scratch.near_cells, look(0, size, nested_mix(audience_key_, UINT64_MAX - (begin + i), j)));
      if (other == i || test(ties, 64 * words * i + other)) continue;
      set(ties, 64 * words * i + other);
      --split_here.near;
    }
    split_here.in += split_here.near;
  }
}

template <class Visit>
void Follows::Place::each_tie(std::size_t i, Visit&& visit) const {
  for (std::size_t w = 0; w < words(); ++w)
    for (std::uint64_t left = scratch.ties[words() * i + w]; left != 0; left &= left - 1)
      visit(static_cast<std::uint32_t>(begin + 64 * w + static_cast<std::size_t>(std::countr_zero(left))));
}

/// Draws the mutual follows of ordinary users that lead out of the neighbourhood.
void Follows::put_pairs(const Place& place) const {
  Scratch& scratch = place.scratch;
  const double outside = 1 - plan_.parameters.closeness,
               local = std::max(0.0, plan_.parameters.homophily - plan_.parameters.closeness);
  const std::uint64_t in = coin_threshold(outside > 0 ? local / outside : 1);
  scratch.looks.clear();
  for (std::size_t i = 0; i < place.size; ++i)
    for (std::uint32_t j = 0; j < scratch.pairs[i]; ++j) {
      const std::uint64_t bits = nested_mix(pair_key_, 2 * (place.begin + i) + 1, j);
      const bool near = coin(static_cast<std::uint32_t>(mix(bits ^ pair_key_)), in);
      scratch.looks.push_back(near ? pair_crowd_.in(place.community, bits) : pair_crowd_.anywhere(bits));
      pair_crowd_.fetch(scratch.looks.back());
    }
  for (Look& at : scratch.looks) {
    at.cell = pair_crowd_.position(at);
    __builtin_prefetch(&neighbours_[at.cell]);
  }
  const Look* next = scratch.looks.data();
  for (std::size_t i = 0; i < place.size; ++i) {
    const std::size_t s = place.begin + i;
    scratch.returned.clear();
    for (const Look* const end = next + scratch.pairs[i]; next < end; ++next) {
      if (next->cell - place.begin < place.size) continue;  // they know each other already, or not
      scratch.returned.push_back(neighbours_[next->cell].user);
      place.writer.put(neighbours_[next->cell].user, static_cast<std::uint32_t>(s));
    }
    place.writer.put(neighbours_[s].user, scratch.returned);
  }
}

/// Draws the audience of resident `i` and, for an exact account, whom of it the account follows in return.
void Follows::put_audience(const Place& place, std::size_t i) const {
  Scratch& scratch = place.scratch;
  const std::size_t s = place.begin + i;
  const Split& split_here = scratch.splits[i];
  const bool exact = plan_.is_exact(s);
  const PlantedAccount* const declared = exact ? plan_.declaration(s) : nullptr;
  std::uint64_t address = s;
  std::span<const std::uint32_t> family;
  if (declared != nullptr && declared->family != no_family) {
    address = (std::uint64_t{1} << 32) + declared->family;
    family = families_.at(declared->family);
  }
  if (scratch.taken.empty()) scratch.taken.resize((plan_.users + 63) / 64, 0);
  set(scratch.taken, s);
  for (const std::uint32_t member : family) set(scratch.taken, member);

  scratch.returned.resize(exact ? split_here.in + split_here.out + place.size + 1 : 1);
  UserId* returned = scratch.returned.data();
  const float will = exact ? static_cast<float>(plan_.will(s)) : 0.0F;
  const std::uint64_t return_key = mix(return_key_ ^ s);
  const auto accept = [&](std::uint32_t follower) {
    const Neighbour neighbour = neighbours_[follower];
    place.writer.put(neighbour.user, static_cast<std::uint32_t>(s));
    *returned = neighbour.user;
    returned += static_cast<float>(mix(return_key + follower * golden) >> 40) * 0x1p-24F < will * neighbour.openness;
  };
  place.each_tie(i, [&](std::uint32_t follower) {
    set(scratch.taken, follower);
    accept(follower);
  });
  const auto draw = [&](Audience& audience, Side side, std::size_t count) {
    const auto fetch = [&](std::uint32_t follower) { __builtin_prefetch(&neighbours_[follower]); };
    audience.draw(source_, address, place.community, side, count, scratch.taken, fetch, accept);
  };
  draw(scratch.inside, Side::in, split_here.in);
  draw(scratch.outside, Side::out, split_here.out);
  place.writer.put(neighbours_[s].user, std::span<const UserId>(scratch.returned.data(), returned));

  for (const Audience* const audience : {&scratch.inside, &scratch.outside})
    for (const std::uint32_t follower : audience->followers()) clear(scratch.taken, follower);
  place.each_tie(i, [&](std::uint32_t follower) { clear(scratch.taken, follower); });
  for (const std::uint32_t member : family) clear(scratch.taken, member);
  clear(scratch.taken, s);
}

void Follows::put_neighbourhood(std::size_t n, Scratch& scratch, FollowSorter::Writer& writer) const {
  const std::size_t begin = plan_.places.neighbourhood_begin(n), size = plan_.places.neighbourhood_begin(n + 1) - begin;
  if (size == 0) return;
  const Place place{begin, size, plan_.places.community_of(begin), scratch, writer};
  know_each_other(place);
  put_pairs(place);
  for (std::size_t i = 0; i < size; ++i) put_audience(place, i);
}

void Follows::put_all(FollowSorter& sorter) const {
  std::vector<Scratch> scratches(static_cast<std::size_t>(thread_count()));
  parallel_blocks(plan_.places.neighbourhoods(), neighbourhoods_in_window,
                  [&](std::size_t, std::size_t first, std::size_t last, int worker) {
                    Scratch& scratch = scratches[static_cast<std::size_t>(worker)];
                    FollowSorter::Writer& writer = sorter.writer(worker);
                    writer.open(static_cast<std::uint32_t>(plan_.places.neighbourhood_begin(first)));
                    for (std::size_t n = first; n < last; ++n) put_neighbourhood(n, scratch, writer);
                  });
}

}  // namespace grapevine::platform_model
