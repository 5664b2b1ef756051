import Bytes
package import KafkaProtocol
package import Records

/// Metadata records in batches, as the metadata log and its snapshots hold them.
package enum MetadataBatches {
    /// One batch with all of `records`, which therefore are in the log together or not at all.
    ///
    /// - Parameter timestamp: milliseconds since 1970, the same for all.
    package static func encode(
        _ records: [MetadataRecord], baseOffset: Int64, leaderEpoch: Int32, timestamp: Int64
    ) throws(CodingError) -> RecordBatch {
        var fields = BatchBuilder.Fields()
        fields.baseOffset = baseOffset
        fields.partitionLeaderEpoch = leaderEpoch
        let builder = BatchBuilder(fields)
        for record in records {
            builder.append(timestamp: timestamp, key: nil, value: try MetadataRecordCodec.encode(record))
        }
        return builder.finish()
    }

    /// The records of `batch` with their offsets; none of a control batch, which is Raft's.
    package static func decode(
        _ batch: RecordBatch, with decompressor: Decompressor
    ) throws(MetadataRecordError) -> [(offset: Int64, record: MetadataRecord)] {
        guard !batch.header.attributes.isControl else { return [] }
        var result: [(offset: Int64, record: MetadataRecord)] = []
        do {
            var iterator = try RecordIterator(batch, with: decompressor)
            while let record = try iterator.next() {
                guard let value = record.value else { throw MetadataRecordError.malformed("it has no value") }
                result.append((record.offset, try MetadataRecordCodec.decode(value)))
            }
        } catch let error as MetadataRecordError { throw error } catch { throw .malformed("\(error)") }
        return result
    }

    /// A snapshot's batches: header, records from offset 1 on, footer; also what `bootstrap.checkpoint` holds.
    ///
    /// - Parameters:
    ///   - lastContainedTimestamp: of the last log record that the snapshot stands for; 0 for the bootstrap.
    ///   - timestamp: milliseconds since 1970.
    package static func snapshot(
        _ records: [MetadataRecord], lastContainedTimestamp: Int64, leaderEpoch: Int32, timestamp: Int64
    ) throws(CodingError) -> [RecordBatch] {
        var header = ByteWriter(capacity: 16)
        header.integer(Int16(0))
        header.integer(lastContainedTimestamp)
        header.unsignedVarint(0)
        var footer = ByteWriter(capacity: 16)
        footer.integer(Int16(0))
        footer.unsignedVarint(0)
        var batches = [
            ControlRecord.snapshotHeader.batch(
                value: header.finish(), timestamp: timestamp, baseOffset: 0, leaderEpoch: leaderEpoch)
        ]
        var offset: Int64 = 1
        for start in stride(from: 0, to: records.count, by: 1024) {
            let some = Array(records[start..<min(start + 1024, records.count)])
            batches.append(
                try encode(some, baseOffset: offset, leaderEpoch: leaderEpoch, timestamp: timestamp))
            offset += Int64(some.count)
        }
        batches.append(
            ControlRecord.snapshotFooter.batch(
                value: footer.finish(), timestamp: timestamp, baseOffset: offset, leaderEpoch: leaderEpoch))
        return batches
    }
}
