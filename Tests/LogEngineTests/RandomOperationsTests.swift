import Bytes
import Glibc
import LogEngine
import Reactor
import Records
import Testing

/// What the log should hold.
private struct Model {
    struct Row: Equatable {
        var offset: Int64
        var timestamp: Int64
        var value: String
        var isControl = false
    }

    var rows: [Row] = []
    var start: Int64 = 0
    var end: Int64 = 0
    /// First offset of the open transaction of each producer.
    var open: [Int64: Int64] = [:]
    var aborted: [AbortedTransaction] = []
    var sequences: [Int64: Int32] = [:]
    var epochs = LeaderEpochs()

    var visible: [Row] { rows.filter { $0.offset >= start && !$0.isControl } }
    var timed: [Row] { rows.filter { $0.offset >= start } }
    var lastStable: Int64 { open.values.min() ?? end }
}

/// Random operations against a log and a model of it, on a real disk.
private final class Run {
    private let context: LogContext
    private let path: String
    private var numbers: SeededNumbers
    private var log: Log
    private var model = Model()
    /// The model as of each batch's end, to go back to when the tail is lost.
    private var history: [Model] = []
    private var config = LogConfig()
    private var step = 0
    private var now: Int64
    private var epoch: Int32 = 0

    init(_ path: String, seed: UInt64, _ context: LogContext) async throws {
        self.context = context
        self.path = path
        numbers = SeededNumbers(seed)
        config.segmentBytes = 2000
        config.indexIntervalBytes = 150
        config.segmentIndexBytes = 400
        config.fileDeleteDelayMilliseconds = 1
        config.retentionMilliseconds = -1
        now = context.core.wallClockMilliseconds()
        log = try await Log.open(path, config, context)
        history = [model]
    }

    func run(steps: Int) async throws {
        for number in 0..<steps {
            step = number
            try await one()
            log.updateHighWatermark(to: log.endOffset)
            try await check()
            if step % 40 == 39 { try await checkAll() }
        }
        try await checkAll()
        try await log.close()
    }

    private func one() async throws {
        switch Int.random(in: 0..<100, using: &numbers) {
        case 0..<55: try await appendSome()
        case 55..<63: try await endTransaction()
        case 63..<68: try await truncate()
        case 68..<72: try await deleteRecords()
        case 72..<76: try retain()
        case 76..<82: try await log.flush()
        case 82..<90: try await reopen()
        case 90..<97: try await crash()
        default: epoch += Int32.random(in: 0...2, using: &numbers)
        }
    }

    // MARK: Operations

    private func appendSome() async throws {
        var last: AppendResult?
        for _ in 0..<Int.random(in: 1...5, using: &numbers) {
            let count = Int.random(in: 1...4, using: &numbers)
            now += Int64.random(in: -5...20, using: &numbers)
            let value = String(repeating: "x", count: Int.random(in: 0...120, using: &numbers)) + "\(model.end)"
            let id = Int64.random(in: 0...3, using: &numbers)
            let isTransactional = id > 1
            let sequence = model.sequences[id].map { $0 + 1 } ?? 0
            let batch = try batch(
                count, timestamp: now, producer: id == 0 ? nil : (id, 0), sequence: sequence,
                transactional: isTransactional, value: value)
            let result = try log.append(batch, leaderEpoch: epoch)
            #expect(result.baseOffset == model.end)
            if id > 0 {
                let again = try log.append(copy(batch), leaderEpoch: epoch)
                #expect(again.isDuplicate && again.baseOffset == result.baseOffset)
                model.sequences[id] = sequence + Int32(count) - 1
                if isTransactional, model.open[id] == nil { model.open[id] = model.end }
            }
            model.epochs.assign(epoch, startOffset: model.end)
            for index in 0..<count {
                model.rows.append(.init(offset: model.end, timestamp: now + Int64(index), value: value))
                model.end += 1
            }
            history.append(model)
            last = result
        }
        try await last?.written()
    }

    private func copy(_ batch: CheckedBatch) throws -> CheckedBatch {
        try BatchCheck.replica(ByteSlice(batch.bytes.array))
    }

    private func endTransaction() async throws {
        guard let id = [2, 3].randomElement(using: &numbers).map(Int64.init) else { return }
        let isCommit = Bool.random(using: &numbers)
        let marker = try marker(commit: isCommit, (id, 0), timestamp: now)
        try await log.append(marker, leaderEpoch: epoch, origin: .coordinator).written()
        model.epochs.assign(epoch, startOffset: model.end)
        if let first = model.open.removeValue(forKey: id), !isCommit {
            model.aborted.append(
                AbortedTransaction(
                    producerID: id, firstOffset: first, lastOffset: model.end,
                    lastStableOffset: model.open.values.min() ?? model.end + 1))
        }
        model.rows.append(.init(offset: model.end, timestamp: now, value: "", isControl: true))
        model.end += 1
        history.append(model)
    }

    private func truncate() async throws {
        guard model.end > model.start else { return }
        let offset = Int64.random(in: model.start...model.end, using: &numbers)
        try await log.truncate(to: offset) {}
        goBack(to: log.endOffset)
        #expect(log.endOffset <= offset && offset - log.endOffset < 4)
    }

    private func goBack(to end: Int64) {
        let start = model.start
        while let last = history.last, last.end > end { history.removeLast() }
        model = history.last ?? Model()
        if model.end != end {  // the log was emptied at a start above all that it ever held
            model.end = end
            model.rows = []
            model.epochs = LeaderEpochs()
        }
        model.start = min(start, end)
    }

    private func deleteRecords() async throws {
        let offset = Int64.random(in: model.start...model.end, using: &numbers)
        try log.deleteRecords(before: offset)
        model.start = max(model.start, offset)
    }

    private func retain() throws {
        log.config.retentionBytes = 5000
        try log.applyRetention()
        log.config.retentionBytes = -1
        #expect(log.startOffset >= model.start)
        model.start = log.startOffset
        #expect(log.size < 5000 + 2 * 2000 || model.end == model.start)
    }

    private func reopen() async throws {
        try await log.close()
        try await open(clean: true, recoveryPoint: log.recoveryPoint)
    }

    /// Stops without closing, loses a part of what wasn't synced, starts again.
    private func crash() async throws {
        try await log.append(batch(1, value: "lost with the crash, or not"), leaderEpoch: epoch).written()
        model.epochs.assign(epoch, startOffset: model.end)
        model.rows.append(.init(offset: model.end, timestamp: 1000, value: "lost with the crash, or not"))
        model.end += 1
        history.append(model)
        let recoveryPoint = log.recoveryPoint
        let lastBatch = try await log.batches(from: model.end - 1).last
        await log.abandon()
        if recoveryPoint < model.end, Bool.random(using: &numbers), let lastBatch {
            let names = try context.core.files.list(path).compactMap { SegmentFileName($0) }
            let newest = names.filter { $0.kind == .log && $0.temporary == nil }.map(\.baseOffset).max() ?? 0
            let file = try context.core.files.open(path + "/" + SegmentFileName(newest, .log).text, .readWrite)
            let size = try file.size()
            try file.truncate(to: size - Int.random(in: 1..<lastBatch.totalSize, using: &numbers))
        }
        let before = model.end
        try await open(clean: false, recoveryPoint: recoveryPoint)
        #expect(log.endOffset >= recoveryPoint && log.endOffset >= before - 1)
        goBack(to: log.endOffset)
    }

    private func open(clean: Bool, recoveryPoint: Int64) async throws {
        var opening = LogOpening()
        opening.config = config
        opening.wasClean = clean
        opening.recoveryPoint = recoveryPoint
        opening.startOffset = model.start
        opening.highWatermark = model.end
        log = try await Log.open(path, opening, context)
    }

    // MARK: Checks

    private func check() async throws {
        try #require(log.endOffset == model.end, "step \(step)")
        try #require(log.startOffset == model.start, "step \(step)")
        #expect(log.lastStableOffset == max(model.lastStable, model.start), "step \(step)")
        let from = Int64.random(in: model.start...model.end, using: &numbers)
        let maxBytes = Int.random(in: 1...3000, using: &numbers)
        let pieces = try await log.read(from: from, maxBytes: maxBytes, upTo: model.end)
        var found: [Model.Row] = []
        for piece in pieces {
            var iterator = BatchIterator(piece)
            while let batch = try iterator.nextBatch() {
                #expect(batch.hasValidCRC)
                if !batch.header.attributes.isControl { found += try rows(batch) }
            }
        }
        found.removeAll { $0.offset < from }
        let expected = model.visible.filter { $0.offset >= from }.prefix(found.count)
        #expect(found == Array(expected), "step \(step), from \(from)")
    }

    private func checkAll() async throws {
        let all = try await log.batches(maxBytes: 700).filter { !$0.header.attributes.isControl }.flatMap {
            try rows($0)
        }
        #expect(all.filter { $0.offset >= model.start } == model.visible, "step \(step)")
        let time = now - Int64.random(in: 0...200, using: &numbers)
        let wanted = model.timed.first { $0.timestamp >= time }
        let found = try await log.offset(forTimestamp: time)
        #expect(found?.offset == wanted?.offset, "step \(step), time \(time)")
        let greatest = model.visible.isEmpty ? nil : try await log.offsetOfMaxTimestamp()?.timestamp
        if let greatest { #expect(greatest >= model.timed.map(\.timestamp).max() ?? 0, "step \(step)") }
        let aborted = model.aborted.filter { $0.lastOffset >= model.start }
        #expect(try log.abortedTransactions(from: model.start, upTo: model.end) == aborted, "step \(step)")
        guard model.start < model.end else { return }  // an empty log's epoch isn't kept when it is opened again
        var epochs = model.epochs
        epochs.truncate(to: model.end)
        epochs.trim(below: model.start)
        #expect(log.leaderEpochs == epochs, "step \(step)")
    }

    private func rows(_ batch: RecordBatch) throws -> [Model.Row] {
        try batch.records(with: Decompressor()).map {
            Model.Row(offset: $0.offset, timestamp: $0.timestamp, value: $0.value?.text ?? "")
        }
    }
}

@Suite struct RandomOperationsTests {
    @Test(arguments: Array(1...12) + [UInt64.random(in: 1000...UInt64.max)])
    func theLogHoldsWhatTheModelHolds(seed: UInt64) async throws {
        try await withLogs { context, directory in
            try await Run(directory + "/t-0", seed: seed, context).run(steps: 300)
        }
    }
}
