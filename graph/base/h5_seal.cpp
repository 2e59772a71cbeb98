#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <functional>

#include "graph/base/h5_handle.hpp"
#include "graph/base/new_file.hpp"

// The seal of a file: lines of text behind the last byte that HDF5 knows of, which it never looks at.
//
//   grapevine seal 1
//   FIRST BYTES CHECKSUM OBJECT    for each run of bytes of the values of a dataset, ascending
//   CHECKSUM                       of all that is in no such run: what lies where, names, texts, attributes
//   sealed FIRST CHECKSUM          where the seal begins, and the checksum of its other lines; 48 bytes
//
// Checksums are the 64-bit XXH3 in hexadecimal.
namespace grapevine::h5 {

using namespace detail;

namespace {

constexpr std::string_view opening = "grapevine seal 1\n";
constexpr std::size_t closing_bytes = 48;

/// A file for reading, closed at the end.
class Bytes {
public:
  explicit Bytes(const FilePath& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat info {};
    if (descriptor_ >= 0 && fstat(descriptor_, &info) == 0) size_ = static_cast<std::uint64_t>(info.st_size);
  }
  ~Bytes() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  std::uint64_t size() const { return size_; }

  /// Hands the bytes from `first` on to `use`, piece by piece. False where they are not to be had.
  bool each_piece(std::uint64_t first, std::uint64_t bytes,
                  const std::function<void(const void*, std::size_t)>& use) const {
    if (first > size_ || bytes > size_ - first) return false;
    std::vector<char> piece(std::min<std::uint64_t>(bytes, std::uint64_t{1} << 20));
    while (bytes > 0) {
      const ssize_t got =
          pread(descriptor_, piece.data(), std::min<std::uint64_t>(bytes, piece.size()), static_cast<off_t>(first));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      use(piece.data(), static_cast<std::size_t>(got));
      first += static_cast<std::uint64_t>(got), bytes -= static_cast<std::uint64_t>(got);
    }
    return true;
  }
  std::string text(std::uint64_t first, std::uint64_t bytes) const {
    std::string all;
    return each_piece(first, bytes,
                      [&](const void* at, std::size_t size) { all.append(static_cast<const char*>(at), size); })
               ? all
               : "";
  }

private:
  int descriptor_;
  std::uint64_t size_ = 0;
};

class RunningHash {
public:
  RunningHash() { XXH3_64bits_reset(&state_); }
  void add(const void* bytes, std::size_t size) { XXH3_64bits_update(&state_, bytes, size); }
  std::uint64_t value() const { return XXH3_64bits_digest(&state_); }

private:
  XXH3_state_t state_;
};

/// Bytes of one dataset that lie together.
struct Run {
  std::uint64_t first = 0, bytes = 0, checksum = 0;
  std::string object;
};

void add_runs(const FilePath& file, hid_t dataset, const std::string& path, std::vector<Run>& runs) {
  const Handle creation(H5Dget_create_plist(dataset), H5Pclose), space(H5Dget_space(dataset), H5Sclose);
  if (!creation || !space) fail(file, "seal", path);
  if (H5Pget_layout(creation) == H5D_CONTIGUOUS) {
    const haddr_t first = H5Dget_offset(dataset);
    if (first != HADDR_UNDEF) runs.push_back({first, H5Dget_storage_size(dataset), 0, path});
    return;
  }
  hsize_t chunks = 0;
  if (H5Pget_layout(creation) != H5D_CHUNKED || H5Dget_num_chunks(dataset, space, &chunks) < 0) return;
  std::vector<hsize_t> place(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  for (hsize_t i = 0; i < chunks; ++i) {
    unsigned filters = 0;
    haddr_t first = 0;
    hsize_t bytes = 0;
    if (H5Dget_chunk_info(dataset, space, i, place.data(), &filters, &first, &bytes) < 0) fail(file, "seal", path);
    runs.push_back({first, bytes, 0, path});
  }
}

/// Where the values of all datasets lie, ascending.
std::vector<Run> runs_in(const FilePath& name, const FilePath& file) {
  const Handle access = access_list(), opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
  if (!access || !opened) fail(name, "seal", "");
  struct Visit {
    const FilePath& name;
    std::vector<Run> runs;
  } visit{name, {}};
  const auto look = [](hid_t group, const char* object, const H5O_info_t* info, void* out) -> herr_t {
    if (info->type != H5O_TYPE_DATASET) return 0;
    auto& all = *static_cast<Visit*>(out);
    const Handle dataset(H5Dopen2(group, object, H5P_DEFAULT), H5Dclose);
    if (!dataset) return -1;
    add_runs(all.name, dataset, std::string("/") + object, all.runs);
    return 0;
  };
  if (H5Ovisit2(opened, H5_INDEX_NAME, H5_ITER_INC, look, &visit, H5O_INFO_BASIC) < 0) fail(name, "seal", "");
  std::ranges::sort(visit.runs, {}, &Run::first);
  return std::move(visit.runs);
}

/// Hashes every run, and all between them. False where the file is too short for them, or they overlap.
bool hash(const Bytes& bytes, std::uint64_t end, std::vector<Run>& runs, std::uint64_t& rest) {
  RunningHash between;
  const auto add = [&](const void* at, std::size_t size) { between.add(at, size); };
  std::uint64_t at = 0;
  for (Run& run : runs) {
    if (run.first < at || run.bytes > end || run.first > end - run.bytes) return false;
    if (!bytes.each_piece(at, run.first - at, add)) return false;
    at = run.first + run.bytes;
    RunningHash own;
    if (!bytes.each_piece(run.first, run.bytes, [&](const void* piece, std::size_t size) { own.add(piece, size); }))
      return false;
    run.checksum = own.value();
  }
  if (!bytes.each_piece(at, end - at, add)) return false;
  rest = between.value();
  return true;
}

/// Numbers and a rest of a line, apart by blanks.
class Words {
public:
  explicit Words(std::string_view text) : text_(text) {}
  bool number(std::uint64_t& value, int base) {
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value, base);
    if (error != std::errc{}) return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    if (text_.starts_with(' ')) text_.remove_prefix(1);
    return true;
  }
  std::string_view rest() const { return text_; }

private:
  std::string_view text_;
};

struct Seal {
  std::uint64_t first = 0;  ///< byte of the file
  std::vector<Run> runs;
  std::uint64_t rest = 0;
};

/// None where the end of the file is not that of a sound seal.
std::optional<Seal> seal_of(const Bytes& bytes) {
  if (bytes.size() < closing_bytes) return std::nullopt;
  const std::string closing = bytes.text(bytes.size() - closing_bytes, closing_bytes);
  Seal seal;
  std::uint64_t checksum = 0;
  if (!closing.starts_with("sealed ")) return std::nullopt;
  Words words(std::string_view(closing).substr(7));
  if (!words.number(seal.first, 10) || !words.number(checksum, 16) ||
      closing != fmt::format("{:<47}\n", fmt::format("sealed {} {:016x}", seal.first, checksum)) ||
      seal.first > bytes.size() - closing_bytes)
    return std::nullopt;
  const std::string text = bytes.text(seal.first, bytes.size() - closing_bytes - seal.first);
  if (XXH3_64bits(text.data(), text.size()) != checksum || !text.starts_with(opening)) return std::nullopt;
  std::string_view left = std::string_view(text).substr(opening.size());
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(left.size(), line.size() + 1));
    Words fields(line);
    if (left.empty()) return fields.number(seal.rest, 16) ? std::optional(std::move(seal)) : std::nullopt;
    Run run;
    if (!fields.number(run.first, 10) || !fields.number(run.bytes, 10) || !fields.number(run.checksum, 16))
      return std::nullopt;
    run.object = fields.rest();
    seal.runs.push_back(std::move(run));
  }
  return std::nullopt;
}

}  // namespace

std::string seal_for(const FilePath& name, const FilePath& file) {
  std::vector<Run> runs = runs_in(name, file);
  const Bytes bytes(file);
  std::uint64_t rest = 0;
  if (!bytes.is_open()) fail_by_system(name, "seal");
  if (!hash(bytes, bytes.size(), runs, rest)) fail(name, "seal", "", "its parts lie in no order");
  std::string text(opening);
  for (const Run& run : runs) text += fmt::format("{} {} {:016x} {}\n", run.first, run.bytes, run.checksum, run.object);
  text += fmt::format("{:016x}\n", rest);
  const std::string closing = fmt::format("sealed {} {:016x}", bytes.size(), XXH3_64bits(text.data(), text.size()));
  return text + fmt::format("{:<47}\n", closing);
}

bool is_sealed(const FilePath& file) {
  const Bytes bytes(file);
  if (!bytes.is_open()) fail_by_system(file, "read");
  std::optional<Seal> seal = seal_of(bytes);
  if (!seal) return false;
  const std::vector<Run> written = seal->runs;
  std::uint64_t rest = 0;
  if (!hash(bytes, seal->first, seal->runs, rest)) return false;
  for (std::size_t i = 0; i < written.size(); ++i)
    if (written[i].checksum != seal->runs[i].checksum)
      throw Error(fmt::format(
          "{}: '{}' is damaged: its bytes are not those that were written; take a whole copy, or make the file anew",
          file.string(), written[i].object));
  if (rest != seal->rest)
    throw Error(fmt::format(
        "{}: is damaged outside the values of its datasets: names, texts or attributes are not what was written",
        file.string()));
  return true;
}

}  // namespace grapevine::h5
