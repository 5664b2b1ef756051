import Bytes
import Records

extension Dump {
    mutating func dumpLog(_ path: String) throws(DumpFailure) {
        let decoder = try request.decoder()
        try printHeadline(path)
        let reader = try SegmentReader(try open(path))
        let slice = try reader.slice(from: 0, count: request.maxBytes)
        let decompressor = Decompressor()
        var position = 0
        var lastOffset: Int64 = -1
        while let frame = try reader.frame(at: position, in: slice) {
            let batch = try DumpedBatch(frame, reader)
            try printBatch(batch, reader)
            position += frame.size
            guard request.isDeep else { continue }
            try batch.eachRecord(reader, decompressor) { (record) throws(DumpFailure) in
                if record.record.offset != lastOffset &+ 1 {
                    findings.note(.gap, path, lastOffset, record.record.offset)
                }
                lastOffset = record.record.offset
                try printRecord(record, batch, decoder)
            }
        }
        let trailing = slice.count - position
        if trailing > 0, request.maxBytes == Int(Int32.max) {
            terminal.print("Found \(trailing) invalid bytes at the end of \(DumpPath.name(path))")
        }
    }

    private func printHeadline(_ path: String) throws(DumpFailure) {
        let name = DumpPath.name(path)
        if name.hasSuffix(".log") {
            terminal.print("Log starting offset: \(try DumpPath.baseOffset(path))")
        } else if name == "bootstrap.checkpoint" {
            terminal.print("KRaft bootstrap snapshot")
        } else {
            let numbers = name.dropLast(".checkpoint".count).split(separator: "-", omittingEmptySubsequences: false)
            guard numbers.count == 2, numbers[0].count == 20, numbers[1].count == 10, let offset = Int64(numbers[0]),
                let epoch = Int32(numbers[1])
            else { throw DumpFailure("\(path): a snapshot's name is its end offset and epoch") }
            terminal.print("Snapshot end offset: \(offset), epoch: \(epoch)")
        }
    }

    private func printBatch(_ batch: DumpedBatch, _ reader: SegmentReader) throws(DumpFailure) {
        let place = " position: \(batch.frame.position) \(batch.timestampType): \(batch.maxTimestamp)"
        terminal.print(batch.identity, terminator: "")
        guard let codec = batch.codec else {
            throw DumpFailure("\(reader.path): the batch at position \(batch.frame.position) names an unknown codec")
        }
        terminal.print(
            place + " size: \(batch.frame.size) magic: \(batch.frame.magic) compresscodec: \(codec.name) "
                + "crc: \(batch.crc) isvalid: \(try batch.isValid(reader))")
    }

    private func printRecord(
        _ dumped: DumpedRecord, _ batch: DumpedBatch, _ decoder: RecordDecoder
    ) throws(DumpFailure) {
        let record = dumped.record
        if !request.skipsMetadata {
            terminal.print(
                "| offset: \(record.offset) \(batch.timestampType): \(record.timestamp) "
                    + "keySize: \(record.key?.count ?? -1) valueSize: \(record.value?.count ?? -1)", terminator: "")
            if batch.frame.magic >= 2 {
                let names = record.headers.map(\.key).joined(separator: ",")
                terminal.print(" sequence: \(record.sequence) headerKeys: [\(names)]", terminator: "")
            }
            if let legacy = dumped.legacy {
                terminal.print(" isValid: \(legacy.hasValidCRC) crc: \(legacy.crc)", terminator: "")
            }
            if batch.isControl { terminal.print(try ControlText.of(record), terminator: "") }
        }
        if request.printsContents, !batch.isControl {
            var prefix = request.skipsMetadata ? "| " : " "
            let (key, payload) = try decoder.decode(record)
            if let key {
                terminal.print("\(prefix)key: \(key)", terminator: "")
                prefix = " "
            }
            if let payload { terminal.print("\(prefix)payload: \(payload)", terminator: "") }
        }
        terminal.print("")
    }
}
