import Bytes
import Reactor
import Records

extension Dump {
    mutating func dumpOffsetIndex(_ path: String) throws(DumpFailure) {
        let base = try DumpPath.baseOffset(path)
        let segment = try SegmentReader(try open(DumpPath.sibling(path, ".log")))
        let index = try IndexReader(try open(path), base, entrySize: 8)
        guard index.count > 0 else {
            terminal.print("\(path) is empty.")
            return
        }
        if request.checksSanityOnly {
            try index.checkSanity()
            terminal.print("\(path) passed sanity check.")
            return
        }
        for number in 0..<index.count {
            let entry = try index.entry(number)
            // What was made room for and never filled reads as the base offset at position 0.
            if number > 0, entry.offset == base { return }
            let slice = try segment.slice(from: Int(entry.position), count: request.maxMessageBytes)
            guard let frame = try segment.frame(at: slice.lowerBound, in: slice) else {
                throw DumpFailure("\(path): no whole batch is at position \(entry.position) of the log")
            }
            let found = try DumpedBatch(frame, segment).lastOffset
            if found != entry.offset { findings.note(.indexMismatch, path, entry.offset, found) }
            if !request.verifiesOnly { terminal.print("offset: \(entry.offset) position: \(entry.position)") }
        }
    }

    mutating func dumpTimeIndex(_ path: String) throws(DumpFailure) {
        let base = try DumpPath.baseOffset(path)
        let segment = try SegmentReader(try open(DumpPath.sibling(path, ".log")))
        let offsets = try offsetIndex(besides: path, base)
        let index = try IndexReader(try open(path), base, entrySize: 12)
        if request.checksSanityOnly {
            try index.checkSanity()
            terminal.print("\(path) passed sanity check.")
            return
        }
        let decompressor = Decompressor()
        var previous: Int64 = -1
        for number in 0..<index.count {
            let entry = try index.entry(number)
            if number > 0, entry.offset == base { return }
            let position = try offsets?.position(notBeyond: entry.offset) ?? 0
            let slice = try segment.slice(from: position, count: Int(Int32.max))
            if number == 0 { try walk(segment, slice) }
            let batch = try segment.firstBatch(in: slice, reaching: entry.offset)
            if let batch, batch.lastOffset == entry.offset {
                var greatest: Int64 = -1
                try batch.eachRecord(segment, decompressor) { (record) throws(DumpFailure) in
                    greatest = max(greatest, record.record.timestamp)
                }
                if greatest != entry.timestamp { findings.note(.timestampMismatch, path, entry.timestamp, greatest) }
                if previous >= entry.timestamp { findings.note(.timestampOrder, path, entry.timestamp, previous) }
            } else {
                findings.note(.offsetNotFound, path, entry.offset, batch?.lastOffset ?? -1)
            }
            if !request.verifiesOnly { terminal.print("timestamp: \(entry.timestamp) offset: \(entry.offset)") }
            previous = entry.timestamp
        }
    }

    /// Nil when the segment has none.
    private func offsetIndex(besides path: String, _ base: Int64) throws(DumpFailure) -> IndexReader? {
        let sibling = DumpPath.sibling(path, ".index")
        guard files.exists(sibling) else { return nil }
        return try IndexReader(try open(sibling), base, entrySize: 8)
    }

    /// Kafka walks to the log's end for each entry; once is enough to notice what stops such a walk.
    private func walk(_ segment: SegmentReader, _ slice: Range<Int>) throws(DumpFailure) {
        var position = slice.lowerBound
        while let frame = try segment.frame(at: position, in: slice) { position += frame.size }
    }
}

extension SegmentReader {
    /// The first batch of `slice` whose last offset is `offset` or lies behind it.
    func firstBatch(in slice: Range<Int>, reaching offset: Int64) throws(DumpFailure) -> DumpedBatch? {
        var position = slice.lowerBound
        while let frame = try frame(at: position, in: slice) {
            let batch = try DumpedBatch(frame, self)
            if batch.lastOffset >= offset { return batch }
            position += frame.size
        }
        return nil
    }
}
