#include "scenarios/commands/stopping.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "graph/base/new_file.hpp"
#include "scenarios/study/study.hpp"

namespace grapevine {

namespace {

volatile std::sig_atomic_t asked_to_stop = 0;

extern "C" void remember_signal(int signal) {
  // The system repeats XCPU every second, and HUP may come from the terminal and from its shell.
  if (asked_to_stop == signal && (signal == SIGXCPU || signal == SIGHUP)) return;
  if (asked_to_stop != 0) {
    remove_scratch_files();
    std::_Exit(128 + signal);
  }
  asked_to_stop = signal;
  constexpr std::string_view words =
      "\ngrapevine: stopping; a second signal ends it at once, and nothing is written then\n";
  static_cast<void>(!::write(STDERR_FILENO, words.data(), words.size()));
}

}  // namespace

void listen_to_signals() {
  struct sigaction action = {};
  action.sa_handler = remember_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU}) {
    struct sigaction before = {};
    sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);  // nohup, for one, asks that HUP be ignored
  }
}

int signal_heard() { return asked_to_stop; }

void stop_if_asked() {
  if (asked_to_stop != 0) throw StopStudy{asked_to_stop};
}

}  // namespace grapevine
