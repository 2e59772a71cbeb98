#include "graph/formats/plain_follows.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

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

template <bool by_blanks>
const char* read_lines(const char* text, const char* const end, const EdgeLayout& layout,
                       UnwrittenArray<Follow>& follows, LinesRead& read) {
  const char separator = layout.separator;
  const auto blank = [&](char c) { return c == ' ' || (c == '\t' && separator != '\t'); };
  const bool comments = layout.comments && (by_blanks || separator == '\t');
  const bool turned = layout.follower > layout.followee;
  std::uint64_t lines = 0;
  std::uint32_t numbers = 0;
  const auto line_end = [&](const char* at) {
    const void* const newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    return newline != nullptr ? static_cast<const char*>(newline) : end;
  };
  for (; text < end; ++lines) {
    const char* at = text;
    std::uint32_t first = 0, second = 0;
    while (blank(*at)) ++at;
    if (!read_number(at, first)) {
      if (at < end && (*at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n'))) {
        text = at + (*at == '\r' ? 2 : 1);
        continue;
      }
      if (comments && at == text && at < end && (*at == '#' || *at == '%')) {
        ++read.comments;
        text = line_end(at);
        text += text < end ? 1 : 0;
        continue;
      }
      break;
    }
    if constexpr (by_blanks) {
      if (!blank(*at)) break;
    } else {
      while (blank(*at)) ++at;
      if (*at++ != separator) break;
    }
    while (blank(*at)) ++at;
    if (!read_number(at, second) || at > end) break;
    std::size_t fields = 2;
    if (at < end && *at != '\n') {
      const char* const stop = line_end(at);
      if (*at == '\r') {
        if (at + 1 != stop) break;
      } else if constexpr (by_blanks) {
        if (!blank(*at) || std::memchr(at, '"', static_cast<std::size_t>(stop - at)) != nullptr) break;
        fields += fields_behind(at, stop);
      } else {
        while (blank(*at)) ++at;
        if (at != stop && *at != separator && !(*at == '\r' && at + 1 == stop)) break;
        if (std::memchr(at, '"', static_cast<std::size_t>(stop - at)) != nullptr) break;
        fields += static_cast<std::size_t>(std::count(at, stop, separator));
      }
      at = stop;
    }
    if (layout.fields != 0 && fields != layout.fields) break;
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
