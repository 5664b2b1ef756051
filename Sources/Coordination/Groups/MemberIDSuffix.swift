/// What makes a member's id its own: a random UUID as Java writes it.
enum MemberIDSuffix {
    static func text(_ first: UInt64, _ second: UInt64) -> String {
        let high = first & ~0xf000 | 0x4000
        let low = second & ~(3 << 62) | (2 << 62)
        return [
            hexadecimal(high >> 32, 8), hexadecimal(high >> 16, 4), hexadecimal(high, 4),
            hexadecimal(low >> 48, 4), hexadecimal(low, 12),
        ].joined(separator: "-")
    }

    /// The lowest `digits` digits.
    private static func hexadecimal(_ value: UInt64, _ digits: UInt64) -> String {
        let text = String(value & (1 << (4 * digits) - 1), radix: 16)
        return String(repeating: "0", count: Int(digits) - text.count) + text
    }
}
