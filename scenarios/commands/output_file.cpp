#include "scenarios/commands/output_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "graph/base/error.hpp"
#include "scenarios/result/result.hpp"

namespace grapevine {

namespace fs = std::filesystem;

void expect_free(const OutputFile& file) {
  if (file.path.empty())
    throw BadRequest(fmt::format("{}: no {} is named; expected -o FILE; for example `{} -o {}`", file.command,
                                 file.what, file.command, file.usual));
  std::error_code ignored;  // whatever it is, `expect_writable` meets it too
  if (fs::is_directory(file.path, ignored))
    throw BadRequest(fmt::format("{}: a folder; expected the name of a file; for example -o {}", file.path,
                                 (fs::path(file.path) / file.usual).string()));
  if (const fs::path folder = fs::path(file.path).parent_path();
      !folder.empty() && !fs::exists(folder, ignored) && !ignored)
    throw BadRequest(fmt::format("{}: there is no folder {}; expected one that is there; make it first", file.path,
                                 folder.string()));
  if (fs::exists(file.path, ignored) && !fs::is_regular_file(file.path, ignored))
    throw BadRequest(
        fmt::format("{}: no ordinary file; expected the name of a file that may be replaced; for example -o {}",
                    file.path, file.usual));
  for (const std::string& other : file.others)
    if (fs::weakly_canonical(fs::absolute(file.path), ignored) == fs::weakly_canonical(fs::absolute(other), ignored))
      throw BadRequest(
          fmt::format("{}: named twice by this command; expected another file for what is written; choose another name",
                      file.path));
  if (!file.overwrite && fs::exists(fs::symlink_status(file.path, ignored)))
    throw BadRequest(
        fmt::format("{}: exists already; expected a new file; choose another name, or add --overwrite", file.path));
  expect_writable(file.path);
}

}  // namespace grapevine
