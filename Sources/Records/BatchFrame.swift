public import Bytes

/// What the first bytes of a batch or legacy message say about its size and format.
public enum BatchFrame: Equatable, Sendable {
    /// Fewer bytes than needed to tell (17), or than the batch has.
    case partial
    /// A batch of `size` bytes in all.
    case whole(size: Int, magic: Int8)
    /// Bytes that can't begin a batch.
    case invalid(FramingFailure)

    /// Looks at the beginning of `bytes`. O(1); nothing behind the header's first 17 bytes is read.
    @inlinable public static func read(_ bytes: UnsafeRawBufferPointer) -> BatchFrame {
        guard let base = bytes.baseAddress, bytes.count >= 17 else { return .partial }
        let frame = announced(base)
        if case .whole(let size, _) = frame, size > bytes.count { return .partial }
        return frame
    }

    /// What 17 bytes at `base` announce, whether or not the rest is there. The caller knows that they are there.
    @inlinable public static func announced(_ base: UnsafeRawPointer) -> BatchFrame {
        let length: Int32 = base.bigEndian(8)
        guard length >= LegacyMessage.minimumLength else { return .invalid(.length(length)) }
        let magic: Int8 = base.bigEndian(16)
        guard magic >= 0, magic <= 2 else { return .invalid(.magic(magic)) }
        if magic == 2, length < RecordBatchHeader.size - RecordBatchHeader.overhead {
            return .invalid(.length(length))
        }
        return .whole(size: RecordBatchHeader.overhead + Int(length), magic: magic)
    }
}

/// Why bytes can't begin a batch.
public enum FramingFailure: Error, Equatable, Sendable {
    /// The length field is negative or too small for its format.
    case length(Int32)
    /// A format that nobody knows.
    case magic(Int8)
}

extension FramingFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .length(let length): "A batch can't have the length \(length)."
        case .magic(let magic): "There is no message format \(magic)."
        }
    }
}
