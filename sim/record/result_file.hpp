#pragma once

#include <fmt/format.h>

#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"

/// What all readers of result files share.
namespace grapevine {

/// Throws BadRequest unless `file` is a result in a format that this program reads.
void expect_result(const h5::Reader& file);

/// Runs `read` and says of any failure that the request was wrong: a file that does not open, or that is not whole.
template <class Read>
auto reading(Read&& read) {
  try {
    return read();
  } catch (const BadRequest&) {
    throw;
  } catch (const Error& error) {
    throw BadRequest(fmt::format("{}; expected a whole result file of grapevine", error.what()));
  }
}

}  // namespace grapevine
