import Bytes

/// One pass over a batch's records that makes no objects: counts them, follows offsets and timestamps, looks for
/// missing keys. It finds out what the header claims and a leader mustn't believe.
struct RecordScan {
    private let baseTimestamp: Int64
    private let declaredCount: Int
    /// Records seen.
    private(set) var count = 0
    /// The greatest timestamp, −1 for none, and the place of the first record that has it.
    private(set) var maxTimestamp: Int64 = -1
    private(set) var indexOfMaxTimestamp = 0
    /// The smallest timestamp apart from −1, which means none.
    private(set) var minTimestamp = Int64.max
    /// Whether offset deltas are 0, 1, 2, …
    private(set) var isSequential = true
    private(set) var lacksKeys = false

    init(_ header: RecordBatchHeader) {
        baseTimestamp = header.baseTimestamp
        declaredCount = Int(header.recordsCount)
    }

    /// Walks over uncompressed records. O(records).
    mutating func walk(_ payload: UnsafeRawBufferPointer) throws(RecordFailure) {
        if let start = payload.baseAddress, payload.count > 0 {
            let end = start + payload.count
            guard let stop = wholeRecords(start, end), stop == end else { throw .malformed(index: count) }
        }
        guard count == declaredCount else { throw .count(declared: Int32(declaredCount)) }
    }

    /// Walks over compressed records while they unfold, a window at a time; memory doesn't grow with them.
    ///
    /// - Parameter limit: bytes that they may unfold to.
    mutating func walk(
        compressed payload: UnsafeRawBufferPointer, _ codec: Compression, with decompressor: Decompressor, limit: Int
    ) throws(RecordFailure) {
        do { try decompressor.begin(payload, codec) } catch { throw .compression(error) }
        defer { decompressor.end() }
        var stream = RecordStream(decompressor, limit: limit)
        while try stream.hasMore() {
            guard let stop = wholeRecords(stream.position, stream.end) else { throw .malformed(index: count) }
            stream.position = stop
            if stop < stream.end { try straddlingRecord(&stream) }
            guard count <= declaredCount else { break }
        }
        guard count == declaredCount else { throw .count(declared: Int32(declaredCount)) }
    }

    /// Walks over the records that lie wholly between the two addresses: where the first other one begins, or `nil` if
    /// a record contradicts itself.
    private mutating func wholeRecords(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> UnsafeRawPointer? {
        var scan = self  // in registers; `self` would be stored at every step
        defer { self = scan }
        var position = start
        while position < end {
            let beginning = position
            guard let length = RecordVarint.zigzag32(&position, end) else {
                return end - beginning < 5 ? beginning : nil
            }
            // Six one-byte fields are the least that a record has.
            guard length >= 6 else { return nil }
            guard length <= end - position else { return beginning }
            let recordEnd = position + length
            var timestampDelta = 0
            var offsetDelta = 0
            var keyLength = 0
            // Attributes and three varints of two bytes at most are seven bytes: no bounds to test.
            var near = position + 1
            if length >= 7, RecordVarint.near(&near, &timestampDelta), RecordVarint.near(&near, &offsetDelta),
                RecordVarint.near(&near, &keyLength)
            {
                position = near
            } else {
                position += 1
                guard let first = RecordVarint.zigzag64(&position, recordEnd),
                    let second = RecordVarint.zigzag32(&position, recordEnd),
                    let third = RecordVarint.zigzag32(&position, recordEnd)
                else { return nil }
                (timestampDelta, offsetDelta, keyLength) = (first, second, third)
            }
            if keyLength > 0 {
                guard keyLength <= recordEnd - position else { return nil }
                position += keyLength
            }
            guard let valueLength = RecordVarint.zigzag32(&position, recordEnd) else { return nil }
            if valueLength > 0 {
                guard valueLength <= recordEnd - position else { return nil }
                position += valueLength
            }
            guard let headersCount = RecordVarint.zigzag32(&position, recordEnd) else { return nil }
            if headersCount != 0 {
                guard let behind = Self.headers(headersCount, position, recordEnd) else { return nil }
                position = behind
            }
            guard position == recordEnd else { return nil }
            scan.note(timestampDelta, offsetDelta, hasKey: keyLength >= 0)
        }
        return position
    }

    @inline(__always)
    private mutating func note(_ timestampDelta: Int, _ offsetDelta: Int, hasKey: Bool) {
        let timestamp = baseTimestamp &+ Int64(timestampDelta)
        if timestamp > maxTimestamp {
            maxTimestamp = timestamp
            indexOfMaxTimestamp = count
        }
        if timestamp < minTimestamp, timestamp != -1 { minTimestamp = timestamp }
        if offsetDelta != count { isSequential = false }
        if !hasKey { lacksKeys = true }
        count &+= 1
    }

    /// Steps over `count` headers; `nil` when they don't fit.
    @inline(never)
    private static func headers(
        _ count: Int, _ start: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) -> UnsafeRawPointer? {
        guard count > 0, count <= end - start else { return nil }
        var position = start
        for _ in 0..<count {
            guard let nameLength = RecordVarint.zigzag32(&position, end), nameLength >= 0,
                nameLength <= end - position
            else { return nil }
            position += nameLength
            guard let valueLength = RecordVarint.zigzag32(&position, end) else { return nil }
            if valueLength > 0 {
                guard valueLength <= end - position else { return nil }
                position += valueLength
            }
        }
        return position
    }

    /// Reads the one record that goes on beyond the window.
    private mutating func straddlingRecord(_ stream: inout RecordStream) throws(RecordFailure) {
        do {
            let record = try stream.record()
            note(record.timestampDelta, record.offsetDelta, hasKey: record.hasKey)
        } catch {
            switch error {
            case .malformed: throw .malformed(index: count)
            case .compression(let failure): throw .compression(failure)
            }
        }
    }
}
