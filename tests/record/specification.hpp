#pragma once

#include <string>

#include "scenarios/result/schema.hpp"

namespace grapevine::test {

/// The heading, sentence and table of one group as docs/result-file.md has them.
inline std::string specification_of(const schema::Group& group) {
  const std::string name(group.name);
  std::string text = "### /" + name + "\n\n" + std::string(group.comment) + "\n";
  const auto row = [&](std::string_view dataset, h5::Type type, const std::string& axes, std::string_view units,
                       std::string_view long_name) {
    text += "| `" + std::string(dataset) + "` | " + std::string(h5::name_of(type)) + " | " + axes + " | " +
            std::string(units) + " | " + std::string(long_name) + " |\n";
  };
  bool any = false;
  const auto heading = [&] {
    if (!any) text += "\n| dataset | type | axes | units | long_name |\n|---|---|---|---|---|\n";
    any = true;
  };
  for (const schema::Axis& axis : schema::axes_of(group.name)) {
    heading();
    row(axis.name, axis.type, std::string(axis.name), axis.type == h5::Type::text ? "" : "1", axis.long_name);
  }
  for (const schema::Dataset& dataset : schema::datasets()) {
    if (dataset.group != group.name) continue;
    heading();
    std::string axes;
    for (const std::string_view axis : dataset.axes) axes += (axes.empty() ? "" : ", ") + std::string(axis);
    row(dataset.name, dataset.type, axes, dataset.units, dataset.long_name);
  }
  return text;
}

}  // namespace grapevine::test
