#pragma once

#include <algorithm>

#include "graph/formats/graph_file.hpp"
#include "graph/generators/erdos_renyi.hpp"

namespace grapevine::test {

/// A graph with everything known of its accounts, and no two arrays with the same bytes.
struct GraphSample {
  FollowGraph graph;
  Users accounts;
  std::string provenance;
  UnwrittenArray<Chance> chances;

  GraphFileContent content() const { return {graph, accounts, provenance, chances}; }
};

inline GraphSample graph_sample(std::size_t users = 3'000, double followees = 12) {
  GraphSample sample;
  sample.graph = erdos_renyi(users, followees, StreamKey(20240117, Stream::graph, 0));
  Users& accounts = sample.accounts;
  accounts.active.assign((users + 63) / 64, 0);
  for (std::size_t u = 0; u < users; ++u) {
    accounts.outside_ids.push_back(u % 7 == 0    ? "größer " + std::to_string(u) + std::string(u % 50, 'x')
                                   : u % 11 == 0 ? ""
                                                 : "@" + std::to_string(u * u));
    accounts.community.push_back(static_cast<std::uint16_t>(mix(u) >> 48));
    if (mix(u) % 3 == 0) accounts.active[u / 64] |= std::uint64_t{1} << (u % 64);
    accounts.keys.push_back(account_key(accounts.outside_ids.back() + std::to_string(u)));
  }
  accounts.plants = {"mega ☃", "", "micro"};
  for (std::uint32_t i = 0; i < 40; ++i)
    accounts.planted.push_back(
        {UserId(static_cast<std::uint32_t>(mix(i) % users)), i < 13 ? 0u : 2u, i < 13 ? i : i + 1'000, i < 13});
  sample.provenance = "model = \"erdos-renyi\"  # größer\nusers = " + std::to_string(users) + "\n";
  for (std::uint64_t i = 0; i < sample.graph.follow_count(); ++i)
    sample.chances.push_back(Chance::from_bits(static_cast<std::uint16_t>(mix(i + users) % (Chance::most_bits + 1u))));
  return sample;
}

}  // namespace grapevine::test
