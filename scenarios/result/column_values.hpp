#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"
#include "scenarios/result/result.hpp"
#include "scenarios/result/schema.hpp"

/// Columns on their way between rows and files, for whoever writes and reads results.
namespace grapevine {

using schema::columns;
using schema::Dataset;
using schema::Part;
using schema::Placed;
using schema::Stored;

/// Takes the columns of a kind of row down, for the specification and for tables without rows.
struct TakeDown {
  const Part& part;
  std::vector<Dataset>& list;

  template <class Field>
  void operator()(std::string_view name, Field&, std::string_view units, std::string_view long_name, Since since = {}) {
    using Type = typename Stored<std::remove_const_t<Field>>::Type;
    list.push_back(
        {part.group, name, part.means ? h5::Type::f64 : h5::type_of<Type>(), part.axes, units, long_name, since});
  }
  void account(std::string_view name, const UserId&, std::string_view long_name, Since since = {}) {
    list.push_back({part.group, name, h5::Type::text, part.axes, no_units, long_name, since});
  }
  void hash(std::string_view name, const std::uint64_t&, std::string_view long_name, Since since = {}) {
    list.push_back({part.group, name, h5::Type::text, part.axes, no_units, long_name, since});
  }
};

template <class Row>
void take_down(const Part& part, std::vector<Dataset>& list) {
  Row row{};
  TakeDown column{part, list};
  columns(row, column);
}

template <class Row>
std::vector<Dataset> columns_of(const Part& part) {
  std::vector<Dataset> list;
  take_down<Row>(part, list);
  return list;
}

/// The values of one column, in the vector of its type.
struct Values {
  std::tuple<std::vector<std::int64_t>, std::vector<std::int32_t>, std::vector<std::int8_t>, std::vector<double>,
             std::vector<std::string>>
      by_type;

  template <class T>
  std::vector<T>& of() {
    return std::get<std::vector<T>>(by_type);
  }
  template <class Use>
  void with(h5::Type type, Use&& use) {
    switch (type) {
      case h5::Type::i64:
        return use(of<std::int64_t>());
      case h5::Type::i32:
        return use(of<std::int32_t>());
      case h5::Type::i8:
        return use(of<std::int8_t>());
      case h5::Type::f64:
        return use(of<double>());
      case h5::Type::text:
        return use(of<std::string>());
      default:
        GRAPEVINE_EXPECTS(!"a type that no column has");
    }
  }
};

/// Copies one column from rows to `values`.
struct Gather {
  const StudyResult& study;
  const Part& part;
  std::size_t wanted;
  double draws = 1;  ///< that the row is added up over
  std::size_t at = 0;
  Values values{};

  template <class Field>
  void operator()(std::string_view, const Field& field, std::string_view, std::string_view, Since = {}) {
    if (at++ != wanted) return;
    if constexpr (std::is_arithmetic_v<Field>)
      if (part.means) return values.of<double>().push_back(draws == 0 ? missing : static_cast<double>(field) / draws);
    values.of<typename Stored<Field>::Type>().push_back(Stored<Field>::to_file(field));
  }
  void account(std::string_view, UserId user, std::string_view, Since = {}) {
    if (at++ == wanted) values.of<std::string>().push_back(study.account(user));
  }
  void hash(std::string_view, std::uint64_t bits, std::string_view, Since = {}) {
    if (at++ == wanted) values.of<std::string>().push_back(fmt::format("{:016x}", bits));
  }
};

/// Copies one column from `values` to rows.
struct Scatter {
  StudyResult& study;
  const Part& part;
  std::size_t wanted;
  double draws = 1;
  std::size_t row = 0;
  std::size_t at = 0;
  Values values{};

  template <class Field>
  void operator()(std::string_view, Field& field, std::string_view, std::string_view, Since = {}) {
    if (at++ != wanted) return;
    if constexpr (std::is_arithmetic_v<Field>)
      if (part.means) {
        if (draws == 0) return;  // it was not run
        const double sum = values.of<double>()[row] * draws;
        if constexpr (std::is_integral_v<Field>)
          field = static_cast<Field>(std::llround(sum));
        else
          field = sum;
        return;
      }
    field = Stored<Field>::from_file(values.of<typename Stored<Field>::Type>()[row]);
  }
  void account(std::string_view, UserId user, std::string_view, Since = {}) {
    if (at++ == wanted) study.accounts[user] = values.of<std::string>()[row];
  }
  void hash(std::string_view, std::uint64_t& bits, std::string_view, Since = {}) {
    if (at++ != wanted) return;
    const std::string& text = values.of<std::string>()[row];
    std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  }
};

inline std::string place_of(std::string_view group, std::string_view name) {
  return fmt::format("/{}/{}", group, name);
}

/// The one value of a row of one column.
template <class Row>
const auto& only_value(const Row& row) {
  const auto& [value] = row;
  return value;
}

}  // namespace grapevine
