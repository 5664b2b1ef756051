/// Sixteen bytes that name a topic, a directory or an incarnation. As text: URL-safe base64 without padding, 22
/// characters, as Kafka prints them.
public struct UUID: Hashable, Sendable, Comparable {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static let zero = UUID(high: 0, low: 0)

    /// The topic id of `__cluster_metadata`.
    public static let metadataTopic = UUID(high: 0, low: 1)

    /// A version-4 id from two random words. `nil` for one whose text begins with `-` (command lines would take it
    /// for a flag) or that is reserved: ask again with other words.
    public init?(random high: UInt64, _ low: UInt64) {
        self.high = high & ~0xf000 | 0x4000
        self.low = low & ~(3 << 62) | (2 << 62)
        if text.hasPrefix("-") { return nil }
    }

    /// Reads the 22-character form; `nil` for anything else.
    public init?(text: some StringProtocol) {
        guard text.utf8.count == 22 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, character) in text.utf8.enumerated() {
            guard let sextet = Self.sextet(character) else { return nil }
            if index == 21 {
                guard sextet & 0x0f == 0 else { return nil }
                high = high << 2 | low >> 62
                low = low << 2 | UInt64(sextet >> 4)
            } else {
                high = high << 6 | low >> 58
                low = low << 6 | UInt64(sextet)
            }
        }
        self.init(high: high, low: low)
    }

    public var text: String {
        var characters: [UInt8] = []
        characters.reserveCapacity(22)
        for index in 0..<22 {
            let shift = 122 - 6 * index
            let sextet: UInt64
            if shift >= 64 {
                sextet = high >> UInt64(shift - 64)
            } else if shift > 58 {
                sextet = high << UInt64(64 - shift) | low >> UInt64(shift)
            } else if shift >= 0 {
                sextet = low >> UInt64(shift)
            } else {
                sextet = low << UInt64(-shift)
            }
            characters.append(Self.alphabet[Int(sextet & 0x3f)])
        }
        return String(decoding: characters, as: UTF8.self)
    }

    public static func < (left: UUID, right: UUID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func sextet(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}

extension UUID: CustomStringConvertible {
    public var description: String { text }
}
