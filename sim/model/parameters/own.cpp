#include "sim/model/parameters/own.hpp"

#include <algorithm>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

std::vector<OwnSection>& sections() {
  static std::vector<OwnSection> list;
  return list;
}

}  // namespace

void add_section(OwnSection section) {
  GRAPEVINE_EXPECTS(std::ranges::find(sections(), section.name, &OwnSection::name) == sections().end());
  sections().push_back(std::move(section));
}

const std::vector<OwnSection>& own_sections() { return sections(); }

}  // namespace grapevine
