#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "graph/base/checksum.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/result_file.hpp"
#include "scenarios/result/schema.hpp"

namespace grapevine {
namespace {

template <class T>
void add_values(ContentHash& hash, const h5::Reader& file, const std::string& dataset) {
  for (const T& value : file.read<T>(dataset)) {
    if constexpr (std::is_integral_v<T>)
      hash.add(static_cast<std::uint64_t>(value));
    else
      hash.add(value);
  }
}

/// The datasets of whole numbers, whatever type they are stored in.
std::set<std::string> whole_numbers() {
  std::set<std::string> names;
  for (const schema::Dataset& dataset : schema::datasets())
    if (dataset.type == h5::Type::i64) names.insert(fmt::format("/{}/{}", dataset.group, dataset.name));
  for (const schema::Group& group : schema::groups)
    for (const schema::Axis& axis : schema::axes_of(group.name))
      if (axis.type == h5::Type::i64) names.insert(fmt::format("/{}/{}", group.name, axis.name));
  return names;
}

void add_dataset(ContentHash& hash, const h5::Reader& file, const std::string& dataset, bool whole) {
  h5::DatasetInfo info = file.info(dataset);
  if (whole) info.type = h5::Type::i64;
  hash.add(std::string_view(dataset));
  hash.add(h5::name_of(info.type));
  hash.add(std::uint64_t{info.shape.size()});
  for (const std::uint64_t length : info.shape) hash.add(length);
  switch (info.type) {
    case h5::Type::i8:
      return add_values<std::int8_t>(hash, file, dataset);
    case h5::Type::u8:
      return add_values<std::uint8_t>(hash, file, dataset);
    case h5::Type::u16:
      return add_values<std::uint16_t>(hash, file, dataset);
    case h5::Type::i32:
      return add_values<std::int32_t>(hash, file, dataset);
    case h5::Type::u32:
      return add_values<std::uint32_t>(hash, file, dataset);
    case h5::Type::i64:
      for (const std::int64_t value : file.whole_numbers(dataset)) hash.add(static_cast<std::uint64_t>(value));
      return;
    case h5::Type::u64:
      return add_values<std::uint64_t>(hash, file, dataset);
    case h5::Type::f64:
      return add_values<double>(hash, file, dataset);
    case h5::Type::text:
      return add_values<std::string>(hash, file, dataset);
  }
}

/// Columns of numbers that came with this version of the format or a later one say nothing where they are all 0: a
/// study that does not use what is new keeps its digest.
constexpr Since silent_since{4, 3};
std::set<std::string> silent_columns() {
  std::set<std::string> names;
  for (const schema::Dataset& dataset : schema::datasets())
    if (dataset.since >= silent_since && dataset.type != h5::Type::text)
      names.insert(fmt::format("/{}/{}", dataset.group, dataset.name));
  return names;
}

bool all_zero(const h5::Reader& file, const std::string& dataset, bool whole) {
  if (whole) return std::ranges::all_of(file.whole_numbers(dataset), [](std::int64_t value) { return value == 0; });
  return file.info(dataset).type == h5::Type::f64 &&
         std::ranges::all_of(file.read<double>(dataset), [](double value) { return value == 0.0; });
}

/// Groups whose content a scenario and its seed determine, whatever is kept beside them.
bool in_total(const std::string& group) { return group == "summary" || group == "comparison"; }

}  // namespace

Digests digests(const std::filesystem::path& path) {
  return h5::reading("result file", [&] {
    expect_sealed(path);
    const h5::Reader file(path);
    expect_result(file);
    Digests digests;
    const std::set<std::string> whole = whole_numbers(), silent = silent_columns();
    ContentHash total, accounts;
    std::vector<std::string> groups = file.groups();
    std::sort(groups.begin(), groups.end());  // by name: a tool that rewrites a file may drop the order of creation
    for (const std::string& group : groups) {
      if (group == "provenance") continue;
      std::vector<std::string> names = file.datasets("/" + group);
      std::sort(names.begin(), names.end());
      ContentHash hash;
      for (const std::string& name : names) {
        const std::string dataset = "/" + group + "/" + name;
        if (silent.contains(dataset) && all_zero(file, dataset, whole.contains(dataset))) continue;
        add_dataset(name == "account" ? accounts : hash, file, dataset, whole.contains(dataset));
      }
      if (in_total(group)) total.add(std::string_view(hash.hexadecimal()));
      digests.lines.emplace_back(group, hash.hexadecimal());
    }
    digests.lines.emplace_back("accounts", accounts.hexadecimal());
    digests.total = total.hexadecimal();
    return digests;
  });
}

}  // namespace grapevine
