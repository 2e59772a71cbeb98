#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace grapevine {

/// The length of the well-formed code point at `at` (RFC 3629: shortest form, no surrogates, up to U+10FFFF), and the
/// code point; length 0 where there is none.
struct CodePoint {
  std::size_t size = 0;
  std::uint32_t value = 0;
};
inline CodePoint code_point(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {1, first};
  if (first < 0xc2 || first > 0xf4) return {};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (at + size > text.size()) return {};
  std::uint32_t value = first & (0x7fu >> size);
  for (std::size_t k = 1; k < size; ++k) {
    if ((byte(at + k) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(at + k) & 0x3fu);
  }
  const bool shortest = size < 3 || value >= (size == 3 ? 0x800u : 0x10000u);
  if (!shortest || (value >= 0xd800 && value < 0xe000) || value > 0x10ffff) return {};
  return {size, value};
}

inline bool is_utf8(std::string_view text) {
  if (std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) return true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = code_point(text, at).size;
    if (size == 0) return false;
    at += size;
  }
  return true;
}

/// The text with everything that is no UTF-8, and every control character but line ends and tabs, as \xNN: safe for a
/// terminal.
inline std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point(text, at);
    const bool control = (point.value < 0x20 && point.value != '\n' && point.value != '\t') ||
                         (point.value >= 0x7f && point.value < 0xa0);
    const std::size_t size = std::max<std::size_t>(1, point.size);
    if (point.size > 0 && !control) {
      shown += text.substr(at, size);
    } else {
      for (std::size_t i = at; i < at + size; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        shown += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
      }
    }
    at += size;
  }
  return shown;
}

}  // namespace grapevine
