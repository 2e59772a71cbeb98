#pragma once

namespace grapevine {

/// Asks for the line of an address, which will be read soon. GCC takes a function that does nothing but prefetch for
/// one without effect, and drops the calls of it; the empty statement, which it has to keep, tells it otherwise.
[[gnu::always_inline]] inline void prefetch(const void* address) {
  __builtin_prefetch(address);
  asm volatile("");
}

}  // namespace grapevine
