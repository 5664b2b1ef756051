public import Bytes

/// MurmurHash2 with the seed that Kafka's clients use: the same key goes to the same partition from any of them.
public enum Murmur2 {
    public static func hash(_ key: ByteSlice) -> Int32 { key.withUnsafeBytes { hash($0) } }

    public static func hash(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        let multiplier: UInt32 = 0x5bd1_e995
        var hash = 0x9747_b28c ^ UInt32(truncatingIfNeeded: bytes.count)
        let whole = bytes.count & ~3
        for position in stride(from: 0, to: whole, by: 4) {
            var word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            word = word &* multiplier
            word ^= word >> 24
            word = word &* multiplier
            hash = hash &* multiplier ^ word
        }
        let rest = bytes.count - whole
        if rest > 0 {
            for position in 0..<rest { hash ^= UInt32(bytes[whole + position]) << UInt32(8 * position) }
            hash = hash &* multiplier
        }
        hash ^= hash >> 13
        hash = hash &* multiplier
        return Int32(bitPattern: hash ^ hash >> 15)
    }

    /// The partition of `key` among `count`, which is at least 1.
    public static func partition(of key: ByteSlice, among count: Int32) -> Int32 {
        precondition(count > 0)
        return (hash(key) & Int32.max) % count
    }
}
