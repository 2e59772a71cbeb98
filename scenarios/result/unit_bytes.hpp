#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "graph/base/error.hpp"
#include "scenarios/result/units.hpp"

/// A unit as bytes, and back. Rows are stored as they lie in memory, so that one and the same program reads them
/// exactly; what holds rows names its fields below, and does not compile once it has another one.
namespace grapevine {

template <class Value, class Struct>
concept FieldsOf = std::is_same_v<std::remove_const_t<Value>, Struct>;

template <FieldsOf<MechanismColumn> Value, class Visit>
void each_field(Value& value, Visit&& visit) {
  auto& [name, units, long_name, by_tier] = value;
  visit(name, units, long_name, by_tier);
}
template <FieldsOf<CascadeShapes> Value, class Visit>
void each_field(Value& value, Visit&& visit) {
  auto& [sizes, depths, breadths, virality, broadcasts, large, correlation] = value;
  visit(sizes, depths, breadths, virality, broadcasts, large, correlation);
}
template <FieldsOf<RunRecord> Value, class Visit>
void each_field(Value& value, Visit&& visit) {
  auto& [draws, tiers, ledger, sessions, readers, curve, campaigns, frequency, hash, mechanisms, products, shapes,
         series, campaign_series, posts, cascades, influencers, reproduction, paid_reach, positions, looks] = value;
  visit(draws, tiers, ledger, sessions, readers, curve, campaigns, frequency, hash, mechanisms, products, shapes,
        series, campaign_series, posts, cascades, influencers, reproduction, paid_reach, positions, looks);
}
template <FieldsOf<UnitName> Value, class Visit>
void each_field(Value& value, Visit&& visit) {
  auto& [runs, replicate] = value;
  visit(runs, replicate);
}
template <FieldsOf<Unit> Value, class Visit>
void each_field(Value& value, Visit&& visit) {
  auto& [name, failure, infeasible, graph, records, accounts] = value;
  visit(name, failure, infeasible, graph, records, accounts);
}
/// The same bytes as those of the unit.
template <FieldsOf<UnitView> Value, class Visit>
void each_field(Value& value, Visit&& visit) {
  auto& [name, failure, infeasible, graph, records, accounts] = value;
  visit(name, failure, infeasible, *graph, records.size());
  for (const RunRecord* record : records) visit(*record);
  visit(accounts);
}

/// Puts values behind each other, and hands their bytes on in pieces: whole ones but for the last.
class Packer {
public:
  static constexpr std::size_t piece = std::size_t{4} << 20;  ///< bytes
  using Sink = std::function<void(std::string_view bytes)>;

  explicit Packer(Sink sink) : sink_(std::move(sink)) {}

  template <class... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  /// What is left. Once, at the end.
  void finish() {
    if (!waiting_.empty()) sink_(waiting_);
    waiting_.clear();
  }

  /// The bytes of values, all at once. Of this class, for a free function that takes whatever comes is chosen in place
  /// of others of its name.
  template <class... Values>
  static std::string bytes_of(const Values&... values) {
    std::string bytes;
    Packer pack([&](std::string_view more) { bytes += more; });
    pack(values...);
    pack.finish();
    return bytes;
  }

private:
  template <class Value>
  void put(const Value& value) {
    if constexpr (std::is_trivially_copyable_v<Value>)
      raw(&value, sizeof value);
    else
      each_field(value, *this);
  }
  void put(const std::string& text) {
    put(text.size());
    raw(text.data(), text.size());
  }
  template <class First, class Second>
  void put(const std::pair<First, Second>& pair) {
    put(pair.first);
    put(pair.second);
  }
  template <class Value>
  void put(const std::vector<Value>& list) {
    put(list.size());
    if constexpr (std::is_trivially_copyable_v<Value>)
      raw(list.data(), list.size() * sizeof(Value));
    else
      for (const Value& value : list) put(value);
  }
  void raw(const void* first, std::size_t count) {
    std::string_view left(static_cast<const char*>(first), count);
    while (!left.empty()) {
      const std::size_t fits = std::min(left.size(), piece - waiting_.size());
      waiting_ += left.substr(0, fits);
      left.remove_prefix(fits);
      if (waiting_.size() == piece) finish();
    }
  }

  Sink sink_;
  std::string waiting_;
};

/// Takes them in the same order. Throws Error where the bytes end too early.
class Unpacker {
public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}

  template <class... Values>
  void operator()(Values&... values) {
    (take(values), ...);
  }
  bool at_end() const { return left_.empty(); }

private:
  template <class Value>
  void take(Value& value) {
    if constexpr (std::is_trivially_copyable_v<Value>)
      raw(&value, sizeof value);
    else
      each_field(value, *this);
  }
  void take(std::string& text) {
    text.resize(count_of(1));
    raw(text.data(), text.size());
  }
  template <class First, class Second>
  void take(std::pair<First, Second>& pair) {
    take(pair.first);
    take(pair.second);
  }
  template <class Value>
  void take(std::vector<Value>& list) {
    if constexpr (std::is_trivially_copyable_v<Value>) {
      list.resize(count_of(sizeof(Value)));
      raw(list.data(), list.size() * sizeof(Value));
    } else {
      list.resize(count_of(1));
      for (Value& value : list) take(value);
    }
  }
  /// Of entries that take so many bytes at least: room is made for what is there.
  std::size_t count_of(std::size_t bytes) {
    std::size_t count = 0;
    raw(&count, sizeof count);
    if (count > left_.size() / bytes) too_short();
    return count;
  }
  void raw(void* first, std::size_t count) {
    if (count > left_.size()) too_short();
    if (count > 0) std::memcpy(first, left_.data(), count);
    left_.remove_prefix(count);
  }
  [[noreturn]] static void too_short() { throw Error("a unit ends too early"); }

  std::string_view left_;
};

}  // namespace grapevine
