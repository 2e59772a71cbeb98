#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "graph/base/new_file.hpp"

namespace grapevine {

/// A file that a command is about to make.
struct OutputFile {
  std::string command;  ///< "grapevine run"
  std::string what;     ///< "result file"
  std::string path;     ///< as given with -o; empty if it was not
  std::string usual;    ///< a name to suggest: "study.h5"
  bool overwrite = false;
  std::vector<std::filesystem::path> inputs = {};  ///< files that the command reads
  std::vector<std::filesystem::path> others = {};  ///< that it writes
};

/// Takes the name of the file, before any work is done. Throws BadRequest unless the file can be made: it was named,
/// its folder is there and may be written to, nothing that may not be replaced is lost, and it is none of the files
/// that the command reads or else writes, under whatever name.
std::unique_ptr<NewFile> take(const OutputFile& file);

}  // namespace grapevine
