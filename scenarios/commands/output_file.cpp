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

/// A name that says another format than is written would mislead whoever opens the file.
void expect_fitting_name(const OutputFile& file) {
  const std::string end = fs::path(file.path).extension().string();
  for (const std::string_view other :
       {".xlsx", ".xls", ".ods", ".json", ".gml", ".gexf", ".net", ".parquet", ".toml", ".py", ".zip", ".bz2", ".xz"})
    if (end == other)
      throw BadRequest(
          fmt::format("{}: a {} is no {} file; expected a name that says what is written; for example -o {}", file.path,
                      file.what, other, file.usual));
  if (const bool hdf5 = fs::path(file.usual).extension() == ".h5",
      text = end == ".csv" || end == ".tsv" || end == ".txt";
      hdf5 && (text || end == ".gvg" || end == ".graphml"))
    throw BadRequest(fmt::format("{}: a {} is HDF5; expected a name that ends in .h5; for example -o {}", file.path,
                                 file.what, file.usual));
  else if (!hdf5 && (end == ".h5" || end == ".hdf5" || end == ".nc"))
    throw BadRequest(fmt::format("{}: no HDF5 is written here; expected a name that says what is; for example -o {}",
                                 file.path, file.usual));
}

}  // namespace

std::unique_ptr<NewFile> take(const OutputFile& file) {
  if (file.path.empty())
    throw BadRequest(fmt::format("{}: no {} is named; expected -o FILE; for example `{} -o {}`", file.command,
                                 file.what, file.command, file.usual));
  if (file.path == "-")
    throw BadRequest(
        fmt::format("-: would be a file of that name; expected the name of a file; for example -o {}", file.usual));
  std::error_code ignored;  // whatever it is, NewFile meets it too
  if (fs::is_directory(file.path, ignored))
    throw BadRequest(fmt::format("{}: a folder; expected the name of a file; for example -o {}", file.path,
                                 (fs::path(file.path) / file.usual).string()));
  if (fs::exists(file.path, ignored) && !fs::is_regular_file(file.path, ignored))
    throw BadRequest(
        fmt::format("{}: not an ordinary file; expected the name of a file that may be replaced; for example -o {}",
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
  expect_fitting_name(file);
  return std::make_unique<NewFile>(file.path, file.overwrite ? NewFile::Existing::replace : NewFile::Existing::keep);
}

}  // namespace grapevine
