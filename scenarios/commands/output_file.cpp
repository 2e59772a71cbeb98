#include "scenarios/commands/output_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "graph/base/error.hpp"

namespace grapevine {

namespace fs = std::filesystem;

namespace {

/// One file, or one place for a file: through links, hard ones too.
bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored) ||
         fs::weakly_canonical(fs::absolute(a), ignored) == fs::weakly_canonical(fs::absolute(b), ignored);
}

}  // namespace

std::unique_ptr<NewFile> take(const OutputFile& file) {
  if (file.path.empty())
    throw BadRequest(fmt::format("{}: no {} is named; expected -o FILE; for example `{} -o {}`", file.command,
                                 file.what, file.command, file.usual));
  std::error_code ignored;  // whatever it is, NewFile meets it too
  if (fs::is_directory(file.path, ignored))
    throw BadRequest(fmt::format("{}: a folder; expected the name of a file; for example -o {}", file.path,
                                 (fs::path(file.path) / file.usual).string()));
  if (fs::exists(file.path, ignored) && !fs::is_regular_file(file.path, ignored))
    throw BadRequest(
        fmt::format("{}: no ordinary file; expected the name of a file that may be replaced; for example -o {}",
                    file.path, file.usual));
  for (const fs::path& input : file.inputs)
    if (same_file(file.path, input))
      throw BadRequest(
          fmt::format("{}: this command reads it{}; expected another file for what is written; choose "
                      "another name",
                      file.path, input == file.path ? "" : fmt::format(", as {}", input.string())));
  for (const fs::path& other : file.others)
    if (same_file(file.path, other))
      throw BadRequest(
          fmt::format("{}: named twice by this command; expected another file for what is written; choose another name",
                      file.path));
  return std::make_unique<NewFile>(file.path, file.overwrite ? NewFile::Existing::replace : NewFile::Existing::keep);
}

}  // namespace grapevine
