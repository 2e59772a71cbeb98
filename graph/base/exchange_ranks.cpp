#include "graph/base/exchange_ranks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "graph/base/error.hpp"

#if defined(GRAPEVINE_MPI)
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#endif

namespace grapevine {

namespace {

/// How many processes were started together, as what started them says: Open MPI, or a PMI as of MPICH and Slurm.
int started_together() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})
    if (const char* const size = std::getenv(name)) return std::max(1, std::atoi(size));
  return std::getenv("PMIX_RANK") != nullptr ? 0 : 1;  // PMIx: its library knows
}

#if defined(GRAPEVINE_MPI)

/// What one call sends or receives at most: counts are of 32 bits.
constexpr std::size_t most_at_once = std::size_t{1} << 30;

/// An exchange is two collective calls: of how many bytes each hands in, and of these.
class RanksExchange final : public Exchange {
public:
  RanksExchange() {
    int size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    sizes_.resize(static_cast<std::size_t>(size));
  }

  int part() const override { return rank_; }
  int parts() const override { return static_cast<int>(sizes_.size()); }
  bool shares_memory() const override { return false; }

  std::vector<std::byte> gather_bytes(std::span<const std::byte> mine) override {
    const std::size_t total = learn_sizes(mine.size());
    std::vector<std::byte> all(total);
    std::vector<std::size_t> begins;
    std::size_t begin = 0;
    for (const std::uint64_t size : sizes_) begins.push_back(begin), begin += size;
    if (total <= most_at_once) {
      const std::vector<int> counts(sizes_.begin(), sizes_.end()), places(begins.begin(), begins.end());
      MPI_Allgatherv(mine.data(), static_cast<int>(mine.size()), MPI_BYTE, all.data(), counts.data(), places.data(),
                     MPI_BYTE, MPI_COMM_WORLD);
      return all;
    }
    std::copy(mine.begin(), mine.end(), all.begin() + static_cast<std::ptrdiff_t>(begins[at(rank_)]));
    for (int from = 0; from < parts(); ++from)
      each_piece(sizes_[at(from)], [&](std::size_t offset, int bytes) {
        MPI_Bcast(all.data() + begins[at(from)] + offset, bytes, MPI_BYTE, from, MPI_COMM_WORLD);
      });
    return all;
  }

  std::vector<std::vector<std::byte>> collect(std::span<const std::byte> mine) override {
    learn_sizes(mine.size());
    if (rank_ != 0) {
      each_piece(mine.size(), [&](std::size_t offset, int bytes) {
        MPI_Send(mine.data() + offset, bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
      });
      return {};
    }
    std::vector<std::vector<std::byte>> all(sizes_.size());
    all[0].assign(mine.begin(), mine.end());
    for (int from = 1; from < parts(); ++from) {
      all[at(from)].resize(sizes_[at(from)]);
      each_piece(sizes_[at(from)], [&](std::size_t offset, int bytes) {
        MPI_Recv(all[at(from)].data() + offset, bytes, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      });
    }
    return all;
  }

private:
  static std::size_t at(int rank) { return static_cast<std::size_t>(rank); }

  std::size_t learn_sizes(std::uint64_t mine) {
    MPI_Allgather(&mine, 1, MPI_UINT64_T, sizes_.data(), 1, MPI_UINT64_T, MPI_COMM_WORLD);
    std::size_t total = 0;
    for (const std::uint64_t size : sizes_) total += size;
    return total;
  }

  template <class Use>
  static void each_piece(std::size_t size, Use&& use) {
    for (std::size_t offset = 0; offset < size; offset += most_at_once)
      use(offset, static_cast<int>(std::min(most_at_once, size - offset)));
  }

  int rank_ = 0;
  std::vector<std::uint64_t> sizes_;  ///< of what each hands in
};

#endif

}  // namespace

Ranks::Ranks() : exchange_(std::make_unique<Alone>()) {
  const int together = started_together();
  if (together == 1) return;
#if defined(GRAPEVINE_MPI)
  int given = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
  exchange_ = std::make_unique<RanksExchange>();
#else
  if (together == 0) return;  // a step of one process, perhaps
  throw BadRequest(
      fmt::format("grapevine: started as one of {} processes, and built without MPI, so that each would do all; "
                  "expected one process, or a program built with -DGRAPEVINE_MPI=ON; leave mpirun out, or build it so",
                  together));
#endif
}

Ranks::~Ranks() {
#if defined(GRAPEVINE_MPI)
  if (!exchange_->shares_memory() && leaves_) MPI_Finalize();
#endif
}

bool Ranks::wait([[maybe_unused]] double at_most) {
  if (exchange_->shares_memory()) return true;
#if defined(GRAPEVINE_MPI)
  const auto begun = std::chrono::steady_clock::now();
  MPI_Request request;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  int done = 0;
  while (MPI_Test(&request, &done, MPI_STATUS_IGNORE), done == 0) {
    if (std::chrono::steady_clock::now() - begun > std::chrono::duration<double>(at_most)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  leaves_ = done != 0;
  return leaves_;
#else
  return false;
#endif
}

int Ranks::end_all(int status) {
  leaves_ = false;
#if defined(GRAPEVINE_MPI)
  if (!exchange_->shares_memory()) MPI_Abort(MPI_COMM_WORLD, status);
#endif
  return status;
}

}  // namespace grapevine
