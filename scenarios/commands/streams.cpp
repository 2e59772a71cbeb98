#include "scenarios/commands/streams.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace grapevine {

namespace {

bool reader_gone = false, closed_at_start = false, silent = false;

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

std::size_t columns_of(std::FILE* stream) {
  winsize size = {};
  if (isatty(fileno(stream)) == 0) return 0;
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;  // of a terminal that does not say
}

void be_silent(bool now) { silent = now; }

void put(std::FILE* stream, std::string_view text) {
  if (silent) return;
  if (std::fwrite(text.data(), 1, text.size(), stream) < text.size()) note_failure();
}

void put_fitted(std::FILE* stream, std::string_view text) {
  if (stream == stdout && columns_of(stdout) > 0)
    put(stream, fitted_to_page(text));
  else
    put(stream, text);
}

Page page_of_stdout() {
  Page page;
  const std::size_t columns = columns_of(stdout);
  if (columns == 0) return {page.width, false};
  return {std::clamp<std::size_t>(columns, 40, page.width), true};
}

Told told_on_stdout() {
  if (std::fflush(stdout) != 0) note_failure();
  return std::ferror(stdout) == 0 && !closed_at_start ? Told::all : reader_gone ? Told::to_nobody : Told::in_part;
}

}  // namespace grapevine
