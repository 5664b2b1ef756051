import Bytes
import LogEngine
import Reactor
import Records
import Testing

@Suite struct CleaningTests {
    @Test(arguments: Compression.allCases) func theLastRecordOfEachKeyStaysAtItsOffset(codec: Compression) async throws
    {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", compacted(), context)
            for round in 0..<6 {
                try await log.add(keyed((0..<4).map { ("k\($0)", "v\(round)") }, codec))
                try await log.add(keyed([("once\(round)", "x"), ("k0", "w\(round)")], codec))
            }
            try await log.roll()
            let report = try await log.cleanAll()
            #expect(
                try await log.rows() == [
                    "4 once0=x", "10 once1=x", "16 once2=x", "22 once3=x", "28 once4=x", "31 k1=v5", "32 k2=v5",
                    "33 k3=v5", "34 once5=x", "35 k0=w5", "36 roll=active",
                ])
            #expect(report.recordsBefore == 36 && report.recordsAfter == 10 && report.keys == 10)
            #expect(report.cleanedUpTo == 36 && log.cleanedUpTo == 36)
            #expect(report.bytesAfter < report.bytesBefore)
            let kept = try await log.allBatches().filter { $0.baseOffset < 36 }
            #expect(kept.allSatisfy { ($0.attributes.compression == codec) || $0.recordsCount == 0 })
            #expect(try await log.clean() == .notDue)
            try await log.close()
            let again = try await Log.open(directory + "/t-0", compacted(), clean: false, context)
            #expect(try await again.rows().count == 11 && again.endOffset == 37)
            await again.abandon()
        }
    }

    @Test func smallSegmentsBecomeOneAndTheirFilesGo() async throws {
        try await withLogs { context, directory in
            var config = compacted(segmentBytes: 300)
            let log = try await Log.open(directory + "/t-0", config, context)
            for round in 0..<20 { try await log.add(keyed([("k", "v\(round)"), ("l", String(round))])) }
            try await log.roll()
            config.segmentBytes = 1 << 20
            log.config = config
            #expect(log.segmentCount > 5)
            let report = try await log.cleanAll()
            #expect(log.segmentCount == 2 && report.segmentsAfter == 1)
            await context.core.sleep(milliseconds: 20)
            let files = try context.core.files.list(directory + "/t-0").compactMap { SegmentFileName($0) }
            #expect(files.allSatisfy { $0.temporary == nil })
            #expect(files.filter { $0.kind == .log }.map(\.baseOffset) == [0, 40])
            #expect(try await log.rows() == ["38 k=v19", "39 l=19", "40 roll=active"])
            try await log.close()
        }
    }

    @Test func aTombstoneStaysReadableForItsTimeAndThenGoes() async throws {
        try await withLogs { context, directory in
            var config = compacted()
            config.deleteRetentionMilliseconds = 100_000
            let log = try await Log.open(directory + "/t-0", config, context)
            try await log.add(keyed([("a", "1"), ("b", "1")]))
            try await log.add(keyed([("a", nil), ("c", "1")]))
            try await log.roll("r1")
            try await log.cleanAll()
            #expect(try await log.rows() == ["1 b=1", "2 a=∅", "3 c=1", "4 r1=active"])
            let horizon = try await log.allBatches().compactMap(\.deleteHorizon)
            #expect(horizon.count == 1 && horizon[0] > context.core.wallClockMilliseconds() + 90_000)
            #expect(try await log.records().map(\.timestamp) == [1001, 1000, 1001, 1_000_000])
            // A later setting changes nothing for what has its horizon.
            log.config.deleteRetentionMilliseconds = 0
            try await log.roll("r2")
            try await log.cleanAll()
            #expect(try await log.allBatches().compactMap(\.deleteHorizon) == horizon)
            try await log.add(keyed([("d", nil)]))
            try await log.roll("r3")
            try await log.cleanAll()
            #expect(try await log.rows().contains("6 d=∅"))
            try await log.roll("r4")
            await context.core.sleep(milliseconds: 2)
            try await log.cleanAll()
            #expect(
                try await log.rows() == [
                    "1 b=1", "2 a=∅", "3 c=1", "4 r1=active", "5 r2=active", "7 r3=active",
                    "8 r4=active",
                ])
            try await log.close()
        }
    }

    @Test func recordsWithoutAKeyGoAndAreCounted() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", compacted(), context)
            try await log.add(keyed([("a", "1"), (nil, "2"), (nil, nil)]))
            try await log.roll()
            #expect(try await log.cleanAll().recordsWithoutKey == 2)
            #expect(try await log.rows() == ["0 a=1", "3 roll=active"])
            await log.abandon()
        }
    }

    @Test func abortedDataGoesAndReadersOfCommittedRecordsSeeTheSame() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", compacted(), context)
            try await log.add(keyed([("a", "1")], producer: 5, transactional: true))
            try await log.add(keyed([("a", "aborted"), ("x", "aborted")], producer: 6, transactional: true))
            try await log.add(marker(commit: true, (5, 0)))
            try await log.add(marker(commit: false, (6, 0)))
            try await log.add(keyed([("b", "1")], producer: 6, sequence: 2, transactional: true))
            try await log.add(marker(commit: true, (6, 0)))
            try await log.roll("r1")
            try await log.cleanAll()
            #expect(try await log.rows() == ["0 a=1", "5 b=1", "7 r1=active"])
            // Whoever still reads the old files has to know.
            #expect(try log.abortedTransactions(from: 0, upTo: 8).map(\.lastOffset) == [4])
            log.config.deleteRetentionMilliseconds = 0
            for name in ["r2", "r3"] {
                try await log.roll(name)
                await context.core.sleep(milliseconds: 2)
                try await log.cleanAll()
            }
            #expect(try log.abortedTransactions(from: 0, upTo: 8).isEmpty)
            let markers = try await log.allBatches().filter { $0.attributes.isControl && $0.recordsCount > 0 }
            #expect(markers.map(\.baseOffset) == [3, 6])
            try await log.close()
            let again = try await Log.open(directory + "/t-0", compacted(), clean: false, context)
            #expect(try await again.rows().prefix(2) == ["0 a=1", "5 b=1"])
            #expect(again.producerDescriptions.map(\.producerID) == [5, 6])
            #expect(again.producerDescriptions.map(\.currentTransactionFirstOffset) == [-1, -1])
            await again.abandon()
        }
    }

    @Test func aProducersLastBatchStaysWithoutItsRecords() async throws {
        try await withLogs { context, directory in
            let now = context.core.wallClockMilliseconds()
            let log = try await Log.open(directory + "/t-0", compacted(), context)
            try await log.add(keyed([("a", "1")], timestamp: now, producer: 7, sequence: 0))
            try await log.add(keyed([("a", "2"), ("a", "3")], timestamp: now, producer: 7, sequence: 1))
            try await log.add(keyed([("a", "4")], timestamp: now))
            try await log.add(keyed([("z", "4")], timestamp: now))
            try await log.roll()
            try await log.cleanAll()
            let stubs = try await log.allBatches().filter { $0.recordsCount == 0 }
            #expect(stubs.map(\.baseOffset) == [1])
            #expect(stubs.map(\.lastOffset) == [2])
            try await log.close()
            for name in try context.core.files.list(directory + "/t-0") where name.hasSuffix(".snapshot") {
                try context.core.files.remove(directory + "/t-0/" + name)
            }
            let again = try await Log.open(directory + "/t-0", compacted(), clean: false, context)
            let repeated = try await again.add(
                keyed([("a", "2"), ("a", "3")], timestamp: now, producer: 7, sequence: 1))
            #expect(repeated.isDuplicate && repeated.baseOffset == 1)
            #expect(throws: LogError.outOfOrderSequence(producerID: 7, expected: 3, found: 4)) {
                try again.append(keyed([("a", "5")], producer: 7, sequence: 4), leaderEpoch: 0)
            }
            await again.abandon()
        }
    }

    @Test func aMapThatIsTooSmallCleansAsFarAsItGetsAndGoesOnNextTime() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", compacted(), context)
            for round in 0..<3 {
                for first in stride(from: 0, to: 40, by: 10) {
                    try await log.add(keyed((first..<first + 10).map { ("k\($0)", "v\(round)") }))
                }
            }
            try await log.roll()
            var terms = CleaningTerms()
            terms.mapBytes = 14 * OffsetMap.entryBytes
            var rounds = 0
            var reached: Int64 = 0
            while log.cleanedUpTo < 120 {
                let report = try await log.cleanAll(terms)
                #expect(report.cleanedUpTo > reached)
                reached = report.cleanedUpTo
                rounds += 1
                guard rounds < 50 else { break }
            }
            #expect(rounds > 3)
            #expect(try await log.rows() == (0..<40).map { "\(80 + $0) k\($0)=v2" } + ["120 roll=active"])
            await log.abandon()
        }
    }

    @Test func damageIsToldOfAndNeverWrittenOnWithAFreshChecksum() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", compacted(), context)
            for round in 0..<4 { try await log.add(keyed([("a", "value \(round)"), ("b\(round)", "1")])) }
            try await log.roll()
            let path = directory + "/t-0/" + SegmentFileName(0, .log).text
            let file = try context.core.files.open(path, .readWrite)
            try file.write([ByteSlice([0xff])], at: 80)
            let before = try context.core.files.readAll(path)
            await #expect(throws: LogError.corrupt(path: path, position: 0, reason: "the batch's CRC is wrong")) {
                _ = try await log.clean()
            }
            #expect(try context.core.files.readAll(path) == before)
            let files = try context.core.files.list(directory + "/t-0").compactMap { SegmentFileName($0) }
            #expect(files.allSatisfy { $0.temporary == nil })
            #expect(!log.isBeingCleaned)
            await log.abandon()
        }
    }

    /// Neither is in a batch's CRC, and what compaction wrote is believed.
    @Test func aFlippedBitInAnOffsetOrAnEpochIsNotWrittenOn() async throws {
        try await withLogs { context, directory in
            var log = try await Log.open(directory + "/t-0", compacted(segmentBytes: 500), context)
            for index in Int32(0)..<18 {
                try await log.add(keyed([("k\(index)", "value"), ("l\(index)", "value")]), epoch: 4 + index / 6)
            }
            try await log.roll(epoch: 7)
            try await log.close()
            let logs = try context.core.files.list(directory + "/t-0").compactMap { SegmentFileName($0) }
                .filter { $0.kind == .log }.sorted { $0.baseOffset < $1.baseOffset }
            #expect(logs.count > 4)
            for name in logs.dropLast() {
                let path = directory + "/t-0/" + name.text
                let file = try context.core.files.open(path, .readWrite)
                defer { file.close() }
                let whole = try file.readAll()
                var batches = BatchIterator(whole)
                var position = 0
                while try batches.nextBatch() != nil {
                    for bit in 0..<128 where bit / 32 != 2 && bit % 3 == position % 3 {
                        let at = position + bit / 8
                        try file.write([ByteSlice([whole[at..<at + 1].array[0] ^ 1 << UInt8(bit % 8)])], at: at)
                        log = try await Log.open(directory + "/t-0", compacted(segmentBytes: 500), context)
                        log.settle()
                        do {
                            let done = try await log.clean()
                            Issue.record("\(name.text), byte \(bit / 8) at \(position), bit \(bit % 8): \(done)")
                        } catch {
                            guard case .corrupt(path, _, _)? = error as? LogError else { throw error }
                        }
                        await log.abandon()
                        try file.write([whole[at..<at + 1]], at: at)
                    }
                    position = batches.position
                }
            }
        }
    }

    @Test func indexesAndTimesOfTheNewSegmentLeadToItsRecords() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", compacted(segmentBytes: 4000), context)
            for index in 0..<120 {
                try await log.add(keyed([("k\(index % 60)", "value \(index)")], timestamp: 1000 + Int64(index) * 10))
            }
            try await log.roll()
            try await log.cleanAll()
            for offset in Int64(0)..<120 {
                let first = try await log.records(from: offset).first
                #expect(first?.offset == max(offset, 60))
                let found = try await log.offset(forTimestamp: 1000 + offset * 10)
                #expect(found?.offset == max(offset, 60))
            }
            await log.abandon()
        }
    }

    @Test func aReaderOfTheOldFilesReadsOn() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", compacted(segmentBytes: 4000), context)
            for index in 0..<30 { try await log.add(keyed([("k", "value \(index)")])) }
            try await log.roll()
            let range = try #require(try log.locate(0, maxBytes: 1 << 20, upTo: 31, wholeBatch: true))
            try await log.cleanAll()
            #expect(try await log.rows().count == 2)
            let bytes = try await log.bytes(of: range)
            #expect(bytes.reduce(0) { $0 + $1.count } == range.count)
            #expect(try log.abortedTransactions(in: range, from: 0).isEmpty)
            await log.abandon()
        }
    }
}
