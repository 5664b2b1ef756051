import Bytes

extension ByteSlice {
    /// The text that Java reads from these bytes. Ill-formed UTF-8 becomes as many replacement characters as there; it
    /// would be others in Swift.
    var javaText: String {
        var well: [UInt8] = []
        well.reserveCapacity(count)
        var rest = (0..<count).map { self[$0] }[...]
        while let first = rest.first {
            let (taken, isWell) = JavaText.next(first, rest.dropFirst())
            if isWell { well += rest.prefix(taken) } else { well += JavaText.replacement }
            rest = rest.dropFirst(taken)
        }
        return String(decoding: well, as: UTF8.self)
    }
}

/// How far Java's decoder of UTF-8 goes with one character.
private enum JavaText {
    static let replacement = Array("\u{FFFD}".utf8)

    /// - Returns: how many bytes make one character, and whether they are well-formed.
    static func next(_ first: UInt8, _ rest: ArraySlice<UInt8>) -> (taken: Int, isWell: Bool) {
        switch first {
        case 0..<0x80: (1, true)
        case 0xC2..<0xE0: two(rest)
        case 0xE0..<0xF0: three(first, rest)
        case 0xF0..<0xF8: four(first, rest)
        default: (1, false)
        }
    }

    private static func two(_ rest: ArraySlice<UInt8>) -> (Int, Bool) {
        if let second = rest.first, isContinuation(second) { (2, true) } else { (1, false) }
    }

    private static func three(_ first: UInt8, _ rest: ArraySlice<UInt8>) -> (Int, Bool) {
        guard let second = rest.first, isContinuation(second), first != 0xE0 || second >= 0xA0 else {
            return (1, false)
        }
        guard let third = rest.dropFirst().first, isContinuation(third) else { return (2, false) }
        // Half of a surrogate pair.
        return (3, first != 0xED || second < 0xA0)
    }

    private static func four(_ first: UInt8, _ rest: ArraySlice<UInt8>) -> (Int, Bool) {
        guard first <= 0xF4, let second = rest.first, isContinuation(second), first != 0xF0 || second >= 0x90,
            first != 0xF4 || second < 0x90
        else { return (1, false) }
        guard let third = rest.dropFirst().first, isContinuation(third) else { return (2, false) }
        guard let fourth = rest.dropFirst(2).first, isContinuation(fourth) else { return (3, false) }
        return (4, true)
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
