#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/// To be loaded before the C library: the wall clock of a machine that was set back by a year.
namespace {
constexpr time_t year = 365 * 24 * 3600;
}

extern "C" int clock_gettime(clockid_t clock, timespec* now) {
  const auto status = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  if (status == 0 && clock == CLOCK_REALTIME) now->tv_sec -= year;
  return status;
}

extern "C" time_t time(time_t* now) {
  timespec read{};
  clock_gettime(CLOCK_REALTIME, &read);
  if (now != nullptr) *now = read.tv_sec;
  return read.tv_sec;
}
