#include "scenarios/study/checkpoint_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <span>

#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"
#include "scenarios/result/schema.hpp"

namespace grapevine {

namespace {

constexpr std::string_view checkpoint_format = "grapevine checkpoint";
constexpr std::size_t buffer_bytes = std::size_t{4} << 20;

std::span<const std::uint8_t> as_numbers(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

/// Fills a dataset from its beginning; short arrays are gathered first, for each filling takes its time.
class Filler {
public:
  Filler(h5::Writer& file, std::string dataset) : file_(file), dataset_(std::move(dataset)) {}

  void add(std::span<const std::byte> bytes) {
    if (waiting_.size() + bytes.size() > buffer_bytes) flush();
    if (bytes.size() > buffer_bytes)
      put(as_numbers(bytes));
    else
      waiting_.insert(waiting_.end(), as_numbers(bytes).begin(), as_numbers(bytes).end());
  }
  void flush() {
    put(waiting_);
    waiting_.clear();
  }

private:
  void put(std::span<const std::uint8_t> bytes) {
    file_.fill<std::uint8_t>(dataset_, filled_, bytes);
    filled_ += bytes.size();
  }

  h5::Writer& file_;
  std::string dataset_;
  std::uint64_t filled_ = 0;
  std::vector<std::uint8_t> waiting_;
};

void write_part(h5::Writer& file, const std::string& group, const std::vector<WorldArray>& arrays) {
  std::vector<std::uint64_t> lengths;
  std::uint64_t sum = 0;
  for (const WorldArray& array : arrays) {
    lengths.push_back(array.bytes.size());
    sum += array.bytes.size();
  }
  file.group(group);
  file.attribute(group, "names", fmt::format("{:016x}", hash_of_names(arrays)));
  file.scale<std::uint64_t>(group + "/lengths", lengths);
  file.array<std::uint8_t>(group + "/bytes", sum);
  Filler filler(file, group + "/bytes");
  for (const WorldArray& array : arrays) filler.add(array.bytes);
  filler.flush();
}

void expect_checkpoint(const h5::Reader& file, std::string_view program) {
  const std::string name = file.path().string();
  if (!file.has_attribute("/", "format") || file.text_attribute("/", "format") != checkpoint_format)
    throw BadRequest(fmt::format("{}: is no checkpoint; expected one that `grapevine run` wrote; remove it", name));
  const std::string version = file.text_attribute("/", "format_version");
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major > schema::major_version)
    throw BadRequest(
        fmt::format("{}: checkpoint of format {}, newer than this program reads ({}.x); open it with a newer release",
                    name, version, schema::major_version));
  if (const std::string by = file.text_attribute("/", "program"); by != program)
    throw BadRequest(
        fmt::format("{}: was written by {}; expected {}: runs of two programs are never mixed; go on with "
                    "the program that began, or begin anew",
                    name, by, program));
}

}  // namespace

void write_checkpoint(NewFile& out, const std::string& program, const std::string& hangs_on, const Bookmark& bookmark,
                      const WorldArrays& world) {
  h5::Writer file(out);
  file.attribute("/", "format", checkpoint_format);
  file.attribute("/", "format_version",
                 fmt::format("{}.{}", schema::format_version().major, schema::format_version().minor));
  file.attribute("/", "program", program);
  file.dataset<std::string>("/hangs_on", std::span(&hangs_on, 1), {});
  const std::string bytes = Packer::bytes_of(bookmark);
  file.array<std::uint8_t>("/bookmark", bytes.size());
  file.fill<std::uint8_t>("/bookmark", 0, as_numbers(std::as_bytes(std::span(bytes))));
  for (std::size_t part = 0; part < world.size(); ++part) write_part(file, fmt::format("/part{}", part), world[part]);
  file.commit(true);
}

struct Checkpoint::Part {
  std::vector<std::uint64_t> lengths;
  h5::Mapped<std::uint8_t> bytes;
  SavedArrays saved;
};

Checkpoint::Checkpoint(const std::filesystem::path& path, std::string_view program) {
  h5::reading("checkpoint", [&] {
    if (!h5::is_sealed(path))
      throw BadRequest(
          fmt::format("{}: has no seal at its end; expected a whole checkpoint; this one is cut, was changed "
                      "by another program, or is something else; remove it, and its replicate is run again",
                      path.string()));
    const h5::Reader file(path);
    expect_checkpoint(file, program);
    hangs_on_ = file.read<std::string>("/hangs_on").at(0);
    const std::vector<std::uint8_t> bytes = file.read<std::uint8_t>("/bookmark");
    Unpacker take({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    take(bookmark_);
    if (!take.at_end()) throw Error("a bookmark is followed by what is no part of it");
    for (std::uint32_t i = 0; i < (bookmark_.has_world ? bookmark_.parts : 0); ++i) {
      const std::string group = fmt::format("/part{}", i), names = file.text_attribute(group, "names");
      Part& part = parts_.emplace_back();
      part.lengths = file.read<std::uint64_t>(group + "/lengths");
      part.bytes = file.mapped<std::uint8_t>(group + "/bytes");
      std::from_chars(names.data(), names.data() + names.size(), part.saved.names, 16);
    }
    return 0;
  });
  for (Part& part : parts_) {
    part.saved.lengths = part.lengths;
    part.saved.bytes = std::as_bytes(part.bytes.values);
  }
}

Checkpoint::~Checkpoint() = default;
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;

const SavedArrays& Checkpoint::arrays(std::size_t part) const { return parts_.at(part).saved; }

}  // namespace grapevine
