public import Bytes

/// Walks the batches that lie back to back in some bytes, as a segment, a request and a response have them.
///
/// It stops before a batch that isn't whole: fetched bytes may end anywhere. The CRC isn't looked at.
public struct BatchIterator {
    /// One step of the walk.
    public enum Element: Sendable {
        case batch(RecordBatch)
        case legacy(LegacyMessage)
    }

    private let bytes: ByteSlice
    /// Bytes walked over so far: where the next batch begins.
    public private(set) var position = 0

    public init(_ bytes: ByteSlice) { self.bytes = bytes }

    /// The next batch; `nil` at the end or before a partial one. After an error the position stays. O(1).
    public mutating func next() throws(FramingFailure) -> Element? {
        let rest = bytes[position..<bytes.count]
        switch rest.withUnsafeBytes({ BatchFrame.read($0) }) {
        case .partial: return nil
        case .invalid(let failure): throw failure
        case .whole(let size, let magic):
            let whole = rest[0..<size]
            if magic == 2 {
                position += size
                return .batch(RecordBatch(measured: whole))
            }
            guard let message = LegacyMessage(whole) else { throw .length(Int32(size - RecordBatchHeader.overhead)) }
            position += size
            return .legacy(message)
        }
    }

    /// The next batch of magic 2, stepping over older messages.
    public mutating func nextBatch() throws(FramingFailure) -> RecordBatch? {
        while let element = try next() {
            if case .batch(let batch) = element { return batch }
        }
        return nil
    }
}
