#include "graph/base/exchange.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "graph/base/error.hpp"
#include "graph/base/ids.hpp"
#include "graph/base/timing.hpp"

namespace grapevine {

UserRange Exchange::readers_of(int part, int parts, std::size_t users) {
  const std::size_t blocks = (users + reader_block - 1) / reader_block;
  const auto edge = [&](int p) {
    const std::size_t block = blocks * static_cast<std::size_t>(p) / static_cast<std::size_t>(parts);
    return static_cast<std::uint32_t>(std::min(users, block * reader_block));
  };
  return {edge(part), edge(part + 1)};
}

std::vector<std::vector<std::byte>> Exchange::collect(std::span<const std::byte> mine) {
  const std::vector<std::uint64_t> sizes = gather(std::vector<std::uint64_t>{mine.size()});
  const std::vector<std::byte> all = gather_bytes(mine);
  if (part() != 0) return {};
  std::vector<std::vector<std::byte>> pieces;
  auto begin = all.begin();
  for (const std::uint64_t size : sizes) {
    const auto end = begin + static_cast<std::ptrdiff_t>(size);
    pieces.emplace_back(begin, end);
    begin = end;
  }
  return pieces;
}

namespace {

/// Thrown into parts that wait for one that has failed.
struct OtherPartFailed {};

/// The table that parts of one process meet at.
class Meeting {
public:
  explicit Meeting(int parts) : parts_(parts), sent_(static_cast<std::size_t>(parts)) {}

  int parts() const { return parts_; }

  std::vector<std::byte> gather(int part, std::span<const std::byte> mine) {
    sent_[static_cast<std::size_t>(part)] = mine;
    wait();  // all have laid down
    std::vector<std::byte> all;
    std::size_t size = 0;
    for (const auto& piece : sent_) size += piece.size();
    all.reserve(size);
    for (const auto& piece : sent_) all.insert(all.end(), piece.begin(), piece.end());
    wait();  // all have read: `mine` may go
    return all;
  }

  void fail() {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    changed_.notify_all();
  }

private:
  void wait() {
    std::unique_lock lock(mutex_);
    if (failed_) throw OtherPartFailed{};
    const std::uint64_t round = round_;
    if (++arrived_ == parts_) {
      arrived_ = 0;
      ++round_;
      changed_.notify_all();
      return;
    }
    changed_.wait(lock, [&] { return round_ != round || failed_; });
    if (round_ == round) throw OtherPartFailed{};
  }

  const int parts_;
  std::vector<std::span<const std::byte>> sent_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  std::uint64_t round_ = 0;
  bool failed_ = false;
};

class PartOfProcess final : public Exchange {
public:
  PartOfProcess(Meeting& meeting, int part) : meeting_(meeting), part_(part) {}
  int part() const override { return part_; }
  int parts() const override { return meeting_.parts(); }
  std::vector<std::byte> gather_bytes(std::span<const std::byte> mine) override { return meeting_.gather(part_, mine); }

private:
  Meeting& meeting_;
  int part_;
};

}  // namespace

void run_parts(int parts, const std::function<void(Exchange&)>& body) {
  GRAPEVINE_EXPECTS(parts >= 1);
  if (parts == 1) {
    Alone alone;
    body(alone);
    return;
  }
  Meeting meeting(parts);
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(parts));
  Timings* const timings = Timings::of_this_thread();  // which waits: the first part takes its watch
  std::vector<std::thread> threads;
  for (int part = 0; part < parts; ++part)
    threads.emplace_back([&, part] {
      const Timed timed(part == 0 ? timings : nullptr);
      PartOfProcess exchange(meeting, part);
      try {
        body(exchange);
      } catch (const OtherPartFailed&) {
      } catch (...) {
        failures[static_cast<std::size_t>(part)] = std::current_exception();
        meeting.fail();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

}  // namespace grapevine
