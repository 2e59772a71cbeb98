#include "sim/tick/mechanisms/conversions.hpp"

#include <algorithm>

namespace grapevine {

Conversions::Conversions(const MechanismGiven& given) : looks_(given.readers.size()) {
  for (const CampaignParameters& campaign : given.world.campaigns)
    sells_.push_back(std::ranges::count(given.world.products, campaign.product, &ProductParameters::name) > 0);
}

std::unique_ptr<Mechanism> Conversions::make(const MechanismGiven& given) {
  if (given.world.products.empty() || given.run.pays.empty()) return nullptr;
  return std::make_unique<Conversions>(given);
}

void Conversions::arrays(ArrayTable& table) {
  looks_.arrays("conversions.slot", "conversions.looks", "look at a post that sells", table);
}

void Conversions::after_session(const Given&, const Before& before, const Session& session,
                                std::span<const Impression> looks, std::vector<Message>&) {
  std::vector<SalesLook> all;
  for (const Impression& look : looks) {
    if (!look.tracked) continue;  // paid roots are
    const PostIdentity& post = before.posts.identity(look.root);
    if (post.campaign == PostIdentity::no_campaign || !sells_[post.campaign]) continue;
    if (all.empty()) all.assign(looks_.of(session.place).begin(), looks_.of(session.place).end());
    all.push_back({post.author, before.now, post.campaign, static_cast<std::uint16_t>(look.took(Action::click))});
  }
  if (!all.empty()) looks_.replace(session.place, all);
}

MechanismFacts mechanism_conversions() { return {.name = "conversions", .make = Conversions::make}; }

}  // namespace grapevine
