#pragma once

// A function marked with REVOLUTE_HAND_CLONES is compiled for AVX-512, for AVX2 and for the
// baseline, and the processor decides when the program is started: the code by hand is what
// somebody would compile on this computer with -march=native. Other processors, and compilers that
// do not know how, get what they would compile for the target.

#if defined(__x86_64__) && defined(REVOLUTE_HAVE_CLONES)
#define REVOLUTE_HAND_CLONES \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define REVOLUTE_HAND_CLONES
#endif
