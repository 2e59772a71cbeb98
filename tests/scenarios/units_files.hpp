#pragma once

#include <filesystem>
#include <functional>

#include "scenarios/result/units.hpp"
#include "scenarios/study/provenance.hpp"

namespace grapevine::test {

/// Changes a file of units that this program wrote.
inline void rewrite_units(const std::filesystem::path& path, const std::function<void(UnitsFile&)>& change) {
  UnitsFile file = read_units(path, built_program());
  change(file);
  NewFile out(path);
  write_units(out, file);
}

}  // namespace grapevine::test
