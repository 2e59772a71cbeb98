#include "graph/base/h5_handle.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace grapevine::h5 {
namespace detail {
std::string reason() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* error, void* out) -> herr_t {
        if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
        return 0;
      },
      &text);
  H5Eclear2(H5E_DEFAULT);
  const std::string_view opening = "error message = '";
  if (const auto begin = text.find(opening); begin != std::string::npos) {
    const auto end = text.find('\'', begin + opening.size());
    return text.substr(begin + opening.size(), end - begin - opening.size());
  }
  return text.empty() ? "HDF5 gives no reason" : text;
}

void prepare_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    unsetenv("HDF5_USE_FILE_LOCKING");  // it would overrule `access_list`
    H5dont_atexit();
  });
  thread_local const bool silent = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  static_cast<void>(silent);
}

void fail(const FilePath& file, std::string_view what, std::string_view object, std::string_view why) {
  throw Error(
      fmt::format("{}: cannot {}{}: {}", file.string(), what, object.empty() ? "" : fmt::format(" '{}'", object), why));
}
void fail(const FilePath& file, std::string_view what, std::string_view object) { fail(file, what, object, reason()); }
void fail_by_system(const FilePath& file, std::string_view what) { fail(file, what, "", std::strerror(errno)); }

Types numeric(Type type) {
  switch (type) {
    case Type::i8:
      return {H5T_STD_I8LE, H5T_NATIVE_INT8};
    case Type::u8:
      return {H5T_STD_U8LE, H5T_NATIVE_UINT8};
    case Type::u16:
      return {H5T_STD_U16LE, H5T_NATIVE_UINT16};
    case Type::i32:
      return {H5T_STD_I32LE, H5T_NATIVE_INT32};
    case Type::u32:
      return {H5T_STD_U32LE, H5T_NATIVE_UINT32};
    case Type::i64:
      return {H5T_STD_I64LE, H5T_NATIVE_INT64};
    case Type::u64:
      return {H5T_STD_U64LE, H5T_NATIVE_UINT64};
    case Type::f64:
      return {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
    case Type::text:
      break;
  }
  return {H5I_INVALID_HID, H5I_INVALID_HID};
}

std::size_t size_of(Type type) {
  switch (type) {
    case Type::i8:
    case Type::u8:
      return 1;
    case Type::u16:
      return 2;
    case Type::i32:
    case Type::u32:
      return 4;
    default:
      return 8;
  }
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  if (!type || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) return {};
  return type;
}

std::optional<Type> our_type(hid_t stored) {
  if (H5Tget_class(stored) == H5T_STRING)
    return H5Tis_variable_str(stored) > 0 ? std::optional(Type::text) : std::nullopt;
  for (const Type type : {Type::i8, Type::u8, Type::u16, Type::i32, Type::u32, Type::i64, Type::u64, Type::f64})
    if (H5Tequal(stored, numeric(type).stored) > 0) return type;
  return std::nullopt;
}

Handle access_list(std::uint64_t alignment) {
  Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!list || H5Pset_file_locking(list, false, true) < 0 ||
      H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V18) < 0 ||
      H5Pset_alignment(list, alignment, alignment) < 0)
    return {};
  return list;
}

}  // namespace detail

std::string_view name_of(Type type) {
  switch (type) {
    case Type::i8:
      return "int8";
    case Type::u8:
      return "uint8";
    case Type::u16:
      return "uint16";
    case Type::i32:
      return "int32";
    case Type::u32:
      return "uint32";
    case Type::i64:
      return "int64";
    case Type::u64:
      return "uint64";
    case Type::f64:
      return "double";
    case Type::text:
      return "string";
  }
  return "";
}

}  // namespace grapevine::h5
