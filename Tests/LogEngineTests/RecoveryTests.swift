import Bytes
import LogEngine
import Reactor
import Records
import Testing

private func small() -> LogConfig {
    var config = LogConfig()
    config.segmentBytes = 1000
    config.indexIntervalBytes = 200
    return config
}

/// Fills a log with `count` one-record batches, 157 bytes each, closes it, and tells its newest segment's base.
private func fill(_ directory: String, _ count: Int, _ context: LogContext) async throws -> Int64 {
    let log = try await Log.open(directory, small(), context)
    let now = context.core.wallClockMilliseconds() / 1_000_000 * 1_000_000
    for index in 0..<count {
        try await log.add(batch(1, bytes: 80, timestamp: now + Int64(index), producer: (7, 0), sequence: Int32(index)))
    }
    try await log.close()
    let names = try context.core.files.list(directory)
    return names.compactMap { SegmentFileName($0) }.filter { $0.kind == .log }.map(\.baseOffset).max() ?? 0
}

@Suite struct RecoveryTests {
    @Test func aTailTornAtAnyByteEndsBeforeTheTornBatch() async throws {
        try await withLogs { context, directory in
            let base = try await fill(directory + "/t-0", 10, context)
            let files = context.core.files
            let path = directory + "/t-0/" + SegmentFileName(base, .log).text
            let whole = try files.readAll(path)
            let last = try #require(try await lastBatch(directory + "/t-0", context))
            for cut in stride(from: whole.count - 1, through: whole.count - last.totalSize + 1, by: -7) {
                let file = try files.open(path, .readWrite)
                try file.write([whole], at: 0)
                try file.truncate(to: cut)
                let log = try await Log.open(directory + "/t-0", small(), clean: false, context)
                #expect(log.endOffset == 9, "cut at \(cut)")
                #expect(try file.size() == whole.count - last.totalSize)
                #expect(log.producerDescriptions.first?.lastSequence == 8)
                await log.abandon()
            }
        }
    }

    private func lastBatch(_ directory: String, _ context: LogContext) async throws -> RecordBatch? {
        let log = try await Log.open(directory, small(), context)
        let last = try await log.batches().last
        await log.abandon()
        return last
    }

    @Test func zerosAndGarbageBehindTheEndAreCut() async throws {
        try await withLogs { context, directory in
            for (index, tail) in [[UInt8](repeating: 0, count: 4096), Array(repeating: 0xa5, count: 99)].enumerated() {
                let path = directory + "/t-\(index)"
                let base = try await fill(path, 10, context)
                let file = try context.core.files.open(path + "/" + SegmentFileName(base, .log).text, .readWrite)
                let size = try file.size()
                try file.write([ByteSlice(tail)], at: size)
                let log = try await Log.open(path, small(), clean: false, context)
                #expect(log.endOffset == 10)
                #expect(try file.size() == size)
                try await log.add(batch(1, producer: (7, 0), sequence: 10))
                #expect(try await log.records().map(\.offset) == Array(0..<11))
                await log.abandon()
            }
        }
    }

    @Test func segmentsBehindATornOneGo() async throws {
        try await withLogs { context, directory in
            let path = directory + "/t-0"
            _ = try await fill(path, 20, context)
            let file = try context.core.files.open(path + "/" + SegmentFileName(0, .log).text, .readWrite)
            try file.truncate(to: try file.size() - 1)
            let log = try await Log.open(path, small(), clean: false, context)
            #expect(log.segmentCount == 1)
            let end = log.endOffset
            #expect(end > 0 && end < 20)
            #expect(try await log.records().map(\.offset) == Array(0..<end))
            let names = try context.core.files.list(path)
            #expect(names.compactMap { SegmentFileName($0) }.allSatisfy { $0.baseOffset == 0 || $0.baseOffset == end })
            await log.abandon()
        }
    }

    @Test func damageBelowTheRecoveryPointIsReportedAndNothingIsCut() async throws {
        try await withLogs { context, directory in
            let path = directory + "/t-0"
            let base = try await fill(path, 10, context)
            let name = path + "/" + SegmentFileName(base, .log).text
            let file = try context.core.files.open(name, .readWrite)
            let size = try file.size()
            try file.write([ByteSlice([0xff])], at: 100)
            await #expect {
                _ = try await Log.open(path, small(), clean: false, recoveryPoint: 10, context)
            } throws: { error in
                guard case .corrupt(let path, let position, _)? = error as? LogError else { return false }
                return path == name && position == 0
            }
            #expect(try file.size() == size)
        }
    }

    @Test func withoutIndexesSnapshotsAndEpochsTheAnswersAreTheSame() async throws {
        try await withLogs { context, directory in
            let path = directory + "/t-0"
            _ = try await fill(path, 40, context)
            let before = try await answers(path, context)
            for name in try context.core.files.list(path) where !name.hasSuffix(".log") {
                try context.core.files.remove(path + "/" + name)
            }
            #expect(try await answers(path, context) == before)
        }
    }

    @Test func damagedIndexesAreRebuilt() async throws {
        try await withLogs { context, directory in
            let path = directory + "/t-0"
            _ = try await fill(path, 40, context)
            let before = try await answers(path, context)
            let files = context.core.files
            for name in try files.list(path) where name.hasSuffix("index") {
                let file = try files.open(path + "/" + name, .readWrite)
                guard try file.size() >= 8 else { continue }
                try file.write([ByteSlice([0x00, 0x00, 0x7f, 0xff])], at: name.hasSuffix(".index") ? 4 : 0)
            }
            #expect(try await answers(path, context) == before)
        }
    }

    private struct Answers: Equatable {
        var offsets: [Int64] = []
        var times: [Int64?] = []
        var epochs = LeaderEpochs()
        var producers: [ProducerDescription] = []
    }

    private func answers(_ path: String, _ context: LogContext) async throws -> Answers {
        let log = try await Log.open(path, small(), context)
        var answers = Answers(epochs: log.leaderEpochs, producers: log.producerDescriptions)
        let first = try await log.records().first?.timestamp ?? 0
        for offset in 0..<log.endOffset {
            answers.offsets.append(try await log.batches(from: offset, maxBytes: 1).first?.header.baseOffset ?? -1)
            answers.times.append(try await log.offset(forTimestamp: first + offset)?.offset)
        }
        try await log.close()
        return answers
    }

    @Test func anInterruptedReplacementIsFinished() async throws {
        try await withLogs { context, directory in
            let path = directory + "/t-0"
            _ = try await fill(path, 20, context)
            let files = context.core.files
            let first = SegmentFileName(0, .log)
            try files.rename(path + "/" + first.text, to: path + "/" + first.with(.swap).text)
            let log = try await Log.open(path, small(), context)
            #expect(try await log.records().map(\.offset) == Array(0..<20))
            try await log.close()
        }
    }

    @Test func afterACleanStopNoLogByteIsCheckedButTheEndIsKnown() async throws {
        try await withLogs { context, directory in
            let path = directory + "/t-0"
            _ = try await fill(path, 20, context)
            let file = try context.core.files.open(path + "/" + SegmentFileName(0, .log).text, .readWrite)
            try file.write([ByteSlice([0xff])], at: 70)  // within a payload
            let log = try await Log.open(path, small(), context)
            #expect(log.endOffset == 20)
            #expect(log.recoveryPoint == 20)
            try await log.close()
        }
    }

    @Test func aLogWhoseFilesWereRemovedByHandBeginsAtItsStart() async throws {
        try await withLogs { context, directory in
            _ = try await fill(directory + "/t-0", 20, context)
            var opening = LogOpening()
            opening.config = small()
            opening.wasClean = true
            opening.startOffset = 50
            let log = try await Log.open(directory + "/t-0", opening, context)
            #expect(log.startOffset == 50 && log.endOffset == 50)
            try await log.close()
        }
    }
}
