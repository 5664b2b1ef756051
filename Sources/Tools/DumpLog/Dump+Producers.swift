import Bytes
import KafkaProtocol
import Reactor
import Records

extension Dump {
    /// Bytes of a producer snapshot that is read: some eleven million producers.
    private static var snapshotBytes: Int { 512 << 20 }
    private static var abortedTransactionBytes: Int { 34 }

    /// `.snapshot`: a damaged one is told and is no failure, as a broker can do without it.
    func dumpProducers(_ path: String) throws(DumpFailure) {
        let bytes: ByteSlice
        do throws(Errno) { bytes = try files.readAll(path, limit: Self.snapshotBytes) } catch {
            throw DumpFailure("\(path): \(error)")
        }
        guard bytes.count >= 2 else {
            terminal.error("Snapshot failed schema validation: the file is too short for a snapshot")
            return
        }
        let version: Int16 = bytes.bigEndian(0)
        guard ProducerSnapshot.versions.contains(version) else {
            terminal.error(
                "Snapshot failed schema validation: Snapshot contained an unknown file version \(version)")
            return
        }
        let snapshot: ProducerSnapshot
        do throws(CodingError) {
            var position = 2
            snapshot = try ProducerSnapshot(decoding: bytes, at: &position, version: version)
        } catch {
            terminal.error("Snapshot failed schema validation: \(error)")
            return
        }
        let computed = bytes[6..<bytes.count].withUnsafeBytes { CRC32C.checksum($0) }
        guard computed == snapshot.crc else {
            terminal.error(
                "Snapshot is corrupt (CRC is no longer valid). Stored crc: \(snapshot.crc). Computed crc: \(computed)")
            return
        }
        for entry in snapshot.producerEntries { terminal.print(Self.line(entry)) }
    }

    private static func line(_ entry: ProducerSnapshot.ProducerEntry) -> String {
        let open =
            entry.currentTxnFirstOffset >= 0 ? "OptionalLong[\(entry.currentTxnFirstOffset)]" : "OptionalLong.empty"
        let line =
            "producerId: \(entry.producerID) producerEpoch: \(entry.epoch) "
            + "coordinatorEpoch: \(entry.coordinatorEpoch) currentTxnFirstOffset: \(open) "
            + "lastTimestamp: \(entry.timestamp)"
        guard entry.lastOffset >= 0 else { return line }
        return line
            + " firstSequence: \(SequenceNumber.decrement(entry.lastSequence, by: entry.offsetDelta)) "
            + "lastSequence: \(entry.lastSequence) lastOffset: \(entry.lastOffset) "
            + "offsetDelta: \(entry.offsetDelta) timestamp: \(entry.timestamp)"
    }

    /// `.txnindex`
    func dumpAbortedTransactions(_ path: String) throws(DumpFailure) {
        _ = try DumpPath.baseOffset(path)
        let file = try open(path)
        // Nothing is printed of an index that has an entry nobody knows.
        try eachAborted(file) { (entry) throws(DumpFailure) in
            let version = entry.bigEndian(0, as: Int8.self)
            guard version > 0 else { return }
            throw DumpFailure(
                "Unexpected aborted transaction version \(version) in transaction index \(DumpPath.absolute(path)), "
                    + "current version is 0")
        }
        try eachAborted(file) { (entry) throws(DumpFailure) in
            terminal.print(
                "version: \(entry.bigEndian(0, as: Int8.self)) producerId: \(entry.bigEndian(2, as: Int64.self)) "
                    + "firstOffset: \(entry.bigEndian(10, as: Int64.self)) "
                    + "lastOffset: \(entry.bigEndian(18, as: Int64.self)) "
                    + "lastStableOffset: \(entry.bigEndian(26, as: Int64.self))")
        }
    }

    private func eachAborted(
        _ file: File, _ body: (ByteSlice) throws(DumpFailure) -> Void
    ) throws(DumpFailure) {
        let size = Self.abortedTransactionBytes
        let block = Block(capacity: size * 1024)
        var position = 0
        while true {
            let buffer = UnsafeMutableRawBufferPointer(rebasing: block.mutableBytes[..<(size * 1024)])
            let count: Int
            do { count = try file.read(into: buffer, at: position) } catch {
                throw DumpFailure("\(file.path): \(error)")
            }
            for number in 0..<count / size { try body(block.slice(number * size..<(number + 1) * size)) }
            if count < size * 1024 { return }
            position += count
        }
    }
}
