#pragma once
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli) of `count` bytes that follow bytes whose CRC is `crc` (0 for none).
uint32_t moldau_crc32c(uint32_t crc, const void *bytes, size_t count);
