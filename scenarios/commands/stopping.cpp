#include "scenarios/commands/stopping.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string_view>
#include <thread>

#include "graph/base/new_file.hpp"
#include "scenarios/commands/streams.hpp"

namespace grapevine {

namespace {

// Set in a handler of signals, on whichever thread that runs, and read by all.
std::atomic<int> asked_to_stop = 0, ends_at_once = 0;
static_assert(std::atomic<int>::is_always_lock_free);
std::optional<std::chrono::steady_clock::time_point> end_of_time;

void tell(std::string_view words) { static_cast<void>(!::write(STDERR_FILENO, words.data(), words.size())); }

/// What may be done within a handler of signals; numbers of signals have two digits at the most.
[[noreturn]] void end_at_once(int signal) {
  remove_scratch_files();
  const char number[] = {static_cast<char>('0' + signal / 10), static_cast<char>('0' + signal % 10)};
  tell("\ngrapevine: stopped by signal ");
  tell({signal < 10 ? number + 1 : number, signal < 10 ? 1u : 2u});
  tell("; nothing was written\n");
  std::_Exit(128 + signal);
}

extern "C" void remember_signal(int signal) {
  // The system repeats XCPU every second, and HUP may come from the terminal and from its shell.
  if (asked_to_stop == signal && (signal == SIGXCPU || signal == SIGHUP)) return;
  if (asked_to_stop != 0) {
    remove_scratch_files();
    std::_Exit(128 + signal);
  }
  if (ends_at_once != 0) end_at_once(signal);
  asked_to_stop = signal;
  tell("\ngrapevine: stopping; a second signal ends it at once, and nothing is written then\n");
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

EndsAtOnce::EndsAtOnce() {
  ends_at_once = 1;
  if (asked_to_stop == 0) return;
  ends_at_once = 0;
  stop_if_asked();
}
EndsAtOnce::~EndsAtOnce() { ends_at_once = 0; }

void stop_at(std::chrono::steady_clock::time_point moment) { end_of_time = moment; }

StopStudy stop_asked() {
  if (asked_to_stop != 0) return {.signal = asked_to_stop};
  if (end_of_time && std::chrono::steady_clock::now() >= *end_of_time) return {.signal = SIGXCPU, .time_limit = true};
  return {};
}

void stop_if_asked() {
  if (const StopStudy stop = stop_asked(); stop.signal != 0) throw stop;
}

void once_possible(const std::function<void()>& write, std::string_view words) {
  const int heard = stop_asked().signal;
  for (bool told = false;; told = true) {
    try {
      return write();
    } catch (const NameTaken&) {
      throw;  // it is written, under another name
    } catch (const std::logic_error&) {
      throw;                                 // no wait mends that
    } catch (const std::exception& error) {  // no memory for the columns, too
      if (!told) say(stderr, "{}\n{}\n", error.what(), words);
      std::fflush(stderr);
    }
    for (int step = 0; step < 20; ++step) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      if (const StopStudy stop = stop_asked(); stop.signal != heard) throw stop;
    }
  }
}

}  // namespace grapevine
