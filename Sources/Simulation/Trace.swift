import Bytes

/// A running hash of all that happens in a world: which core ran, what it submitted, how that ended. Two runs that
/// differ anywhere differ here.
package struct Trace {
    enum Event: UInt64 {
        case turn = 1
        case submission
        case completion
        case written
        case sent
        case start
        case crash
        case fault
    }

    package private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func note(_ event: Event, _ words: UInt64...) {
        mix(event.rawValue)
        for word in words { mix(word) }
    }

    mutating func note(_ event: Event, _ bytes: UnsafeRawBufferPointer) {
        mix(event.rawValue)
        mix(UInt64(bytes.count) << 32 | UInt64(CRC32C.checksum(bytes)))
    }

    private mutating func mix(_ word: UInt64) {
        hash = (hash ^ word) &* 0x0000_0100_0000_01B3
        hash ^= hash >> 31
    }
}
