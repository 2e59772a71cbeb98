#include "scenarios/result/draws.hpp"

#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

#include "graph/base/error.hpp"
#include "graph/base/random.hpp"
#include "scenarios/result/schema.hpp"

namespace grapevine {

namespace {

/// The numbers of a row, as its columns name them.
struct Numbers {
  std::vector<std::variant<std::uint64_t*, std::int64_t*, double*>> all{};

  template <class Field>
  void operator()(std::string_view, Field& field, std::string_view, std::string_view, Since = {}) {
    all.emplace_back(&field);
  }
};

template <class Row>
void add_row(Row& sum, Row& more) {
  Numbers to, from;
  schema::columns(sum, to);
  schema::columns(more, from);
  for (std::size_t i = 0; i < to.all.size(); ++i)
    std::visit([&](auto* number) { *number += *std::get<decltype(number)>(from.all[i]); }, to.all[i]);
}

/// Rows of the same places; a table may be shorter than another by rows that would be 0.
template <class Row>
void add_rows(std::vector<Row>& sum, std::vector<Row>& more) {
  if (sum.size() < more.size()) sum.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i)
    if constexpr (std::is_integral_v<Row>)
      sum[i] += more[i];
    else
      add_row(sum[i], more[i]);
}

template <class Row>
void append(std::vector<Row>& rows, std::vector<Row>& more) {
  rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void add_shapes(CascadeShapes& sum, CascadeShapes& more) {
  add_rows(sum.sizes, more.sizes);
  add_rows(sum.depths, more.depths);
  add_rows(sum.breadths, more.breadths);
  add_rows(sum.virality, more.virality);
  add_rows(sum.broadcasts, more.broadcasts);
  sum.size_virality_correlation += more.size_virality_correlation;
}

}  // namespace

RunRecord over_draws(std::vector<RunRecord> records) {
  GRAPEVINE_EXPECTS(!records.empty());
  RunRecord sum = std::move(records.front());
  if (records.size() == 1) return sum;
  sum.event_hash = mix(sum.event_hash);
  for (std::size_t draw = 1; draw < records.size(); ++draw) {
    RunRecord& more = records[draw];
    add_rows(sum.tiers, more.tiers);
    add_rows(sum.ledger, more.ledger);
    add_rows(sum.group_sessions, more.group_sessions);
    add_rows(sum.readers, more.readers);
    add_rows(sum.positions, more.positions);
    add_rows(sum.curve, more.curve);
    add_rows(sum.campaigns, more.campaigns);
    add_rows(sum.products, more.products);
    add_rows(sum.frequency, more.frequency);
    add_rows(sum.series, more.series);
    add_rows(sum.campaign_series, more.campaign_series);
    add_shapes(sum.shapes, more.shapes);
    for (std::size_t i = 0; i < sum.mechanisms.size(); ++i)
      add_rows(sum.mechanisms[i].by_tier, more.mechanisms.at(i).by_tier);
    sum.paid_reach += more.paid_reach;
    sum.event_hash = nested_mix(sum.event_hash, more.event_hash, draw);
    for (PostRow& post : more.posts) {
      post.draw = static_cast<std::uint32_t>(draw);
      post.first_node += sum.cascades.size();
    }
    for (InfluencerRow& influencer : more.influencers) influencer.draw = static_cast<std::uint32_t>(draw);
    for (LookRow& look : more.looks) {
      look.draw = static_cast<std::uint32_t>(draw);
      look.post += static_cast<std::uint32_t>(sum.posts.size());
    }
    append(sum.looks, more.looks);
    append(sum.posts, more.posts);
    append(sum.cascades, more.cascades);
    append(sum.influencers, more.influencers);
  }
  sum.draws = static_cast<std::uint32_t>(records.size());
  sum.shapes.size_virality_correlation /= sum.draws;
  return sum;
}

}  // namespace grapevine
