#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "scenarios/result/text.hpp"

/// The standard streams. What cannot be written to them never ends the work that it tells of.
namespace grapevine {

/// To be called first: whichever of the three streams is closed leads nowhere from now on, so that no file that is
/// opened later takes its place; and a reader who goes away is an error like others, not the end of the process.
void secure_standard_streams();

/// Columns of the terminal that a stream leads to; 0: it leads to none.
std::size_t columns_of(std::FILE* stream);

/// From now on nothing is said: another process speaks.
void be_silent(bool silent);

/// Writes what can be written.
void put(std::FILE* stream, std::string_view text);

/// The same, with lines broken to fit where standard output is a terminal.
void put_fitted(std::FILE* stream, std::string_view text);

template <class... Args>
void say(std::FILE* stream, fmt::format_string<Args...> format, Args&&... args) {
  put_fitted(stream, fmt::format(format, std::forward<Args>(args)...));
}

/// The page of standard output: a terminal's width, up to a width that is pleasant to read, or that of a file.
Page page_of_stdout();

enum class Told {
  all,
  to_nobody,  ///< whoever read it has gone
  in_part,    ///< a full disk, for instance
};
/// Whether everything that was said on standard output has arrived.
Told told_on_stdout();

}  // namespace grapevine
