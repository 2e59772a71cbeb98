#pragma once

#include <any>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/described.hpp"

/// Parameters that a ranking or a mechanism brings with it: a struct that describes itself (graph/base/described.hpp),
/// and a section of the scenario to itself. All are of scope run.
namespace grapevine {

struct OwnSection {
  std::string name;                            ///< "feed.mine"
  std::function<Description()> describe = {};  ///< null: there are none
  std::any standard = {};                      ///< the struct with its defaults
  void* (*struct_in)(std::any&) = nullptr;
};

/// The section of `Parameters`, all of whose keys need `only`.
template <class Parameters>
OwnSection own_section(std::string name, std::string sentence, Condition only = {}) {
  const auto describe = [name, sentence = std::move(sentence), only = std::move(only)] {
    Description description;
    description.section(name, sentence, Scope::run);
    Parameters::keys(description);
    for (DescribedKey& key : description.keys)
      if (!key.only.holds) key.only = only;
    return description;
  };
  return {std::move(name), describe, Parameters{},
          [](std::any& value) -> void* { return std::any_cast<Parameters>(&value); }};
}

/// Adds a section to those that a scenario may have. Before the first scenario is read.
void add_section(OwnSection section);
const std::vector<OwnSection>& own_sections();

/// What a run says in such sections; what it does not say is as the struct has it.
class OwnParameters {
public:
  template <class Parameters>
  const Parameters& of(const std::string& section) const {
    static const Parameters standard{};
    const auto found = given_.find(section);
    return found == given_.end() ? standard : std::any_cast<const Parameters&>(found->second);
  }
  template <class Parameters>
  void set(const std::string& section, Parameters parameters) {
    given_[section] = std::move(parameters);
  }
  /// The struct of `section`, to be read into.
  void* struct_of(const OwnSection& section) {
    return section.struct_in(given_.try_emplace(section.name, section.standard).first->second);
  }

private:
  std::map<std::string, std::any> given_;
};

}  // namespace grapevine
