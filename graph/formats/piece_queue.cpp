#include "graph/formats/piece_queue.hpp"

#include <utility>

namespace grapevine {

PieceQueue::PieceQueue(LineReader& lines, std::size_t bytes, std::size_t most)
    : most_(most), reader_([this, &lines, bytes] { read(lines, bytes); }) {}

PieceQueue::~PieceQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  room_.notify_all();
  reader_.join();
}

bool PieceQueue::next(TextBuffer& piece) {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [&] { return ended_ || !pieces_.empty(); });
  if (failure_) std::rethrow_exception(failure_);
  if (pieces_.empty()) return false;
  free_.push_back(std::move(piece));
  piece = std::move(pieces_.front());
  pieces_.pop_front();
  lock.unlock();
  room_.notify_one();
  return true;
}

void PieceQueue::read(LineReader& lines, std::size_t bytes) {
  TextBuffer piece;
  for (bool more = true; more;) {
    std::exception_ptr failure;
    try {
      more = lines.next_lines(piece, bytes);
    } catch (...) {
      failure = std::current_exception();
      more = false;
    }
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [&] { return stopped_ || pieces_.size() < most_; });
      if (stopped_) return;
      if (more) pieces_.push_back(std::move(piece));
      ended_ = !more;
      failure_ = failure;
      piece = {};
      if (!free_.empty()) {
        piece = std::move(free_.front());
        free_.pop_front();
      }
    }
    if (more)
      ready_.notify_one();
    else
      ready_.notify_all();
  }
}

}  // namespace grapevine
