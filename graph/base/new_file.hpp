#pragma once

#include <filesystem>
#include <string_view>

#include "graph/base/error.hpp"

namespace grapevine {

/// A file is finished, but its name was taken meanwhile, so that it has another one.
class NameTaken : public Error {
public:
  using Error::Error;
};

/// A file that comes to be as a whole or not at all. From the start its name is taken: whoever else wants to write it
/// meanwhile is refused. Bytes go to a scratch file beside it, `NAME.partial-XXXXXX`, which is created exclusively, so
/// that nothing that was there is touched; `finish` syncs it and gives it the name. Without `finish` it goes with the
/// object. A symbolic link stays, and what it leads to is written.
///
/// A killed process may leave a scratch file behind. Nothing ever reads it; an empty one is removed by whoever next
/// takes the name, one that holds something stays until somebody removes it.
class NewFile {
public:
  enum class Existing {
    replace,  ///< a file that has the name gives it up when this one is finished
    keep,     ///< a file that has the name stays
  };

  /// Throws BadRequest where the name cannot be taken: it is a folder, its folder is not there or cannot be written to,
  /// another process is writing it, or with `keep` there is such a file already.
  explicit NewFile(std::filesystem::path name, Existing existing = Existing::replace);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const std::filesystem::path& name() const { return name_; }
  const std::filesystem::path& scratch() const { return scratch_; }

  /// Adds to the scratch file, where the last `write` ended. Throws Error.
  void write(std::string_view bytes);
  /// The same at the end of the scratch file, whoever wrote what is there.
  void append(std::string_view bytes);

  /// Empties the scratch file; where it is gone, with its folder perhaps, makes a new one. Throws Error.
  void start_again();

  /// Frees the room on the disk.
  void empty() noexcept;

  /// Throws Error; with `keep` NameTaken where a file of this name has appeared since: that one stays, and this one
  /// gets another name beside it, which the message says.
  void finish();

private:
  void create();
  void close() noexcept;
  /// Whether the name of the scratch file still leads to the file that is held.
  bool holds_scratch() const noexcept;
  void expect_scratch() const;
  void give_name();

  std::filesystem::path name_;    ///< as given
  std::filesystem::path target_;  ///< where links of that name lead
  std::filesystem::path scratch_;
  Existing existing_;
  int descriptor_ = -1;  ///< of the scratch file: holds the lock
  int slot_ = -1;        ///< in the list of scratch files
};

/// Removes the scratch files of this process. May be called by a handler of signals that then ends the process.
void remove_scratch_files() noexcept;

}  // namespace grapevine
