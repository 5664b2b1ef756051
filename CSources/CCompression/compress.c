#include "CCompression.h"
#include "snappy_framing.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

// A context that a high level made larger than this is given back instead of kept.
enum { kept_context_bytes = 32 << 20 };

struct moldau_compressor {
    z_stream gzip;
    int gzip_ready, gzip_level;
    LZ4F_cctx *lz4;
    ZSTD_CCtx *zstd;
};

moldau_compressor *moldau_compressor_create(void) { return calloc(1, sizeof(moldau_compressor)); }

void moldau_compressor_destroy(moldau_compressor *context) {
    if (context->gzip_ready) deflateEnd(&context->gzip);
    LZ4F_freeCompressionContext(context->lz4);
    ZSTD_freeCCtx(context->zstd);
    free(context);
}

static LZ4F_preferences_t lz4_preferences(int32_t level) {
    // Kafka's level 9 is its default and means the fast compressor; every other one the thorough one.
    int mapped = level == MOLDAU_DEFAULT_LEVEL || level == 9 ? 0 : level < 3 ? 3 : level > 12 ? 12 : level;
    LZ4F_preferences_t preferences = {
        .frameInfo = {.blockSizeID = LZ4F_max64KB, .blockMode = LZ4F_blockIndependent},
        .compressionLevel = mapped,
        .autoFlush = 1,
    };
    return preferences;
}

size_t moldau_compress_bound(int codec, size_t count) {
    switch (codec) {
    case MOLDAU_GZIP: return compressBound(count) + 64;
    case MOLDAU_SNAPPY: {
        size_t blocks = count / snappy_block_size + 1;
        return snappy_header_size + blocks * (4 + snappy_max_compressed_length(snappy_block_size));
    }
    case MOLDAU_LZ4: {
        LZ4F_preferences_t preferences = lz4_preferences(MOLDAU_DEFAULT_LEVEL);
        return LZ4F_compressFrameBound(count, &preferences) + 64;
    }
    case MOLDAU_ZSTD: return ZSTD_compressBound(count);
    default: return 0;
    }
}

static ptrdiff_t compress_gzip(moldau_compressor *c, int32_t level, const void *input, size_t count, void *output,
                               size_t capacity) {
    if (count > UINT32_MAX || capacity > UINT32_MAX) return MOLDAU_NO_MEMORY;
    int wanted = level < 0 || level > 9 ? Z_DEFAULT_COMPRESSION : level;
    if (c->gzip_ready && c->gzip_level != wanted) {
        deflateEnd(&c->gzip);
        c->gzip_ready = 0;
    }
    if (!c->gzip_ready) {
        memset(&c->gzip, 0, sizeof c->gzip);
        if (deflateInit2(&c->gzip, wanted, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            return MOLDAU_NO_MEMORY;
        c->gzip_ready = 1;
        c->gzip_level = wanted;
    } else {
        deflateReset(&c->gzip);
    }
    c->gzip.next_in = (unsigned char *)input;
    c->gzip.avail_in = (uInt)count;
    c->gzip.next_out = output;
    c->gzip.avail_out = (uInt)capacity;
    if (deflate(&c->gzip, Z_FINISH) != Z_STREAM_END) return MOLDAU_NO_MEMORY;
    return (ptrdiff_t)(capacity - c->gzip.avail_out);
}

static void store_big_endian(unsigned char *bytes, uint32_t value) {
    bytes[0] = (unsigned char)(value >> 24);
    bytes[1] = (unsigned char)(value >> 16);
    bytes[2] = (unsigned char)(value >> 8);
    bytes[3] = (unsigned char)value;
}

static ptrdiff_t compress_snappy(const char *input, size_t count, unsigned char *output, size_t capacity) {
    if (capacity < snappy_header_size) return MOLDAU_NO_MEMORY;
    memcpy(output, snappy_magic, sizeof snappy_magic);
    store_big_endian(output + 8, 1);
    store_big_endian(output + 12, 1);
    size_t used = snappy_header_size;
    while (count > 0) {
        size_t piece = count < snappy_block_size ? count : snappy_block_size;
        if (capacity - used < 4) return MOLDAU_NO_MEMORY;
        size_t written = capacity - used - 4;
        if (snappy_compress(input, piece, (char *)output + used + 4, &written) != SNAPPY_OK) return MOLDAU_NO_MEMORY;
        store_big_endian(output + used, (uint32_t)written);
        used += 4 + written;
        input += piece;
        count -= piece;
    }
    return (ptrdiff_t)used;
}

static ptrdiff_t compress_lz4(moldau_compressor *c, int32_t level, const void *input, size_t count,
                              unsigned char *output, size_t capacity) {
    if (!c->lz4 && LZ4F_isError(LZ4F_createCompressionContext(&c->lz4, LZ4F_VERSION))) {
        c->lz4 = NULL;
        return MOLDAU_NO_MEMORY;
    }
    LZ4F_preferences_t preferences = lz4_preferences(level);
    size_t used = LZ4F_compressBegin(c->lz4, output, capacity, &preferences);
    if (LZ4F_isError(used)) return MOLDAU_NO_MEMORY;
    size_t step = LZ4F_compressUpdate(c->lz4, output + used, capacity - used, input, count, NULL);
    if (LZ4F_isError(step)) return MOLDAU_NO_MEMORY;
    used += step;
    step = LZ4F_compressEnd(c->lz4, output + used, capacity - used, NULL);
    if (LZ4F_isError(step)) return MOLDAU_NO_MEMORY;
    return (ptrdiff_t)(used + step);
}

static ptrdiff_t compress_zstd(moldau_compressor *c, int32_t level, const void *input, size_t count, void *output,
                               size_t capacity) {
    if (!c->zstd && !(c->zstd = ZSTD_createCCtx())) return MOLDAU_NO_MEMORY;
    int wanted = level == MOLDAU_DEFAULT_LEVEL ? 3 : level;
    if (wanted < ZSTD_minCLevel()) wanted = ZSTD_minCLevel();
    if (wanted > ZSTD_maxCLevel()) wanted = ZSTD_maxCLevel();
    ZSTD_CCtx_reset(c->zstd, ZSTD_reset_session_only);
    ZSTD_CCtx_setParameter(c->zstd, ZSTD_c_compressionLevel, wanted);
    size_t written = ZSTD_compress2(c->zstd, output, capacity, input, count);
    if (ZSTD_sizeof_CCtx(c->zstd) > kept_context_bytes) {
        ZSTD_freeCCtx(c->zstd);
        c->zstd = NULL;
    }
    return ZSTD_isError(written) ? MOLDAU_NO_MEMORY : (ptrdiff_t)written;
}

ptrdiff_t moldau_compress(moldau_compressor *c, int codec, int32_t level, const void *input, size_t count,
                          void *output, size_t capacity) {
    switch (codec) {
    case MOLDAU_GZIP: return compress_gzip(c, level, input, count, output, capacity);
    case MOLDAU_SNAPPY: return compress_snappy(input, count, output, capacity);
    case MOLDAU_LZ4: return compress_lz4(c, level, input, count, output, capacity);
    case MOLDAU_ZSTD: return compress_zstd(c, level, input, count, output, capacity);
    default: return MOLDAU_CORRUPT;
    }
}
