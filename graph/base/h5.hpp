#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "graph/base/error.hpp"

namespace grapevine {
class NewFile;
}

/// HDF5 files that are also valid netCDF-4 files. Its h5_*.cpp are the files that know the library.
///
/// Objects are named by absolute path ("/summary/posts"). Every failing call is a `grapevine::Error` that names the
/// file, the object and HDF5's own reason. Equal calls write equal bytes: times are off, and links and attributes keep
/// the order in which they were made.
namespace grapevine::h5 {

/// What a dataset or attribute holds. Text is variable-length UTF-8; fixed-length text makes libnetcdf 4.9.0 write past
/// a buffer.
enum class Type : std::uint8_t { i8, u8, u16, i32, u32, i64, u64, f64, text };
std::string_view name_of(Type type);

namespace detail {
template <class T>
inline constexpr bool is_value =
    std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t> ||
    std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::int64_t> ||
    std::is_same_v<T, std::uint64_t> || std::is_same_v<T, double> || std::is_same_v<T, std::string>;
}  // namespace detail

/// The C++ types that datasets are written from and read into.
template <class T>
concept Value = detail::is_value<T>;

template <Value T>
constexpr Type type_of() {
  if constexpr (std::is_same_v<T, std::int8_t>) return Type::i8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return Type::u8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return Type::u16;
  if constexpr (std::is_same_v<T, std::int32_t>) return Type::i32;
  if constexpr (std::is_same_v<T, std::uint32_t>) return Type::u32;
  if constexpr (std::is_same_v<T, std::int64_t>) return Type::i64;
  if constexpr (std::is_same_v<T, std::uint64_t>) return Type::u64;
  if constexpr (std::is_same_v<T, double>) return Type::f64;
  if constexpr (std::is_same_v<T, std::string>) return Type::text;
}

/// The types of arrays, which lie in a file as they do in memory.
template <class T>
concept Number = Value<T> && !std::is_same_v<T, std::string>;

/// What an attribute may be.
using AttributeValue = std::variant<std::int64_t, double, std::string>;

/// A whole number as an attribute that every reader takes as it is: a double where it has more than 31 bits and is
/// exact in one, for R takes such integers for missing.
AttributeValue whole_attribute(std::uint64_t number);

/// Values that stand where a file is mapped, for as long as `owner` lives.
template <Number T>
struct Mapped {
  std::span<const T> values;
  std::shared_ptr<const void> owner;
};

/// A file in the making, on a `NewFile`: without `commit` (an exception, a full disk) an OUT that was there before is
/// as it was.
class Writer {
public:
  /// Whatever takes `alignment` bytes or more begins at a multiple of it. Throws as NewFile does.
  explicit Writer(std::filesystem::path out, std::uint64_t alignment = 1);
  /// The same on a file whose name was taken before. After a failure another Writer may try again.
  explicit Writer(NewFile& out, std::uint64_t alignment = 1);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Groups above must exist.
  void group(const std::string& path);

  /// A dataset that names the places along an axis: one label, or number, each. Its path's last part is the name of the
  /// dimension.
  template <Value T>
  void scale(const std::string& path, std::span<const T> values) {
    write(path, type_of<T>(), values.data(), {values.size()}, {});
  }

  /// A dataset whose i-th axis is the scale at `scales[i]`; values in row-major order, the last axis fastest. No
  /// scales: a single value. Large numeric datasets are chunked, shuffled and deflated. NaN is the fill value of
  /// doubles.
  template <Value T>
  void dataset(const std::string& path, std::span<const T> values, const std::vector<std::string>& scales) {
    dataset(path, type_of<T>(), values.data(), values.size(), scales);
  }

  /// Whole numbers in a type that every reader takes as it is: int32 where all fit, else double where all are exact in
  /// it, else int64. R is why: its rhdf5 fails over an empty int64 dataset, and reads what takes more than 31 bits as
  /// missing.
  void whole_scale(const std::string& path, std::span<const std::int64_t> values);
  void whole_numbers(const std::string& path, std::span<const std::int64_t> values,
                     const std::vector<std::string>& scales);

  /// A dataset of one axis, without scales, that lies in the file in one piece, to be mapped (`Reader::mapped`). Its
  /// room is taken at once; the values come with `fill`.
  template <Number T>
  void array(const std::string& path, std::uint64_t length) {
    array(path, type_of<T>(), length);
  }

  /// The values of an array from the one numbered `first` on.
  template <Number T>
  void fill(const std::string& path, std::uint64_t first, std::span<const T> values) {
    fill(path, type_of<T>(), first, values.data(), values.size());
  }

  /// Attributes of a group ("/" is the file) or dataset.
  void attribute(const std::string& object, const std::string& name, std::string_view value);
  void attribute(const std::string& object, const std::string& name, std::int64_t value);
  void attribute(const std::string& object, const std::string& name, double value);
  void attribute(const std::string& object, const std::string& name, std::span<const std::int8_t> values);
  void any_attribute(const std::string& object, const std::string& name, const AttributeValue& value);

  /// An attribute of text that lies within the header of its object, whose checksum HDF5 looks at. Other text lies in a
  /// heap, and HDF5 1.10 crashes over some damages of that. libnetcdf 4.9.0 does not read it.
  void fixed_attribute(const std::string& object, const std::string& name, std::string_view value);

  /// Closes, syncs and gives OUT its name. Nothing may be written afterwards. `sealed`: with checksums of everything at
  /// the end, for `is_sealed`; other programs open the file as if they were not there.
  void commit(bool sealed = false);

private:
  void write(const std::string& path, Type type, const void* values, const std::vector<std::uint64_t>& shape,
             const std::vector<std::string>& scales);
  void dataset(const std::string& path, Type type, const void* values, std::size_t count,
               const std::vector<std::string>& scales);
  void array(const std::string& path, Type type, std::uint64_t length);
  void fill(const std::string& path, Type type, std::uint64_t first, const void* values, std::uint64_t count);

  struct State;
  std::unique_ptr<State> state_;
};

/// Compares a file with its seal, without HDF5, which crashes over some damages: true if it is, to the byte, what was
/// written; false if it is cut, was changed by another program or never had a seal. Throws Error, which names the
/// dataset, where something is damaged. O(bytes).
bool is_sealed(const std::filesystem::path& file);

struct DatasetInfo {
  Type type{};
  std::vector<std::uint64_t> shape;  ///< empty: a single value
};

/// A finished file. Throws `Error` if it is no HDF5 file or not a whole one.
class Reader {
public:
  explicit Reader(std::filesystem::path path);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  const std::filesystem::path& path() const;
  bool exists(const std::string& object) const;

  /// Names, not paths, of what lies directly in a group, in the order in which it was made.
  std::vector<std::string> groups(const std::string& group = "/") const;
  std::vector<std::string> datasets(const std::string& group) const;
  std::vector<std::string> attributes(const std::string& object) const;

  DatasetInfo info(const std::string& dataset) const;

  /// All values, row-major. T is the stored type, or it is an error.
  template <Value T>
  std::vector<T> read(const std::string& dataset) const {
    std::vector<T> values(count(dataset));
    read(dataset, type_of<T>(), values.data(), values.size());
    return values;
  }

  /// Whole numbers, in whichever type they are stored.
  std::vector<std::int64_t> whole_numbers(const std::string& dataset) const;

  /// The values of a dataset of one axis that lies in one piece, read-only and without reading them: the system brings
  /// pages in as they are looked at, and takes them back when memory is short. T is the stored type. The file must not
  /// be changed in place meanwhile; that it is removed, or replaced by another, does no harm. Values at odd places,
  /// which a `Writer` leaves only in small arrays, are copied.
  template <Number T>
  Mapped<T> mapped(const std::string& dataset) const {
    const Bytes bytes = map(dataset, type_of<T>());
    return {{static_cast<const T*>(bytes.first), bytes.count}, bytes.owner};
  }

  bool has_attribute(const std::string& object, const std::string& name) const;
  std::string text_attribute(const std::string& object, const std::string& name) const;
  /// What `Writer::fixed_attribute` wrote; none if there is no such attribute, or one of another type.
  std::optional<std::string> fixed_attribute(const std::string& object, const std::string& name) const;
  std::int64_t integer_attribute(const std::string& object, const std::string& name) const;
  /// Of whatever kind it is.
  AttributeValue any_attribute(const std::string& object, const std::string& name) const;

private:
  std::size_t count(const std::string& dataset) const;
  void read(const std::string& dataset, Type type, void* values, std::size_t count) const;
  struct Bytes {
    const void* first = nullptr;
    std::size_t count = 0;  // of values
    std::shared_ptr<const void> owner;
  };
  Bytes map(const std::string& dataset, Type type) const;

  struct State;
  std::unique_ptr<State> state_;
};

/// Runs `read` and says of any failure that the request was wrong: a file that does not open, or that is not whole.
/// `kind`: what was to be read, "result file".
template <class Read>
auto reading(std::string_view kind, Read&& read) {
  try {
    return read();
  } catch (const BadRequest&) {
    throw;
  } catch (const Error& error) {
    throw BadRequest(std::string(error.what()) + "; expected a whole " + std::string(kind) + " of grapevine");
  }
}

}  // namespace grapevine::h5
