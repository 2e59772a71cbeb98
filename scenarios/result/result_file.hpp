#pragma once

#include "graph/base/h5.hpp"

/// What all readers of result files share.
namespace grapevine {

/// Throws BadRequest unless the file is, to the byte, what was written.
void expect_sealed(const std::filesystem::path& path);

/// Throws BadRequest unless `file` is a result in a format that this program reads.
void expect_result(const h5::Reader& file);

}  // namespace grapevine
