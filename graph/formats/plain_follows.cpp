#include "graph/formats/plain_follows.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "graph/formats/named_follows.hpp"

namespace grapevine {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads the digits at `at` as a number and moves behind them. False if they are none, or no number that stands for
/// itself as an id.
///
/// Eight bytes are looked at as one word (little-endian: the first digit lies lowest): digits are the bytes whose upper
/// half is 3 and whose lower half stays below 10 when 6 is added. Moved up so that the number ends with the word,
/// neighbouring digits, pairs and fours join by three multiplications.
inline bool read_number(const char*& at, std::uint32_t& value) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  const std::uint64_t digits = word ^ 0x3030303030303030;
  const std::uint64_t others = (digits | (digits + 0x7676767676767676)) & 0x8080808080808080;
  // An addition may carry out of a byte only from one that is no digit, so bytes up to the first of these are told
  // rightly.
  const int count = others != 0 ? std::countr_zero(others) / 8 : 8;
  if (count == 0 || (count > 1 && *at == '0')) return false;
  std::uint64_t number = digits << (64 - 8 * count);
  number = (number * 10) + (number >> 8);
  number = (((number & 0x000000ff000000ff) * 0x000f424000000064) +
            (((number >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >>
           32;
  number &= 0xffffffff;
  at += count;
  if (count == 8) {
    for (int more = 0; is_digit(*at); ++at) {
      if (++more > 2) return false;
      number = 10 * number + static_cast<std::uint64_t>(*at - '0');
    }
    if (number >= text_id) return false;
  }
  value = static_cast<std::uint32_t>(number);
  return true;
}

/// Fields apart by runs of blanks, up to a line's end.
std::size_t fields_behind(const char* at, const char* stop) {
  std::size_t fields = 0;
  for (bool within = false; at < stop; ++at) {
    const bool blank = *at == ' ' || *at == '\t' || (*at == '\r' && at + 1 == stop);
    fields += !blank && !within;
    within = !blank;
  }
  return fields;
}

bool is_blank(char c, char separator) { return c == ' ' || (c == '\t' && separator != '\t'); }

const char* line_end(const char* at, const char* end) {
  const void* const newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
  return newline != nullptr ? static_cast<const char*>(newline) : end;
}

/// Moves from the end of the second number to the line's end. Returns the fields of the line, 0 if it is unusual.
template <bool by_blanks>
inline std::size_t finish_line(const char*& at, const char* end, char separator) {
  if (at == end || *at == '\n') return 2;
  const char* const stop = line_end(at, end);
  const char* behind = std::exchange(at, stop);
  if (*behind == '\r') return behind + 1 == stop ? 2 : 0;
  if (std::memchr(behind, '"', static_cast<std::size_t>(stop - behind)) != nullptr) return 0;
  if constexpr (by_blanks) return is_blank(*behind, separator) ? 2 + fields_behind(behind, stop) : 0;
  while (is_blank(*behind, separator)) ++behind;
  if (behind != stop && *behind != separator && !(*behind == '\r' && behind + 1 == stop)) return 0;
  return 2 + static_cast<std::size_t>(std::count(behind, stop, separator));
}

/// Moves behind a line that is empty or a comment, at whose start `text` is and whose first character but blanks is at
/// `at`. False if it is neither.
inline bool skip_line(const char*& text, const char* at, const char* end, bool comments, LinesRead& read) {
  if (at < end && (*at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n'))) {
    text = at + (*at == '\r' ? 2 : 1);
    return true;
  }
  if (!comments || at != text || at == end || (*at != '#' && *at != '%')) return false;
  ++read.comments;
  text = line_end(at, end);
  text += text < end ? 1 : 0;
  return true;
}

template <bool by_blanks>
const char* read_lines(const char* text, const char* const end, const EdgeLayout& layout,
                       UnwrittenArray<Follow>& follows, LinesRead& read) {
  const char separator = layout.separator;
  const bool comments = layout.comments && (by_blanks || separator == '\t');
  const bool turned = layout.follower > layout.followee;
  std::uint64_t lines = 0;
  std::uint32_t numbers = 0;
  for (; text < end; ++lines) {
    const char* at = text;
    std::uint32_t first = 0, second = 0;
    while (is_blank(*at, separator)) ++at;
    if (!read_number(at, first)) {
      if (skip_line(text, at, end, comments, read)) continue;
      break;
    }
    if constexpr (by_blanks) {
      if (!is_blank(*at, separator)) break;
    } else {
      while (is_blank(*at, separator)) ++at;
      if (*at++ != separator) break;
    }
    while (is_blank(*at, separator)) ++at;
    if (!read_number(at, second) || at > end) break;
    const std::size_t fields = finish_line<by_blanks>(at, end, separator);
    if (fields == 0 || (layout.fields != 0 && fields != layout.fields)) break;
    numbers |= first | second;
    follows.push_back(turned ? Follow{UserId(second), UserId(first)} : Follow{UserId(first), UserId(second)});
    text = at < end ? at + 1 : end;
  }
  read.lines += lines;
  read.numbers |= numbers;
  return text;
}

}  // namespace

const char* read_plain_follows(const char* text, const char* end, const EdgeLayout& layout,
                               UnwrittenArray<Follow>& follows, LinesRead& read) {
  return layout.separator == ' ' ? read_lines<true>(text, end, layout, follows, read)
                                 : read_lines<false>(text, end, layout, follows, read);
}

}  // namespace grapevine
