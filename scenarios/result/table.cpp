#include "scenarios/result/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>
#include <vector>

#include "analysis/cascades.hpp"
#include "analysis/contrasts.hpp"
#include "analysis/sizes.hpp"
#include "analysis/verdicts.hpp"
#include "scenarios/result/text.hpp"

namespace grapevine {

namespace {

constexpr std::size_t page_width = 98;  // and two for the indent of notes

/// The largest account has to have this many followers before a world is no longer called small: the founding essay's
/// mega-influencers start there.
constexpr std::uint64_t mega_followers = 1'000'000;

/// Words in lines of the page's width, all but the first indented by `indent`; the first goes on at column `begin`.
std::string wrapped(std::string_view words, std::size_t indent, std::size_t begin = 0) {
  std::string text;
  std::size_t column = 0;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, end);
    if (column > 0 && begin + column + 1 + display_width(word) > page_width) {
      text += "\n" + std::string(indent, ' ');
      column = indent;
      begin = 0;
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
  const double scale = study.replicates > 0 ? study.graph(0, 0).scale : 1.0;
  for (std::size_t r = 0; r < study.replicates; ++r) {
    largest = std::max(largest, study.graph(0, r).largest_followers);
    reciprocity += study.graph(0, r).reciprocity / study.replicates;
  }
  std::string text =
      fmt::format("World   {} users, {} follows, reciprocity {}\n",
                  over_replicates(study, [](const GraphFacts& g) { return g.users; }),
                  over_replicates(study, [](const GraphFacts& g) { return g.follows; }), with_decimals(reciprocity, 3));
  text += fmt::format(
      "        the largest user has {} followers{}\n",
      over_replicates(study, [](const GraphFacts& g) { return g.largest_followers; }),
      static_cast<double>(largest) < scale * static_cast<double>(mega_followers) ? ": this is a small world" : "");
  if (scale < 1.0)
    text +=
        "        " +
        wrapped(
            fmt::format(
                "it stands for {} users: follower counts, fees and budgets are {} of those that it stands for",
                with_thousands(static_cast<std::uint64_t>(static_cast<double>(study.graph(0, 0).users) / scale + 0.5)),
                fmt::format("{:.4g}", scale)),
            8, 8);
  return text;
}

/// A name cut to the columns that it may take.
std::string heading(const std::string& name, std::size_t room) {
  return display_width(name) <= room ? name : fmt::format("{:.{}}...", name, room - 3);
}

/// What `text_with` makes when names may take as much room as the page leaves them.
template <class TextWith>
std::string fitted(TextWith text_with) {
  for (std::size_t room = 64;; room -= 2) {
    const std::string text = text_with(room);
    bool fits = true;
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
      fits =
          fits && display_width(std::string_view(text).substr(begin, text.find('\n', begin) - begin)) <= page_width + 2;
    if (fits || room <= 10) return text;
  }
}

/// A number of accounts, posts or money as replicates have it: the mean, with decimals only where they say something.
std::string mean_count(double mean) { return with_decimals(mean, mean == std::floor(mean) ? 0 : 1); }

std::string money(const StudyResult& study, std::size_t room) {
  TextTable table("lrrrrrl");
  table.add({"Money", "accounts", "posts", "budget", "spent", "left over", "paid by"});
  for (std::size_t c = 0; c < study.campaigns.size(); ++c) {
    const std::string name = heading(study.campaigns[c], room);
    std::vector<std::string> row{name, "-", "-", "-", "-", "-", "no arm"};
    std::size_t paying_arms = 0;
    for (std::size_t a = 0; a < study.arms.size(); ++a) {
      double accounts = 0, posts = 0, budget = 0, spent = 0;
      for (std::size_t r = 0; r < study.replicates; ++r) {
        const CampaignRow& campaign = study.record(0, a, r).campaigns[c];
        const double draws = study.record(0, a, r).draws;
        accounts += static_cast<double>(campaign.accounts) / draws;
        posts += static_cast<double>(campaign.outcomes.posts) / draws;
        budget += static_cast<double>(campaign.budget) / draws / micro_per_unit;
        spent += static_cast<double>(campaign.spent) / draws / micro_per_unit;
      }
      for (double* sum : {&accounts, &posts, &budget, &spent}) *sum /= study.replicates;
      if (accounts == 0) continue;
      const bool bounded = budget > 0 && budget < 1e12;
      if (++paying_arms > 1) continue;  // every arm that pays for a campaign buys the same
      row = {name,
             mean_count(accounts),
             mean_count(posts),
             bounded ? with_decimals(budget, 2) : "no bound",
             with_decimals(spent, 2),
             bounded ? with_decimals(budget - spent, 2) : "-",
             heading(study.arms[a], room)};
    }
    if (paying_arms > 1) row.back() += fmt::format(" and {} more", paying_arms - 1);
    table.add(row);
  }
  return table.text();
}

/// Decimals at which half the interval shows two significant digits, the estimate at most six; without an interval, the
/// estimate four.
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

bool is_ratio(const ComparisonRow& row) { return row.statistic == ratio_statistic; }

std::string_view meaning(std::string_view estimand) {
  if (estimand == "incremental") return "what the campaign added";
  if (estimand == "portfolio") return "what the money bought";
  if (estimand == "clone") return "one profile, two sizes";
  return "what all users did";
}

}  // namespace

/// The rows of one contrast. A quotient that has a ratio is shown by it; its difference stays in the file.
std::string contrast_text(std::span<const ComparisonRow> rows) {
  const ComparisonRow& first = rows.front();
  const std::string text =
      wrapped(fmt::format("{} ({}: {}; {} {})", first.contrast, first.estimand, meaning(first.estimand),
                          first.replicates, first.replicates == 1 ? "pair" : "pairs"),
              2);
  TextTable table("lrrrlrr");
  table.add({"", "arm", "against", "estimate", "95 % interval", "corr", "var"});
  std::string_view ratio_of;
  for (const ComparisonRow& row : rows) {
    if (is_ratio(row) && !std::isnan(row.estimate)) ratio_of = row.metric;
    if ((!is_ratio(row) && ratio_of == row.metric) || (is_ratio(row) && std::isnan(row.estimate))) continue;
    const int decimals = decimals_of(row);
    const int mean_decimals = is_ratio(row) || decimals_for(row.mean_arm, 4) < decimals
                                  ? decimals_for(std::max(row.mean_arm, row.mean_against), 4)
                                  : decimals;
    table.add({row.metric, with_decimals(row.mean_arm, mean_decimals), with_decimals(row.mean_against, mean_decimals),
               is_ratio(row) ? "x " + with_decimals(row.estimate, decimals) : signed_text(row.estimate, decimals),
               interval(row, decimals, !is_ratio(row)),
               std::isnan(row.correlation) ? "-" : with_decimals(row.correlation, 2),
               std::isnan(row.variance_ratio) ? "-" : with_decimals(row.variance_ratio, 2)});
  }
  return text + table.text();
}

namespace {

/// The estimate and its interval: "0.0900 ±0.0002" where both sides show the same, else "0.090 [0.081, 0.101]", as
/// those of ratios are.
std::string with_interval(const ComparisonRow& row) {
  if (std::isnan(row.estimate)) return "-";
  const int decimals = decimals_of(row);
  const std::string estimate = with_decimals(row.estimate, decimals);
  if (std::isnan(row.lower) || std::isnan(row.upper)) return estimate;
  const std::string below = with_decimals(row.estimate - row.lower, decimals),
                    above = with_decimals(row.upper - row.estimate, decimals);
  return below == above ? estimate + " ±" + above : estimate + " " + interval(row, decimals, false);
}

std::vector<std::string> assumptions_of(const ClaimRow& row) {
  std::vector<std::string> list;
  for (std::size_t begin = 0; begin < row.assumptions.size();) {
    const std::size_t end = std::min(row.assumptions.find("; ", begin), row.assumptions.size());
    list.push_back(row.assumptions.substr(begin, end - begin));
    begin = end + 2;
  }
  return list;
}

/// What every claim that has an estimate rests on.
std::set<std::string> common_assumptions(const std::vector<ClaimRow>& claims) {
  std::set<std::string> common;
  bool first = true;
  for (const ClaimRow& row : claims) {
    if (std::isnan(row.estimate)) continue;
    const std::vector<std::string> own = assumptions_of(row);
    const std::set<std::string> these(own.begin(), own.end());
    if (first) common = these;
    std::erase_if(common, [&](const std::string& assumption) { return these.count(assumption) == 0; });
    first = false;
  }
  return common;
}

/// How many replicates would decide the claims that are not; nothing where there is nothing to tell.
std::string more_replicates(const std::vector<ClaimRow>& claims) {
  std::vector<std::string> enough, too_many;
  for (const ClaimRow& row : claims)
    if (row.replicates_needed > most_replicates)
      too_many.push_back(fmt::to_string(row.claim));
    else if (row.replicates_needed > 0)
      enough.push_back(fmt::format("{} {}claim {}", with_thousands(row.replicates_needed),
                                   enough.empty() ? "replicates would decide " : "", row.claim));
  const std::string needed = fmt::format("would be needed for claim {}", fmt::join(too_many, " and claim "));
  if (enough.empty())
    return too_many.empty() ? ""
                            : fmt::format("More than {} replicates {}, from the variance seen.",
                                          with_thousands(most_replicates), needed);
  return fmt::format("About {}, from the variance seen.", fmt::join(enough, ", about ")) +
         (too_many.empty() ? "" : fmt::format(" More than {} {}.", with_thousands(most_replicates), needed));
}

/// The claims with their verdicts.
std::string claims_block(const StudyResult& study) {
  TextTable table("rllll");
  table.add({"", "Claim", "ratio", "95 % interval", "verdict"});
  for (const ClaimRow& row : study.claims) {
    // As many digits as the interval supports, and no more than a margin of some hundredths needs.
    const int most = decimals_for(std::max(row.estimate, 1.0), 4),
              decimals = row.upper > row.lower ? std::min(decimals_for((row.upper - row.lower) / 2, 2), most) : most;
    table.add({fmt::to_string(row.claim), row.name,
               std::isnan(row.estimate) ? "-" : "x " + with_decimals(row.estimate, decimals),
               std::isnan(row.lower)
                   ? "-"
                   : fmt::format("[{}, {}]", with_decimals(row.lower, decimals), with_decimals(row.upper, decimals)),
               row.verdict});
  }
  std::string text = table.text();
  const std::set<std::string> common = common_assumptions(study.claims);
  for (const ClaimRow& row : study.claims) {
    if (std::isnan(row.margin_low)) continue;
    std::vector<std::string> own;
    for (const std::string& assumption : assumptions_of(row))
      if (!common.count(assumption)) own.push_back(assumption);
    text += "  " +
            wrapped(fmt::format("{}: {}{}; ratios from {} to {} make no material difference; judged at {} % (Holm).{}",
                                row.claim, row.contrast, row.arm.empty() ? "" : ", in " + row.arm,
                                with_decimals(row.margin_low, 2), with_decimals(row.margin_high, 2),
                                with_decimals(100 * row.level, 1),
                                own.empty() ? "" : fmt::format(" It rests on {}.", fmt::join(own, ", "))),
                    5);
  }
  if (const std::string more = more_replicates(study.claims); !more.empty()) text += "  " + wrapped(more, 5);
  if (!common.empty()) text += "  " + wrapped(fmt::format("All judged here rest on {}.", fmt::join(common, ", ")), 5);
  return text;
}

/// Rates of one arm: tiers down, rates across.
std::string tier_block(const StudyResult& study, const std::string& arm, std::size_t room) {
  const std::vector<TierRate> rates = tier_rate_list();
  const auto row_of = [&](const std::string& tier, std::string_view metric) {
    return std::find_if(study.comparison.begin(), study.comparison.end(), [&](const ComparisonRow& row) {
      return row.arm == arm && row.contrast == "posts of tier " + tier && row.metric == metric;
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
  std::string text;
  constexpr std::size_t across = 3;
  for (std::size_t begin = 0; begin < shown.size(); begin += across) {
    const std::size_t end = std::min(begin + across, shown.size());
    TextTable table("lrr" + std::string(end - begin, 'r'));
    std::vector<std::string> first{"Tier", "followers", "accounts"}, second{"", "from", ""};
    for (std::size_t i = begin; i < end; ++i) {
      const std::string name(shown[i].name);
      const std::size_t comma = name.find(", "), per = name.find(" per ");
      first.push_back(name.substr(0, per));
      second.push_back(per == std::string::npos
                           ? ""
                           : name.substr(per + 1, comma == std::string::npos ? comma : comma - per - 1) +
                                 (comma == std::string::npos ? "" : ", accounts"));
    }
    table.add(first);
    table.add(second);
    for (std::size_t t = 0; t < study.tiers.size(); ++t) {
      std::vector<std::string> line{
          heading(study.tiers[t], room), with_thousands(study.tiers_from[t]),
          with_thousands(study.records.front().tiers[t].accounts / study.records.front().draws)};
      for (std::size_t i = begin; i < end; ++i) line.push_back(with_interval(*row_of(study.tiers[t], shown[i].name)));
      table.add(line);
    }
    text += (begin > 0 ? "\n" : fmt::format("By tier of the author, in the arm {}\n", arm)) + table.text();
  }
  return text;
}

/// What cascades look like: facts down, arms across.
std::string cascade_block(const StudyResult& study, std::size_t room) {
  std::vector<std::string> arms;
  for (const ComparisonRow& row : study.comparison)
    if (row.contrast == cascade_contrast && std::ranges::find(arms, row.arm) == arms.end()) arms.push_back(row.arm);
  std::string text;
  constexpr std::size_t across = 3;
  for (std::size_t begin = 0; begin < arms.size(); begin += across) {
    const std::size_t end = std::min(begin + across, arms.size());
    TextTable table("l" + std::string(end - begin, 'r'));
    std::vector<std::string> first{"Unpaid cascades"};
    for (std::size_t i = begin; i < end; ++i) first.push_back(heading(arms[i], room));
    table.add(first);
    for (const CascadeFact& fact : cascade_fact_list()) {
      std::vector<std::string> line{std::string(fact.name)};
      bool any = false;
      for (std::size_t i = begin; i < end; ++i) {
        const auto row = std::ranges::find_if(study.comparison, [&](const ComparisonRow& it) {
          return it.contrast == cascade_contrast && it.arm == arms[i] && it.metric == fact.name;
        });
        line.push_back(row == study.comparison.end() ? "-" : with_interval(*row));
        any = any || line.back() != "-";
      }
      if (any) table.add(line);
    }
    text += (begin > 0 ? "\n" : "") + table.text();
  }
  return text;
}

/// How the arm does beside the one it is held against.
std::string_view in_a_word(const ComparisonRow& ratio) {
  switch (verdict_of(Estimate{ratio.estimate, ratio.lower, ratio.upper, ratio.replicates})) {
    case Verdict::holds:
      return "more";
    case Verdict::reversed:
      return "less";
    case Verdict::no_material_difference:
      return "alike";
    case Verdict::undecided:
      break;
  }
  return "undecided";
}

/// A number as it is shown, so one that is 1 but for how well it is known is not above it.
bool is_above_threshold(const std::vector<double>& numbers) { return *std::ranges::max_element(numbers) >= 1.005; }

/// What `comparison_table` says of contagions: every arm's numbers over its replicates.
std::string contagions_block(const StudyResult& study) {
  std::vector<std::vector<double>> numbers(study.arms.size());
  for (std::size_t arm = 0; arm < study.arms.size(); ++arm)
    for (std::size_t r = 0; r < study.replicates; ++r)
      numbers[arm].push_back(study.record(0, arm, r).reproduction_number);
  return contagions_text(study.arms, study.models, numbers);
}

/// The same question asked of several models of diffusion, and where their answers differ.
std::string models_block(const StudyResult& study, std::size_t room) {
  const auto model_of = [&](const std::string& arm) {
    return study.models[static_cast<std::size_t>(std::ranges::find(study.arms, arm) - study.arms.begin())];
  };
  constexpr std::array<std::string_view, 2> metrics{"campaign engagement per money", "campaign reach per money"};
  struct Answer {
    std::string model;
    std::array<const ComparisonRow*, metrics.size()> ratios{};
  };
  std::vector<Answer> answers;
  for (const ComparisonRow& row : study.comparison) {
    const auto metric = static_cast<std::size_t>(std::ranges::find(metrics, row.metric) - metrics.begin());
    if (row.estimand != "portfolio" || !is_ratio(row) || metric == metrics.size() ||
        model_of(row.arm) != model_of(row.against))
      continue;
    if (answers.empty() || answers.back().ratios[metric] != nullptr ||
        answers.back().ratios[0]->contrast != row.contrast)
      answers.push_back({model_of(row.arm)});
    answers.back().ratios[metric] = &row;
  }
  if (std::ranges::all_of(answers, [&](const Answer& it) { return it.model == answers.front().model; })) return "";

  TextTable table("llrllrll");
  table.add({"Model by model", "per money", "engagement", "95 % interval", "", "reach", "95 % interval", ""});
  std::vector<std::pair<std::string_view, std::vector<std::string>>>
      camps;  // a verdict on engagement, and the arms that it is about
  for (const Answer& answer : answers) {
    std::vector<std::string> line{answer.model, heading(answer.ratios[0]->arm, room)};
    for (const ComparisonRow* row : answer.ratios) {
      const int decimals = decimals_of(*row);
      line.insert(line.end(), {std::isnan(row->estimate) ? "-" : "x " + with_decimals(row->estimate, decimals),
                               interval(*row, decimals, false), std::string(in_a_word(*row))});
    }
    table.add(line);
    const std::string_view verdict = in_a_word(*answer.ratios[0]);
    auto camp = std::ranges::find_if(camps, [&](const auto& it) { return it.first == verdict; });
    if (camp == camps.end()) camp = camps.insert(camps.end(), {verdict, {}});
    camp->second.push_back(answer.ratios[0]->arm);
  }
  std::vector<std::string> told;
  for (const auto& [verdict, arms] : camps) told.push_back(fmt::format("{} {}", fmt::join(arms, ", "), verdict));
  const auto decided = std::ranges::count_if(camps, [](const auto& camp) { return camp.first != "undecided"; });
  return table.text() + "  " +
         wrapped(fmt::format("{} on engagement per money (each at 95 %, by the margins of the claims): {}.",
                             decided > 1 ? "The models disagree" : "No two models contradict each other",
                             fmt::join(told, "; ")),
                 2);
}

/// Figures beside what is expected of them.
std::string bands_block(const StudyResult& study, std::size_t room) {
  if (study.bands.empty()) return "";
  TextTable table("llrlll");
  table.add({"Held against", "", "figure", "95 % interval", "band", "verdict"});
  for (const BandRow& row : study.bands) {
    ComparisonRow figure;
    figure.estimate = row.estimate, figure.lower = row.lower, figure.upper = row.upper;
    const int decimals = decimals_of(figure);
    // What a figure is about is told where an arm has it twice.
    const auto twice = std::ranges::count_if(study.bands, [&](const BandRow& other) {
                         return other.arm == row.arm && other.metric == row.metric;
                       }) > 1;
    const std::string_view of = std::string_view(row.of).substr(row.of.rfind("posts of ", 0) == 0      ? 9
                                                                : row.of.rfind("accounts of ", 0) == 0 ? 12
                                                                                                       : 0);
    table.add({heading(row.arm, room), twice ? fmt::format("{}, {}", row.metric, of) : row.metric,
               std::isnan(row.estimate) ? "-" : with_decimals(row.estimate, decimals),
               interval(figure, decimals, false), fmt::format("{:.6g} to {:.6g}", row.low, row.high), row.verdict});
  }
  return table.text();
}

/// How outcomes grow with followers, and what campaigns' accounts have in common: numbers of one arm each.
std::string facts_block(const StudyResult& study, const std::string& arm, std::size_t room) {
  TextTable table("llrl");
  table.add({"By itself", "", "estimate", "95 % interval"});
  bool any = false;
  std::set<std::string> told;  // every arm that pays for a campaign has nearly the same
  for (const ComparisonRow& row : study.comparison) {
    if (!row.against.empty() || row.contrast.rfind("posts of tier ", 0) == 0 || row.contrast == cascade_contrast ||
        std::isnan(row.estimate))
      continue;
    const bool elasticity = row.statistic.rfind("elasticity", 0) == 0;
    if (elasticity && row.arm != arm) continue;
    if (!elasticity && !told.insert(row.contrast + row.metric).second) continue;
    const int decimals = decimals_of(row);
    table.add({elasticity ? "elasticity in followers" : heading(row.contrast, room), row.metric,
               with_decimals(row.estimate, decimals), interval(row, decimals, false)});
    any = true;
  }
  return any ? table.text() : "";
}

std::string footnotes(const StudyResult& study, const std::vector<std::string>& estimands) {
  std::string text = "How to read it\n";
  const auto note = [&](std::string_view words) { text += "  " + wrapped(words, 4); };
  if (study.replicates == 1) note("One replicate: no interval can be given. Set `replicates` to 10 or more.");
  note(
      "Intervals are Monte Carlo, given the parameters: more replicates narrow them, whether parameters are right they "
      "do not say.");
  const std::string redrawn = study.comparison.empty() ? "" : study.comparison.front().redrawn;
  note(fmt::format("Drawn anew in each replicate: {}.", redrawn.empty() ? "nothing" : redrawn));
  if (!estimands.empty())
    note(
        "corr: correlation of the two arms over replicates. var: variance of the estimate / variance had the arms been "
        "independent; below "
        "1, sharing their chance helped. A dash: an arm does not vary.");
  std::set<std::string_view> told;
  for (const std::string& estimand : estimands)
    for (const Metric& metric : metrics_of(estimand))
      if (told.insert(metric.name).second) note(fmt::format("{}: {}.", metric.name, metric.sentence));
  if (std::ranges::any_of(study.comparison,
                          [](const ComparisonRow& row) { return row.contrast == cascade_contrast; })) {
    std::set<std::uint32_t> large;
    for (const RunRecord& record : study.records)
      if (std::ranges::any_of(record.shapes.sizes, [](const CascadeSizeRow& row) { return row.cascades > 0; }))
        large.insert(record.shapes.large);
    for (const CascadeFact& fact : cascade_fact_list())
      if (!fact.of_large || fact.name == "large cascades") note(fmt::format("{}: {}.", fact.name, fact.sentence));
    note(
        fmt::format("Large are cascades of {} adopters and more{}; virality is structural virality, the mean distance "
                    "between two adopters along the cascade (Goel et al. 2016).",
                    *large.begin(), large.size() > 1 ? " (in some arms of more)" : ""));
  }
  if (std::ranges::any_of(study.models, [](const std::string& model) { return model != "feed"; }))
    note(
        "Classic models know no feed: adopting counts as a reshare, and each follower of an adopter has one "
        "impression.");
  if (std::ranges::any_of(study.records,
                          [](const RunRecord& record) { return !std::isnan(record.reproduction_number); }))
    note(
        "chance x spectral radius: adoptions that an adopter brings about while hardly anybody has the post, in the "
        "long run; with chances that differ, the radius of their matrix; under branching, the "
        "adoptions of an adopter drawn at random.");
  for (const TierRate& rate : tier_rate_list())
    if (std::ranges::any_of(study.comparison,
                            [&](const ComparisonRow& row) { return row.against.empty() && row.metric == rate.name; }))
      note(fmt::format("{}: {}.", rate.name, rate.sentence));
  return text;
}

}  // namespace

std::string contagions_text(const std::vector<std::string>& arms, const std::vector<std::string>& models,
                            const std::vector<std::vector<double>>& numbers) {
  struct Line {
    std::string model, arms;
    std::vector<double> numbers;
  };
  std::vector<Line> lines;
  std::vector<std::string> above;
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    if (std::ranges::all_of(numbers[arm], [](double number) { return std::isnan(number); })) continue;
    const auto same = std::ranges::find_if(
        lines, [&](const Line& it) { return it.model == models[arm] && it.numbers == numbers[arm]; });
    if (same != lines.end())
      same->arms += ", " + arms[arm];
    else
      lines.push_back({models[arm], arms[arm], numbers[arm]});
    if (is_above_threshold(numbers[arm])) above.push_back(arms[arm]);
  }
  if (lines.empty()) return "";
  std::string text = fitted([&](std::size_t room) {
    TextTable table("llll");
    table.add({"Contagions", "arms", "chance x spectral radius", ""});
    for (const Line& line : lines) {
      const auto [least, most] = std::ranges::minmax(line.numbers);
      const auto shown = [decimals = std::max(2, decimals_for(most, 3))](double number) {
        return with_decimals(number, decimals);
      };
      table.add({line.model, heading(line.arms, room),
                 shown(least) == shown(most) ? shown(most) : fmt::format("{} to {}", shown(least), shown(most)),
                 is_above_threshold(line.numbers) ? "above 1" : ""});
    }
    return table.text();
  });
  if (!above.empty())
    text +=
        "  " + wrapped(fmt::format("Above 1, the epidemic threshold, a contagion that catches on reaches a share of "
                                   "all users that has little to do with who started it, so arms may look alike for "
                                   "that alone: {}.",
                                   fmt::join(above, ", ")),
                       2);
  return text;
}

std::string comparison_table(const StudyResult& study) {
  std::string text;
  if (!study.title.empty()) text += wrapped(study.title, 0) + "\n";
  text += world(study);
  text += fmt::format("Study   {} {}, {} {}, seed {}\n", study.arms.size(), study.arms.size() == 1 ? "arm" : "arms",
                      study.replicates, study.replicates == 1 ? "replicate" : "replicates", study.seed);
  if (!study.claims.empty()) text += "\n" + claims_block(study);
  if (!study.campaigns.empty()) text += "\n" + fitted([&](std::size_t room) { return money(study, room); });
  if (const std::string contagions = contagions_block(study); !contagions.empty()) text += "\n" + contagions;
  for (const auto block : {bands_block, models_block, cascade_block})
    if (const std::string shown = fitted([&](std::size_t room) { return block(study, room); }); !shown.empty())
      text += "\n" + shown;

  std::vector<std::string> estimands;
  for (auto row = study.comparison.begin(); row != study.comparison.end();) {
    const auto end = std::find_if(row, study.comparison.end(), [&](const ComparisonRow& r) {
      return r.contrast != row->contrast || r.arm != row->arm;
    });
    if (!row->against.empty()) {
      text += "\n" + contrast_text({row, end});
      estimands.push_back(row->estimand);
    }
    row = end;
  }
  // One arm stands for all in what each says by itself: the one that claims are judged in, else the first. The file has
  // every arm.
  const auto judged =
      std::ranges::find_if(study.claims, [](const ClaimRow& row) { return row.claim == 2 && !row.arm.empty(); });
  const std::string arm = judged != study.claims.end() ? judged->arm : study.arms.empty() ? "" : study.arms.front();
  if (!study.records.empty() && !study.tiers.empty())
    if (const std::string tiers = fitted([&](std::size_t room) { return tier_block(study, arm, room); });
        !tiers.empty())
      text += "\n" + tiers;
  if (const std::string facts = fitted([&](std::size_t room) { return facts_block(study, arm, room); }); !facts.empty())
    text += "\n" + facts;
  return text + "\n" + footnotes(study, estimands);
}

}  // namespace grapevine
