#pragma once

#include <string>
#include <vector>

namespace grapevine {

/// A file that a command is about to make.
struct OutputFile {
  std::string command;  ///< "grapevine run"
  std::string what;     ///< "result file"
  std::string path;     ///< as given with -o; empty if it was not
  std::string usual;    ///< a name to suggest: "study.h5"
  bool overwrite = false;
  std::vector<std::string> others = {};  ///< files of the same command, read or written, that it must not be
};

/// Throws BadRequest, before any work is done, unless the file can be made: it was named, its folder is there and may
/// be written to, and nothing that may not be replaced is lost.
void expect_free(const OutputFile& file);

}  // namespace grapevine
