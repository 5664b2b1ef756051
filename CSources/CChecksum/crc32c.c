#include "CChecksum.h"
#include <isa-l/crc.h>
#include <limits.h>

#if defined(__x86_64__)
#include <nmmintrin.h>

// One stream of the processor's own instruction: below this size the set-up of ISA-L's folding costs more than it saves.
enum { SHORT_INPUT = 256 };

__attribute__((target("sse4.2"))) static uint32_t one_stream(uint32_t state, const unsigned char *p, size_t n) {
    uint64_t s = state;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t word;
        __builtin_memcpy(&word, p, 8);
        s = _mm_crc32_u64(s, word);
    }
    for (; n > 0; p++, n--) s = _mm_crc32_u8((uint32_t)s, *p);
    return (uint32_t)s;
}
#endif

uint32_t moldau_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const unsigned char *p = bytes;
    uint32_t state = ~crc;
#if defined(__x86_64__)
    if (count < SHORT_INPUT && __builtin_cpu_supports("sse4.2")) return ~one_stream(state, p, count);
#endif
    while (count > 0) {
        int chunk = count > INT_MAX ? INT_MAX : (int)count;
        state = crc32_iscsi((unsigned char *)p, chunk, state);
        p += chunk;
        count -= (size_t)chunk;
    }
    return ~state;
}
