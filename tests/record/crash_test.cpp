// What a disk that fills up, a limit that is reached and a process that is killed leave behind: nothing, or a whole
// file.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "graph/base/error.hpp"
#include "graph/base/h5.hpp"
#include "graph/base/parallel.hpp"
#include "graph/formats/graph_file.hpp"
#include "graph/generators/erdos_renyi.hpp"
#include "tests/catch.hpp"
#include "tests/record/sample.hpp"

#if defined(__SANITIZE_ADDRESS__)
/// HDF5 gives up what it cannot write, and with it some memory.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }
#endif

using namespace grapevine;
using test::Folder;

namespace {

enum Outcome : int { as_it_should = 0, written = 1, wrong_message = 2, left_something = 3, cannot_try = 77 };

/// Runs `body` in a process of its own, which leaves by `exit` as the program does, and returns its exit status.
int in_a_process(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);  // a library that tries for ever to write is an error, too
    std::exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void write_study(const std::filesystem::path& out) { write_result(out, test::large_study(30'000)); }

/// 2 MB: nothing is deflated, and room is taken before it is written to. On one thread, for a forked process has no
/// others.
void write_graph(const std::filesystem::path& out) {
  with_threads(1, [&] {
    write_graph_file(out, {.graph = erdos_renyi(10'000, 40, StreamKey(1, Stream::graph, 0)), .accounts = {}});
  });
}

/// Writes what does not fit beside a file that was there before.
int write_without_room(const Folder& folder, const std::string& words, void (*write)(const std::filesystem::path&)) {
  const std::string before = folder.listing();
  try {
    write(folder / "out.h5");
    return written;
  } catch (const Error& error) {
    if (std::string(error.what()).find(words) == std::string::npos) return wrong_message;
  }
  if (folder.listing() != before || test::bytes_of(folder / "out.h5") != "before") return left_something;
  try {  // and the process can go on
    h5::Writer small(folder / "small.h5");
    small.commit();
  } catch (const Error&) {
    return wrong_message;
  }
  return as_it_should;
}

}  // namespace

TEST_CASE("a full disk leaves the folder as it was", "[record][crash]") {
  const Folder folder;
  const auto write = GENERATE(write_study, write_graph);
  const int result = in_a_process([&]() -> int {
    if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0) return cannot_try;
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return cannot_try;
    if (mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=256k") != 0) return cannot_try;
    std::ofstream(folder / "out.h5") << "before";
    return write_without_room(folder, "No space left on device", write);
  });
  if (result == cannot_try)
    WARN("this machine allows no small file system: not tried");
  else
    CHECK(result == as_it_should);
}

TEST_CASE("a limit on the size of files leaves the folder as it was", "[record][crash]") {
  const Folder folder;
  std::ofstream(folder / "out.h5") << "before";
  const auto write = GENERATE(write_study, write_graph);
  const std::size_t kilobytes = GENERATE(1, 64, 700);
  CHECK(in_a_process([&] {
          signal(SIGXFSZ, SIG_IGN);
          const rlimit limit{kilobytes << 10, kilobytes << 10};
          setrlimit(RLIMIT_FSIZE, &limit);
          return write_without_room(folder, "File too large", write);
        }) == as_it_should);
}

TEST_CASE("a process killed while it writes leaves no file or a whole one", "[record][crash]") {
  const Folder folder;
  const StudyResult study = test::large_study(30'000);
  write_result(folder / "whole.h5", study);
  const std::string whole = test::bytes_of(folder / "whole.h5");
  int absent = 0;
  for (int attempt = 0; attempt < 12; ++attempt) {
    std::filesystem::remove(folder / "out.h5");
    const pid_t child = fork();
    if (child == 0) {
      write_result(folder / "out.h5", study);
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2 + attempt * 7));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    if (std::filesystem::exists(folder / "out.h5"))
      CHECK((test::bytes_of(folder / "out.h5") == whole));
    else
      ++absent;
  }
  CHECK(absent > 0);                       // the process was killed in time at least once
  write_result(folder / "out.h5", study);  // what a killed process left does not stand in the way
  CHECK((test::bytes_of(folder / "out.h5") == whole));
  // What was half written stays, for nobody knows whose it is; it has names of its own.
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    CHECK((name == "out.h5" || name == "whole.h5" || name.starts_with("out.h5.partial-")));
  }
}
