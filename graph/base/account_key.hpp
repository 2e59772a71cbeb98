#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "graph/base/random.hpp"

namespace grapevine {

/// What a loaded account is known by, whatever its id is called today: 64 bits made from the text of its key, or of its
/// id where no key is given.
enum class AccountKey : std::uint64_t {};

/// FNV-1a (Fowler, Noll, Vo) of the text's bytes, then `mix`. The same on every machine.
constexpr AccountKey account_key(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return AccountKey{mix(hash)};
}

}  // namespace grapevine
