import Bytes
import Glibc
import LogEngine
import Reactor
import Records
import Testing

/// Segments of a few batches.
private func small(_ change: (inout LogConfig) -> Void = { _ in }) -> LogConfig {
    var config = LogConfig()
    config.segmentBytes = 1000
    config.indexIntervalBytes = 200
    config.fileDeleteDelayMilliseconds = 0
    change(&config)
    return config
}

@Suite struct LogTests {
    @Test func offsetsAreTakenAtOnceAndReadersSeeThemAfterTheTurn() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            let first = try log.append(batch(3), leaderEpoch: 5)
            let second = try log.append(batch(2), leaderEpoch: 5)
            #expect(first.baseOffset == 0 && first.lastOffset == 2)
            #expect(second.baseOffset == 3 && second.endOffset == 5)
            #expect(log.nextOffset == 5)
            #expect(log.endOffset == 0)
            try await second.written()
            #expect(log.endOffset == 5)
            let batches = try await log.batches()
            #expect(batches.map(\.header.baseOffset) == [0, 3])
            #expect(batches.allSatisfy { $0.header.partitionLeaderEpoch == 5 && $0.hasValidCRC })
            try await log.close()
        }
    }

    @Test func thoseWhoWaitForTheEndAreResumed() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            _ = try log.append(batch(3), leaderEpoch: 0)
            #expect(await log.written.reaches(3))
            await log.abandon()
            #expect(await !log.written.reaches(4))
        }
    }

    @Test func aReadBeginsWithTheBatchThatHoldsTheOffset() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            for _ in 0..<3 { try await log.add(batch(10)) }
            #expect(try await log.batches(from: 15).map(\.header.baseOffset) == [10, 20])
            #expect(try await log.records(from: 15).first?.offset == 15)
            try await log.close()
        }
    }

    @Test func readsEndAtTheirBound() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            for _ in 0..<3 { try await log.add(batch(10)) }
            let size = try batch(10).totalSize
            #expect(try log.locate(0, maxBytes: 1 << 20, upTo: 20, wholeBatch: true)?.positions == 0..<2 * size)
            #expect(try log.locate(20, maxBytes: 1 << 20, upTo: 20, wholeBatch: true)?.positions == nil)
            #expect(try log.locate(30, maxBytes: 1 << 20, upTo: 99, wholeBatch: true)?.positions == nil)
            try await log.close()
        }
    }

    @Test func theFirstBatchComesWholeOrNotAtAll() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            for _ in 0..<3 { try await log.add(batch(10)) }
            let size = try batch(10).totalSize
            #expect(try log.locate(0, maxBytes: 10, upTo: 30, wholeBatch: true)?.count == size)
            #expect(try log.locate(0, maxBytes: 10, upTo: 30, wholeBatch: false) == nil)
            #expect(try log.locate(0, maxBytes: size + 10, upTo: 30, wholeBatch: false)?.count == size + 10)
            try await log.close()
        }
    }

    @Test func offsetsOutsideTheLogAreRefused() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            try await log.add(batch(10))
            #expect(throws: LogError.offsetOutOfRange(offset: 11, start: 0, end: 10)) {
                try log.locate(11, maxBytes: 1, upTo: 10, wholeBatch: true)
            }
            log.updateHighWatermark(to: 10)
            try log.deleteRecords(before: 4)
            #expect(throws: LogError.offsetOutOfRange(offset: 3, start: 4, end: 10)) {
                try log.locate(3, maxBytes: 1, upTo: 10, wholeBatch: true)
            }
            try await log.close()
        }
    }

    @Test func aFullSegmentMakesRoomForANewOne() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small(), context)
            for _ in 0..<30 { try await log.add(batch(1, bytes: 100)) }
            #expect(log.segmentCount > 3)
            #expect(try await log.records().map(\.offset) == Array(0..<30))
            #expect(try await log.records(from: 17).map(\.offset) == Array(17..<30))
            try await log.close()
            let names = try context.core.files.list(directory + "/t-0")
            let logs = names.compactMap { SegmentFileName($0) }.filter { $0.kind == .log }
            for file in logs where file.baseOffset > 0 {
                #expect(names.contains(SegmentFileName(file.baseOffset, .snapshot).text))
                #expect(names.contains(SegmentFileName(file.baseOffset, .index).text))
            }
        }
    }

    @Test func aBatchLargerThanASegmentIsRefused() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small(), context)
            let large = try batch(1, bytes: 2000)
            #expect(throws: LogError.batchTooLarge(bytes: large.totalSize, limit: 1000)) {
                try log.append(large, leaderEpoch: 0)
            }
            #expect(log.nextOffset == 0)
            try await log.close()
        }
    }

    @Test func aBatchSentAgainGetsItsOldOffsets() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            let first = try log.append(batch(3, producer: (7, 0)), leaderEpoch: 0)
            let again = try log.append(batch(3, producer: (7, 0)), leaderEpoch: 0)
            #expect(again.isDuplicate && !first.isDuplicate)
            #expect(again.baseOffset == 0 && again.lastOffset == 2)
            try await again.written()
            #expect(log.endOffset == 3)
            let late = try log.append(batch(3, producer: (7, 0)), leaderEpoch: 0)
            #expect(late.isDuplicate)
            try await late.written()
            #expect(log.endOffset == 3)
            try await log.close()
        }
    }

    @Test func readCommittedReadersStopAtOpenTransactionsAndLearnOfAbortedOnes() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            try await log.add(batch(2))
            try await log.add(batch(3, producer: (7, 0), transactional: true))
            try await log.add(batch(1))
            log.updateHighWatermark(to: 6)
            #expect(log.lastStableOffset == 2)
            #expect(log.hasOpenTransaction(producerID: 7, epoch: 0))
            let end = try log.append(marker(commit: false, (7, 0)), leaderEpoch: 0, origin: .coordinator)
            try await end.written()
            #expect(log.lastStableOffset == 2)
            log.updateHighWatermark(to: 7)
            #expect(log.lastStableOffset == 7)
            let aborted = AbortedTransaction(producerID: 7, firstOffset: 2, lastOffset: 6, lastStableOffset: 7)
            #expect(try log.abortedTransactions(from: 0, upTo: 7) == [aborted])
            #expect(try log.abortedTransactions(from: 0, upTo: 2) == [])
            try await log.close()
            let again = try await Log.open(directory + "/t-0", context)
            #expect(try again.abortedTransactions(from: 5, upTo: 7) == [aborted])
            try await again.close()
        }
    }

    @Test func aFollowerKeepsTheLeadersOffsetsAndEpochs() async throws {
        try await withLogs { context, directory in
            let leader = try await Log.open(directory + "/leader-0", context)
            for epoch in [2, 2, 5] as [Int32] { try await leader.add(batch(4), epoch: epoch) }
            let follower = try await Log.open(directory + "/follower-0", context)
            for batch in try await leader.batches() {
                try await follower.appendAsFollower(BatchCheck.replica(batch.bytes)).written()
            }
            #expect(follower.endOffset == 12)
            #expect(follower.leaderEpochs == leader.leaderEpochs)
            #expect(throws: LogError.unexpectedOffset(expectedAtLeast: 12, found: 8)) {
                try follower.appendAsFollower(BatchCheck.replica(try batchBytes(at: 8)))
            }
            try await leader.close()
            try await follower.close()
        }
    }

    @Test func timesAreFoundToTheRecord() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small(), context)
            for index in 0..<20 { try await log.add(batch(5, timestamp: Int64(1000 + index * 10))) }
            #expect(try await log.offset(forTimestamp: 0)?.offset == 0)
            #expect(try await log.offset(forTimestamp: 1103) == .init(timestamp: 1103, offset: 53, leaderEpoch: 0))
            #expect(try await log.offset(forTimestamp: 1105)?.offset == 55)
            #expect(try await log.offset(forTimestamp: 1195) == nil)
            #expect(try await log.offsetOfMaxTimestamp() == .init(timestamp: 1194, offset: 99, leaderEpoch: 0))
            try await log.close()
        }
    }

    @Test func truncationCutsWholeBatches() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small(), context)
            for index in 0..<20 { try await log.add(batch(5, producer: (7, 0), sequence: Int32(index) * 5)) }
            try await log.truncate(to: 52) {}
            #expect(log.endOffset == 50 && log.nextOffset == 50)
            #expect(try await log.records().map(\.offset) == Array(0..<50))
            try await log.add(batch(5, producer: (7, 0), sequence: 50))
            #expect(try await log.records(from: 48).map(\.offset) == [48, 49, 50, 51, 52, 53, 54])
            try await log.truncateFully(startingAt: 1000) {}
            #expect(log.startOffset == 1000 && log.endOffset == 1000)
            #expect(try await log.add(batch(2)).baseOffset == 1000)
            try await log.close()
            let again = try await Log.open(directory + "/t-0", small(), context)
            #expect(try await again.records().map(\.offset) == [1000, 1001])
            try await again.close()
        }
    }

    @Test func epochsAreCutWithTheLog() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            for epoch in 0..<4 { try await log.add(batch(5), epoch: Int32(epoch)) }
            try await log.truncate(to: 12) {}
            #expect(log.leaderEpochs.entries.map(\.epoch) == [0, 1])
            try await log.beginEpoch(9)
            try await log.close()
            let again = try await Log.open(directory + "/t-0", context)
            #expect(again.endOffset == 10)
            #expect(again.leaderEpochs.entries.map(\.epoch) == [0, 1])  // an epoch without a batch isn't kept
            try await again.close()
        }
    }

    @Test func retentionRemovesOldSegmentsAndMovesTheStart() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small { $0.retentionBytes = 2000 }, context)
            for _ in 0..<60 { try await log.add(batch(1, bytes: 100, timestamp: context.core.wallClockMilliseconds())) }
            let before = log.segmentCount
            #expect(try log.applyRetention() == 0)  // nothing is replicated yet
            log.updateHighWatermark(to: 60)
            #expect(try log.applyRetention() > 0)
            #expect(log.segmentCount < before)
            #expect(log.size >= 2000 && log.size < 3000)
            #expect(log.startOffset > 0)
            #expect(try await log.records().map(\.offset) == Array(log.startOffset..<60))
            let files = context.core.files
            var left = 2000
            while try files.list(directory + "/t-0").contains(where: { $0.hasSuffix(".deleted") }), left > 0 {
                await context.core.sleep(milliseconds: 5)
                left -= 1
            }
            #expect(left > 0)
            try await log.close()
        }
    }

    @Test func aLogOfExpiredRecordsEndsEmpty() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small(), context)
            for _ in 0..<30 { try await log.add(batch(1, bytes: 100, timestamp: 5)) }
            log.updateHighWatermark(to: 30)
            try log.applyRetention()
            #expect(log.startOffset == 30 && log.endOffset == 30 && log.size == 0)
            #expect(try await log.add(batch(1)).baseOffset == 30)
            try await log.close()
        }
    }

    @Test func flushMovesTheRecoveryPoint() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small(), context)
            for _ in 0..<30 { try await log.add(batch(1, bytes: 100)) }
            try await log.flush()
            #expect(log.recoveryPoint == 30)
            try await log.truncate(to: 12) {}
            #expect(log.recoveryPoint == 12)
            try await log.close()
        }
    }

    @Test func withFlushMessagesOneAnAppendIsWrittenWhenItIsSynced() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small { $0.flushMessages = 1 }, context)
            try await log.add(batch(3))
            #expect(log.recoveryPoint == 3)
            try await log.close()
        }
    }

    @Test func aPreallocatedSegmentEndsWithItsBatchesWhenItIsClosedAndAfterACrash() async throws {
        try await withLogs { context, directory in
            let config = small { $0.preallocate = true }
            let log = try await Log.open(directory + "/t-0", config, context)
            for _ in 0..<10 { try await log.add(batch(1, bytes: 100)) }
            try await log.close()
            let again = try await Log.open(directory + "/t-0", config, context)
            #expect(again.endOffset == 10)
            for _ in 0..<10 { try await again.add(batch(1, bytes: 100)) }
            await again.abandon()
            let recovered = try await Log.open(directory + "/t-0", config, clean: false, context)
            #expect(try await recovered.records().map(\.offset) == Array(0..<20))
            try await recovered.close()
        }
    }

    @Test func aPreallocatedSegmentThatNobodyWroteToIsEmptyOnceItIsClosed() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", small { $0.preallocate = true }, context)
            let path = directory + "/t-0/00000000000000000000.log"
            #expect(try context.core.files.status(path).size > 0)
            try await log.close()
            #expect(try context.core.files.status(path).size == 0)
        }
    }

    @Test func aClosedLogRefuses() async throws {
        try await withLogs { context, directory in
            let log = try await Log.open(directory + "/t-0", context)
            try await log.close()
            #expect(throws: LogError.closed(path: directory + "/t-0")) { try log.append(batch(), leaderEpoch: 0) }
        }
    }

    @Test func aTopicOfAnotherIdIsNotOpened() async throws {
        try await withLogs { context, directory in
            var opening = LogOpening()
            opening.topicID = UUID(high: 1, low: 2)
            let log = try await Log.open(directory + "/t-0", opening, context)
            try await log.add(batch())
            try await log.close()
            let path = directory + "/t-0/partition.metadata"
            let wanted = UUID(high: .max << 20, low: 3)
            opening.topicID = wanted
            await #expect(
                throws: LogError.inconsistentTopicID(
                    path: path, stored: UUID(high: 1, low: 2).text, wanted: wanted.text)
            ) { _ = try await Log.open(directory + "/t-0", opening, context) }
            // A few bits are damage, not another topic.
            opening.topicID = UUID(high: 1, low: 3)
            do {
                _ = try await Log.open(directory + "/t-0", opening, context)
                Issue.record("it was opened")
            } catch {
                guard case .corrupt(path, 0, _)? = error as? LogError else { throw error }
            }
        }
    }

    @Test func aLogThatNobodyWroteToIsClosedWithoutASync() async throws {
        try await withLogs { context, directory in
            var opening = LogOpening()
            opening.topicID = UUID(high: 1, low: 2)
            let log = try await Log.open(directory + "/t-0", opening, context)
            log.noteEpoch(7)
            #expect(!log.isSyncedByClose)
            try await log.close()
            let names = ["00000000000000000000.log", "partition.metadata"]
            #expect(try context.core.files.list(directory + "/t-0") == names)
            let again = try await Log.open(directory + "/t-0", opening, context)
            again.noteEpoch(8)
            try await again.add(batch())
            #expect(again.leaderEpochs.entries.map(\.epoch) == [0] || again.leaderEpochs.latest?.epoch == 8)
            #expect(again.isSyncedByClose)
            try await again.close()
        }
    }

    @Test func fewOpenFilesAreEnough() async throws {
        try await withDirectory { directory in
            try await withCore { core in
                let context = LogContext(core: core, openSegments: 8)
                var logs: [Log] = []
                for index in 0..<40 { logs.append(try await Log.open(directory + "/t-\(index)", small(), context)) }
                for _ in 0..<20 { for log in logs { try await log.add(batch(1, bytes: 100)) } }
                for log in logs { #expect(try await log.records().map(\.offset) == Array(0..<20)) }
                for log in logs { try await log.flush() }  // a file is held while it is synced
                let open = try core.files.list("/proc/self/fd").count {
                    target("/proc/self/fd/" + $0).hasPrefix(directory)
                }
                #expect(open <= 8 * 4)
                for log in logs { try await log.close() }
            }
        }
    }
}

private func target(_ link: String) -> String {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = readlink(link, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func batchBytes(at offset: Int64) throws -> ByteSlice {
    let batch = try batch()
    batch.place(at: offset, leaderEpoch: 0)
    return batch.bytes
}
