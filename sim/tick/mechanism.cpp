#include "sim/tick/mechanism.hpp"

#include <algorithm>

#include "graph/base/error.hpp"

namespace grapevine {

// Grapevine's own, in the order in which they act: a mechanism is a file in sim/tick/mechanisms/ that defines
// `mechanism_NAME`, and a name here. What others know of whom a reader follows is as it was before the session, so they
// stand before `follows`; `drift` looks at what the session has left.
#define GRAPEVINE_MECHANISMS(X) \
  X(stranger)                   \
  X(sponsorship)                \
  X(credibility)                \
  X(similarity) X(exposures) X(queues) X(discovery) X(promotion) X(answers) X(trust) X(conversions) X(follows) X(drift)

#define GRAPEVINE_MECHANISM(name) MechanismFacts mechanism_##name();
GRAPEVINE_MECHANISMS(GRAPEVINE_MECHANISM)
#undef GRAPEVINE_MECHANISM

namespace {

std::vector<MechanismFacts>& known_mechanisms() {
#define GRAPEVINE_MECHANISM(name) mechanism_##name(),
  static std::vector<MechanismFacts> all{GRAPEVINE_MECHANISMS(GRAPEVINE_MECHANISM)};
#undef GRAPEVINE_MECHANISM
  return all;
}

}  // namespace

const std::vector<MechanismFacts>& all_mechanisms() { return known_mechanisms(); }

void add_mechanism(MechanismFacts facts) {
  GRAPEVINE_EXPECTS(facts.make != nullptr);
  GRAPEVINE_EXPECTS(std::ranges::find(known_mechanisms(), facts.name, &MechanismFacts::name) ==
                    known_mechanisms().end());
  known_mechanisms().push_back(std::move(facts));
}

}  // namespace grapevine
