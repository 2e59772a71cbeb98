#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/scenarios/scenario_files.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GRAPEVINE_IS_SANITIZED 1
#endif
#endif

/// The program as a shell sees it: words in, exit status, standard output and standard error out.
namespace grapevine::test {

#if defined(GRAPEVINE_IS_SANITIZED)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

inline std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::size_t lines(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

/// A folder to call the program in. What it prints goes to files outside that folder, so that `files` are those of the
/// user.
class Shell {
public:
  /// Starts the program and returns its process, which does `first` before.
  pid_t start(
      const std::vector<std::string>& words, void (*first)() = [] {}) const {
    return start(GRAPEVINE_PROGRAM, words, first);
  }

  /// Lets a shell do what the script says; $GRAPEVINE is the program.
  int sh(const std::string& script) const {
    return wait(start("/bin/sh", {"-c", script}, [] { ::setenv("GRAPEVINE", GRAPEVINE_PROGRAM, 1); }));
  }

  /// The exit status as a shell gives it.
  static int wait(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  int call(const std::vector<std::string>& words) const { return wait(start(words)); }

  std::string out() const { return content(log_.path() / "out"); }
  std::string err() const { return content(log_.path() / "err"); }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    return folder_.write(name, text);
  }
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }

private:
  pid_t start(const char* program, const std::vector<std::string>& words, void (*first)()) const {
    std::vector<char*> arguments{const_cast<char*>(program)};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const std::string out = (log_.path() / "out").string(), err = (log_.path() / "err").string();
    for (const std::string& file : {out, err}) std::ofstream{file};  // nobody hears what an earlier one has said
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (::chdir(folder_.path().c_str()) != 0) ::_exit(99);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    for (const int ignored : {SIGHUP, SIGINT, SIGQUIT}) ::signal(ignored, SIG_DFL);  // as nohup or a script's & has it
    first();
    ::execv(program, arguments.data());
    ::_exit(99);
  }

  Folder folder_, log_;
};

}  // namespace grapevine::test
