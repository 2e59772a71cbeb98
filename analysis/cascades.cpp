#include "analysis/cascades.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "analysis/estimates.hpp"
#include "analysis/one_arm.hpp"

namespace grapevine {

namespace {

double number(std::uint64_t count) { return static_cast<double>(count); }

template <std::uint64_t CascadeSizeRow::*column>
double sum_from(const CascadeShapes& shapes, std::uint64_t least) {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < shapes.sizes.size(); ++i)
    if (least_size(i) >= least) sum += shapes.sizes[i].*column;
  return number(sum);
}

double cascades(const CascadeShapes& shapes) { return sum_from<&CascadeSizeRow::cascades>(shapes, 0); }
double adopters(const CascadeShapes& shapes) { return sum_from<&CascadeSizeRow::adopters>(shapes, 0); }
template <std::uint64_t least>
double at_least(const CascadeShapes& shapes) {
  return sum_from<&CascadeSizeRow::cascades>(shapes, least);
}

template <int percent>
double virality(const CascadeShapes& shapes) {
  return histogram_quantile(shapes.virality, percent / 100.0, least_virality);
}

/// A fact with what it is computed from: a quotient pooled over replicates, or, without `per`, a number of each
/// replicate, `counts` if it is one that adds up over draws.
struct Fact {
  CascadeFact told;
  double (*total)(const CascadeShapes&);
  double (*per)(const CascadeShapes&);
  bool counts = false;
};

constexpr std::array facts{
    Fact{{"size", "adopters", "adopters of a cascade, the root included, on average"}, adopters, cascades},
    Fact{{"share alone", "1", "cascades that nobody joined"},
         [](const CascadeShapes& shapes) { return shapes.sizes.size() > 1 ? number(shapes.sizes[1].cascades) : 0.0; },
         cascades},
    Fact{{"share of 10 or more", "1", "cascades of that many adopters"}, at_least<10>, cascades},
    Fact{{"share of 100 or more", "1", "cascades of that many adopters"}, at_least<100>, cascades},
    Fact{{"share of 1000 or more", "1", "cascades of that many adopters"}, at_least<1000>, cascades},
    Fact{{"share that ends within one step", "1", "cascades in which everybody has the post from the root"},
         [](const CascadeShapes& shapes) {
           double sum = 0;
           for (std::size_t depth = 0; depth < std::min<std::size_t>(2, shapes.depths.size()); ++depth)
             sum += number(shapes.depths[depth]);
           return sum;
         },
         cascades},
    Fact{{"direct share of adoptions", "1", "adopters who have the post from the root, over all adopters but roots"},
         [](const CascadeShapes& shapes) { return sum_from<&CascadeSizeRow::direct>(shapes, 0); },
         [](const CascadeShapes& shapes) { return adopters(shapes) - cascades(shapes); }},
    Fact{{"large cascades", "cascades", "cascades whose shape is counted, in one replicate", true},
         [](const CascadeShapes& shapes) {
           return number(std::accumulate(shapes.virality.begin(), shapes.virality.end(), std::uint64_t{0}));
         },
         nullptr,
         true},
    Fact{{"structural virality, 10 %", "1",
          "mean distance between two adopters: a tenth of the large cascades have less", true},
         virality<10>,
         nullptr},
    Fact{{"structural virality, 25 %", "1", "a quarter have less", true}, virality<25>, nullptr},
    Fact{{"structural virality, median", "1", "half have less", true}, virality<50>, nullptr},
    Fact{{"structural virality, 75 %", "1", "a quarter have more", true}, virality<75>, nullptr},
    Fact{{"structural virality, 90 %", "1", "a tenth have more", true}, virality<90>, nullptr},
    Fact{{"correlation of size and virality", "1", "Spearman's, over large cascades", true},
         [](const CascadeShapes& shapes) { return shapes.size_virality_correlation; },
         nullptr},
    Fact{{"largest broadcast, median share", "1",
          "adopters who have the post from the adopter that passed it on most often, over all but the root; half of "
          "the large cascades "
          "have less",
          true},
         [](const CascadeShapes& shapes) { return histogram_quantile(shapes.broadcasts, 0.5, least_broadcast); },
         nullptr},
};

}  // namespace

std::vector<CascadeFact> cascade_fact_list() {
  std::vector<CascadeFact> list;
  for (const Fact& fact : facts) list.push_back(fact.told);
  return list;
}

std::vector<ComparisonRow> cascade_facts(const ArmRuns& arm) {
  if (!std::ranges::any_of(arm.records, [](const RunRecord& run) { return cascades(run.shapes) > 0; })) return {};
  std::vector<ComparisonRow> rows;
  for (const Fact& fact : facts) {
    Series series;
    for (const RunRecord& run : arm.records) {
      series.total.push_back(fact.total(run.shapes) / (fact.counts ? run.draws : 1));
      if (fact.per) series.per.push_back(fact.per(run.shapes));
    }
    rows.push_back(population_row(arm, std::string(unpaid_cascades), fact.told.name, fact.told.unit, series));
  }
  return rows;
}

double histogram_quantile(std::span<const std::uint64_t> counts, double p, double (*least)(std::uint32_t)) {
  const double wanted = p * number(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  double below = 0;
  for (std::uint32_t i = 0; i < counts.size(); ++i) {
    const double here = number(counts[i]);
    if (here > 0 && below + here >= wanted) return least(i) + (least(i + 1) - least(i)) * (wanted - below) / here;
    below += here;
  }
  return not_a_number;
}

}  // namespace grapevine
