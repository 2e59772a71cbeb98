#include "scenarios/program/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <vector>

#include "analysis/contrasts.hpp"
#include "scenarios/program/text.hpp"

namespace grapevine {

namespace {

constexpr std::size_t page_width = 98;  // and two for the indent of notes

/// The largest account has to have this many followers before a world is no longer called small: the founding essay's mega-influencers
/// start there.
constexpr std::uint64_t mega_followers = 1'000'000;

/// Mean, and the range where replicates differ.
template <class Count>
std::string over_replicates(const StudyResult& study, Count count) {
  std::vector<std::uint64_t> counts;
  for (std::size_t r = 0; r < study.replicates; ++r) counts.push_back(count(study.graph(0, r)));
  const auto [least, most] = std::ranges::minmax(counts);
  return least == most ? with_thousands(most) : fmt::format("{} to {}", with_thousands(least), with_thousands(most));
}

std::string world(const StudyResult& study) {
  std::uint64_t largest = 0;
  double reciprocity = 0;
  for (std::size_t r = 0; r < study.replicates; ++r) {
    largest = std::max(largest, study.graph(0, r).largest_followers);
    reciprocity += study.graph(0, r).reciprocity / study.replicates;
  }
  std::string text =
      fmt::format("World   {} users, {} follows, reciprocity {}\n", over_replicates(study, [](const GraphFacts& g) { return g.users; }),
                  over_replicates(study, [](const GraphFacts& g) { return g.follows; }), with_decimals(reciprocity, 3));
  text += fmt::format("        the largest user has {} followers{}\n",
                      over_replicates(study, [](const GraphFacts& g) { return g.largest_followers; }),
                      largest < mega_followers ? ": this is a small world" : "");
  return text;
}

/// A name cut to the room that a heading has.
std::string heading(const std::string& name) {
  constexpr std::size_t room = 22;
  return display_width(name) <= room ? name : fmt::format("{:.{}}...", name, room - 3);
}

/// A number of accounts, posts or money as replicates have it: the mean, with decimals only where they say something.
std::string mean_count(double mean) { return with_decimals(mean, mean == std::floor(mean) ? 0 : 1); }

std::string money(const StudyResult& study) {
  TextTable table("lrrrrrl");
  table.add({"Money", "accounts", "posts", "budget", "spent", "left over", "paid by"});
  for (std::size_t c = 0; c < study.campaigns.size(); ++c) {
    std::vector<std::string> row{study.campaigns[c], "-", "-", "-", "-", "-", "no arm"};
    std::size_t paying_arms = 0;
    for (std::size_t a = 0; a < study.arms.size(); ++a) {
      double accounts = 0, posts = 0, budget = 0, spent = 0;
      for (std::size_t r = 0; r < study.replicates; ++r) {
        const CampaignRow& campaign = study.record(0, a, r).campaigns[c];
        accounts += static_cast<double>(campaign.accounts);
        posts += static_cast<double>(campaign.outcomes.posts);
        budget += static_cast<double>(campaign.budget) / micro_per_unit;
        spent += static_cast<double>(campaign.spent) / micro_per_unit;
      }
      for (double* sum : {&accounts, &posts, &budget, &spent}) *sum /= study.replicates;
      if (accounts == 0) continue;
      const bool bounded = budget > 0 && budget < 1e12;
      if (++paying_arms > 1) continue;  // every arm that pays for a campaign buys the same
      row = {study.campaigns[c],      mean_count(accounts),
             mean_count(posts),       bounded ? with_decimals(budget, 2) : "no bound",
             with_decimals(spent, 2), bounded ? with_decimals(budget - spent, 2) : "-",
             heading(study.arms[a])};
    }
    if (paying_arms > 1) row.back() += fmt::format(" and {} more", paying_arms - 1);
    table.add(row);
  }
  return table.text();
}

/// Decimals at which half the interval shows two significant digits, the estimate at most six; without an interval, the estimate four.
int decimals_of(const ComparisonRow& row) {
  const double half = (row.upper - row.lower) / 2;
  return half > 0 ? std::min(decimals_for(half, 2), decimals_for(std::max(std::abs(row.estimate), half), 6))
                  : decimals_for(row.estimate, 4);
}

std::string signed_text(double value, int decimals) { return (value > 0 ? "+" : "") + with_decimals(value, decimals); }

std::string interval(const ComparisonRow& row, int decimals, bool with_sign) {
  if (std::isnan(row.lower) || std::isnan(row.upper)) return "no interval";
  const auto number = [&](double x) { return with_sign ? signed_text(x, decimals) : with_decimals(x, decimals); };
  return fmt::format("[{}, {}]", number(row.lower), number(row.upper));
}

bool is_ratio(const ComparisonRow& row) { return row.statistic == "ratio of means"; }

std::string_view meaning(std::string_view estimand) {
  if (estimand == "incremental") return "what the campaign added";
  if (estimand == "portfolio") return "what the money bought";
  return "what all users did";
}

/// Words in lines of the page's width, all but the first indented by `indent`.
std::string wrapped(std::string_view words, std::size_t indent) {
  std::string text;
  std::size_t column = 0;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    if (column > 0 && column + 1 + display_width(word) > page_width) {
      text += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > 0) {
      text += ' ';
      ++column;
    }
    text += word;
    column += display_width(word);
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return text + "\n";
}

/// The rows of one contrast. A quotient that has a ratio is shown by it; its difference stays in the file.
std::string contrast_block(std::span<const ComparisonRow> rows) {
  const ComparisonRow& first = rows.front();
  const std::string text = wrapped(fmt::format("{} ({}: {}; {} {})", first.contrast, first.estimand, meaning(first.estimand),
                                               first.replicates, first.replicates == 1 ? "pair" : "pairs"),
                                   2);
  TextTable table("lrrrlrr");
  table.add({"", "arm", "against", "estimate", "95 % interval", "corr", "var"});
  std::string_view ratio_of;
  for (const ComparisonRow& row : rows) {
    if (is_ratio(row) && !std::isnan(row.estimate)) ratio_of = row.metric;
    if ((!is_ratio(row) && ratio_of == row.metric) || (is_ratio(row) && std::isnan(row.estimate))) continue;
    const int decimals = decimals_of(row);
    const int mean_decimals =
        is_ratio(row) || decimals_for(row.mean_arm, 4) < decimals ? decimals_for(std::max(row.mean_arm, row.mean_against), 4) : decimals;
    table.add({row.metric, with_decimals(row.mean_arm, mean_decimals), with_decimals(row.mean_against, mean_decimals),
               is_ratio(row) ? "x " + with_decimals(row.estimate, decimals) : signed_text(row.estimate, decimals),
               interval(row, decimals, !is_ratio(row)), std::isnan(row.correlation) ? "-" : with_decimals(row.correlation, 2),
               std::isnan(row.variance_ratio) ? "-" : with_decimals(row.variance_ratio, 2)});
  }
  return text + table.text();
}

/// Rates by tier: tiers down, arms across, as many side by side as a page holds.
std::string tier_block(const StudyResult& study, const std::vector<ComparisonRow>& rows) {
  std::string text = "Engagement per impression by tier of the author, each arm by itself\n";
  constexpr std::size_t arms_across = 3;
  const std::size_t tiers = study.tiers.size();
  for (std::size_t begin = 0; begin < rows.size() / tiers; begin += arms_across) {
    const std::size_t end = std::min(begin + arms_across, rows.size() / tiers);
    TextTable table("lr" + std::string(end - begin, 'r'));
    std::vector<std::string> head{"tier", "followers from"};
    for (std::size_t a = begin; a < end; ++a) head.push_back(heading(rows[a * tiers].arm));
    table.add(head);
    for (std::size_t t = 0; t < tiers; ++t) {
      std::vector<std::string> line{study.tiers[t], with_thousands(study.tiers_from[t])};
      for (std::size_t a = begin; a < end; ++a) {
        const ComparisonRow& row = rows[a * tiers + t];
        const int decimals = decimals_of(row);
        const double half = (row.upper - row.lower) / 2;
        line.push_back(std::isnan(row.estimate)
                           ? "-"
                           : with_decimals(row.estimate, decimals) + (std::isnan(half) ? "" : " ±" + with_decimals(half, decimals)));
      }
      table.add(line);
    }
    text += (begin > 0 ? "\n" : "") + table.text();
  }
  return text;
}

std::string footnotes(const StudyResult& study, const std::vector<std::string>& estimands) {
  std::string text = "How to read it\n";
  const auto note = [&](std::string_view words) { text += "  " + wrapped(words, 4); };
  if (study.replicates == 1) note("One replicate: no interval can be given. Set `replicates` to 10 or more.");
  note("Intervals are Monte Carlo, given the parameters: more replicates narrow them, whether parameters are right they do not say.");
  const std::string redrawn = study.comparison.empty() ? "" : study.comparison.front().redrawn;
  note(fmt::format("Drawn anew in each replicate: {}.", redrawn.empty() ? "nothing" : redrawn));
  if (!estimands.empty())
    note(
        "corr: correlation of the two arms over replicates. var: variance of the estimate / variance had the arms been independent; below "
        "1, sharing their chance helped. A dash: an arm does not vary.");
  std::set<std::string_view> told;
  for (const std::string& estimand : estimands)
    for (const Metric& metric : metrics_of(estimand))
      if (told.insert(metric.name).second) note(fmt::format("{}: {}.", metric.name, metric.sentence));
  return text;
}

}  // namespace

std::string comparison_table(const StudyResult& study) {
  std::string text;
  if (!study.title.empty()) text += wrapped(study.title, 0) + "\n";
  text += world(study);
  text += fmt::format("Study   {} {}, {} {}, seed {}\n", study.arms.size(), study.arms.size() == 1 ? "arm" : "arms", study.replicates,
                      study.replicates == 1 ? "replicate" : "replicates", study.seed);
  if (!study.campaigns.empty()) text += "\n" + money(study);

  std::vector<ComparisonRow> rates;
  std::vector<std::string> estimands;
  for (auto row = study.comparison.begin(); row != study.comparison.end();) {
    const auto end =
        std::find_if(row, study.comparison.end(), [&](const ComparisonRow& r) { return r.contrast != row->contrast || r.arm != row->arm; });
    if (row->against.empty()) {
      rates.insert(rates.end(), row, end);
    } else {
      text += "\n" + contrast_block({row, end});
      estimands.push_back(row->estimand);
    }
    row = end;
  }
  if (!rates.empty()) text += "\n" + tier_block(study, rates);
  return text + "\n" + footnotes(study, estimands);
}

}  // namespace grapevine
