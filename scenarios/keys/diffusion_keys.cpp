#include <algorithm>

#include "scenarios/keys/key_fields.hpp"

namespace grapevine {

using namespace key_fields;

namespace {

/// An arm's own model decides for its own keys; the scenario's keys also act through any arm.
template <auto holds>
bool spreads(const Target& target) {
  if (target.arm) return holds(target.run->diffusion);
  const std::vector<Arm>& arms = target.scenario->arms;
  return holds(target.scenario->run.diffusion) ||
         std::any_of(arms.begin(), arms.end(), [](const Arm& arm) { return holds(arm.run.diffusion); });
}
/// The scenario's keys also say how posts are taken to spread where accounts are chosen by influence.
template <auto holds>
bool spreads_or_chooses(const Target& target) {
  if (spreads<holds>(target)) return true;
  const auto& campaigns = target.scenario->world.campaigns;
  const bool chooses = std::any_of(campaigns.begin(), campaigns.end(), [](const CampaignParameters& campaign) {
    return campaign.choose == AccountChoice::influence || campaign.choose == AccountChoice::lazy_greedy;
  });
  DiffusionParameters expected = target.scenario->run.diffusion;
  if (expected.model == DiffusionModel::feed) expected.model = DiffusionModel::independent_cascade;
  return !target.arm && chooses && holds(expected);
}
constexpr bool is_classic(const DiffusionParameters& diffusion) { return diffusion.model != DiffusionModel::feed; }
constexpr bool by_follows(const DiffusionParameters& diffusion) {
  return is_classic(diffusion) && diffusion.model != DiffusionModel::branching;
}
constexpr bool is_uniform(const DiffusionParameters& diffusion) {
  return is_classic(diffusion) &&
         (diffusion.probability == Probability::uniform || diffusion.model == DiffusionModel::branching);
}
constexpr bool matches_topics(const DiffusionParameters& diffusion) {
  return is_classic(diffusion) && diffusion.probability == Probability::topic_match;
}
constexpr bool has_chance(const DiffusionParameters& diffusion) {
  return (is_uniform(diffusion) && !gives_adoptions(diffusion)) || matches_topics(diffusion);
}
constexpr bool has_adoptions(const DiffusionParameters& diffusion) {
  return is_uniform(diffusion) && diffusion.adoptions >= 0.0;
}
constexpr bool has_along_follows(const DiffusionParameters& diffusion) {
  return is_uniform(diffusion) && diffusion.along_follows >= 0.0;
}
/// A study that gives adoptions has arms with a chance of their own, which is not the study's.
bool chance_acts(const Target& target) {
  return !target.arm && gives_adoptions(target.scenario->run.diffusion) ? spreads_or_chooses<matches_topics>(target)
                                                                        : spreads_or_chooses<has_chance>(target);
}
constexpr bool tries_once(const DiffusionParameters& diffusion) {
  return diffusion.model == DiffusionModel::independent_cascade && is_uniform(diffusion);
}
constexpr bool recovers(const DiffusionParameters& diffusion) { return diffusion.model == DiffusionModel::sir; }
constexpr bool keeps_cascades(const DiffusionParameters& diffusion) {
  return is_classic(diffusion) && diffusion.cascades > 0;
}
constexpr Condition classic{"a classic diffusion.model", spreads<is_classic>};
constexpr Condition contacts_of_follows{
    "diffusion.model = \"independent-cascade\", \"linear-threshold\", \"si\" or \"sir\", or a campaign whose accounts "
    "are chosen by influence",
    spreads_or_chooses<by_follows>};
constexpr std::string_view uniform_contacts =
    "a classic diffusion.model with diffusion.probability = \"uniform\", or a campaign whose accounts are chosen by "
    "influence";
constexpr Condition adoptions_given{uniform_contacts, spreads_or_chooses<has_adoptions>};
constexpr Condition along_follows_given{uniform_contacts, spreads_or_chooses<has_along_follows>};
constexpr Condition chance_given{
    "a classic diffusion.model with diffusion.probability = \"uniform\", without diffusion.adoptions or "
    "diffusion.along_follows, or \"topic-match\"; or a campaign whose accounts are chosen by influence",
    chance_acts};
constexpr Condition uniform_cascade{
    "diffusion.model = \"independent-cascade\" with diffusion.probability = \"uniform\"", spreads<tries_once>};
constexpr Condition recovering{"diffusion.model = \"sir\"", spreads<recovers>};
constexpr Condition unpaid_cascades{"diffusion.cascades above 0", spreads<keeps_cascades>};

}  // namespace

std::vector<Key> diffusion_keys() {
  using K = Kind;
  using S = Scope;
  return {
      {.section = "diffusion",
       .name = "model",
       .kind = K::choice,
       .field = diffusion<&DiffusionParameters::model>,
       .sentence = "How posts spread: by ranked feeds, or by a classic model on the same graph. The classics know "
                   "neither sessions nor feeds; a user takes a post up, which counts as a reshare, or does not.",
       .source = "the user's choice",
       .scope = S::run,
       .choices = {"feed", "independent-cascade", "linear-threshold", "si", "sir", "branching"}},
      {.section = "diffusion",
       .name = "probability",
       .kind = K::choice,
       .field = diffusion<&DiffusionParameters::probability>,
       .sentence = "Of one contact, from an adopter to a follower: diffusion.chance for all; 1 over the follower's "
                   "followees; 0.1, 0.01 or 0.001, drawn for each follow; diffusion.chance times the "
                   "follower's interest in the post's topic; or the column graph.chances of the graph's file. For "
                   "linear-threshold these are weights.",
       .source = "Kempe, Kleinberg, Tardos 2003 (weighted-cascade); Chen, Wang, Wang 2010 (trivalency)",
       .scope = S::run,
       .choices = {"uniform", "weighted-cascade", "trivalency", "topic-match", "column"},
       .only = contacts_of_follows},
      {.section = "diffusion",
       .name = "chance",
       .kind = K::number,
       .field = diffusion<&DiffusionParameters::chance>,
       .sentence = "Probability that a contact passes the post on (under si and sir: per step); with topic-match, at "
                   "full interest.",
       .source = "assumption",
       .scope = S::run,
       .range = probability,
       .unit = "probability",
       .only = chance_given},
      {.section = "diffusion",
       .name = "adoptions",
       .kind = K::number,
       .field = diffusion<&DiffusionParameters::adoptions>,
       .sentence = "Adoptions that an adopter, a user drawn at random, is expected to bring about among its followers: "
                   "sets diffusion.chance to this over the mean follower count. The r of Goel et al. "
                   "Whoever was reached along a follow brings about more where those who follow much are followed "
                   "much: see diffusion.along_follows.",
       .source = "the user's choice; about 0.2 to 0.35 on Twitter, [C] reference C.4",
       .scope = S::run,
       .range = RealRange{0, 1e6, true},
       .unit = "adoptions",
       .absent = "another key says it",
       .only = adoptions_given},
      {.section = "diffusion",
       .name = "along_follows",
       .kind = K::number,
       .field = diffusion<&DiffusionParameters::along_follows>,
       .sentence = "Adoptions that an adopter who was reached along a follow, one drawn at random, is expected to "
                   "bring about among its followers: sets diffusion.chance to this over the follower count of "
                   "readers, each taken as often as it follows somebody. At most one of chance, adoptions and "
                   "along_follows is given; an arm's takes the place of the study's.",
       .source = "the user's choice",
       .scope = S::run,
       .range = RealRange{0, 1e6, true},
       .unit = "adoptions",
       .absent = "another key says it",
       .only = along_follows_given},
      {.section = "diffusion",
       .name = "sampling",
       .kind = K::choice,
       .field = diffusion<&DiffusionParameters::sampling>,
       .sentence = "How successes are found: by jumps from one to the next, fastest where they are rare, or by a coin "
                   "for each pair of users, which two arms share whatever else differs.",
       .source = "the same distribution either way",
       .scope = S::run,
       .choices = {"skip", "coins"},
       .only = uniform_cascade},
      {.section = "diffusion",
       .name = "recovery",
       .kind = K::number,
       .field = diffusion<&DiffusionParameters::recovery>,
       .sentence = "Probability per step that an adopter stops trying.",
       .source = "assumption",
       .scope = S::run,
       .range = RealRange{0, 1, true},
       .unit = "probability",
       .only = recovering},
      {.section = "diffusion",
       .name = "time",
       .kind = K::choice,
       .field = diffusion<&DiffusionParameters::time>,
       .sentence = "Trials and recoveries of sir fall once a step, or at exponential times with the same rates.",
       .source = "assumption",
       .scope = S::run,
       .choices = {"steps", "events"},
       .only = recovering},
      {.section = "diffusion",
       .name = "steps",
       .kind = K::whole,
       .field = diffusion<&DiffusionParameters::steps>,
       .sentence = "Steps after which a contagion is no longer looked at; 0: until nothing can happen any more.",
       .source = "the user's choice",
       .scope = S::run,
       .range = WholeRange{0, 1'000'000},
       .unit = "steps",
       .only = classic},
      {.section = "diffusion",
       .name = "cascades",
       .kind = K::whole,
       .field = diffusion<&DiffusionParameters::cascades>,
       .sentence = "Unpaid cascades of each replicate: each an experiment of its own, from one user drawn at random. "
                   "They are counted as roots of that user's tier.",
       .source = "the user's choice",
       .scope = S::run,
       .range = WholeRange{0, 1'000'000'000'000},
       .unit = "cascades",
       .only = classic},
      {.section = "diffusion",
       .name = "tier",
       .kind = K::text,
       .field = diffusion<&DiffusionParameters::tier>,
       .sentence = "Their roots are of the tier of this name.",
       .source = "the user's choice",
       .scope = S::run,
       .absent = "any",
       .only = unpaid_cascades},
      {.section = "diffusion",
       .name = "large",
       .kind = K::whole,
       .field = diffusion<&DiffusionParameters::large>,
       .sentence = "Adopters, the root included, from which the shapes of cascades are counted.",
       .source = "Goel et al. 2016 look at cascades of 100 and more, [S] reference rows 2, 5",
       .scope = S::run,
       .range = WholeRange{2, 1'000'000'000},
       .unit = "adopters",
       .only = unpaid_cascades},
      {.section = "diffusion",
       .name = "trees_from",
       .kind = K::whole,
       .field = diffusion<&DiffusionParameters::trees_from>,
       .sentence = "Adopters from which the tree of an unpaid cascade is kept as rows of /posts and /cascades; 0: none "
                   "is. Paid ones are kept always.",
       .source = "the user's choice",
       .scope = S::run,
       .range = WholeRange{0, 1'000'000'000},
       .unit = "adopters",
       .only = unpaid_cascades},
  };
}

}  // namespace grapevine
