#pragma once

/// How a user or a batch system stops the program.
namespace grapevine {

/// From now on the first signal only asks that work stop; the second one ends the process at once. All are heard that
/// people and batch systems send to end something.
void listen_to_signals();
/// The signal that was heard; 0: none.
int signal_heard();
/// Throws StopStudy if a signal was heard.
void stop_if_asked();

}  // namespace grapevine
