#pragma once

/// How a user or a batch system stops the program.
namespace grapevine {

/// From now on the first signal only asks that work stop; the second one ends the process at once. All are heard that
/// people and batch systems send to end something.
void listen_to_signals();
/// While it lives the first signal ends the process at once: nothing that was made so far is worth keeping. What is
/// being written is removed.
class EndsAtOnce {
public:
  /// Throws StopStudy if a signal was heard before.
  EndsAtOnce();
  ~EndsAtOnce();
  EndsAtOnce(const EndsAtOnce&) = delete;
  EndsAtOnce& operator=(const EndsAtOnce&) = delete;
};
/// The signal that was heard; 0: none.
int signal_heard();
/// Throws StopStudy if a signal was heard.
void stop_if_asked();

}  // namespace grapevine
