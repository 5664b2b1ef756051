#include "CCompression.h"
#include "snappy_framing.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

// What a stream made larger than this is given back at its end instead of kept for the next.
enum { kept_context_bytes = 16 << 20, kept_spill_bytes = 1 << 20 };

struct moldau_decompressor {
    const unsigned char *input;
    size_t count, position;
    int codec, ended;

    z_stream gzip;
    int gzip_ready;
    LZ4F_dctx *lz4;
    ZSTD_DCtx *zstd;

    // A snappy block larger than the reader's buffer is decoded here and handed out in pieces.
    char *spill;
    size_t spill_capacity, spill_count, spill_position;
    int snappy_framed;
};

moldau_decompressor *moldau_decompressor_create(void) { return calloc(1, sizeof(moldau_decompressor)); }

void moldau_decompressor_destroy(moldau_decompressor *context) {
    if (context->gzip_ready) inflateEnd(&context->gzip);
    LZ4F_freeDecompressionContext(context->lz4);
    ZSTD_freeDCtx(context->zstd);
    free(context->spill);
    free(context);
}

static uint32_t big_endian(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int snappy_header_at(const moldau_decompressor *c) {
    return c->count - c->position >= snappy_header_size
        && memcmp(c->input + c->position, snappy_magic, sizeof snappy_magic) == 0;
}

static ptrdiff_t begin_gzip(moldau_decompressor *c) {
    if (c->count > UINT32_MAX) return MOLDAU_CORRUPT;
    if (!c->gzip_ready) {
        memset(&c->gzip, 0, sizeof c->gzip);
        if (inflateInit2(&c->gzip, 15 + 16) != Z_OK) return MOLDAU_NO_MEMORY;
        c->gzip_ready = 1;
    } else if (inflateReset(&c->gzip) != Z_OK) {
        return MOLDAU_CORRUPT;
    }
    c->gzip.next_in = (unsigned char *)c->input;
    c->gzip.avail_in = (uInt)c->count;
    return 0;
}

// Kafka's own reader knows version 1 with independent blocks only: what it couldn't read is not let in.
static ptrdiff_t begin_lz4(moldau_decompressor *c) {
    static const unsigned char magic[4] = {0x04, 0x22, 0x4d, 0x18};
    if (c->count < 7 || memcmp(c->input, magic, sizeof magic) != 0) return MOLDAU_CORRUPT;
    unsigned char flags = c->input[4];
    if (flags >> 6 != 1 || !(flags & 0x20)) return MOLDAU_CORRUPT;
    if (!c->lz4) {
        if (LZ4F_isError(LZ4F_createDecompressionContext(&c->lz4, LZ4F_VERSION))) {
            c->lz4 = NULL;
            return MOLDAU_NO_MEMORY;
        }
    } else {
        LZ4F_resetDecompressionContext(c->lz4);
    }
    return 0;
}

static ptrdiff_t begin_zstd(moldau_decompressor *c) {
    if (!c->zstd && !(c->zstd = ZSTD_createDCtx())) return MOLDAU_NO_MEMORY;
    ZSTD_DCtx_reset(c->zstd, ZSTD_reset_session_only);
    return 0;
}

static ptrdiff_t begin_snappy(moldau_decompressor *c) {
    c->snappy_framed = snappy_header_at(c);
    return 0;
}

ptrdiff_t moldau_decompressor_begin(moldau_decompressor *c, int codec, const void *input, size_t count) {
    c->input = input;
    c->count = count;
    c->position = 0;
    c->codec = codec;
    c->ended = 0;
    c->spill_count = c->spill_position = 0;
    switch (codec) {
    case MOLDAU_GZIP: return begin_gzip(c);
    case MOLDAU_SNAPPY: return begin_snappy(c);
    case MOLDAU_LZ4: return begin_lz4(c);
    case MOLDAU_ZSTD: return begin_zstd(c);
    default: return MOLDAU_CORRUPT;
    }
}

static ptrdiff_t read_gzip(moldau_decompressor *c, unsigned char *output, size_t capacity) {
    z_stream *z = &c->gzip;
    z->next_out = output;
    z->avail_out = (uInt)capacity;
    while (z->avail_out > 0) {
        int result = inflate(z, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            int another_member = z->avail_in >= 2 && z->next_in[0] == 0x1f && z->next_in[1] == 0x8b;
            if (!another_member) {
                c->ended = 1;
                break;
            }
            if (inflateReset(z) != Z_OK) return MOLDAU_CORRUPT;
        } else if (result != Z_OK) {
            return result == Z_MEM_ERROR ? MOLDAU_NO_MEMORY : MOLDAU_CORRUPT;
        }
    }
    return (ptrdiff_t)(capacity - z->avail_out);
}

static ptrdiff_t read_lz4(moldau_decompressor *c, unsigned char *output, size_t capacity) {
    // The batch's CRC covers the stream; Kafka's reader ignores the content checksum too.
    LZ4F_decompressOptions_t options = {.skipChecksums = 1};
    size_t produced = 0;
    while (produced < capacity) {
        size_t room = capacity - produced, available = c->count - c->position;
        size_t hint =
            LZ4F_decompress(c->lz4, output + produced, &room, c->input + c->position, &available, &options);
        if (LZ4F_isError(hint)) return MOLDAU_CORRUPT;
        produced += room;
        c->position += available;
        if (hint == 0) {
            c->ended = 1;
            break;
        }
        if (room == 0 && available == 0) return MOLDAU_CORRUPT;
    }
    return (ptrdiff_t)produced;
}

static ptrdiff_t read_zstd(moldau_decompressor *c, unsigned char *output, size_t capacity) {
    ZSTD_outBuffer out = {output, capacity, 0};
    while (out.pos < capacity) {
        ZSTD_inBuffer in = {c->input, c->count, c->position};
        size_t hint = ZSTD_decompressStream(c->zstd, &out, &in);
        if (ZSTD_isError(hint))
            return ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation ? MOLDAU_NO_MEMORY : MOLDAU_CORRUPT;
        c->position = in.pos;
        if (hint == 0 && in.pos == c->count) {
            c->ended = 1;
            break;
        }
        if (hint != 0 && in.pos == c->count && out.pos < capacity) return MOLDAU_CORRUPT;
    }
    return (ptrdiff_t)out.pos;
}

// Finds the next block, stepping over headers in between. 1 with a block, 0 at the end, or an error.
static ptrdiff_t next_snappy_block(moldau_decompressor *c, const char **block, size_t *size) {
    if (!c->snappy_framed) {
        if (c->position == c->count && c->count > 0) return 0;
        *block = (const char *)c->input;
        *size = c->count;
        c->position = c->count;
        return 1;
    }
    while (snappy_header_at(c)) c->position += snappy_header_size;
    size_t left = c->count - c->position;
    if (left == 0) return 0;
    if (left < 4) return MOLDAU_CORRUPT;
    uint32_t length = big_endian(c->input + c->position);
    if (length == 0 || length > left - 4) return MOLDAU_CORRUPT;
    *block = (const char *)c->input + c->position + 4;
    *size = length;
    c->position += 4 + (size_t)length;
    return 1;
}

static ptrdiff_t spill_block(moldau_decompressor *c, const char *block, size_t size, size_t length) {
    if (length > c->spill_capacity) {
        free(c->spill);
        c->spill = malloc(length);
        c->spill_capacity = c->spill ? length : 0;
        if (!c->spill) return MOLDAU_NO_MEMORY;
    }
    if (snappy_uncompress(block, size, c->spill, &length) != SNAPPY_OK) return MOLDAU_CORRUPT;
    c->spill_count = length;
    c->spill_position = 0;
    return 0;
}

static ptrdiff_t read_snappy(moldau_decompressor *c, unsigned char *output, size_t capacity) {
    size_t produced = 0;
    while (produced < capacity) {
        if (c->spill_position < c->spill_count) {
            size_t piece = c->spill_count - c->spill_position;
            if (piece > capacity - produced) piece = capacity - produced;
            memcpy(output + produced, c->spill + c->spill_position, piece);
            c->spill_position += piece;
            produced += piece;
            continue;
        }
        const char *block;
        size_t size, length;
        ptrdiff_t found = next_snappy_block(c, &block, &size);
        if (found < 0) return found;
        if (found == 0) {
            c->ended = 1;
            break;
        }
        if (snappy_uncompressed_length(block, size, &length) != SNAPPY_OK) return MOLDAU_CORRUPT;
        // Three bytes stand for 64 at the most: a block that declares more is not believed.
        if (length / 32 > size) return MOLDAU_CORRUPT;
        if (length > capacity - produced) {
            ptrdiff_t spilled = spill_block(c, block, size, length);
            if (spilled < 0) return spilled;
            continue;
        }
        if (snappy_uncompress(block, size, (char *)output + produced, &length) != SNAPPY_OK) return MOLDAU_CORRUPT;
        produced += length;
    }
    return (ptrdiff_t)produced;
}

ptrdiff_t moldau_decompressor_read(moldau_decompressor *c, void *output, size_t capacity) {
    if (c->ended || capacity == 0) return 0;
    if (capacity > INT32_MAX) capacity = INT32_MAX;
    switch (c->codec) {
    case MOLDAU_GZIP: return read_gzip(c, output, capacity);
    case MOLDAU_SNAPPY: return read_snappy(c, output, capacity);
    case MOLDAU_LZ4: return read_lz4(c, output, capacity);
    case MOLDAU_ZSTD: return read_zstd(c, output, capacity);
    default: return MOLDAU_CORRUPT;
    }
}

void moldau_decompressor_end(moldau_decompressor *c) {
    c->ended = 1;
    if (c->zstd && ZSTD_sizeof_DCtx(c->zstd) > kept_context_bytes) {
        ZSTD_freeDCtx(c->zstd);
        c->zstd = NULL;
    }
    if (c->spill_capacity > kept_spill_bytes) {
        free(c->spill);
        c->spill = NULL;
        c->spill_capacity = 0;
    }
}

uint32_t moldau_crc32(const void *bytes, size_t count) {
    return (uint32_t)crc32_z(crc32_z(0, Z_NULL, 0), bytes, count);
}
