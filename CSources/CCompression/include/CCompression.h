#pragma once
#include <stddef.h>
#include <stdint.h>

// Codec numbers are those of a record batch's attributes.
enum { MOLDAU_GZIP = 1, MOLDAU_SNAPPY = 2, MOLDAU_LZ4 = 3, MOLDAU_ZSTD = 4 };

// What the functions below return instead of a count.
enum { MOLDAU_CORRUPT = -1, MOLDAU_NO_MEMORY = -2 };

// A level that means "the codec's own default".
#define MOLDAU_DEFAULT_LEVEL INT32_MIN

typedef struct moldau_decompressor moldau_decompressor;
typedef struct moldau_compressor moldau_compressor;

/// A context to be used for one stream after another; NULL without memory.
moldau_decompressor *moldau_decompressor_create(void);
void moldau_decompressor_destroy(moldau_decompressor *context);

/// Begins the stream of `count` bytes at `input`, which have to stay until the last read. 0 or an error.
ptrdiff_t moldau_decompressor_begin(moldau_decompressor *context, int codec, const void *input, size_t count);

/// Fills at most `capacity` bytes. How many; 0 at the stream's end; or an error (a stream that stops short is corrupt).
/// Memory that it allocates is bounded by the codec's window or by the input's size, not by what the input declares.
ptrdiff_t moldau_decompressor_read(moldau_decompressor *context, void *output, size_t capacity);

/// Forgets the stream, wherever it stands, and gives back memory that only this one needed.
void moldau_decompressor_end(moldau_decompressor *context);

moldau_compressor *moldau_compressor_create(void);
void moldau_compressor_destroy(moldau_compressor *context);

/// Bytes that `count` bytes take at most.
size_t moldau_compress_bound(int codec, size_t count);

/// Compresses all at once, framed as a batch wants it. Bytes written, or an error.
ptrdiff_t moldau_compress(moldau_compressor *context, int codec, int32_t level, const void *input, size_t count,
                          void *output, size_t capacity);

/// CRC-32 (IEEE), as messages before magic 2 carry it.
uint32_t moldau_crc32(const void *bytes, size_t count);
