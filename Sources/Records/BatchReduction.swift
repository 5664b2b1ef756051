public import Bytes

/// A batch from which compaction takes records away. What is kept stays byte for byte, unless the batch gets a delete
/// horizon; base offset, last offset, producer and epoch stay in any case, so that neither offsets nor sequences
/// change.
public struct BatchReduction {
    private let header: RecordBatchHeader
    /// The records, unfolded.
    private let records: ByteSlice
    /// The kept records, neighbours together.
    private var runs: [Range<Int>] = []
    public private(set) var keptCount: Int32 = 0
    /// Whether a kept record has no value.
    public private(set) var keepsTombstones = false
    private var maxTimestampDelta = Int64.min

    public init(_ header: RecordBatchHeader, records: ByteSlice) {
        self.header = header
        self.records = records
        runs.reserveCapacity(Int(min(max(header.recordsCount, 0), 32)))
    }

    /// Keeps a record; called in their order.
    public mutating func keep(_ layout: RecordLayout) {
        if let last = runs.last, last.upperBound == layout.range.lowerBound {
            runs[runs.count - 1] = last.lowerBound..<layout.range.upperBound
        } else {
            runs.append(layout.range)
        }
        keptCount += 1
        if !layout.hasValue { keepsTombstones = true }
        maxTimestampDelta = max(maxTimestampDelta, layout.timestampDelta)
    }

    /// The batch with the kept records only, compressed as it was.
    ///
    /// - Parameters:
    ///   - deleteHorizon: milliseconds; set, it becomes the base timestamp (KIP-534).
    ///   - room: the memory for as many bytes.
    public func finish(
        deleteHorizon: Int64?, with compressor: Compressor, in room: (Int) -> Block = { Block(capacity: $0) }
    ) throws(RecordFailure) -> (bytes: ByteSlice, header: RecordBatchHeader) {
        guard let codec = header.attributes.compression else { throw .unknownCodec }
        guard keptCount > 0 else {
            let empty = header.emptied
            return (empty.encodedAlone(), empty)
        }
        var reduced = header
        reduced.recordsCount = keptCount
        if header.attributes.timestampType == .createTime {
            reduced.maxTimestamp = header.baseTimestamp &+ maxTimestampDelta
        }
        let bytes = runs.reduce(0) { $0 + $1.count }
        var writer = ByteWriter(
            into: room(RecordBatchHeader.size + bytes + (deleteHorizon == nil ? 0 : bytes / 8)))
        writer.fill(RecordBatchHeader.size) { _ in RecordBatchHeader.size }
        if let deleteHorizon {
            reduced.attributes.hasDeleteHorizon = true
            reduced.baseTimestamp = deleteHorizon
            try shift(from: header.baseTimestamp, to: deleteHorizon, into: &writer)
        } else {
            records.withUnsafeBytes { raw in
                for run in runs { writer.bytes(UnsafeRawBufferPointer(rebasing: raw[run])) }
            }
        }
        let plain = writer.finish()
        guard plain.count <= Int(Int32.max) else { throw .compression(.outputLimit(Int(Int32.max))) }
        if codec == .none { return (RecordBatch.seal(&reduced, plain), reduced) }
        do throws(CompressionFailure) {
            let packed = try RecordBatch.assemble(
                &reduced, plain[RecordBatchHeader.size..<plain.count], codec, level: nil, with: compressor,
                in: room)
            return (packed, reduced)
        } catch { throw .compression(error) }
    }

    /// Writes the kept records with timestamps counted from another base.
    private func shift(from old: Int64, to new: Int64, into writer: inout ByteWriter) throws(RecordFailure) {
        try records.withUnsafeBytes { (raw) throws(RecordFailure) in
            for run in runs {
                let bytes = UnsafeRawBufferPointer(rebasing: raw[run])
                var layouts = RecordLayouts(bytes, count: .max)
                var layout = RecordLayout()
                var position = 0
                while position < bytes.count, try layouts.next(&layout) {
                    let delta = old &+ layout.timestampDelta &- new
                    let rest = layout.behindTimestamp..<layout.range.upperBound
                    writer.zigzag(Int64(1 + Varint.size(zigzag: delta) + rest.count))
                    writer.integer(bytes[layout.body])
                    writer.zigzag(delta)
                    writer.bytes(UnsafeRawBufferPointer(rebasing: bytes[rest]))
                    position = layout.range.upperBound
                }
            }
        }
    }
}
