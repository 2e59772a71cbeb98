#include "scenarios/result/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>
#include <vector>

#include "analysis/cascades.hpp"
#include "analysis/contrasts.hpp"
#include "analysis/drift.hpp"
#include "analysis/sizes.hpp"
#include "analysis/verdicts.hpp"
#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "scenarios/result/sweep_points.hpp"
#include "scenarios/result/table_parts.hpp"

namespace grapevine {

namespace {

/// The largest account has to have this many followers before a world is no longer called small: the founding essay's
/// mega-influencers start there, whatever tiers the study has.
constexpr std::uint64_t mega_followers = 1'000'000;

/// What it says of a largest account that is smaller than a mega-influencer.
std::string short_of_mega(double scale) {
  const std::string of_essay = with_thousands(mega_followers);
  return scale < 1.0
             ? fmt::format("fewer than the {} that stand for the {} of a mega-influencer",
                           with_thousands(static_cast<std::uint64_t>(std::ceil(scale * double(mega_followers)))),
                           of_essay)
             : fmt::format("fewer than the {} of a mega-influencer", of_essay);
}

/// Mean, and the range where replicates differ.
template <class Count>
std::string over_replicates(const StudyResult& study, std::string_view one, Count count) {
  std::vector<std::uint64_t> counts;
  for (std::size_t r = 0; r < study.replicates; ++r) counts.push_back(count(study.graph(0, r)));
  const auto [least, most] = std::ranges::minmax(counts);
  return (least == most ? "" : with_thousands(least) + " to ") + with_thousands(most, one);
}

std::string world(const StudyResult& study) {
  std::uint64_t largest = 0;
  double reciprocity = 0;
  const double scale = study.replicates > 0 ? study.graph(0, 0).scale : 1.0;
  for (std::size_t r = 0; r < study.replicates; ++r) {
    largest = std::max(largest, study.graph(0, r).largest_followers);
    reciprocity += study.graph(0, r).reciprocity / study.replicates;
  }
  std::string text = fmt::format(
      "World   {}, {}, reciprocity {}\n", over_replicates(study, "user", [](const GraphFacts& g) { return g.users; }),
      over_replicates(study, "follow", [](const GraphFacts& g) { return g.follows; }), with_decimals(reciprocity, 3));
  std::string size =
      fmt::format("the largest user has {}",
                  over_replicates(study, "follower", [](const GraphFacts& g) { return g.largest_followers; }));
  if (static_cast<double>(largest) < scale * static_cast<double>(mega_followers)) size += ": " + short_of_mega(scale);
  text += "        " + wrapped(size, 8, 8);
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

/// What had not come to rest when the arms began; nothing where all had, or it could not be told.
std::string unsettled(const StudyResult& study) {
  std::vector<std::string> moved;
  double tolerance = 0;
  for (const DriftRow& row : study.drift) {
    tolerance = row.tolerance;
    if (row.verdict == not_settled)
      moved.push_back(fmt::format("{} of tier {} in {} {} % [{}, {}]", row.metric, row.tier, row.arm,
                                  signed_text(100 * (row.estimate - 1), 1), signed_text(100 * (row.lower - 1), 1),
                                  signed_text(100 * (row.upper - 1), 1)));
  }
  if (moved.empty()) return "";
  return "        " + wrapped(fmt::format("Not settled: over the last day of the warm-up these moved by more than {} "
                                          "%: {}. Set a longer time.warmup.",
                                          with_decimals(100 * tolerance, 2), fmt::join(moved, ", ")),
                              8, 8);
}

/// Arms that paid the same for a campaign.
struct PaidAlike {
  std::vector<std::string> cells;
  std::string first;  ///< of the arms
  std::size_t arms = 0;
};

/// What each campaign cost in the arms that pay for it: means over replicates, a line for each way in which it went.
std::string money(const StudyResult& study, std::size_t room) {
  TextTable table("lrrrrrl");
  table.add({money_heading("Money", study.currency), "accounts", "posts", "budget", "spent", "left over", "paid by"});
  for (std::size_t c = 0; c < study.campaigns.size(); ++c) {
    const std::string name = shortened(study.campaigns[c], room);
    std::vector<PaidAlike> rows;
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
      std::vector<std::string> cells{name,
                                     mean_count(accounts),
                                     mean_count(posts),
                                     bounded ? with_decimals(budget, 2) : "no bound",
                                     with_decimals(spent, 2),
                                     bounded ? with_decimals(budget - spent, 2) : "-"};
      const auto same = std::ranges::find(rows, cells, &PaidAlike::cells);
      if (same != rows.end())
        ++same->arms;
      else
        rows.push_back({std::move(cells), shortened(study.arms[a], room), 1});
    }
    if (rows.empty()) table.add({name, "-", "-", "-", "-", "-", "no arm"});
    for (PaidAlike& row : rows) {
      row.cells.push_back(row.arms == 1 ? row.first : fmt::format("{} and {} more", row.first, row.arms - 1));
      table.add(row.cells);
    }
  }
  return table.text();
}

/// What the campaigns heard from those whom they asked, in the first arm that pays for each: means over replicates.
std::string offers(const StudyResult& study, std::size_t room) {
  std::vector<OfferCounts> all;
  for (std::size_t c = 0; c < study.campaigns.size(); ++c)
    for (std::size_t a = 0; a < study.arms.size(); ++a) {
      const auto mean = [&](auto column) {
        double sum = 0;
        for (std::size_t r = 0; r < study.replicates; ++r)
          sum += static_cast<double>(std::invoke(column, study.record(0, a, r).campaigns[c])) /
                 study.record(0, a, r).draws;
        return sum / study.replicates;
      };
      const double accounts = mean(&CampaignRow::accounts);
      if (accounts == 0) continue;
      all.push_back({.campaign = shortened(study.campaigns[c], room),
                     .asked = mean(&CampaignRow::offers),
                     .declined = mean(&CampaignRow::declined),
                     .too_late = mean(&CampaignRow::too_late),
                     .hours = mean(&CampaignRow::answer_ticks) / accounts * study.tick_seconds / 3600});
      break;
    }
  return offers_text(all);
}

/// What campaigns bought from the platform in the arms that pay for them: means over replicates.
std::string promotion(const StudyResult& study, std::size_t room) {
  TextTable table("llrrrr");
  table.add({money_heading("Promotion", study.currency), "arm", "impressions", "shown", "of all", "spent"});
  bool any = false;
  for (std::size_t c = 0; c < study.campaigns.size(); ++c)
    for (std::size_t a = 0; a < study.arms.size(); ++a) {
      double bought = 0, shown = 0, all = 0, spent = 0;
      for (std::size_t r = 0; r < study.replicates; ++r) {
        const RunRecord& run = study.record(0, a, r);
        const CampaignRow& row = run.campaigns[c];
        bought += static_cast<double>(row.bought) / run.draws / study.replicates;
        shown += static_cast<double>(row.promoted) / run.draws / study.replicates;
        all += static_cast<double>(row.outcomes.impressions) / run.draws / study.replicates;
        spent += static_cast<double>(row.spent_promotion) / run.draws / study.replicates / micro_per_unit;
      }
      if (bought == 0) continue;
      any = true;
      table.add({shortened(study.campaigns[c], room), shortened(study.arms[a], room), mean_count(bought),
                 mean_count(shown), all == 0 ? "-" : with_decimals(100 * shown / all, 1) + " %",
                 with_decimals(spent, 2)});
    }
  return any ? table.text() : "";
}

/// Who bought what in the arms that sell it: means over replicates.
std::string products(const StudyResult& study, std::size_t room) {
  TextTable table("llrrrrrr");
  table.add({"Product", "arm", "bought", "unprompted", "more", "expected", "earlier", "exposed"});
  bool any = false;
  for (std::size_t p = 0; p < study.products.size(); ++p)
    for (std::size_t a = 0; a < study.arms.size(); ++a) {
      const auto mean = [&](auto column) {
        double sum = 0;
        for (std::size_t r = 0; r < study.replicates; ++r)
          sum +=
              static_cast<double>(std::invoke(column, study.record(0, a, r).products[p])) / study.record(0, a, r).draws;
        return sum / study.replicates;
      };
      if (mean(&ProductRow::looks) == 0) continue;
      any = true;
      table.add({shortened(study.products[p], room), shortened(study.arms[a], room),
                 mean_count(mean(&ProductRow::conversions)), mean_count(mean(&ProductRow::unprompted)),
                 mean_count(mean(&ProductRow::incremental)), with_decimals(mean(&ProductRow::expected_incremental), 1),
                 mean_count(mean(&ProductRow::pulled_forward)), mean_count(mean(&ProductRow::exposed))});
    }
  if (!any) return "";
  return table.text() + "  " +
         wrapped(
             "Users who bought by the end of the run; those who would have anyway; how many more that is, as it "
             "came out and as it is to be expected; users who would have later; users who looked.",
             2, 2);
}

std::string_view meaning(std::string_view estimand) {
  if (estimand == "incremental") return "what the campaign added";
  if (estimand == "portfolio") return "what the money bought";
  if (estimand == "clone") return "one profile, two sizes";
  return "what all users did";
}

/// What an arm says by itself, each block behind an empty line.
std::string by_itself(const StudyResult& study, const std::string& arm) {
  std::string text;
  if (!study.records.empty() && !study.tiers.empty())
    if (const std::string tiers = fitted([&](std::size_t room) { return tier_block(study, arm, room); });
        !tiers.empty())
      text += "\n" + tiers;
  if (const std::string facts = fitted([&](std::size_t room) { return facts_block(study, arm, room); }); !facts.empty())
    text += "\n" + facts;
  return text;
}

}  // namespace

std::string money_heading(std::string_view heading, const std::string& currency) {
  return currency == PriceParameters{}.currency ? std::string(heading) : fmt::format("{} in {}", heading, currency);
}

std::string offers_text(const std::vector<OfferCounts>& campaigns) {
  TextTable table("lrrrr");
  table.add({"Offers", "asked", "declined", "too late", "hours to yes"});
  bool any = false;
  for (const OfferCounts& offers : campaigns) {
    if (offers.declined == 0 && offers.too_late == 0 && offers.hours == 0) continue;
    any = true;
    table.add({offers.campaign, mean_count(offers.asked), mean_count(offers.declined), mean_count(offers.too_late),
               with_decimals(offers.hours, 1)});
  }
  return any ? table.text() : "";
}

namespace {

/// Why some rows of a contrast have no correlation, or no ratio of variances.
std::string why_unpaired(std::span<const ComparisonRow* const> rows) {
  std::vector<std::string> still, both_still, no_logarithm, of_all;
  bool single = false;
  for (const ComparisonRow* row : rows) {
    const bool no_correlation = std::isnan(row->correlation), no_variance = std::isnan(row->variance_ratio);
    if (!no_correlation && !no_variance) continue;
    if (row->replicates < 2)
      single = true;
    else if (no_variance)
      (std::isnan(row->lower) || std::isnan(row->upper) ? no_logarithm
       : row->lower == row->upper                       ? both_still
                                                        : of_all)
          .push_back(row->metric);
    else
      still.push_back(row->metric);
  }
  std::string text;
  const auto say = [&](const std::vector<std::string>& metrics, std::string_view why) {
    if (!metrics.empty()) text += "  " + wrapped(fmt::format("- at {}: {}.", fmt::join(metrics, ", "), why), 4, 2);
  };
  if (single) text += "  " + wrapped("- under corr and var: there is one pair.", 4, 2);
  say(still, "an arm is the same in all pairs, so that nothing correlates with it");
  say(both_still, "both arms are the same in all pairs, so that there is no variance");
  say(of_all, "it is made of all pairs at once, and none has a figure of its own");
  say(no_logarithm, "without one of the pairs, or in all, an arm has none of it, so that the ratio has no logarithm");
  return text;
}

}  // namespace

/// The rows of one contrast. A quotient that has a ratio is shown by it; its difference stays in the file.
std::string contrast_text(std::span<const ComparisonRow> rows) {
  const ComparisonRow& first = rows.front();
  const std::string text = wrapped(fmt::format("{} ({}: {}; {})", first.contrast, first.estimand,
                                               meaning(first.estimand), counted(first.replicates, "pair")),
                                   2);
  const auto table_with = [&](bool pairing) {
    TextTable table(pairing ? "lrrrLrr" : "lrrrL");
    std::vector<const ComparisonRow*> told;
    const auto add = [&](std::vector<std::string> cells) {
      if (!pairing) cells.resize(5);
      table.add(cells);
    };
    add({"", "arm", "against", "estimate", "95 % interval", "corr", "var"});
    std::string_view ratio_of;
    for (const ComparisonRow& row : rows) {
      if (is_ratio(row) && !std::isnan(row.estimate)) ratio_of = row.metric;
      if ((!is_ratio(row) && ratio_of == row.metric) || (is_ratio(row) && std::isnan(row.estimate))) continue;
      told.push_back(&row);
      const int decimals = decimals_of(row);
      const int mean_decimals = is_ratio(row) || decimals_for(row.mean_arm, 4) < decimals
                                    ? decimals_for(std::max(row.mean_arm, row.mean_against), 4)
                                    : decimals;
      const auto mean = [&](double value) { return std::isnan(value) ? "-" : with_decimals(value, mean_decimals); };
      const bool lost = is_ratio(row) && is_lost(row.estimate, row.upper, decimals);
      add({row.metric, mean(row.mean_arm), mean(row.mean_against),
           lost            ? "-"
           : is_ratio(row) ? "x " + with_decimals(row.estimate, decimals)
                           : signed_text(row.estimate, decimals),
           lost ? "-" : interval_text(row, decimals, !is_ratio(row)),
           std::isnan(row.correlation) ? "-" : with_decimals(row.correlation, 2),
           std::isnan(row.variance_ratio) ? "-" : with_decimals(row.variance_ratio, 2)});
    }
    return table.text() + (pairing ? why_unpaired(told) : "");
  };
  // What pairing gained is the first to go where the page is narrow.
  const std::string all = table_with(true);
  return text + (fits_page(all) ? all : table_with(false));
}

/// The world at the first point that has runs.
std::string world_of_first(const StudyResult& study) {
  for (std::size_t point = 0; point < study.infeasible.size(); ++point)
    if (study.ran(point, 0)) return world(at_point(study, point));
  return world(study);
}

std::string comparison_table(const StudyResult& study) {
  std::string text;
  if (!study.title.empty()) text += wrapped(study.title, 0) + "\n";
  text += world_of_first(study);
  text += fmt::format(
      "Study   {}{}, {}{} {}, seed {}\n", study.swept.empty() ? "" : counted(study.points.size(), "point") + ", ",
      counted(study.arms.size(), "arm"), study.replicates,
      study.incomplete.empty() ? "" : fmt::format(" of {}", study.asked), noun(study.asked, "replicate"), study.seed);
  if (!study.incomplete.empty())
    text += "        " + wrapped((study.replicates < study.asked ? "Fewer replicates than asked for: "
                                                                 : "Not all that was asked for: ") +
                                     study.incomplete,
                                 8, 8);
  text += unsettled(study);
  if (!study.swept.empty()) return text + sweep_blocks(study);
  if (!study.claims.empty()) text += "\n" + claims_block(study);
  if (const std::string shown = fitted([&](std::size_t room) { return switches_block(study, room); }); !shown.empty())
    text += "\n" + shown;
  if (!study.campaigns.empty()) text += "\n" + fitted([&](std::size_t room) { return money(study, room); });
  if (const std::string asked = fitted([&](std::size_t room) { return offers(study, room); }); !asked.empty())
    text += "\n" + asked;
  if (const std::string promoted = fitted([&](std::size_t room) { return promotion(study, room); }); !promoted.empty())
    text += "\n" + promoted;
  if (const std::string sold = fitted([&](std::size_t room) { return products(study, room); }); !sold.empty())
    text += "\n" + sold;
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
  if (const std::string shown = fitted([&](std::size_t room) { return carried_block(study, room); }); !shown.empty())
    text += "\n" + shown;
  // One arm stands for all in what each says by itself: the one that claims are judged in, else the first. The file has
  // every arm.
  const auto judged = std::ranges::find_if(
      study.claims, [&](const ClaimRow& row) { return std::ranges::find(study.arms, row.arm) != study.arms.end(); });
  const std::string arm = judged != study.claims.end() ? judged->arm : study.arms.empty() ? "" : study.arms.front();
  text += by_itself(study, arm);
  if (study.arms.size() > 1 && estimands.empty())
    text +=
        "\n" + wrapped(fmt::format(
                           "No contrast was asked for: [[contrast]] in the scenario has two arms compared, and so does "
                           "`grapevine compare FILE.h5 --arm {} --against {}`.",
                           study.arms[1], study.arms[0]),
                       0);
  return text + "\n" + footnotes(study, estimands);
}

void expect_arms(const StudyResult& study, const std::vector<std::string>& arms) {
  for (const std::string& arm : arms)
    if (std::ranges::find(study.arms, arm) == study.arms.end())
      throw BadRequest(fmt::format("no arm is called '{}'; expected one of {}", arm, fmt::join(study.arms, ", ")));
}

std::string arms_table(const StudyResult& study, const std::vector<std::string>& arms) {
  expect_arms(study, arms);
  std::string text;
  for (const std::string& arm : arms) text += by_itself(study, arm);
  return text.substr(std::min<std::size_t>(text.size(), 1));
}

}  // namespace grapevine
