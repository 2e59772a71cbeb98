#include "tests/record/sample.hpp"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "graph/base/error.hpp"
#include "graph/base/random.hpp"

namespace grapevine::test {
namespace {

/// 1, 2, 3, ...: a value that is written to the wrong place is found.
struct Count {
  std::uint32_t last = 0;
  std::uint32_t operator()() { return ++last; }
};

Outcomes outcomes(Count& n) {
  Outcomes row;
  row.posts = n(), row.delivered = n(), row.served = n(), row.impressions = 1000 + n(), row.first_looks = n(),
  row.reach = n();
  for (std::uint64_t& count : row.actions.of) count = n();
  return row;
}

void fill(RunRecord& record, std::size_t tiers, std::size_t campaigns, std::size_t products, Count& n) {
  for (std::size_t tier = 0; tier < tiers; ++tier)
    record.tiers.push_back({n(), outcomes(n), -MicroMoney{n()} * micro_per_unit, n(), n(), 1.0 / n(), 1.0 / n()});
  for (std::size_t i = 0; i < source_count * tiers; ++i)
    record.ledger.push_back(i % source_count < 2 ? LedgerRow{n(), n(), n()} : LedgerRow{7'000'000 + i, i, i});
  for (std::size_t group = 0; group < 2; ++group) {
    record.group_sessions.push_back(n());
    for (std::size_t tier = 0; tier < tiers; ++tier) record.readers.push_back({n(), n(), 0});
  }
  for (std::size_t i = 0; i < 20; ++i)
    record.curve.push_back({n(), n(), n(), n(), n(), n(), n() + 0.0, n() + 0.0, n() + 0.0, n() + 0.0, n() + 0.0,
                            n() + 0.0, n() + 0.0, n() + 0.0});
  for (std::size_t i = 0; i < frequency_bins * campaigns; ++i) record.frequency.push_back(n());
  for (std::size_t campaign = 0; campaign < campaigns; ++campaign) {
    record.campaigns.push_back({n(),
                                outcomes(n),
                                n(),
                                MicroMoney{n()} << 33,
                                MicroMoney{n()},
                                0,
                                0,
                                0,
                                MicroMoney{n()},
                                n(),
                                n(),
                                0,
                                0,
                                n(),
                                n(),
                                0,
                                {}});
    record.campaigns.back().expected_adopters = n() / 8.0;
    record.campaigns.back().outcomes.delivered = record.campaigns.back().outcomes.served = 0;  // not kept
  }
  for (std::size_t i = 0; i < 3; ++i) record.shapes.sizes.push_back({n(), n(), n(), n(), n(), n(), n() / 4.0});
  for (CascadeHistogram* counts :
       {&record.shapes.depths, &record.shapes.breadths, &record.shapes.virality, &record.shapes.broadcasts})
    for (std::size_t i = 0; i < 2; ++i) counts->push_back(n());
  record.shapes.large = n();
  record.shapes.size_virality_correlation = n() / 4096.0;
  record.event_hash = 0xfedcba9876543210ULL + n();
  record.paid_reach = n();
  record.reproduction_number = n() / 16.0;
  for (Tick tick = 0; tick < 12; tick += 6) {
    record.series.push_back({tick, n(), n(), n(), n(), n(), n(), {}});
    for (std::uint64_t& count : record.series.back().actions.of) count = n();
  }
  Count of_sales{2'000'000 + n.last};  // apart, so that what is added to a version leaves the numbers of the others
  for (std::size_t i = 0; i < products; ++i)
    record.products.push_back(
        {of_sales(), of_sales(), of_sales(), of_sales(), of_sales(), of_sales(), of_sales(), of_sales() / 16.0});
  for (CampaignRow& campaign : record.campaigns)
    campaign.sales = {of_sales(), of_sales(), of_sales() / 4.0, of_sales() / 8.0};
  for (ReaderRow& row : record.readers) row.impressions_in_network = of_sales();
  for (CampaignRow& campaign : record.campaigns) campaign.too_late = of_sales(), campaign.answer_ticks = of_sales();
  for (CampaignRow& campaign : record.campaigns)
    campaign.bought = of_sales(), campaign.promoted = of_sales(), campaign.spent_promotion = of_sales();
  Count of_campaigns{1'000'000 + n.last};  // apart, too
  for (std::size_t i = 0; i < campaigns * record.series.size(); ++i) {
    record.campaign_series.push_back({of_campaigns(), of_campaigns(), {}});
    for (std::uint64_t& count : record.campaign_series.back().actions.of) count = of_campaigns();
  }
}

/// What is only there where a scenario asks for it.
void watch(RunRecord& record, Count& n) {
  for (LedgerRow& row : record.ledger) row.ranked = n(), row.shadow = n();
  record.positions.resize(record.readers.size() * positions_from.size());
  for (PositionRow& row : record.positions) {
    row.impressions = n();
    for (std::uint64_t& count : row.actions.of) count = n();
  }
  for (std::uint32_t post = 0; post < record.posts.size(); ++post) {
    LookRow look;
    look.post = post;
    look.reader = UserId{n()}, look.tick = n(), look.draw = n(), look.position = n(), look.before = n();
    look.held_out = 1, look.actions = 0x85, look.reason = Reason::promoted;
    record.looks.push_back(look);
  }
}

PostRow post(Count& n, std::int32_t campaign, std::uint32_t size, std::uint32_t first_node) {
  PostRow row;
  row.key = ~std::uint64_t{n()};
  row.author = UserId{n()};
  row.tick = n();
  row.campaign = campaign;
  row.topic = static_cast<std::uint8_t>(n() % 16);
  row.tier = static_cast<std::uint8_t>(n() % 3);
  row.impressions_followed = n(), row.impressions_reshared = n(), row.reach = n();
  for (std::uint64_t& count : row.actions.of) count = n();
  row.cascade_size = size;
  row.depth = n();
  row.largest_broadcast = n(), row.half_time = n();
  row.impressions_discovered = 5'000'000 + n.last;
  row.impressions_promoted = 6'000'000 + n.last;
  row.structural_virality = size == 1 ? missing : 1.0 + n() / 7.0;
  row.first_node = first_node;
  return row;
}

InfluencerRow influencer(Count& n, std::uint32_t campaign) {
  InfluencerRow row;
  row.user = UserId{n()}, row.profile = UserId{n()}, row.campaign = campaign, row.followers = n(), row.posts = n(),
  row.replaced = n(), row.cost = n();
  row.outcomes.impressions = n(), row.outcomes.first_looks = n(), row.outcomes.reach = n();
  for (std::uint64_t& count : row.outcomes.actions.of) count = n();
  row.accepted = static_cast<Tick>(5'000'000 + n.last);
  row.promoted = 6'000'000 + n.last;
  row.sales = {3'000'000 + n.last, 4'000'000 + n.last, n.last / 4.0, n.last / 8.0};
  return row;
}

}  // namespace

StudyResult sample_study() {
  Count n;
  StudyResult study;
  study.title = "Eine große oder viele kleine?";
  study.seed = 20'240'117;
  study.tick_seconds = 1800;
  study.scenario_given = "# naïve\nseed = 20240117\n";
  study.scenario_understood = "format = 1\nseed = 20_240_117\n";
  study.arms = {"control", "one", "größer als 100 %"};
  study.models = {"feed", "independent-cascade", "sir"};
  study.replicates = 2;
  study.tiers = {"nano", "micro", "mega ☃"};
  study.tiers_from = {0, 3'000, 5'000'000'000};
  study.campaigns = {"many", "one"};
  study.products = {"thé", "tent"};
  study.allocate();
  for (std::size_t i = 0; i < study.records.size(); ++i) {
    RunRecord& record = study.records[i];
    fill(record, 3, 2, 2, n);
    for (std::uint32_t j = 0; j < i % 3; ++j) {  // runs without posts among them
      const std::uint32_t size = 1 + j * 2;
      record.posts.push_back(
          post(n, static_cast<std::int32_t>(j) - 1, size, static_cast<std::uint32_t>(record.cascades.size())));
      for (std::uint32_t node = 0; node < size; ++node)
        record.cascades.push_back({static_cast<std::int32_t>(node) - 1, UserId{n()}, n(),
                                   node == 0   ? Reason::root
                                   : node == 1 ? Reason::followed
                                               : Reason::reshared});
      record.influencers.push_back(influencer(n, j));
      study.accounts[record.posts.back().author] = "tëst_" + std::to_string(n());
    }
  }
  Count of_watched{9'000'000};  // apart
  for (RunRecord& record : study.records) watch(record, of_watched);
  for (GraphFacts& graph : study.graphs)
    graph = {n(), n(), n() / 1024.0, n(), n(), n(), n(), n(), n(), 0.125, n() / 1024.0, n() / 1024.0};
  study.graphs.back().reciprocity = missing;
  study.comparison.push_back({0, "many against one", "größer als 100 %", "one", "portfolio", "engagement per money",
                              "ratio of means", "1", 1.25, 1.125, 1.5, 0.95, "jackknife", 2, 3.5, 2.75, 0.875, 0.25,
                              "graph, dynamics"});
  study.comparison.push_back({0, "one", "one", "control", "portfolio", "reach", "difference of means", "users", -12.5,
                              -25.0, 3.0, 0.9, "jackknife", 1, 17.0, 29.5, missing, missing, ""});
  study.claims.push_back({5, "cheaper per money", "engagement per money, micro arm / mega arm",
                          "größer als 100 % against one", 1.5, 1.25, 1.75, 0.9, 1.1, 0.975, 2, "holds", "price.post",
                          0});
  study.claims.push_back(
      {1, "trusted", "not asked", "", missing, missing, missing, missing, missing, missing, 0, "not asked", "", 14});
  study.response.push_back({"one", "engagement per post", 3000.0, 1.5, 1.25, 1.75, 0.5, 0.25, 0.75});
  study.structure.push_back(
      {"one", "depth", "micro", "mega ☃", 12, 13, 1.5, 2.5, -1.0, -1.5, -0.5, 7, missing, missing, missing});
  study.bands.push_back({"one", "size", "unpaid cascades", 1.25, 1.75, 1.5, 1.375, 1.625, "undecided", "§ a source"});
  DriftRow drift;
  drift.arm = "one", drift.tier = "mega ☃", drift.metric = "trust at looks";
  drift.before = 0.5, drift.last = 0.625, drift.estimate = 1.25, drift.lower = 1.125, drift.upper = 1.375;
  drift.level = 0.975, drift.tolerance = 0.02, drift.verdict = "not settled";
  study.drift.push_back(drift);
  SwitchRow off;
  off.claim = 5, off.off = "price, niche ☃", off.estimate = 0.75, off.lower = 0.5, off.upper = 1.0;
  off.replicates = 2, off.verdict = "undecided";
  study.switches.push_back(off);
  off.off = "price", off.upper = 1.25;
  study.switches.push_back(off);
  AttributionRow part;
  part.claim = 5, part.name = "niche ☃", part.method = "shapley", part.factor = 1.5, part.vanishes = true;
  study.attribution.push_back(part);
  study.provenance = {{"version", "0.1.0"}, {"host", "größe"}, {"nothing", ""}};
  study.provenance.emplace_back("threads", std::int64_t{2});
  study.provenance.emplace_back("seconds", 1.5);
  return study;
}

StudyResult empty_study() {
  Count n;
  StudyResult study;
  study.arms = {"only"};
  study.models = {"feed"};
  study.replicates = 1;
  study.tiers = {"all"};
  study.tiers_from = {0};
  study.allocate();
  fill(study.records.front(), 1, 0, 0, n);
  return study;
}

StudyResult large_study(std::size_t posts) {
  StudyResult study = empty_study();
  study.campaigns = {"all"};
  RunRecord& record = study.records.front();
  record.campaigns.resize(1);
  record.frequency.resize(frequency_bins);
  record.campaign_series.resize(record.series.size());
  for (std::uint32_t i = 0; i < posts; ++i) {
    Count n{i};
    PostRow row = post(n, 0, 1, i);
    row.key = mix(i + 1), row.actions[Action::like] = mix(i + 7) >> 1, row.reach = mix(i + 9) >> 1;
    record.posts.push_back(row);
    record.cascades.push_back({-1, row.author, row.tick, Reason::root});
  }
  return study;
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "grapevine-XXXXXX").string();
  path_ = mkdtemp(name.data());
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
std::string Folder::listing() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

std::string complaint_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace grapevine::test
