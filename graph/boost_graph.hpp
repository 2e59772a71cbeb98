#pragma once

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_adaptor.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <cstddef>
#include <utility>

#include "graph/follow_graph.hpp"

/// Boost.Graph reads a `FollowGraph` as it is: vertices are `UserId`s, edges `Follow`s, out-edges lead to followees.
/// Include this before the algorithms. Those that walk edges backwards take `BothWays`. Mind that Boost's page_rank
/// loses the rank of users without followees, and that its core_numbers counts followers only: hand it a graph whose
/// follows are all mutual for the usual k-cores.
namespace grapevine {

namespace boost_graph {

class VertexIterator : public boost::iterator_adaptor<VertexIterator, boost::counting_iterator<std::uint32_t>, UserId,
                                                      boost::use_default, UserId> {
public:
  VertexIterator() = default;
  explicit VertexIterator(std::size_t user)
      : iterator_adaptor_(boost::counting_iterator<std::uint32_t>(static_cast<std::uint32_t>(user))) {}

private:
  friend class boost::iterator_core_access;
  UserId dereference() const { return UserId(*base()); }
};

/// Along a row of the graph of follows, or, backwards, along a row of its transpose.
template <bool backwards>
class RowIterator
    : public boost::iterator_adaptor<RowIterator<backwards>, const UserId*, Follow, boost::use_default, Follow> {
public:
  RowIterator() = default;
  RowIterator(UserId heading, const UserId* place) : RowIterator::iterator_adaptor_(place), heading_(heading) {}

private:
  friend class boost::iterator_core_access;
  Follow dereference() const { return backwards ? Follow{*this->base(), heading_} : Follow{heading_, *this->base()}; }
  UserId heading_;
};

/// Along all rows.
class EdgeIterator : public boost::iterator_facade<EdgeIterator, Follow, boost::forward_traversal_tag, Follow> {
public:
  EdgeIterator() = default;
  EdgeIterator(RowsView rows, std::uint64_t follow) : rows_(rows), follow_(follow) { skip_ended_rows(); }

private:
  friend class boost::iterator_core_access;
  Follow dereference() const { return {UserId(static_cast<std::uint32_t>(row_)), rows_.users[follow_]}; }
  bool equal(const EdgeIterator& other) const { return follow_ == other.follow_; }
  void increment() {
    ++follow_;
    skip_ended_rows();
  }
  void skip_ended_rows() {
    while (row_ < rows_.count() && rows_.begin[row_ + 1] <= follow_) ++row_;
  }

  RowsView rows_;
  std::size_t row_ = 0;
  std::uint64_t follow_ = 0;
};

struct IndexMap {
  using key_type = UserId;
  using value_type = std::size_t;
  using reference = std::size_t;
  using category = boost::readable_property_map_tag;

  std::size_t operator[](UserId user) const { return user.index(); }
};
inline std::size_t get(IndexMap, UserId user) { return user.index(); }

struct Traits {
  using vertex_descriptor = UserId;
  using edge_descriptor = Follow;
  using directed_category = boost::directed_tag;
  using edge_parallel_category = boost::disallow_parallel_edge_tag;
  struct traversal_category : boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag,
                              boost::incidence_graph_tag,
                              boost::adjacency_graph_tag {};

  using vertex_iterator = VertexIterator;
  using edge_iterator = EdgeIterator;
  using out_edge_iterator = RowIterator<false>;
  using adjacency_iterator = const UserId*;
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;

  static UserId null_vertex() { return UserId(UINT32_MAX); }
};

struct IndexProperty {
  using type = IndexMap;
  using const_type = IndexMap;
};

}  // namespace boost_graph

/// A graph together with its transpose: what Boost.Graph calls bidirectional. Both outlive it.
class BothWays {
public:
  BothWays(const FollowGraph& graph, const FollowGraph& transposed) : graph_(&graph), transposed_(&transposed) {}
  const FollowGraph& graph() const { return *graph_; }
  const FollowGraph& transposed() const { return *transposed_; }

private:
  const FollowGraph* graph_;
  const FollowGraph* transposed_;
};

namespace boost_graph {

struct BothWaysTraits : Traits {
  using directed_category = boost::bidirectional_tag;
  struct traversal_category : boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag,
                              boost::bidirectional_graph_tag,
                              boost::adjacency_graph_tag {};
  using in_edge_iterator = RowIterator<true>;
};

}  // namespace boost_graph

// Found by argument-dependent look-up from within Boost.Graph's algorithms.

inline std::pair<boost_graph::VertexIterator, boost_graph::VertexIterator> vertices(const FollowGraph& graph) {
  return {boost_graph::VertexIterator(0), boost_graph::VertexIterator(graph.user_count())};
}
inline std::size_t num_vertices(const FollowGraph& graph) { return graph.user_count(); }
inline std::pair<boost_graph::EdgeIterator, boost_graph::EdgeIterator> edges(const FollowGraph& graph) {
  return {{graph.rows(), 0}, {graph.rows(), graph.follow_count()}};
}
inline std::size_t num_edges(const FollowGraph& graph) { return graph.follow_count(); }
inline UserId source(const Follow& follow, const FollowGraph&) { return follow.follower; }
inline UserId target(const Follow& follow, const FollowGraph&) { return follow.followee; }
inline std::size_t out_degree(UserId user, const FollowGraph& graph) { return graph.followees(user).size(); }
inline std::pair<const UserId*, const UserId*> adjacent_vertices(UserId user, const FollowGraph& graph) {
  const std::span<const UserId> row = graph.followees(user);
  return {row.data(), row.data() + row.size()};
}
inline std::pair<boost_graph::RowIterator<false>, boost_graph::RowIterator<false>> out_edges(UserId user,
                                                                                             const FollowGraph& graph) {
  const auto [first, last] = adjacent_vertices(user, graph);
  return {{user, first}, {user, last}};
}
inline boost_graph::IndexMap get(boost::vertex_index_t, const FollowGraph&) { return {}; }
inline std::size_t get(boost::vertex_index_t, const FollowGraph&, UserId user) { return user.index(); }

inline auto vertices(const BothWays& pair) { return vertices(pair.graph()); }
inline std::size_t num_vertices(const BothWays& pair) { return num_vertices(pair.graph()); }
inline auto edges(const BothWays& pair) { return edges(pair.graph()); }
inline std::size_t num_edges(const BothWays& pair) { return num_edges(pair.graph()); }
inline UserId source(const Follow& follow, const BothWays&) { return follow.follower; }
inline UserId target(const Follow& follow, const BothWays&) { return follow.followee; }
inline std::size_t out_degree(UserId user, const BothWays& pair) { return out_degree(user, pair.graph()); }
inline std::size_t in_degree(UserId user, const BothWays& pair) { return pair.graph().follower_count(user); }
inline std::size_t degree(UserId user, const BothWays& pair) { return out_degree(user, pair) + in_degree(user, pair); }
inline auto adjacent_vertices(UserId user, const BothWays& pair) { return adjacent_vertices(user, pair.graph()); }
inline auto out_edges(UserId user, const BothWays& pair) { return out_edges(user, pair.graph()); }
inline std::pair<boost_graph::RowIterator<true>, boost_graph::RowIterator<true>> in_edges(UserId user,
                                                                                          const BothWays& pair) {
  const auto [first, last] = adjacent_vertices(user, pair.transposed());
  return {{user, first}, {user, last}};
}
inline boost_graph::IndexMap get(boost::vertex_index_t, const BothWays&) { return {}; }
inline std::size_t get(boost::vertex_index_t, const BothWays&, UserId user) { return user.index(); }

}  // namespace grapevine

namespace boost {

template <>
struct graph_traits<grapevine::FollowGraph> : grapevine::boost_graph::Traits {};
template <>
struct graph_traits<const grapevine::FollowGraph> : grapevine::boost_graph::Traits {};
template <>
struct property_map<grapevine::FollowGraph, vertex_index_t> : grapevine::boost_graph::IndexProperty {};
template <>
struct property_map<const grapevine::FollowGraph, vertex_index_t> : grapevine::boost_graph::IndexProperty {};

template <>
struct graph_traits<grapevine::BothWays> : grapevine::boost_graph::BothWaysTraits {};
template <>
struct graph_traits<const grapevine::BothWays> : grapevine::boost_graph::BothWaysTraits {};
template <>
struct property_map<grapevine::BothWays, vertex_index_t> : grapevine::boost_graph::IndexProperty {};
template <>
struct property_map<const grapevine::BothWays, vertex_index_t> : grapevine::boost_graph::IndexProperty {};

}  // namespace boost
