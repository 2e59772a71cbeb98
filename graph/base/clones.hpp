#pragma once

#if defined(GRAPEVINE_CLONES) && defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/// Marks a kernel that is compiled for several x86-64 levels; the loader picks the best one for the processor. The
/// levels differ in speed only: no contraction, no reassociation, so every clone gives the same bits (shown by the
/// same-bits test against a build with GRAPEVINE_CLONES off).
#define GRAPEVINE_CLONED __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))

/// Marks a kernel that is written for the instructions of x86-64-v4, beside one for any processor that gives the same
/// bits. Defined only where such kernels are wanted; to be called only if the processor has that level.
#define GRAPEVINE_AVX512 __attribute__((target("arch=x86-64-v4")))

#else
#define GRAPEVINE_CLONED
#endif
