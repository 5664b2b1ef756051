/// The name of a file that belongs to a segment: 20 digits of its base offset, the kind, and perhaps a suffix that says
/// what is being done to it.
package struct SegmentFileName: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case log, index, timeindex, txnindex, snapshot
    }

    package enum Temporary: String, Sendable {
        case deleted, cleaned, swap
    }

    package var baseOffset: Int64
    package var kind: Kind
    package var temporary: Temporary?

    package init(_ baseOffset: Int64, _ kind: Kind, _ temporary: Temporary? = nil) {
        self.baseOffset = baseOffset
        self.kind = kind
        self.temporary = temporary
    }

    /// `nil` for any other file of a partition's directory.
    package init?(_ name: String) {
        var name = name
        guard let (baseOffset, parts) = name.withUTF8({ Self.split($0) }), let kind = Kind(rawValue: parts.kind) else {
            return nil
        }
        self.init(baseOffset, kind)
        guard let suffix = parts.temporary else { return }
        guard let temporary = Temporary(rawValue: suffix) else { return nil }
        self.temporary = temporary
    }

    /// A start reads a hundred thousand names: by bytes that takes a tenth of what it takes by characters.
    private static func split(
        _ name: UnsafeBufferPointer<UInt8>
    ) -> (baseOffset: Int64, parts: (kind: String, temporary: String?))? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        // 19 digits fit into 64 bits without a sign.
        guard name.count > 21, name[20] == UInt8(ascii: "."), name[0] == digits.lowerBound else { return nil }
        var number: UInt64 = 0
        for digit in name[..<20] {
            guard digits ~= digit else { return nil }
            number = number * 10 + UInt64(digit - digits.lowerBound)
        }
        guard let baseOffset = Int64(exactly: number) else { return nil }
        let rest = name[21...]
        guard let dot = rest.firstIndex(of: UInt8(ascii: ".")) else {
            return (baseOffset, (String(decoding: rest, as: UTF8.self), nil))
        }
        return (
            baseOffset,
            (String(decoding: rest[..<dot], as: UTF8.self), String(decoding: rest[(dot + 1)...], as: UTF8.self))
        )
    }

    package var text: String {
        let digits = String(baseOffset)
        let name = String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits + "." + kind.rawValue
        return temporary.map { name + "." + $0.rawValue } ?? name
    }

    package func with(_ temporary: Temporary?) -> SegmentFileName { SegmentFileName(baseOffset, kind, temporary) }
}
