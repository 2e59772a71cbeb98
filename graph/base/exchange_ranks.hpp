#pragma once

#include <memory>
#include <string>

#include "graph/base/exchange.hpp"

namespace grapevine {

/// The processes that mpirun or srun started together. MPI is used here and nowhere else; a process that was started by
/// itself is alone and calls nothing of it. At most one lives in a process.
class Ranks {
public:
  /// Joins the others, and waits for them. Throws BadRequest where there are others and the program was built without
  /// MPI.
  Ranks();
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return exchange_->part(); }
  int count() const { return exchange_->parts(); }

  /// The ranks as parts of one world.
  Exchange& exchange() { return *exchange_; }

  /// Returns when all have called it, and takes no processor time until then. `at_most`: seconds; false if the others
  /// have not come by then, after which only `end_all` may be called.
  bool wait(double at_most = 1e18);

  /// Has MPI end all processes with this exit status, this one among them. Returns it where this one is alone.
  int end_all(int status);

private:
  std::unique_ptr<Exchange> exchange_;
  bool leaves_ = true;
};

}  // namespace grapevine
