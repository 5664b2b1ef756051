#pragma once

// The framing of snappy-java's stream, which producers write: this header, then blocks with a big-endian length.
static const unsigned char snappy_magic[8] = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
enum { snappy_header_size = 16, snappy_block_size = 32 * 1024 };
