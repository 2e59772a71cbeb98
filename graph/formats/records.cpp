#include "graph/formats/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "graph/base/error.hpp"

namespace grapevine {

namespace {

constexpr std::size_t most_record = std::size_t{1} << 20;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The sign that stands between the fields of a line: not in quotes, which are closed in it.
char separator_of(std::string_view line) {
  std::string outside;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (!quoted) outside += c;
  }
  const std::string_view text = quoted ? line : std::string_view(outside);
  for (const char sign : {',', ';', '\t'})
    if (text.find(sign) != std::string_view::npos) return sign;
  return ' ';
}

}  // namespace

std::string quoted_if_needed(std::string_view field, char separator) {
  const bool plain = !field.empty() && field.find_first_of("\"\r\n") == std::string_view::npos &&
                     field.find(separator) == std::string_view::npos && !is_blank(field.front()) &&
                     !is_blank(field.back()) && !field.starts_with('#') && !field.starts_with('%');
  if (plain) return std::string(field);
  std::string text = "\"";
  for (const char c : field) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

bool RecordReader::next() {
  std::string_view line;
  while (lines_.next(line)) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const bool may_be_comment =
        !comments_end_ && (!begun_ || separator_ == ' ' || separator_ == '\t' || separator_ == '\n');
    if (may_be_comment && (line.front() == '#' || line.front() == '%')) {
      if (++comments_ == 1) first_comment_ = line;
      continue;
    }
    line_ = lines_.line();
    text_ = line;
    begun_ = true;
    if (separator_ == '\0') separator_ = separator_of(line);
    if (separator_ == ' ') {
      split_at_blanks(line);
      return true;
    }
    if (split_at_signs(line)) return true;
    joined_ = line;
    while (joined_.size() <= most_record && lines_.next(line)) {
      joined_.append(1, '\n').append(line);
      text_ = joined_;
      if (closes_quote(line) && split_at_signs(joined_)) return true;
    }
    throw BadRequest(where() +
                     ": a double quote is opened and not closed; expected pairs of them; close it, or double it inside "
                     "a quoted field");
  }
  return false;
}

bool RecordReader::closes_quote(std::string_view line) const {
  bool open = true;
  for (std::size_t at = 0;; ++at) {  // at the beginning of a field, or within one that is open
    while (open) {
      at = line.find('"', at);
      if (at == std::string_view::npos) return false;
      open = at + 1 < line.size() && line[at + 1] == '"';  // doubled, it is one of the text
      at += open ? 2 : 1;
    }
    at = line.find(separator_, at);
    if (at == std::string_view::npos) return true;
    const std::size_t next = line.find_first_not_of(separator_ == '\t' ? " " : " \t", at + 1);
    open = next != std::string_view::npos && line[next] == '"';
    if (open) at = next;
  }
}

void RecordReader::separate_by_blanks() {
  separator_ = ' ';
  split_at_blanks(text_);
}

bool RecordReader::needs_tabs() const {
  return separator_ == '\t' && fields_.size() > 1 &&
         (text_.find('"') != std::string_view::npos || std::ranges::any_of(fields_, [](std::string_view field) {
            return field.find(' ') != std::string_view::npos;
          }));
}

void RecordReader::split_at_blanks(std::string_view line) {
  fields_.clear();
  const char* c = line.data();
  const char* const end = c + line.size();
  while (fields_.size() < most_) {
    while (c != end && is_blank(*c)) ++c;
    if (c == end) return;
    const char* first = c;
    if (*c == '"') {
      const auto* const last = static_cast<const char*>(std::memchr(c + 1, '"', static_cast<std::size_t>(end - c) - 1));
      if (last == nullptr || (last + 1 != end && !is_blank(last[1])))
        throw BadRequest(where() +
                         ": a field begins with a double quote that does not end it; expected pairs of them around "
                         "whole fields; close it, or write the list as a CSV");
      ++first;
      fields_.emplace_back(first, static_cast<std::size_t>(last - first));
      c = last + 1;
      continue;
    }
    while (c != end && !is_blank(*c)) ++c;
    fields_.emplace_back(first, static_cast<std::size_t>(c - first));
  }
}

bool RecordReader::split_at_signs(std::string_view text) {
  fields_.clear();
  unquoted_.clear();
  const bool quotes = text.find('"') != std::string_view::npos;
  if (quotes) unquoted_.reserve(text.size());  // fields point into it, so it must not move
  const auto blank = [&](std::size_t at) { return text[at] == ' ' || (text[at] == '\t' && separator_ != '\t'); };
  for (std::size_t at = 0;; ++at) {
    if (fields_.size() >= most_ && !quotes) return true;
    while (at < text.size() && blank(at)) ++at;
    if (quotes && at < text.size() && text[at] == '"') {
      const std::size_t first = unquoted_.size();
      for (++at;; ++at) {
        if (at == text.size()) return false;
        if (text[at] == '"' && !(at + 1 < text.size() && text[at + 1] == '"')) break;
        if (text[at] == '"') ++at;
        unquoted_ += text[at];
      }
      for (++at; at < text.size() && blank(at);) ++at;
      if (at < text.size() && text[at] != separator_)
        throw BadRequest(
            where() +
            ": text follows a closing double quote; expected the next field; double the quotes inside a quoted field");
      fields_.emplace_back(unquoted_.data() + first, unquoted_.size() - first);
    } else {
      const std::size_t first = at;
      while (at < text.size() && text[at] != separator_) ++at;
      std::size_t last = at;
      while (last > first && blank(last - 1)) --last;
      fields_.push_back(text.substr(first, last - first));
    }
    if (at >= text.size()) return true;
  }
}

}  // namespace grapevine
