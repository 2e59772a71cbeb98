#include "sim/tick/mechanism.hpp"

#include <algorithm>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

std::vector<MechanismFacts>& list() {
  static std::vector<MechanismFacts> all;
  return all;
}

}  // namespace

const std::vector<MechanismFacts>& all_mechanisms() { return list(); }

void add_mechanism(MechanismFacts facts) {
  GRAPEVINE_EXPECTS(facts.make != nullptr);
  GRAPEVINE_EXPECTS(std::ranges::find(list(), facts.name, &MechanismFacts::name) == list().end());
  list().push_back(std::move(facts));
}

}  // namespace grapevine
