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
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, parts[0].utf8.count == 20,
            parts[0].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let baseOffset = Int64(parts[0]), let kind = Kind(rawValue: String(parts[1]))
        else { return nil }
        if parts.count == 3 {
            guard let temporary = Temporary(rawValue: String(parts[2])) else { return nil }
            self.init(baseOffset, kind, temporary)
        } else {
            self.init(baseOffset, kind)
        }
    }

    package var text: String {
        let digits = String(baseOffset)
        let name = String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits + "." + kind.rawValue
        return temporary.map { name + "." + $0.rawValue } ?? name
    }

    package func with(_ temporary: Temporary?) -> SegmentFileName { SegmentFileName(baseOffset, kind, temporary) }
}
