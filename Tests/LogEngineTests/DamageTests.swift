import Bytes
@testable import LogEngine
import Reactor
import Records
import Testing

private func small() -> LogConfig {
    var config = LogConfig()
    config.segmentBytes = 1500
    config.indexIntervalBytes = 300
    return config
}

/// A batch as it was written.
private struct Written {
    var segment: Int64
    var position: Int
    var header: RecordBatchHeader
    var bytes: ByteSlice
}

/// A closed log of several small segments, and what it holds.
private struct Specimen {
    let directory: String
    let context: LogContext
    let written: [Written]
    let end: Int64

    init(_ directory: String, _ context: LogContext) async throws {
        self.directory = directory
        self.context = context
        let log = try await Log.open(directory, small(), context)
        for index in 0..<48 {
            let time = 10_000 + Int64(index) * 10
            switch index % 8 {
            case 2:
                let sequence = Int32(index / 8 * 2)
                try await log.add(
                    batch(2, timestamp: time, producer: (7, 0), sequence: sequence, transactional: true),
                    epoch: epoch(index))
            case 5: try await log.add(marker(commit: index % 16 < 8, (7, 0), timestamp: time), epoch: epoch(index))
            default: try await log.add(batch(1 + index % 3, bytes: index % 60, timestamp: time), epoch: epoch(index))
            }
        }
        end = log.endOffset
        try await log.close()
        var written: [Written] = []
        for base in try Self.bases(directory, context) {
            var batches = BatchIterator(
                try context.core.files.readAll(directory + "/" + SegmentFileName(base, .log).text))
            var position = 0
            while let batch = try batches.nextBatch() {
                written.append(Written(segment: base, position: position, header: batch.header, bytes: batch.bytes))
                position = batches.position
            }
        }
        self.written = written
    }

    static func bases(_ directory: String, _ context: LogContext) throws -> [Int64] {
        try context.core.files.list(directory).compactMap { SegmentFileName($0) }.filter { $0.kind == .log }
            .map(\.baseOffset).sorted()
    }

    func path(_ base: Int64, _ kind: SegmentFileName.Kind = .log) -> String {
        directory + "/" + SegmentFileName(base, kind).text
    }

    /// Flips a bit for as long as `body` takes; what it leaves behind is undone.
    func flipping(_ path: String, _ position: Int, bit: Int, _ body: () async throws -> Void) async throws {
        let files = context.core.files
        var kept: [(name: String, bytes: ByteSlice, seal: [UInt8]?)] = []
        for name in try files.list(directory) {
            let file = try files.open(directory + "/" + name, .read)
            kept.append((name, try file.readAll(), try? file.attribute(Seal.attribute)))
        }
        let file = try files.open(path, .readWrite)
        let byte = try file.readAll()[position..<position + 1].array[0]
        try file.write([ByteSlice([byte ^ 1 << UInt8(bit)])], at: position)
        file.close()
        do { try await body() } catch {
            Issue.record("\(path), byte \(position), bit \(bit): \(error)")
        }
        for name in try files.list(directory) where !kept.contains(where: { $0.name == name }) {
            try files.remove(directory + "/" + name)
        }
        for (name, bytes, seal) in kept {
            let file = try files.open(directory + "/" + name, .create)
            defer { file.close() }
            if try file.readAll() != bytes {
                try file.truncate(to: 0)
                try file.write([bytes], at: 0)
            }
            guard (try? file.attribute(Seal.attribute)) != seal else { continue }
            if let seal { try file.setAttribute(Seal.attribute, seal) } else { try file.unseal() }
        }
    }

    func open(clean: Bool = true, recoveryPoint: Int64? = nil) async throws(LogError) -> Log {
        try await Log.open(directory, small(), clean: clean, recoveryPoint: recoveryPoint ?? end, context)
    }

    /// Reads from `offset` on, and holds what comes against what was written. Where that ends before the log does.
    func read(_ log: Log, from offset: Int64, maxBytes: Int, where place: String) async throws -> LogError? {
        var next = offset
        while next < log.endOffset {
            let pieces: [ByteSlice]
            do throws(LogError) {
                pieces = try await log.read(from: next, maxBytes: maxBytes, upTo: log.endOffset)
            } catch { return error }
            var all = ByteWriter()
            for piece in pieces { all.bytes(piece) }
            var batches = BatchIterator(all.finish())
            let before = next
            while let batch = try batches.nextBatch() {
                let expected = written.first { $0.header.lastOffset >= next }
                guard let expected, batch.bytes == expected.bytes else {
                    Issue.record("\(place): wrong bytes at offset \(next), \(maxBytes) at a time")
                    return nil
                }
                next = expected.header.endOffset
            }
            guard next > before else {
                Issue.record("\(place): nothing at offset \(next) of \(log.endOffset), \(maxBytes) at a time")
                return nil
            }
        }
        return nil
    }
}

private func damagedPath(_ error: any Error) -> String? {
    guard case .corrupt(let path, _, _)? = error as? LogError else { return nil }
    return path
}

/// One flipped bit makes some of them the one before or behind. One epoch has a single batch.
private func epoch(_ index: Int) -> Int32 { 3 + Int32(index / 10) + (index > 20 ? 1 : 0) }

@Suite struct DamageTests {
    /// A 7: whichever byte of a segment is damaged while the broker is down, readers get what was written or an error
    /// that names file and position, and all that lies in other segments.
    @Test func aFlippedBitInASealedSegmentIsNeverServed() async throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("seed \(seed)")
        try await withLogs { context, directory in
            var numbers = SeededNumbers(seed)
            let specimen = try await Specimen(directory + "/t-0", context)
            let bases = try Specimen.bases(specimen.directory, context)
            let (base, next) = (bases[1], bases[2])
            #expect(bases.count > 3)
            let batches = specimen.written.filter { $0.segment == base }
            let size = batches.reduce(0) { $0 + $1.bytes.count }
            for position in 0..<size {
                let hit = try #require(batches.last { $0.position <= position })
                if position - hit.position >= 64, position % 5 != 0 { continue }
                let bit = Int.random(in: 0..<8, using: &numbers)
                let place = "seed \(seed), byte \(position - hit.position) of the batch at \(hit.position), bit \(bit)"
                try await specimen.flipping(specimen.path(base), position, bit: bit) {
                    let log = try await specimen.open()
                    for maxBytes in [[1 << 20, 1, 400][position % 3], 600] {
                        let error = try await specimen.read(log, from: 0, maxBytes: maxBytes, where: place)
                        guard case .corrupt(let path, let told, _)? = error else {
                            Issue.record("\(place), \(maxBytes) at a time: \(error.map { "\($0)" } ?? "no error")")
                            continue
                        }
                        // Where a length lies, the place that is told of is where it leads to.
                        let isLength = (8..<12).contains(position - hit.position)
                        #expect(path == specimen.path(base), "\(place)")
                        #expect(isLength || told <= hit.position + hit.bytes.count, "\(place)")
                    }
                    #expect(try await specimen.read(log, from: next, maxBytes: 500, where: place) == nil, "\(place)")
                    // Lengths and offsets lead from batch to batch; damage to anything else spoils one batch only.
                    if position - hit.position > 26, hit.header.endOffset < next {
                        let after = try await specimen.read(
                            log, from: hit.header.endOffset, maxBytes: 500, where: place)
                        #expect(after == nil, "\(place)")
                    }
                    await log.abandon()
                }
            }
        }
    }

    @Test func aFlippedBitInTheActiveSegmentIsNeverServed() async throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("seed \(seed)")
        try await withLogs { context, directory in
            var numbers = SeededNumbers(seed)
            let specimen = try await Specimen(directory + "/t-0", context)
            let base = try #require(try Specimen.bases(specimen.directory, context).last)
            let batches = specimen.written.filter { $0.segment == base }
            let size = batches.reduce(0) { $0 + $1.bytes.count }
            for position in 0..<size {
                let hit = try #require(batches.last { $0.position <= position })
                if position - hit.position >= 64, position % 5 != 0 { continue }
                let bit = Int.random(in: 0..<8, using: &numbers)
                let place = "seed \(seed), byte \(position - hit.position) of the batch at \(hit.position), bit \(bit)"
                try await specimen.flipping(specimen.path(base), position, bit: bit) {
                    // Clean, or after a crash: what was synced is told of, what wasn't is cut off.
                    let isEpoch = (12..<16).contains(position - hit.position)
                    for (clean, recoveryPoint) in [(true, specimen.end), (false, specimen.end), (false, 0)] {
                        // Of the last batch nothing else tells the epoch until a sync has counted.
                        let isLast = hit.header.endOffset == specimen.end
                        if isEpoch, isLast, !clean, recoveryPoint == 0 { continue }
                        let log: Log
                        do { log = try await specimen.open(clean: clean, recoveryPoint: recoveryPoint) } catch {
                            #expect(damagedPath(error) == specimen.path(base), "\(place): \(error)")
                            continue
                        }
                        let error = try await specimen.read(log, from: 0, maxBytes: 500, where: place)
                        if let error {
                            #expect(damagedPath(error) == specimen.path(base), "\(place): \(error)")
                        } else {
                            #expect(!clean && log.endOffset <= hit.header.baseOffset || recoveryPoint == 0, "\(place)")
                        }
                        await log.abandon()
                    }
                }
            }
        }
    }

    /// A batch's epoch is outside its checksum, and another may fit in as well: the sealed epoch file tells.
    @Test func aFlippedBitInALeaderEpochIsFoundByARecovery() async throws {
        try await withLogs { context, directory in
            let specimen = try await Specimen(directory + "/t-0", context)
            for hit in specimen.written {
                for bit in [0, 1, 2, 3, 10, 17, 24, 31] {
                    let place = "offset \(hit.header.baseOffset), bit \(bit)"
                    let position = hit.position + 15 - bit / 8
                    try await specimen.flipping(specimen.path(hit.segment), position, bit: bit % 8) {
                        for recoveryPoint in [hit.header.endOffset, specimen.end, 0] {
                            if recoveryPoint == 0, hit.header.endOffset == specimen.end { continue }
                            let log: Log
                            do { log = try await specimen.open(clean: false, recoveryPoint: recoveryPoint) } catch {
                                #expect(damagedPath(error) == specimen.path(hit.segment), "\(place): \(error)")
                                #expect(recoveryPoint > hit.header.baseOffset, "\(place)")
                                continue
                            }
                            let error = try await specimen.read(log, from: 0, maxBytes: 500, where: place)
                            if let error {
                                #expect(damagedPath(error) == specimen.path(hit.segment), "\(place): \(error)")
                            } else {
                                #expect(log.endOffset == hit.header.baseOffset && recoveryPoint == 0, "\(place)")
                            }
                            await log.abandon()
                        }
                    }
                }
            }
        }
    }

    /// Nobody's disk flips a bit in batch after batch: an epoch file that says so was put there by somebody.
    @Test func anEpochFileThatNoBatchBearsOutIsNoEvidence() async throws {
        try await withLogs { context, directory in
            let specimen = try await Specimen(directory + "/t-0", context)
            let epochs = LeaderEpochs([.init(epoch: 1, startOffset: 0), .init(epoch: 99, startOffset: 5)])
            try await context.core.files.replaceSealed(
                specimen.directory + "/leader-epoch-checkpoint", with: LeaderEpochFile.encode(epochs))
            for clean in [true, false] {
                let log = try await specimen.open(clean: clean, recoveryPoint: clean ? specimen.end : 0)
                #expect(log.endOffset == specimen.end)
                #expect(try await specimen.read(log, from: 0, maxBytes: 500, where: "clean \(clean)") == nil)
                await log.abandon()
            }
        }
    }

    /// What is appended where lost batches were would contradict the file, after a power cut that keeps the one and not
    /// the other.
    @Test func epochsOfLostBatchesLeaveTheFileBeforeAnythingIsAppended() async throws {
        try await withLogs { context, directory in
            let specimen = try await Specimen(directory + "/t-0", context)
            let lost = try #require(specimen.written.first { $0.header.partitionLeaderEpoch == 7 })
            let file = try context.core.files.open(specimen.path(lost.segment), .readWrite)
            try file.truncate(to: lost.position + 10)
            file.close()
            let log = try await specimen.open(clean: false, recoveryPoint: 0)
            #expect(log.endOffset == lost.header.baseOffset)
            let stored = try context.core.files.readSealed(specimen.directory + "/leader-epoch-checkpoint")
            #expect(try LeaderEpochFile.decode(stored.bytes) == log.leaderEpochs)
            #expect(stored.seal == .intact && log.leaderEpochs.latest?.epoch == 6)
            await log.abandon()
        }
    }

    @Test func aFlippedBitInWhatIsDerivedChangesNoAnswer() async throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("seed \(seed)")
        try await withLogs { context, directory in
            var numbers = SeededNumbers(seed)
            let specimen = try await Specimen(directory + "/t-0", context)
            let truth = try await Answers(try await specimen.open(), specimen)
            for name in try context.core.files.list(specimen.directory)
            where !name.hasSuffix(".log") {
                let path = specimen.directory + "/" + name
                let size = try context.core.files.readAll(path).count
                for position in 0..<size where size < 100 || position % 3 == 0 {
                    let bit = Int.random(in: 0..<8, using: &numbers)
                    let place = "seed \(seed), \(name), byte \(position), bit \(bit)"
                    try await specimen.flipping(path, position, bit: bit) {
                        for clean in [true, false] {
                            let log: Log
                            do { log = try await specimen.open(clean: clean) } catch {
                                #expect("\(error)".contains(path), "\(place): \(error)")
                                continue
                            }
                            do {
                                let answers = try await Answers(log, specimen)
                                #expect(answers == truth, "\(place), clean: \(clean)")
                            } catch { #expect("\(error)".contains(path), "\(place): \(error)") }
                            await log.abandon()
                        }
                    }
                }
            }
        }
    }
}

/// What a log tells whoever asks.
private struct Answers: Equatable {
    var firsts: [Int?] = []
    var times: [TimestampedOffset?] = []
    var latest: TimestampedOffset?
    var aborted: Set<AbortedTransaction>

    init(_ log: Log, _ specimen: Specimen) async throws {
        for offset in 0..<specimen.end {
            let range = try log.locate(offset, maxBytes: 1, upTo: specimen.end, wholeBatch: true)
            firsts.append(range?.positions.lowerBound)
        }
        if let error = try await specimen.read(log, from: 0, maxBytes: 700, where: "whole") { throw error }
        for written in specimen.written {
            times.append(try await log.offset(forTimestamp: written.header.maxTimestamp))
            times.append(try await log.offset(forTimestamp: written.header.maxTimestamp + 1))
        }
        latest = try await log.offsetOfMaxTimestamp()
        aborted = Set(try log.abortedTransactions(from: 0, upTo: specimen.end))
    }
}
