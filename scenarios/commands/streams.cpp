#include "scenarios/commands/streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace grapevine {

namespace {

bool reader_gone = false, closed_at_start = false;

void note_failure() {
  if (errno == EPIPE) reader_gone = true;
}

}  // namespace

void secure_standard_streams() {
  closed_at_start = fcntl(STDOUT_FILENO, F_GETFD) < 0;
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0)
      static_cast<void>(open("/dev/null", O_RDWR));  // takes the lowest number that is free
  std::signal(SIGPIPE, SIG_IGN);
}

void put(std::FILE* stream, std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) < text.size()) note_failure();
}

Told told_on_stdout() {
  if (std::fflush(stdout) != 0) note_failure();
  return std::ferror(stdout) == 0 && !closed_at_start ? Told::all : reader_gone ? Told::to_nobody : Told::in_part;
}

}  // namespace grapevine
