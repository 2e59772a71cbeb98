#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "graph/base/h5.hpp"

/// What the writer and the reader of graph/base/h5.hpp share. For them alone: whoever includes this includes HDF5.
namespace grapevine::h5::detail {

using FilePath = std::filesystem::path;

/// An open HDF5 object. `close` reports what a destructor cannot: chunks reach the disk only then.
class Handle {
public:
  Handle() = default;
  Handle(hid_t id, herr_t (*closer)(hid_t)) : id_(id), closer_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), closer_(other.closer_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(closer_, other.closer_);
    return *this;
  }
  ~Handle() { close(); }

  explicit operator bool() const { return id_ >= 0; }
  operator hid_t() const { return id_; }
  bool close() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || closer_(id) >= 0;
  }

private:
  hid_t id_ = H5I_INVALID_HID;
  herr_t (*closer_)(hid_t) = nullptr;
};

/// Called before the library is used. Its error stack and its printing belong to a thread. It must not clean up at
/// exit: after a full disk it would try, for ever, to write what it still holds; all that we open we close.
void prepare_library();

/// The innermost message of HDF5's error stack, which is emptied; of a failed system call only the system's words.
std::string reason();

/// Throw `Error`: "FILE: cannot WHAT 'OBJECT': WHY", by default with HDF5's own reason.
[[noreturn]] void fail(const FilePath& file, std::string_view what, std::string_view object, std::string_view why);
[[noreturn]] void fail(const FilePath& file, std::string_view what, std::string_view object);
[[noreturn]] void fail_by_system(const FilePath& file, std::string_view what);

struct Types {
  hid_t stored;
  hid_t memory;
};

/// Types of numbers; invalid for text, whose type is made by `text_type` for each use.
Types numeric(Type type);
std::size_t size_of(Type type);
Handle text_type();

/// The type of ours that a stored one is.
std::optional<Type> our_type(hid_t stored);

/// Reads and writes without HDF5's own file locks, which network file systems refuse: writers hold a lock of ours,
/// finished files never change.
Handle access_list(std::uint64_t alignment = 1);

}  // namespace grapevine::h5::detail

namespace grapevine::h5 {

/// The seal that belongs at the end of a finished HDF5 file; `name` is for messages.
std::string seal_for(const std::filesystem::path& name, const std::filesystem::path& file);

}  // namespace grapevine::h5
