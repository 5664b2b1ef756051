package import Bytes
import Reactor

/// The bytes of a `.snapshot` file: the producers of a partition up to an offset, which the file's name says.
///
/// Only the last batch of each is kept, so older duplicates aren't recognised after a reload.
package enum ProducerSnapshotFile {
    package enum Failure: Error, Equatable {
        case truncated
        case unknownVersion(Int16)
        case wrongChecksum
    }

    private static let version: Int16 = 1
    private static let headBytes = 10
    private static let entryBytes = 46

    package static func encode(_ entries: [ProducerEntry]) -> ByteSlice {
        var writer = ByteWriter(capacity: headBytes + entries.count * entryBytes)
        writer.integer(version)
        writer.integer(UInt32(0))
        writer.integer(Int32(entries.count))
        for entry in entries {
            let last = entry.lastBatch
            writer.integer(entry.producerID)
            writer.integer(entry.epoch)
            writer.integer(last?.lastSequence ?? -1)
            writer.integer(last?.lastOffset ?? -1)
            writer.integer(last?.offsetDelta ?? 0)
            writer.integer(entry.lastTimestamp)
            writer.integer(entry.coordinatorEpoch)
            writer.integer(entry.currentTransactionFirstOffset)
        }
        let checksum = writer.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[6...])) }
        writer.patch(checksum, at: 2)
        return writer.finish()
    }

    package static func decode(_ bytes: ByteSlice) throws(Failure) -> [ProducerEntry] {
        try bytes.withUnsafeBytes { raw throws(Failure) in try decode(raw) }
    }

    private static func decode(_ raw: UnsafeRawBufferPointer) throws(Failure) -> [ProducerEntry] {
        guard raw.count >= headBytes, let base = raw.baseAddress else { throw .truncated }
        let found: Int16 = base.bigEndian(0)
        guard found == version else { throw .unknownVersion(found) }
        guard base.bigEndian(2) == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: raw[6...])) else {
            throw .wrongChecksum
        }
        let count = Int(base.bigEndian(6, as: Int32.self))
        guard count >= 0, (raw.count - headBytes) / entryBytes >= count else { throw .truncated }
        return (0..<count).map { entry(base + headBytes + $0 * entryBytes) }
    }

    /// Reads an entry whose bytes are there.
    private static func entry(_ bytes: UnsafeRawPointer) -> ProducerEntry {
        var entry = ProducerEntry(producerID: bytes.bigEndian(0), epoch: bytes.bigEndian(8))
        let lastOffset: Int64 = bytes.bigEndian(14)
        let timestamp: Int64 = bytes.bigEndian(26)
        if lastOffset >= 0 {
            let batch = ProducerBatch(
                lastSequence: max(-1, bytes.bigEndian(10)), offsetDelta: max(0, bytes.bigEndian(22)),
                lastOffset: lastOffset, timestamp: timestamp)
            entry.add(batch, epoch: entry.epoch)
        }
        entry.lastTimestamp = timestamp
        entry.coordinatorEpoch = bytes.bigEndian(34)
        entry.currentTransactionFirstOffset = max(-1, bytes.bigEndian(38))
        return entry
    }
}

extension LogPlace {
    /// Writes the snapshot of `producers` as of `offset`; not durable.
    func writeSnapshot(_ producers: ProducerStates, at offset: Int64) throws(LogError) {
        let path = path(SegmentFileName(offset, .snapshot))
        let bytes = ProducerSnapshotFile.encode(producers.sorted)
        try at(path) { () throws(Errno) in
            let file = try files.open(path, .create)
            try file.empty()
            try file.write([bytes], at: 0)
        }
        hasUnsyncedEntries = true
    }
}
