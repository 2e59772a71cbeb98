#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

/// Where the time of a run goes: seconds by phase, apart for the loops that threads share (graph/base/parallel.hpp) and
/// for all else, in which one thread works while the others wait. No result depends on it.
namespace grapevine {

/// Seconds of one phase, without those of the phases inside it.
struct PhaseSeconds {
  std::string name;     ///< "arms/sessions": the phases around it first; empty: outside of all phases
  double serial = 0;    ///< one thread works: outside of parallel loops, or in one of a single block
  double parallel = 0;  ///< inside of parallel loops, by the clock
  double busy = 0;      ///< the same, added up over threads, each as long as it has work
  double clock() const { return serial + parallel; }
};

/// Share of all work that one thread has to do alone: with n threads a run gets at most 1 / (share + (1 - share) / n)
/// times as fast (Amdahl 1967). Work that is parallel is what threads were busy with, so loops that leave some of them
/// idle at their ends count as little as they do. 0 of nothing.
double serial_share(const std::vector<PhaseSeconds>& phases);

/// A watch that one thread at a time carries. It is read where a phase or a parallel loop begins or ends, nowhere else.
class Timings {
public:
  Timings();
  Timings(const Timings&) = delete;
  Timings& operator=(const Timings&) = delete;

  /// Phases in the order in which they began first, each after the one around it; the last one up to now.
  std::vector<PhaseSeconds> phases();

  /// Adds what another watch showed, phase by phase, below the phase that this one is in. What it showed outside of
  /// all phases, waiting among it, is left out.
  void take_in(Timings& other);

  /// The watch of this thread; null: it has none.
  static Timings* of_this_thread() { return mine_; }

private:
  friend class Timed;
  friend class Phase;
  friend class LoopTime;
  friend class Unwatched;

  struct Node {
    std::string_view name;
    Node* around;
    std::int64_t serial = 0, parallel = 0, busy = 0;  ///< nanoseconds
    std::list<Node> inside = {};
  };

  static void add(Node& to, const Node& from);
  void charge();  ///< what has passed since it was last called
  void enter(std::string_view name);

  static thread_local Timings* mine_;

  Node all_{"", nullptr};
  Node* now_ = &all_;
  bool in_loop_ = false;
  std::int64_t last_;
};

/// While it lives, this thread carries the watch; null: none.
class Timed {
public:
  explicit Timed(Timings* timings) : before_(Timings::mine_) { Timings::mine_ = timings; }
  ~Timed() { Timings::mine_ = before_; }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

private:
  Timings* before_;
};

/// While it lives, the watch of this thread stands still: it waits for others, whose watches are taken in.
class Unwatched {
public:
  Unwatched();
  ~Unwatched();
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;
};

/// While it lives, time belongs to the phase `name` within the one that there was. Of threads without a watch, and
/// within parallel loops, nothing is told; nor where `told` is false, for what is over before a clock is read. The name
/// is a literal.
class Phase {
public:
  explicit Phase(std::string_view name, bool told = true);
  ~Phase();
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

  /// The phase is over, and the next begins.
  void becomes(std::string_view name);

private:
  Timings* timings_;
};

/// A parallel loop, of which only graph/base/parallel.cpp tells. One within another is a part of it.
class LoopTime {
public:
  LoopTime();
  ~LoopTime();
  LoopTime(const LoopTime&) = delete;
  LoopTime& operator=(const LoopTime&) = delete;

  /// Around the work of one thread, on that thread: worked(since()) at its end.
  std::int64_t since() const;
  void worked(std::int64_t since);

private:
  Timings* timings_;
  std::atomic<std::int64_t> busy_{0};
};

}  // namespace grapevine
