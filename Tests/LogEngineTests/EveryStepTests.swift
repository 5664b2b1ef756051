import Bytes
import LogEngine
import Reactor
import Records
import Simulation
import Testing

/// A crash before each step that a roll, a deletion, a compaction and a producer snapshot make on the disk, by kill and
/// by power cut: what is found is the old or the new state and never a mix.
@Suite struct EveryStepTests {
    private static func small() -> LogConfig {
        var config = LogConfig()
        config.segmentBytes = 600
        config.indexIntervalBytes = 100
        config.retentionMilliseconds = -1
        config.fileDeleteDelayMilliseconds = 1
        return config
    }

    private static let kinds = [Crash.kill, .powerCut]

    /// All that was promised is there, each record where it was, and nothing is missing between.
    private static func checkRecords(_ scene: LogScene, _ kind: Crash) async throws {
        let (log, story) = (scene.log, scene.story.value)
        let must = kind == .kill ? story.written : story.durable
        #expect(log.endOffset >= must, "the log ends at \(log.endOffset)")
        let records = try await log.records()
        #expect(records.map(\.offset) == Array(log.startOffset..<log.endOffset))
        for record in records {
            let row = story.rows[record.offset]
            #expect(record.key?.text == row?.key && record.value?.text == row?.value, "offset \(record.offset)")
        }
        // Indexes lead where they should.
        for offset in stride(from: log.startOffset, to: log.endOffset, by: 3) {
            let found = try await log.records(from: offset, maxBytes: 1).first
            #expect(found?.offset == offset)
        }
        if let producers = story.producers[log.endOffset] {
            #expect(log.producerDescriptions == producers, "with the end at \(log.endOffset)")
        }
        try checkNames(scene)
    }

    /// Temporary files are gone, and derived files belong to a segment.
    private static func checkNames(_ scene: LogScene) throws {
        let names = try scene.core.files.list("/data/t-0").compactMap { SegmentFileName($0) }
        #expect(names.allSatisfy { $0.temporary == nil })
        let bases = names.filter { $0.kind == .log }.map(\.baseOffset)
        #expect(bases.count == scene.log.segmentCount)
        let derived = names.filter { [.index, .timeindex, .txnindex].contains($0.kind) }.map(\.baseOffset)
        #expect(Set(derived).isSubset(of: bases))
    }

    /// The epochs are those of the batches.
    private static func checkEpochs(_ scene: LogScene) async throws {
        var epochs = LeaderEpochs()
        for batch in try await scene.log.batches() {
            epochs.assign(batch.header.partitionLeaderEpoch, startOffset: batch.header.baseOffset)
        }
        #expect(scene.log.leaderEpochs == epochs)
    }

    private static func fill(_ scene: LogScene, _ count: Int) async throws {
        for number in 0..<count { try await scene.add([("k\(number)", "value \(number)")]) }
    }

    @Test(arguments: kinds, [Int64.max, 1]) func aRollLosesNothingAndLeavesNoGap(
        kind: Crash, flushMessages: Int64
    ) throws {
        var config = Self.small()
        config.flushMessages = flushMessages
        try EveryStep(
            kind: kind, config: config, least: 40,
            prepare: { scene in
                try await Self.fill(scene, 3)
                try await scene.flush()
            },
            act: { scene in
                for number in 0..<6 { try await scene.add([("l\(number)", "value"), ("m", nil)], producer: 7) }
                #expect(scene.log.segmentCount > 1)
                try await scene.flush()
                try await scene.checkpoint()
                try await scene.add([("n", "last")])
            },
            check: { scene in
                try await Self.checkRecords(scene, kind)
                try await scene.add([("after", "the crash")])
                try await scene.flush()
                try await Self.checkRecords(scene, kind)
            }
        ).run()
    }

    @Test(arguments: kinds) func aLogThatIsPreparedToCloseGoesOnAndEndsInOrder(kind: Crash) throws {
        try EveryStep(
            kind: kind, config: Self.small(), least: 20,
            prepare: { scene in
                try await Self.fill(scene, 3)
                try await scene.flush()
            },
            act: { scene in
                let log = scene.log
                for number in 0..<4 {
                    try await scene.add([("l\(number)", "value")], producer: 7, epoch: Int32(number) + 1)
                    try log.prepareToClose()
                    if number % 2 == 0 { try await log.syncFileSystem() }
                }
                try await scene.close()
            },
            check: { scene in
                try await Self.checkRecords(scene, kind)
                try await Self.checkEpochs(scene)
                try await scene.add([("after", "the crash")], epoch: 9)
                try await scene.flush()
                try await Self.checkRecords(scene, kind)
                try await Self.checkEpochs(scene)
            }
        ).run()
    }

    @Test(arguments: kinds) func whatRetentionTookDoesNotComeBackAsData(kind: Crash) throws {
        var config = Self.small()
        config.segmentBytes = 300
        try EveryStep(
            kind: kind, config: config, least: 40,
            prepare: { scene in
                try await Self.fill(scene, 24)
                try await scene.flush()
                scene.log.updateHighWatermark(to: scene.log.endOffset)
                try await scene.checkpoint()
            },
            act: { scene in
                let log = scene.log
                log.config.retentionBytes = 400
                scene.story.value.newStart = .max
                #expect(try log.applyRetention() > 3)
                scene.story.value.newStart = log.startOffset
                await scene.core.sleep(milliseconds: 20)
                // With the next batch's sync the names are on the device.
                try await scene.add([("k", "later")])
                try await scene.flush()
                scene.story.value.sureStart = log.startOffset
                try await scene.checkpoint()
            },
            check: { scene in
                let story = scene.story.value
                #expect(scene.log.startOffset <= story.newStart && scene.log.startOffset >= story.sureStart)
                // The next start may not find more than this one.
                scene.story.value.sureStart = scene.log.startOffset
                try await Self.checkRecords(scene, kind)
            }
        ).run()
    }

    @Test(arguments: kinds) func deletedRecordsDoNotComeBackOnceTheCheckpointSaysSo(kind: Crash) throws {
        try EveryStep(
            kind: kind, config: Self.small(), least: 20,
            prepare: { scene in
                try await Self.fill(scene, 24)
                try await scene.flush()
                scene.log.updateHighWatermark(to: scene.log.endOffset)
            },
            act: { scene in
                let log = scene.log
                scene.story.value.newStart = 17
                try log.deleteRecords(before: 17)
                try await scene.checkpoint()
                scene.story.value.sureStart = 17
                #expect(try log.applyRetention() > 0)
            },
            check: { scene in
                let story = scene.story.value
                #expect(scene.log.startOffset <= story.newStart && scene.log.startOffset >= story.sureStart)
                try await Self.checkRecords(scene, kind)
            }
        ).run()
    }

    @Test(arguments: kinds) func producersAreThoseOfTheRecordsThatAreThere(kind: Crash) throws {
        try EveryStep(
            kind: kind, config: Self.small(), least: 40,
            prepare: { scene in
                for id in Int64(1)...3 { try await scene.add([("k", "\(id)"), ("l", "\(id)")], producer: id) }
                try await scene.flush()
            },
            act: { scene in
                for number in 0..<8 { try await scene.add([("k", "\(number)")], producer: Int64(number % 4) + 1) }
                #expect(scene.log.segmentCount > 1)
                try await scene.close()
            },
            check: { scene in
                #expect(scene.story.value.producers[scene.log.endOffset] == scene.log.producerDescriptions)
                try await Self.checkRecords(scene, kind)
            }
        ).run()
    }
}

/// The same with a compaction.
@Suite struct EveryStepOfCompactionTests {
    private static func config() -> LogConfig {
        var config = compacted(segmentBytes: 500)
        config.deleteRetentionMilliseconds = 5
        return config
    }

    /// Of each key the last record is the last that was ever written, whatever of the others is there.
    private static func check(_ scene: LogScene) async throws {
        let (log, story) = (scene.log, scene.story.value)
        #expect(log.endOffset == story.durable)
        var seen: [String: (offset: Int64, value: String?)] = [:]
        var next: Int64 = 0
        for record in try await log.records() {
            #expect(record.offset >= next)
            next = record.offset + 1
            let row = story.rows[record.offset]
            #expect(record.key?.text == row?.key && record.value?.text == row?.value, "offset \(record.offset)")
            seen[record.key?.text ?? ""] = (record.offset, record.value?.text)
        }
        var latest: [String: Int64] = [:]
        for (offset, row) in story.rows { latest[row.key] = max(latest[row.key] ?? 0, offset) }
        for (key, offset) in latest {
            if story.rows[offset]?.value == nil {
                #expect(seen[key]?.value == nil, "\(key) is back")
            } else {
                #expect(seen[key]?.offset == offset, "the last \(key)")
            }
        }
        let names = try scene.core.files.list("/data/t-0").compactMap { SegmentFileName($0) }
        #expect(names.allSatisfy { $0.temporary == nil })
        let bases = names.filter { $0.kind == .log }.map(\.baseOffset)
        #expect(bases.count == log.segmentCount)
    }

    @Test(arguments: [Crash.kill, .powerCut]) func noDeletedKeyComesBackAndNoLastRecordGoes(kind: Crash) throws {
        try EveryStep(
            kind: kind, config: Self.config(), least: 80,
            prepare: { scene in
                for number in 0..<6 {
                    try await scene.add([("a\(number)", "old"), ("k", "value \(number)")], producer: 7)
                }
                for number in 0..<6 { try await scene.add([("a\(number)", nil), ("l", "value \(number)")]) }
                for number in 0..<4 { try await scene.add([("m\(number)", "value"), ("a0", nil)]) }
                try await scene.flush()
                scene.log.settle()
                try await scene.checkpoint()
            },
            act: { scene in
                var terms = CleaningTerms()
                terms.bufferBytes = 400
                // The second takes the tombstones.
                for number in 0..<2 {
                    try await scene.log.cleanAll(terms)
                    try await scene.checkpoint()
                    await scene.core.sleep(milliseconds: 20)
                    try await scene.add([("n\(number)", "x"), ("o", "to fill a segment, and so to begin another one")])
                    try await scene.log.roll("r\(number)")
                    scene.story.value.rows[scene.log.endOffset - 1] = ("r\(number)", "active")
                    scene.story.value.written = scene.log.endOffset
                    try await scene.flush()
                }
            },
            check: { scene in
                // The records that came last may or may not be there; all others are.
                scene.story.value.rows = scene.story.value.rows.filter { $0.key < scene.log.endOffset }
                #expect(scene.log.endOffset >= scene.story.value.durable)
                scene.story.value.durable = scene.log.endOffset
                try await Self.check(scene)
                scene.log.settle()
                try await scene.log.cleanAll()
                await scene.core.sleep(milliseconds: 20)
                try await Self.check(scene)
                try await scene.checkpoint()
            }
        ).run()
    }
}
