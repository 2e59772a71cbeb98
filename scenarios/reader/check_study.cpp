#include "scenarios/reader/scenario_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/cascades.hpp"
#include "analysis/figures.hpp"
#include "analysis/stopping.hpp"
#include "graph/base/counted.hpp"
#include "graph/formats/graph_file.hpp"
#include "scenarios/keys/codec.hpp"
#include "scenarios/keys/suggestions.hpp"
#include "scenarios/reader/graph_choice.hpp"
#include "sim/money/campaigns.hpp"

namespace grapevine {

void ScenarioReader::check_claims() {
  const ClaimsChoice& claims = scenario_.claims;
  for (const auto& [label, name] : {std::pair("claims.arm", &claims.arm),
                                    {"claims.silent_arm", &claims.silent_arm},
                                    {"claims.micro_arm", &claims.micro_arm},
                                    {"claims.mega_arm", &claims.mega_arm}})
    if (given(label) && given(label)->good && !arm_names_.count(*name))
      refuse_name(label, *name, "arm", arm_names_, given(label)->value);
  if (!claims.silent_arm.empty()) check_silent_arm();
  if (claims.micro_arm.empty() != claims.mega_arm.empty())
    add(place_of({"claims.micro_arm", "claims.mega_arm"}),
        fmt::format("{} is missing; expected both claims.micro_arm and claims.mega_arm, or neither",
                    claims.micro_arm.empty() ? "claims.micro_arm" : "claims.mega_arm"));
  for (const char* label : {"claims.micro_arm", "claims.mega_arm"}) {
    const std::string& name = std::string_view(label) == "claims.micro_arm" ? claims.micro_arm : claims.mega_arm;
    const auto arm =
        std::find_if(scenario_.arms.begin(), scenario_.arms.end(), [&](const Arm& it) { return it.name == name; });
    if (given(label) && given(label)->good && arm != scenario_.arms.end() && arm->run.pays.empty() &&
        sound({"pays", "arm." + name + ".pays"}))
      add(given(label)->value,
          fmt::format("{} names {}, which pays for no campaign; expected an arm with `pays`", label, in_quotes(name)));
  }
  if (!claims.micro_arm.empty() && claims.micro_arm == claims.mega_arm)
    add(place_of({"claims.mega_arm"}),
        fmt::format("claims.mega_arm is {}, as claims.micro_arm is; expected two different arms",
                    in_quotes(claims.mega_arm)));
  if (!claims.micro_arm.empty()) check_same_products();
  if (!claims.any()) return;
  if (!sound({"tiers.names", "claims.micro", "claims.mega"})) return;
  if (claims.micro == claims.mega)
    add(place_of({"claims.mega", "claims.micro"}),
        fmt::format("claims.micro and claims.mega are both {}; expected two different tiers", in_quotes(claims.mega)));
  for (const auto& [label, name] : {std::pair("claims.micro", &claims.micro), {"claims.mega", &claims.mega}})
    expect_tier(label, *name);
}

/// Claims 4 and 5 hold purchases of the same things against each other.
void ScenarioReader::check_same_products() {
  const ClaimsChoice& claims = scenario_.claims;
  const auto micro = std::ranges::find(scenario_.arms, claims.micro_arm, &Arm::name),
             mega = std::ranges::find(scenario_.arms, claims.mega_arm, &Arm::name);
  if (micro == scenario_.arms.end() || mega == scenario_.arms.end()) return;  // told already
  if (!product_names_.empty() &&
      std::ranges::any_of(scenario_.world.campaigns, [&](const CampaignParameters& campaign) {
        return !campaign.product.empty() && !product_names_.count(campaign.product);  // told, too
      }))
    return;
  const std::vector<std::string> small = products_of(scenario_, micro->run), large = products_of(scenario_, mega->run);
  const auto in_words = [](const std::vector<std::string>& products) {
    return products.empty() ? std::string("nothing") : fmt::format("\"{}\"", fmt::join(products, "\", \""));
  };
  if (small != large)
    add(place_of({"claims.micro_arm", "claims.mega_arm"}),
        fmt::format(
            "claims.micro_arm, {}, sells {}, and claims.mega_arm, {}, {}; expected the same, for claims 4 and 5 "
            "hold what they sell against each other; give their campaigns the same product",
            in_quotes(claims.micro_arm), in_words(small), in_quotes(claims.mega_arm), in_words(large)));
}

/// The arm without answers is one, and the other has some.
void ScenarioReader::check_silent_arm() {
  const ClaimsChoice& claims = scenario_.claims;
  if (!sound({"claims.arm", "claims.silent_arm", "answers.per_day", "arm." + claims.silent_arm + ".answers.per_day"}))
    return;
  const Place where = place_of({"claims.silent_arm"});
  const auto arm_of = [&](const std::string& name) { return std::ranges::find(scenario_.arms, name, &Arm::name); };
  if (claims.arm.empty()) {
    add(where, "claims.silent_arm is given without claims.arm; expected both; name the arm in which authors answer");
    return;
  }
  const auto answering = arm_of(claims.arm), silent = arm_of(claims.silent_arm);
  if (answering == scenario_.arms.end() || silent == scenario_.arms.end()) return;  // told already
  if (answering == silent)
    add(where, fmt::format("claims.silent_arm is {}, as claims.arm is; expected two different arms",
                           in_quotes(claims.silent_arm)));
  else if (!silent->run.answers.neutral())
    add(where, fmt::format("authors answer in {}; expected an arm with answers.per_day = 0, whose outcomes show what "
                           "answers do",
                           in_quotes(claims.silent_arm)));
  else if (silent->warmup != answering->warmup && !lives_as_study(*answering) && !lives_as_study(*silent))
    add(where,
        fmt::format("of {} and {} one has a warm-up of its own and the other, which has keys of its own, has not; "
                    "expected arms that differ in what authors answer; give both `warmup = \"own\"`",
                    in_quotes(claims.arm), in_quotes(claims.silent_arm)));
}

/// Whether the arm's warm-up, be it shared or its own, is one under its own keys: it goes on from that of the study and
/// has the study's keys but for whom it pays, and that is after it.
bool ScenarioReader::lives_as_study(const Arm& arm) const {
  const std::string prefix = "arm." + arm.name + ".";
  return arm.warmup == ArmWarmup::shared && std::ranges::none_of(given_, [&](const Given& it) {
           const std::string key = it.label.starts_with(prefix) ? it.label.substr(prefix.size()) : "name";
           return key != "name" && key != "warmup" && key != "pays" && key != "draws";
         });
}

void ScenarioReader::expect_tier(const std::string& label, const std::string& name) {
  const std::vector<std::string>& tiers = scenario_.world.tiers.names;
  if (std::find(tiers.begin(), tiers.end(), name) != tiers.end()) {
    if (sound({"tiers.from"}) && scenario_.world.tiers.from == TierParameters{}.from)
      expect_possible(label, name);  // others were held against the world as a whole
    return;
  }
  const Place place = place_of({label, "claims.arm", "claims.micro_arm"});
  std::map<std::string, Place> names;
  for (const std::string& tier : tiers) names.emplace(tier, Place{});
  refuse_name(label, name, "tier", names, place);
}

void ScenarioReader::check_replicates() {
  if (!sound({"redraw", "replicates", "graph.file"})) return;
  const Redraw& redraw = scenario_.redraw;
  if (scenario_.graph.affinity > 0.0 && scenario_.graph.model != GraphModel::file && redraw.dynamics && !redraw.graph &&
      scenario_.replicates > 1 && sound({"graph.affinity"}))
    add(place_of({"redraw", "graph.affinity"}),
        "redraw names \"dynamics\", which draws interests, without \"graph\", whose audiences graph.affinity fits to "
        "them; expected the graph to be drawn with the interests of its replicate; add \"graph\"");
  if (!is_drawn(scenario_.graph) && redraw.graph)
    add(place_of({"redraw"}),
        "redraw names \"graph\", which has no effect with graph.file alone; expected it only with a generated, "
        "randomised or planted graph; remove it");
  else if (!redraw.graph && !redraw.selection && !redraw.content && !redraw.dynamics && scenario_.replicates > 1)
    add(place_of({"redraw"}), fmt::format("redraw is empty, so all {} replicates would be the same run; expected a "
                                          "stream to redraw; or set replicates = 1",
                                          scenario_.replicates));
  else if (!warms_up(scenario_) && !redraw.graph && !redraw.dynamics &&
           !(redraw.selection && !scenario_.world.campaigns.empty()) && scenario_.replicates > 1)
    add(place_of({"redraw"}), fmt::format("redraw names no stream that the classic models draw from, so all {} "
                                          "replicates would be the same run; expected \"dynamics\"; add it",
                                          scenario_.replicates));
}

void ScenarioReader::check_prices() {
  const PriceParameters& prices = scenario_.world.prices;
  const std::vector<std::string>& tiers = scenario_.world.tiers.names;
  if (!prices.card.empty() && prices.card.size() != tiers.size() && sound({"price.card", "tiers.names"}))
    add(place_of({"price.card"}),
        fmt::format("price.card has {} and tiers.names has {}; expected one price for each name",
                    counted(prices.card.size(), "entry", "entries"), tiers.size()));
  const std::string& currency = prices.currency;
  constexpr std::size_t longest = 24;
  const auto characters = static_cast<std::size_t>(
      std::ranges::count_if(currency, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));  // UTF-8
  if (currency.empty() || characters > longest ||
      std::ranges::any_of(currency, [](char c) { return 0 <= c && c < ' '; }))
    add(place_of({"price.currency"}),
        fmt::format("price.currency is {}; expected a text of 1 to {} characters on one line, such as \"EUR\"",
                    in_quotes(currency), longest));
}

void ScenarioReader::check_campaigns() {
  std::vector<CampaignParameters>& campaigns = scenario_.world.campaigns;
  for (std::size_t i = 0; i < campaigns.size(); ++i) {
    const CampaignParameters& campaign = campaigns[i];
    const std::string& prefix = campaign_prefixes_[i];
    const auto label = [&](std::string_view key) { return prefix + std::string(key); };
    if (given(label("budget")) && given(label("budget_of")))
      add(given(label("budget_of"))->name,
          fmt::format("{} is given together with a budget; expected one of the two; remove one", label("budget_of")));
    if (!given(label("budget")) && !given(label("budget_of")) && !given(label("count")) &&
        campaign.choose != AccountChoice::named && sound({label("accounts")}))
      add(campaign_places_[i],
          fmt::format("{} has no bound and would pay everybody that it may ask; expected one of count, budget, "
                      "budget_of; add one",
                      prefix.substr(0, prefix.size() - 1)));
    if (!campaign.budget_of.empty() && sound({label("budget_of")})) check_budget_of(i);
    if (!campaign.tier.empty() && sound({"tiers.names"})) expect_tier(label("tier"), campaign.tier);
    const bool planted_in_file =
        scenario_.graph.model == GraphModel::file && is_graph_file(scenario_.graph.file);  // seen when it is loaded
    if (!campaign.plant.empty() && !planted_in_file && !plant_names_.count(campaign.plant))
      refuse_name(label("plant"), campaign.plant, "plant", plant_names_, place_of({label("plant")}));
    if (campaign.choose == AccountChoice::fit && campaign.topic < 0 && sound({label("topic")}))
      add(place_of({label("accounts")}),
          fmt::format("{} is \"fit\", and the campaign has no topic; expected {}; add it", label("accounts"),
                      label("topic")));
    if (campaign.topic >= 0 && sound({label("topic"), "population.topics"}) &&
        std::uint32_t(campaign.topic) >= scenario_.world.population.topics)
      add(place_of({label("topic")}),
          fmt::format("{} is {}; expected 0 to {}, as population.topics is {}", label("topic"), campaign.topic,
                      scenario_.world.population.topics - 1, scenario_.world.population.topics));
    check_slots(i);
    check_cost(i);
    check_promotion(i);
  }
}

/// Products and campaigns name each other.
void ScenarioReader::check_products() {
  const std::vector<ProductParameters>& products = scenario_.world.products;
  const std::vector<CampaignParameters>& campaigns = scenario_.world.campaigns;
  if (products.empty()) return;
  for (std::size_t i = 0; i < campaigns.size(); ++i)
    if (const Given* named = given(campaign_prefixes_[i] + "product");
        named && named->good && !campaigns[i].product.empty() && !product_names_.count(campaigns[i].product))
      refuse_name(named->label, campaigns[i].product, "product", product_names_, named->value);
  for (std::size_t i = 0; i < products.size(); ++i) {
    const ProductParameters& product = products[i];
    const std::string& prefix = product_prefixes_[i];
    if (product.topic >= 0 && sound({prefix + "topic", "population.topics"}) &&
        std::uint32_t(product.topic) >= scenario_.world.population.topics)
      add(place_of({prefix + "topic"}),
          fmt::format("{}topic is {}; expected 0 to {}, as population.topics is {}", prefix, product.topic,
                      scenario_.world.population.topics - 1, scenario_.world.population.topics));
  }
  const bool sold = std::ranges::any_of(
      campaigns, [&](const CampaignParameters& campaign) { return product_names_.count(campaign.product) > 0; });
  if (!sold && !product_names_.empty())
    add(product_places_[0],
        fmt::format("no campaign sells a product; expected a [[campaign]] with product = {}; add it, or remove the "
                    "products",
                    in_quotes(product_names_.begin()->first)));
}

void ScenarioReader::check_cost(std::size_t i) {
  const CampaignParameters& campaign = scenario_.world.campaigns[i];
  const PriceParameters& prices = scenario_.world.prices;
  const std::string& prefix = campaign_prefixes_[i];
  if (campaign.budget >= 0 || !campaign.budget_of.empty() || prices.spread > 0.0) return;
  if (!sound({"price.post", "price.card", "price.manage", "price.spread", "graph.users", "graph.stands_for",
              prefix + "posts", prefix + "budget", prefix + "budget_of"}))
    return;
  const std::string_view key = prices.card.empty() ? "price.post" : "price.card";
  const MicroMoney cheapest = prices.card.empty() ? prices.post : *std::ranges::min_element(prices.card);
  const double scale = scale_of(scenario_.graph) / micro_per_unit, post = scale * double(cheapest),
               least = post * campaign.posts + scale * double(prices.manage),
               most = double(most_spent) / micro_per_unit;
  if (least > most)
    add(place_of({prefix + "posts", std::string(key)}),
        fmt::format("{}posts is {}, each at {}, {:.0f}, or more: an account costs {:.0f} at least; expected "
                    "at most {:.0f} for all; lower {}posts or {}, or give the "
                    "campaign a budget",
                    prefix, campaign.posts, key, post, least, most, prefix, key));
}

/// What a campaign buys from the platform can be shown.
void ScenarioReader::check_promotion(std::size_t i) {
  const CampaignParameters& campaign = scenario_.world.campaigns[i];
  const PromotionParameters& promotion = campaign.promotion;
  const std::string& prefix = campaign_prefixes_[i];
  const auto label = [&](std::string_view key) { return prefix + std::string(key); };
  if (promotion.neutral() || !sound({label("promotion"), label("promotion_price"), "graph.users", "graph.stands_for"}))
    return;
  const double scale = scale_of(scenario_.graph), least = double(promotion.price) / 1000 / scale / micro_per_unit;
  if (scale * double(promotion.money) / micro_per_unit < scale * least)
    add_of_money(
        place_of({label("promotion")}),
        fmt::format("{} is {}, which buys no impression at {} for a thousand ({}){}; expected {} or more; or 0",
                    label("promotion"), money_as_text(promotion.money), money_as_text(promotion.price),
                    label("promotion_price"), scale < 1.0 ? ", in a world that stands for a larger one" : "", least));
  if (campaign.budget >= 0 && promotion.money >= campaign.budget && sound({label("budget")}))
    add_of_money(
        place_of({label("promotion")}),
        fmt::format("{} is {}, and {} is {}; expected less than the budget, for accounts are paid from what promotion "
                    "leaves of it; lower it, or raise the budget",
                    label("promotion"), money_as_text(promotion.money), label("budget"),
                    money_as_text(campaign.budget)));
  const std::uint32_t topics = scenario_.world.population.topics;
  if (promotion.audience == PromotionAudience::topic && promotion.topics >= topics &&
      sound({label("promotion_topics"), "population.topics"}))
    add(place_of({label("promotion_audience")}),
        fmt::format("{} is \"topic\", and all of {} topics (population.topics) are among the {} favourite ones of a "
                    "reader ({}); expected fewer favourites than topics; or \"all\"",
                    label("promotion_audience"), topics, promotion.topics, label("promotion_topics")));
  check_promotion_in_feeds(i);
}

void ScenarioReader::check_promotion_in_feeds(std::size_t i) {
  const CampaignParameters& campaign = scenario_.world.campaigns[i];
  const PromotionParameters& promotion = campaign.promotion;
  const std::string &prefix = campaign_prefixes_[i], time = prefix + "promotion_time",
                    place = prefix + "promotion_place";
  const Tick window = scenario_.run.feed.window;
  if (tick_known_ && warms_up(scenario_) && sound({time, "feed.window"}) && promotion.time > window)
    add(place_of({time, prefix + "promotion"}),
        fmt::format("{} is {}; expected at most feed.window, {}, for no post is shown when that is over; lower it",
                    time, in_words(promotion.time), in_words(window)));
  for (const Arm& arm : scenario_.arms) {
    const std::vector<std::string>& pays = arm.run.pays;
    const std::string own = fmt::format("arm.{}.feed.length", arm.name), length = given(own) ? own : "feed.length";
    if (arm.run.diffusion.model != DiffusionModel::feed || promotion.place <= arm.run.feed.length ||
        std::ranges::find(pays, campaign.name) == pays.end() || !sound({length, place}))
      continue;
    return add(place_of({place, length, prefix + "promotion"}),
               fmt::format("{} is {}, and {} is {}; expected a place in the feed; lower it", place, promotion.place,
                           length, arm.run.feed.length));
  }
}

void ScenarioReader::check_slots(std::size_t i) {
  const CampaignParameters& campaign = scenario_.world.campaigns[i];
  const std::string& prefix = campaign_prefixes_[i];
  if (!warms_up(scenario_) || !tick_known_ ||
      !sound({prefix + "start", prefix + "every", prefix + "slots", "time.measure"}))
    return;
  const std::uint64_t last = campaign.start + std::uint64_t(campaign.slots - 1) * campaign.every;
  if (last < scenario_.world.time.measure) return check_withheld(i, last);
  const std::string name = prefix.substr(0, prefix.size() - 1);
  Place place = campaign_places_[i];
  for (const char* key : {"start", "every", "slots"})
    if (given(prefix + key)) place = given(prefix + key)->value;
  add(place,
      fmt::format(
          "{} has its last slot {} after the start of time.measure, which lasts {}; expected all slots in it; lower "
          "start, every or slots",
          name, in_words(last), in_words(scenario_.world.time.measure)));
}

void ScenarioReader::check_withheld(std::size_t i, std::uint64_t last) {
  const CampaignParameters& campaign = scenario_.world.campaigns[i];
  const std::string& prefix = campaign_prefixes_[i];
  const TimeParameters& time = scenario_.world.time;
  const Tick window = scenario_.run.feed.window;
  if (!sound({prefix + "slot", "time.followup", "feed.window"}) || time.followup < window) return;
  const bool paid_under_feeds = std::any_of(scenario_.arms.begin(), scenario_.arms.end(), [&](const Arm& arm) {
    const std::vector<std::string>& pays = arm.run.pays;
    return arm.run.diffusion.model == DiffusionModel::feed &&
           std::find(pays.begin(), pays.end(), campaign.name) != pays.end();
  });
  const std::uint64_t due = last + campaign.replace_within, room = std::uint64_t{time.measure} + time.followup - window;
  if (!paid_under_feeds || due < room) return;
  Place place = campaign_places_[i];
  for (const char* key : {"start", "every", "slots", "slot"})
    if (given(prefix + key)) place = given(prefix + key)->value;
  add(place, fmt::format("{} withholds posts that are due up to {} after the start of time.measure, {} after its "
                         "last slot; expected less than {}, time.measure + "
                         "time.followup - feed.window, so that all that they would have brought is counted; lower "
                         "slot, start, every or slots, or raise time.followup to {}",
                         prefix.substr(0, prefix.size() - 1), in_words(due), in_words(campaign.replace_within),
                         in_words(room), in_words(time.followup + due + 1 - room)));
}

const CampaignParameters* ScenarioReader::campaign_named(std::string_view name) const {
  const auto& campaigns = scenario_.world.campaigns;
  const auto at =
      std::find_if(campaigns.begin(), campaigns.end(), [&](const CampaignParameters& it) { return it.name == name; });
  return at == campaigns.end() ? nullptr : &*at;
}

void ScenarioReader::check_budget_of(std::size_t i) {
  const CampaignParameters& campaign = scenario_.world.campaigns[i];
  const Given& key = *given(campaign_prefixes_[i] + "budget_of");
  if (!campaign_named(campaign.budget_of))
    return refuse_name(key.label, campaign.budget_of, "campaign", campaign_names_, key.value);
  std::set<const CampaignParameters*> seen;
  for (const CampaignParameters* at = &campaign; at && !at->budget_of.empty(); at = campaign_named(at->budget_of)) {
    if (seen.insert(at).second) continue;
    if (at == &campaign)
      add(key.value, fmt::format("{} leads back to '{}' itself; expected a campaign that bounds its own spending",
                                 key.label, campaign.name));
    return;
  }
}

void ScenarioReader::refuse_name(const std::string& label, std::string_view name, std::string_view kind,
                                 const std::map<std::string, Place>& names, const Place& place) {
  std::vector<std::string_view> known;
  std::vector<std::string> shown;
  for (const auto& [it, where] : names) {
    known.push_back(it);
    shown.push_back(in_quotes(it));
  }
  const std::string_view near = nearest_name(name, known);
  add(place, fmt::format("{} names {}, and there is no {} of that name; expected {}{}", label, in_quotes(name), kind,
                         shown.empty()       ? fmt::format("a [[{}]] of that name", kind)
                         : shown.size() == 1 ? shown[0]
                                             : fmt::format("one of {}", fmt::join(shown, ", ")),
                         near.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(near))));
}

void ScenarioReader::check_pays() {
  for (const Given& it : given_) {
    if (it.key->dotted() != "pays") continue;
    for (const std::string& name : it.target.run->pays)
      if (!campaign_names_.count(name)) refuse_name(it.label, name, "campaign", campaign_names_, it.value);
  }
}

void ScenarioReader::check_draws() {
  if (!sound({"draws", "pays"})) return;
  for (std::size_t i = 0; i < scenario_.world.campaigns.size(); ++i)
    if (!sound({campaign_prefixes_[i] + "accounts", campaign_prefixes_[i] + "budget_of"})) return;
  for (const Arm& arm : scenario_.arms)
    if (const std::string prefix = "arm." + arm.name + "."; !sound({prefix + "draws", prefix + "pays"})) return;
  for (const Arm& arm : scenario_.arms)
    for (const std::string& name : arm.run.pays) {
      const CampaignParameters* campaign = campaign_named(name);
      if (campaign && !campaign->budget_of.empty() && !check_draws(arm, *campaign)) break;
    }
}

bool ScenarioReader::check_draws(const Arm& arm, const CampaignParameters& campaign) {
  const auto pays = [](const Arm& it, const std::string& name) { return std::ranges::count(it.run.pays, name) > 0; };
  // The nearest campaign along the chain that an arm pays; what no arm pays, nothing is held against.
  const CampaignParameters *taker = &campaign, *giver = campaign_named(campaign.budget_of);
  for (std::size_t step = 0; giver && step < most_campaigns; ++step) {
    if (std::ranges::any_of(scenario_.arms, [&](const Arm& it) { return pays(it, giver->name); })) break;
    taker = giver;
    giver = giver->budget_of.empty() ? nullptr : campaign_named(giver->budget_of);
  }
  if (!giver || !vary_by_draw(scenario_.world, {giver->name})) return true;
  const std::uint32_t draws = draws_of(scenario_, arm);
  const Arm* payer = nullptr;  // of those that pay the giver, the one with most draws
  std::uint32_t most = 0;
  for (const Arm& it : scenario_.arms) {
    if (!pays(it, giver->name)) continue;
    const std::uint32_t own = draws_of(scenario_, it);
    if (own == draws) return true;
    if (own > most) payer = &it, most = own;
  }
  // Accounts that are drawn take the giver's amounts in turn. Others differ by the amount alone, so that as many
  // choices of the giver's accounts are made for them, among them such as the payer does not have.
  const bool in_turn = taker->choose == AccountChoice::random;
  if (!payer || (in_turn && draws % most == 0)) return true;
  const std::string own = "arm." + arm.name + ".";
  add(place_of({own + "draws", "draws", own + "pays", "pays", "arm." + payer->name + ".draws"}),
      fmt::format(
          "arm.{}.draws is {}, and the campaign {} spends what {} does, which {} pays in {}: on the average they "
          "would not spend the same; expected {}; set arm.{}.draws = {}",
          arm.name, draws, in_quotes(campaign.name), in_quotes(giver->name), in_quotes(payer->name),
          counted(most, "draw", "draws"),
          in_turn && most > 1 ? fmt::format("a multiple of {}", most) : std::string("as many"), arm.name,
          in_turn ? (draws + most - 1) / most * most : most));
  return false;
}

void ScenarioReader::check_contrasts() {
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < scenario_.contrasts.size(); ++i) {
    const ContrastChoice& contrast = scenario_.contrasts[i];
    bool known = true;
    for (const char* name : {"arm", "against"}) {
      const Given* key = given(contrast_prefixes_[i] + name);
      known = known && key && key->good;
      if (!key || !key->good) continue;
      const std::string& arm = std::string_view(name) == "arm" ? contrast.arm : contrast.against;
      if (arm_names_.count(arm)) continue;
      known = false;
      refuse_name(key->label, arm, "arm", arm_names_, key->value);
    }
    if (!known) continue;
    if (contrast.arm == contrast.against)
      add(contrast_places_[i],
          fmt::format("a contrast of '{}' with itself; expected two different arms", contrast.arm));
    else if (!seen.emplace(contrast.arm, contrast.against).second)
      add(contrast_places_[i], fmt::format("a second contrast of '{}' against '{}'; expected each once; remove one",
                                           contrast.arm, contrast.against));
  }
}

void ScenarioReader::check_bands() {
  const std::vector<std::string_view> metrics = metrics_of_one_arm();
  for (std::size_t i = 0; i < scenario_.bands.size(); ++i) {
    const BandChoice& band = scenario_.bands[i];
    const auto good = [&](std::string_view name) {
      return given(band_prefixes_[i] + std::string(name)) && given(band_prefixes_[i] + std::string(name))->good;
    };
    const auto place = [&](std::string_view name) { return given(band_prefixes_[i] + std::string(name))->value; };
    if (good("arm") && !arm_names_.count(band.arm))
      refuse_name(band_prefixes_[i] + "arm", band.arm, "arm", arm_names_, place("arm"));
    if (good("metric") && std::ranges::find(metrics, band.metric) == metrics.end()) {
      const std::string_view near = nearest_name(band.metric, metrics);
      add(place("metric"),
          fmt::format("{}metric is {}, and no figure of one arm has that name; expected {}", band_prefixes_[i],
                      in_quotes(band.metric),
                      near.empty() ? fmt::format("one of \"{}\"", fmt::join(metrics, "\", \""))
                                   : fmt::format("one as the tables name it; did you mean {}?", in_quotes(near))));
    }
    if (good("of") && sound({"tiers.names"})) {
      std::vector<std::string> subjects{std::string(unpaid_cascades), std::string(accounts_by_followers)};
      for (const std::string& tier : scenario_.world.tiers.names) subjects.push_back(posts_of_tier(tier));
      for (const CampaignParameters& campaign : scenario_.world.campaigns)
        subjects.push_back(accounts_of_campaign(campaign.name));
      if (std::ranges::find(subjects, band.of) == subjects.end())
        add(place("of"), fmt::format("{}of is {}; expected one of \"{}\"", band_prefixes_[i], in_quotes(band.of),
                                     fmt::join(subjects, "\", \"")));
    }
    if (good("low") && good("high") && band.low >= band.high)
      add(place("high"), fmt::format("{}high is {}; expected more than {}low, {}", band_prefixes_[i], band.high,
                                     band_prefixes_[i], band.low));
  }
}

/// A study that stops by the width of an interval has one, and looks before its last replicate.
void ScenarioReader::check_until() {
  if (!given("until") || !sound({"until", "replicates"})) return;
  const Place place = place_of({"until"});
  const auto pays = [&](const std::string& name) {
    const auto arm = std::ranges::find(scenario_.arms, name, &Arm::name);
    return arm != scenario_.arms.end() && !arm->run.pays.empty();
  };
  if (scenario_.contrasts.empty())
    add(place, "until is about the first [[contrast]], and there is none; expected one; add it, or remove until");
  else if (const ContrastChoice& first = scenario_.contrasts.front(); pays(first.arm) != pays(first.against))
    add(place, fmt::format("until is about a ratio, and of {} against {} only one pays, so that differences are told; "
                           "expected a first [[contrast]] of two arms that pay, or of two that do not",
                           in_quotes(first.arm), in_quotes(first.against)));
  if (scenario_.replicates <= first_look_at)
    add(place, fmt::format("until has no effect with {} replicates, as its first look is at {}; expected more; raise "
                           "replicates, or remove until",
                           scenario_.replicates, first_look_at));
}

/// Two switches that are off together do not want the same key to be different things.
void ScenarioReader::check_combined_switches() {
  std::map<std::string, std::pair<const SwitchChoice*, std::string>> first;
  for (const SwitchChoice& choice : scenario_.switches)
    for (const KeySetting& setting : choice.settings) {
      const auto [at, fresh] = first.try_emplace(setting.key, &choice, as_toml(setting.value));
      if (!fresh && at->second.second != as_toml(setting.value))
        add(setting.place,
            fmt::format("the switch {} sets {} to {}, and {} sets it to {}; expected one value, for with "
                        "claims.attribution = \"shapley\" both are off together",
                        in_quotes(choice.name), setting.key, as_toml(setting.value), in_quotes(at->second.first->name),
                        at->second.second));
    }
}

/// What switches ask of the study; what each does to it is seen when the study is read with it off.
void ScenarioReader::check_switches() {
  const std::vector<SwitchChoice>& switches = scenario_.switches;
  if (switches.empty()) return;
  if (!scenario_.claims.any())
    add(switch_places_[0],
        "a [[switch]] without [claims]; expected claims, which are judged with it on and off; name their arms");
  if (scenario_.claims.attribution == Attribution::shapley && switches.size() > most_combined_switches)
    add(place_of({"claims.attribution"}),
        fmt::format(
            "claims.attribution is \"shapley\" with {} switches, {} studies; expected at most {}; leave some out, "
            "or set it to \"leave-one-out\"",
            switches.size(), std::uint64_t{1} << switches.size(), most_combined_switches));
  if (scenario_.claims.attribution == Attribution::shapley) check_combined_switches();
  for (std::size_t i = 0; i < switches.size(); ++i) {
    if (switches[i].settings.empty())
      add(switch_places_[i], fmt::format("the switch {} sets nothing; expected a key that takes something out of the "
                                         "study, such as answers.per_day = 0; add it",
                                         in_quotes(switches[i].name)));
    for (const KeySetting& setting : switches[i].settings) {
      const std::string section = setting.key.substr(0, std::min(setting.key.find('.'), setting.key.size()));
      static const std::set<std::string> fixed{"format", "title",    "seed", "replicates", "redraw", "drift", "time",
                                               "tiers",  "contrast", "band", "claims",     "switch", "output"};
      if (fixed.count(section)) add(setting.place, SwitchChoice::no_business(setting.key));
    }
  }
}

}  // namespace grapevine
