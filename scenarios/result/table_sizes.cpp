#include "scenarios/result/table_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/cascades.hpp"
#include "analysis/contrasts.hpp"
#include "analysis/sizes.hpp"

namespace grapevine {

namespace {

/// Users in a tier of an arm's worlds, the mean over replicates: where graphs are drawn anew, a tier that is empty in
/// one has somebody in another.
std::string accounts_of_tier(const StudyResult& study, const std::string& arm, std::size_t tier) {
  const auto a = static_cast<std::size_t>(std::ranges::find(study.arms, arm) - study.arms.begin());
  double accounts = 0;
  for (std::size_t r = 0; r < study.replicates; ++r) {
    const RunRecord& record = study.record(0, a, r);
    accounts += static_cast<double>(record.tiers[tier].accounts) / record.draws / study.replicates;
  }
  return accounts < 10 ? mean_count(accounts) : with_decimals(accounts, 0);
}

}  // namespace

std::string tier_block(const StudyResult& study, const std::string& arm, std::size_t room) {
  const std::vector<TierRate> rates = tier_rate_list();
  const auto row_of = [&](const std::string& tier, std::string_view metric) {
    return std::find_if(study.comparison.begin(), study.comparison.end(), [&](const ComparisonRow& row) {
      return row.arm == arm && row.contrast == posts_of_tier(tier) && row.metric == metric;
    });
  };
  // Rates that share a denominator stand side by side; those the arm has none of are left out.
  std::vector<TierRate> shown;
  for (const TierRate& rate : rates)
    if (std::ranges::any_of(study.tiers, [&](const std::string& tier) {
          const auto row = row_of(tier, rate.name);
          return row != study.comparison.end() && !std::isnan(row->estimate);
        }))
      shown.push_back(rate);
  if (shown.empty()) return "";
  return side_by_side([&](std::size_t across) {
    std::string text;
    for (std::size_t begin = 0; begin < shown.size(); begin += across) {
      const std::size_t end = std::min(begin + across, shown.size());
      TextTable table("lrr" + std::string(end - begin, 'r'));
      std::vector<std::string> first{"Tier", "followers", "accounts"}, second{"", "from", ""};
      for (std::size_t i = begin; i < end; ++i) {
        const std::string name(shown[i].name);
        const std::size_t comma = name.find(", "), per = std::min(name.find(" per "), name.find(" against "));
        first.push_back(name.substr(0, per));
        second.push_back(per == std::string::npos
                             ? ""
                             : name.substr(per + 1, comma == std::string::npos ? comma : comma - per - 1) +
                                   (comma == std::string::npos ? "" : ", accounts"));
      }
      table.add(first);
      table.add(second);
      for (std::size_t t = 0; t < study.tiers.size(); ++t) {
        std::vector<std::string> line{shortened(study.tiers[t], room), with_thousands(study.tiers_from[t]),
                                      accounts_of_tier(study, arm, t)};
        for (std::size_t i = begin; i < end; ++i) line.push_back(with_interval(*row_of(study.tiers[t], shown[i].name)));
        table.add(line);
      }
      text += (begin > 0 ? "\n" : fmt::format("By tier of the author, in the arm {}\n", arm)) + table.text();
    }
    return text;
  });
}

std::string cascade_block(const StudyResult& study, std::size_t room) {
  std::vector<std::string> arms;
  for (const ComparisonRow& row : study.comparison)
    if (row.contrast == unpaid_cascades && std::ranges::find(arms, row.arm) == arms.end()) arms.push_back(row.arm);
  return side_by_side([&](std::size_t across) {
    std::string text;
    for (std::size_t begin = 0; begin < arms.size(); begin += across) {
      const std::size_t end = std::min(begin + across, arms.size());
      TextTable table("l" + std::string(end - begin, 'r'));
      std::vector<std::string> first{"Unpaid cascades"};
      for (std::size_t i = begin; i < end; ++i) first.push_back(shortened(arms[i], room));
      table.add(first);
      for (const CascadeFact& fact : cascade_fact_list()) {
        std::vector<std::string> line{std::string(fact.name)};
        bool any = false;
        for (std::size_t i = begin; i < end; ++i) {
          const auto row = std::ranges::find_if(study.comparison, [&](const ComparisonRow& it) {
            return it.contrast == unpaid_cascades && it.arm == arms[i] && it.metric == fact.name;
          });
          line.push_back(row == study.comparison.end() ? "-" : with_interval(*row));
          any = any || line.back() != "-";
        }
        if (any) table.add(line);
      }
      text += (begin > 0 ? "\n" : "") + table.text();
    }
    return text;
  });
}

std::string bands_block(const StudyResult& study, std::size_t room) {
  if (study.bands.empty()) return "";
  TextTable table("llrLll");
  table.add({"Held against", "", "figure", "95 % interval", "band", "verdict"});
  for (const BandRow& row : study.bands) {
    ComparisonRow figure;
    figure.estimate = row.estimate, figure.lower = row.lower, figure.upper = row.upper;
    const int decimals = decimals_of(figure);
    // What a figure is about is told where an arm has it twice.
    const auto twice = std::ranges::count_if(study.bands, [&](const BandRow& other) {
                         return other.arm == row.arm && other.metric == row.metric;
                       }) > 1;
    std::string of = row.of;
    for (const std::string& tier : study.tiers)
      if (row.of == posts_of_tier(tier)) of = "tier " + tier;
    for (const std::string& campaign : study.campaigns)
      if (row.of == accounts_of_campaign(campaign)) of = "campaign " + campaign;
    table.add({shortened(row.arm, room), twice ? fmt::format("{}, {}", row.metric, of) : row.metric,
               std::isnan(row.estimate) ? "-" : with_decimals(row.estimate, decimals),
               interval_text(figure, decimals, false), fmt::format("{:.6g} to {:.6g}", row.low, row.high),
               row.verdict});
  }
  return table.text();
}

std::string facts_block(const StudyResult& study, const std::string& arm, std::size_t room) {
  TextTable table("llrL");
  table.add({"By itself", "", "estimate", "95 % interval"});
  bool any = false;
  std::set<std::string> of_tiers;
  for (const std::string& tier : study.tiers) of_tiers.insert(posts_of_tier(tier));
  std::set<std::string> told;  // every arm that pays for a campaign has nearly the same
  std::string about;           // is said once for the lines that it heads
  for (const ComparisonRow& row : study.comparison) {
    if (!row.against.empty() || of_tiers.count(row.contrast) > 0 || row.contrast == unpaid_cascades ||
        std::isnan(row.estimate))
      continue;
    const bool elasticity = row.contrast == accounts_by_followers;
    if (elasticity && row.arm != arm) continue;
    if (!elasticity && !told.insert(row.contrast + row.metric).second) continue;
    const int decimals = decimals_of(row);
    const std::string subject = elasticity ? "elasticity in followers" : shortened(row.contrast, room);
    table.add({subject == about ? "" : subject, row.metric, with_decimals(row.estimate, decimals),
               interval_text(row, decimals, false)});
    about = subject;
    any = true;
  }
  return any ? table.text() : "";
}

}  // namespace grapevine
