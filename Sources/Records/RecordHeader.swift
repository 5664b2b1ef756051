public import Bytes

/// A header of a record: a name and a value that may be absent.
public struct RecordHeader: Equatable, Sendable {
    /// The name's bytes as they are, UTF-8 if the producer was honest.
    public var keyBytes: ByteSlice
    public var value: ByteSlice?

    public init(keyBytes: ByteSlice, value: ByteSlice?) {
        self.keyBytes = keyBytes
        self.value = value
    }

    public init(_ key: String, _ value: ByteSlice?) { self.init(keyBytes: ByteSlice(utf8: key), value: value) }

    public var key: String { keyBytes.text }
}
