#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "graph/formats/line_reader.hpp"

namespace grapevine {

/// Pieces of a text with whole lines, which a thread of its own reads (and unpacks) ahead of those who take them, up to
/// `most` pieces.
class PieceQueue {
public:
  PieceQueue(LineReader& lines, std::size_t bytes, std::size_t most);
  ~PieceQueue();

  /// The next piece, in exchange for memory that may be written over; false at the end. Throws what reading threw. Any
  /// thread may call it.
  bool next(TextBuffer& piece);

private:
  void read(LineReader& lines, std::size_t bytes);

  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable ready_, room_;
  std::deque<TextBuffer> pieces_, free_;
  bool ended_ = false, stopped_ = false;
  std::exception_ptr failure_;
  std::thread reader_;
};

}  // namespace grapevine
