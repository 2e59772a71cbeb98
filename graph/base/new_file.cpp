#include "graph/base/new_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

namespace grapevine {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view scratch_mark = ".partial-";
constexpr std::size_t scratch_signs = 6;  // that mkostemp chooses

// Paths of scratch files, for a handler of signals: nothing here may move or wait.
constexpr std::size_t most_scratch_files = 16;
std::array<std::atomic<char*>, most_scratch_files> scratch_files;

int remember(const fs::path& path) {
  char* const copy = strdup(path.c_str());
  for (std::size_t slot = 0; copy != nullptr && slot < most_scratch_files; ++slot) {
    char* none = nullptr;
    if (scratch_files[slot].compare_exchange_strong(none, copy)) return static_cast<int>(slot);
  }
  std::free(copy);
  return -1;
}

void forget(int slot) {
  if (slot >= 0) std::free(scratch_files[static_cast<std::size_t>(slot)].exchange(nullptr));
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

/// Where the links of this name lead, also if nothing is there yet.
fs::path end_of_links(fs::path name) {
  std::error_code code;
  for (int steps = 0; steps < 40 && fs::is_symlink(fs::symlink_status(name, code)); ++steps) {
    const fs::path next = fs::read_symlink(name, code);
    if (code) break;
    name = next.is_absolute() ? next : folder_of(name) / next;
  }
  return name;
}

/// Holds others off while this process looks who writes what in a folder. Where the file system has no such locks, as
/// little happens as without.
class FolderLock {
public:
  explicit FolderLock(const fs::path& folder)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    // Who holds it longer is no process that looks as we do: a script, perhaps, that locks the folder around this run.
    for (int tries = 0; descriptor_ >= 0 && tries < 100 && flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++tries)
      usleep(10'000);
  }
  ~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

private:
  int descriptor_;
};

/// The scratch file of a living process that is writing `target`; empty if there is none. Those that dead processes
/// left empty are removed; what holds something stays, whosever it is.
std::string written_by_another(const fs::path& target) {
  const std::string begin = target.filename().string() + std::string(scratch_mark);
  DIR* const folder = opendir(folder_of(target).c_str());
  if (folder == nullptr) return "";
  std::string found;
  while (const dirent* entry = readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name.size() != begin.size() + scratch_signs || !name.starts_with(begin)) continue;
    const int file = openat(dirfd(folder), entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) continue;
    struct stat left {};
    if (flock(file, LOCK_SH | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) found = name;
    } else if (fstat(file, &left) == 0 && S_ISREG(left.st_mode) && left.st_size == 0) {
      unlinkat(dirfd(folder), entry->d_name, 0);
    }
    ::close(file);
  }
  closedir(folder);
  return found;
}

/// Gives a file a name that nothing has yet. 0, or the reason.
int name_unless_taken(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) return errno;
  if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()), 0;
  if (errno == EEXIST) return errno;
  struct stat there {};  // a file system with neither
  if (lstat(to.c_str(), &there) == 0) return EEXIST;
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

[[noreturn]] void cannot_write(const fs::path& name, int reason) {
  throw Error(fmt::format("{}: cannot be written ({})", name.string(), std::strerror(reason)));
}

}  // namespace

NewFile::NewFile(fs::path name, Existing existing)
    : name_(std::move(name)), target_(end_of_links(name_)), existing_(existing) {
  std::error_code ignored;
  if (fs::is_directory(target_, ignored))
    throw BadRequest(name_.string() + ": this is a folder; expected the name of a file to write; name a file in it");
  if (const fs::path folder = folder_of(target_); !fs::is_directory(folder, ignored))
    throw BadRequest(fmt::format("{}: there is no folder {}; expected one that is there; make it first", name_.string(),
                                 folder.string()));
  const FolderLock alone(folder_of(target_));
  if (existing_ == Existing::keep && fs::exists(fs::symlink_status(target_, ignored)))
    throw BadRequest(fmt::format("{}: exists already; expected a new file; choose another name, or add --overwrite",
                                 name_.string()));
  if (const std::string other = written_by_another(target_); !other.empty())
    throw BadRequest(
        fmt::format("{}: another process is writing it ('{}'); expected a name of its own for each; wait, or choose "
                    "another name",
                    name_.string(), other));
  try {
    create();
  } catch (const Error& error) {
    throw BadRequest(std::string(error.what()) + "; expected a folder that may be written to");
  }
}

NewFile::~NewFile() { close(); }

void NewFile::create() {
  std::string path = target_.string() + std::string(scratch_mark) + std::string(scratch_signs, 'X');
  descriptor_ = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor_ < 0) cannot_write(name_, errno);
  scratch_ = path;
  slot_ = remember(scratch_);
  flock(descriptor_, LOCK_EX | LOCK_NB);  // where the file system has locks
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor_, 0666 & ~mask);  // as any file that this user makes
}

bool NewFile::holds_scratch() const noexcept {
  struct stat ours {};
  struct stat named {};
  return descriptor_ >= 0 && fstat(descriptor_, &ours) == 0 && lstat(scratch_.c_str(), &named) == 0 &&
         ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

void NewFile::expect_scratch() const {
  if (!holds_scratch())
    throw Error(fmt::format("{}: cannot be written (its folder, or the scratch file in it, was moved meanwhile)",
                            name_.string()));
}

void NewFile::close() noexcept {
  forget(std::exchange(slot_, -1));
  if (descriptor_ < 0) return;
  if (holds_scratch()) ::unlink(scratch_.c_str());
  ::close(std::exchange(descriptor_, -1));
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) cannot_write(name_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void NewFile::append(std::string_view bytes) {
  expect_scratch();
  if (lseek(descriptor_, 0, SEEK_END) < 0) cannot_write(name_, errno);
  write(bytes);
}

void NewFile::start_again() {
  if (!holds_scratch()) {  // removed, or moved with its folder
    close();
    create();
  } else if (ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0) {
    cannot_write(name_, errno);
  }
}

void NewFile::empty() noexcept {
  const bool emptied = ftruncate(descriptor_, 0) == 0;
  static_cast<void>(emptied);
}

void NewFile::finish() {
  expect_scratch();
  if (fsync(descriptor_) != 0) cannot_write(name_, errno);
  give_name();
  forget(std::exchange(slot_, -1));
  ::close(std::exchange(descriptor_, -1));
  // The new name must survive a power cut too.
  const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    ::close(folder);
  }
}

void NewFile::give_name() {
  if (existing_ == Existing::replace) {
    if (std::rename(scratch_.c_str(), target_.c_str()) != 0) cannot_write(name_, errno);
    return;
  }
  const int reason = name_unless_taken(scratch_, target_);
  if (reason == 0) return;
  if (reason != EEXIST) cannot_write(name_, reason);
  for (int number = 2; number < 10'000; ++number) {
    const fs::path other =
        target_.parent_path() / fmt::format("{}-{}{}", target_.stem().string(), number, target_.extension().string());
    if (name_unless_taken(scratch_, other) != 0) continue;
    forget(std::exchange(slot_, -1));
    ::close(std::exchange(descriptor_, -1));
    throw NameTaken(
        fmt::format("{}: a file of this name has appeared since; it stays as it is, and what was made is {}",
                    name_.string(), other.string()));
  }
  cannot_write(name_, reason);
}

void remove_scratch_files() noexcept {
  for (std::atomic<char*>& path : scratch_files)
    if (const char* const name = path.load()) ::unlink(name);
}

}  // namespace grapevine
