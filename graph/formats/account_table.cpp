#include "graph/formats/account_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "graph/base/counted.hpp"
#include "graph/base/utf8.hpp"
#include "graph/formats/header.hpp"
#include "graph/formats/records.hpp"

namespace grapevine {

namespace {

/// The fields of the columns that are kept.
std::vector<std::size_t> find_attributes(const RecordReader& records, const Fields& header,
                                         const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto place = column(header, name);
    if (!place)
      throw BadRequest(
          fmt::format("{}: the header has the columns {}, and graph.attributes (--attributes) names '{}'; expected one "
                      "column of that name; name one that is there",
                      records.where(), quoted(header), name));
    places.push_back(*place);
  }
  return places;
}

/// The number in a field; NaN for an empty one, nothing for what is no number.
std::optional<double> number_in(std::string_view field) {
  if (field.empty()) return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc{} || end != field.data() + field.size() || !std::isfinite(value)) return {};
  return value;
}

/// What is wrong with a line by itself; empty if nothing is.
std::string why_no_account(Fields fields, std::size_t columns, std::size_t id, std::size_t key) {
  if (fields.size() != columns)
    return fmt::format(
        "{}, and the header has {}; expected as many in each line; {}", counted(fields.size(), "field"), columns,
        fields.size() < columns ? "complete the line" : "put double quotes around a field that holds the separator");
  if (fields[id].empty() || fields[key].empty())
    return fmt::format("the {} is empty; expected a text; fill it in or take the line out",
                       fields[id].empty() ? "id" : "key");
  if (!is_utf8(fields[id]))
    return fmt::format(
        "the id '{:.60}' is not in UTF-8; expected UTF-8; convert the file, for example: iconv -f latin1 -t utf-8",
        printable(fields[id]));
  return "";
}

/// Two accounts with the same key are a mistake.
void expect_different_keys(const AccountTable& accounts, const RecordReader& records,
                           const std::vector<std::uint64_t>& lines, Mistakes& mistakes) {
  std::vector<std::uint32_t> order(accounts.keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::uint32_t a) { return std::pair(accounts.keys[a], lines[a]); });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (accounts.keys[order[i - 1]] == accounts.keys[order[i]])
      mistakes.add(fmt::format(
          "{}: account '{:.60}' has the key of '{:.60}' in line {}; expected a key of its own for each account; change "
          "one",
          records.where(lines[order[i]]), accounts.ids[order[i]], accounts.ids[order[i - 1]], lines[order[i - 1]]));
}

}  // namespace

AccountTable AccountTable::read(const AccountFile& choice, Mistakes& mistakes) {
  AccountTable accounts;
  accounts.file = choice.file;
  RecordReader records(choice.file);
  if (!records.next())
    throw BadRequest(
        records.name() +
        ": holds no table; expected a header with a column 'id' and a line for each account; fill it, or leave "
        "out graph.accounts");
  const Fields header = records.fields();
  const auto id = column(header, "id"), key = column(header, "key");
  if (!id)
    throw BadRequest(
        fmt::format("{}: the header has the columns {}; expected one column 'id' and, if ids may change, one 'key'; "
                    "name the column of ids 'id'",
                    records.where(), quoted(header)));
  if (!key && std::ranges::any_of(header, [](std::string_view name) { return same_word(name, "key"); }))
    throw BadRequest(records.where() +
                     ": the header has several columns 'key'; expected one at most; rename the others");
  const std::vector<std::size_t> places = find_attributes(records, header, choice.attributes);
  for (std::size_t i = 0; i < header.size(); ++i)
    if (i != *id && i != key && std::ranges::find(places, i) == places.end()) accounts.unused.emplace_back(header[i]);
  for (const std::string& name : choice.attributes) accounts.attributes.push_back({name, {}});
  const std::size_t columns = header.size();
  if (columns == 1) records.take_whole_lines();  // blanks in it, too
  std::vector<std::uint64_t> lines;
  while (records.next()) {
    const Fields fields = records.fields();
    if (const std::string why = why_no_account(fields, columns, *id, key.value_or(*id)); !why.empty()) {
      mistakes.add(records.where() + ": " + why);
      continue;
    }
    const std::string_view text = fields[*id], key_text = fields[key.value_or(*id)];
    const std::uint32_t known = accounts.ids.find(text);
    if (known != IdTable::absent) {
      mistakes.add(fmt::format("{}: id '{:.60}' is already in line {}; expected each account once; take one out",
                               records.where(), text, lines[known]));
      continue;
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::optional<double> value = number_in(fields[places[i]]);
      if (!value)
        mistakes.add(fmt::format("{}: the {} is '{:.60}'; expected a number, or nothing", records.where(),
                                 choice.attributes[i], fields[places[i]]));
      accounts.attributes[i].values.push_back(value.value_or(0.0));
    }
    accounts.ids.find_or_add(text);
    accounts.keys.push_back(account_key(key_text));
    lines.push_back(records.line());
  }

  expect_different_keys(accounts, records, lines, mistakes);
  return accounts;
}

}  // namespace grapevine
