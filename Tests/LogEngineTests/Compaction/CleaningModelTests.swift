import Bytes
import LogEngine
import Reactor
import Records
import Simulation
import Testing

/// All that was ever appended and not cut again.
private struct Model {
    struct Row: Equatable {
        var offset: Int64
        var key: String
        var value: String?
    }

    struct Batch {
        var rows: [Row]
        var baseOffset: Int64
        var lastOffset: Int64
        var producer: Int64?
        var sequence: Int32 = 0
        var isTransactional = false
        /// Of a marker.
        var isCommit: Bool?
    }

    var batches: [Batch] = []
    /// What was or may have been compacted lies below.
    var cleanable: Int64 = 0
    /// All below is promised to be there.
    var durable: Int64 = 0
    var written: Int64 = 0
    var lostPower = false
    var serial = 0
    var cleanings = 0
    var failure: String?

    mutating func note(_ condition: Bool, _ text: @autoclosure () -> String) {
        if !condition, failure == nil { failure = text() }
    }

    mutating func cut(to end: Int64) {
        batches.removeAll { $0.baseOffset >= end }
        cleanable = min(cleanable, end)
        durable = min(durable, end)
        written = end
    }

    /// `offset`, or where the batch begins that it lies within.
    func start(ofBatchAround offset: Int64) -> Int64 {
        batches.last { $0.baseOffset < offset && offset <= $0.lastOffset }?.baseOffset ?? offset
    }

    func nextSequence(_ producer: Int64) -> Int32 {
        guard let last = batches.last(where: { $0.producer == producer && $0.isCommit == nil }) else { return 0 }
        return last.sequence + Int32(last.rows.count)
    }

    func hasOpenTransaction(_ producer: Int64) -> Bool {
        guard let last = batches.last(where: { $0.producer == producer && $0.isTransactional }) else { return false }
        return last.isCommit == nil
    }

    /// The records below `end` that a read-committed reader gets when nothing is compacted.
    func committed(upTo end: Int64) -> [Row] {
        var rows: [Row] = []
        var isCommitted: [Int64: Bool] = [:]
        for batch in batches.reversed() {
            if let producer = batch.producer, let isCommit = batch.isCommit {
                isCommitted[producer] = isCommit
            } else if batch.baseOffset < end, !batch.isTransactional || isCommitted[batch.producer ?? -1] == true {
                rows += batch.rows.reversed()
            }
        }
        return rows.reversed()
    }

    static func latest(_ rows: [Row]) -> [String: Row] {
        var latest: [String: Row] = [:]
        for row in rows { latest[row.key] = row.value == nil ? nil : row }
        return latest
    }
}

/// One life of a node that appends to a log, compacts it all the time, and is crashed at some point.
private struct CleaningLife {
    let core: Core
    let model: Shared<Model>
    var numbers: SeededNumbers

    private func config() -> LogConfig {
        var config = compacted(segmentBytes: 900)
        config.deleteRetentionMilliseconds = 15
        return config
    }

    mutating func run() async {
        do { try await live() } catch { model.value.note(core.isHalted, "\(error)") }
    }

    private mutating func live() async throws {
        try core.files.makeDirectories("/data")
        try await core.files.syncDirectory("/")
        let directory = try await LogDirectory.open(
            "/data", core: core, formatting: MetaProperties(clusterID: "c", nodeID: 1, directoryID: nil))
        var opening = LogOpening()
        opening.config = config()
        let log = try await Log.open(
            "/data/t-0", try directory.partitions().first?.opening(config()) ?? opening,
            LogContext(core: core, openSegments: 8), health: directory.health)
        try await checkpoint(log, directory)
        let must = model.value.lostPower ? model.value.durable : model.value.written
        model.value.note(log.endOffset >= must, "the log ends at \(log.endOffset), \(must) was promised")
        model.value.cut(to: log.endOffset)
        model.value.lostPower = false
        // As far as it was told to be before: what lay below may be compacted.
        log.updateHighWatermark(to: log.endOffset)
        try await verify(log)
        startCleaning(log, directory)
        while !core.isHalted { try await work(log, directory) }
    }

    private mutating func startCleaning(_ log: Log, _ directory: LogDirectory) {
        let model = model
        let core = core
        var terms = CleaningTerms()
        terms.bufferBytes = Int.random(in: 100...2000, using: &numbers)
        terms.mapBytes = OffsetMap.entryBytes * Int.random(in: 5...80, using: &numbers)
        nonisolated(unsafe) let log = log  // all of it is on this core
        nonisolated(unsafe) let directory = directory
        core.spawn {
            while !core.isHalted {
                do throws(LogError) {
                    if case .cleaned = try await log.clean(terms) {
                        model.value.cleanings += 1
                        try await Self.checkpoint(log, directory)
                    }
                } catch { model.value.note(core.isHalted, "cleaning: \(error)") }
                await core.sleep(milliseconds: 3)
            }
        }
    }

    // MARK: Work

    private mutating func work(_ log: Log, _ directory: LogDirectory) async throws {
        switch Int.random(in: 0..<100, using: &numbers) {
        case 0..<60: try await append(log)
        case 60..<72: try await endTransaction(log)
        case 72..<80:
            let end = log.endOffset
            try await log.flush()
            model.value.durable = max(model.value.durable, end)
        case 80..<86: try await checkpoint(log, directory)
        case 86..<89:
            let offset = Int64.random(in: log.highWatermark...log.endOffset, using: &numbers)
            // A crash may come when the file is cut already, and a batch is cut as a whole.
            let least = model.value.start(ofBatchAround: log.highWatermark)
            model.value.durable = min(model.value.durable, least)
            model.value.written = min(model.value.written, least)
            try await log.truncate(to: offset) { () async throws(LogError) in try await checkpoint(log, directory) }
            model.value.cut(to: log.endOffset)
        case 89..<95: try await verify(log)
        default: await core.sleep(milliseconds: Int64.random(in: 1...20, using: &numbers))
        }
        if Bool.random(using: &numbers) {
            log.updateHighWatermark(to: Int64.random(in: log.highWatermark...log.endOffset, using: &numbers))
            model.value.cleanable = max(model.value.cleanable, log.highWatermark)
        }
    }

    private mutating func append(_ log: Log) async throws {
        var last: AppendResult?
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
            let base = log.nextOffset
            let rows = (0..<Int64.random(in: 1...4, using: &numbers)).map { index in
                model.value.serial += 1
                let value =
                    "\(model.value.serial)" + String(repeating: "x", count: Int.random(in: 0...60, using: &numbers))
                return Model.Row(
                    offset: base + index, key: "k\(Int.random(in: 0..<9, using: &numbers))",
                    value: Int.random(in: 0..<5, using: &numbers) == 0 ? nil : value)
            }
            let producer = [Int64?.none, 1, 2, 3].randomElement(using: &numbers) ?? nil
            let sequence = producer.map { model.value.nextSequence($0) } ?? 0
            let codec = [Compression.none, .none, .lz4, .zstd].randomElement(using: &numbers) ?? .none
            let isTransactional = (producer ?? 0) > 1
            let batch = try keyed(
                rows.map { ($0.key, $0.value) }, codec, timestamp: core.wallClockMilliseconds(), producer: producer,
                sequence: sequence, transactional: isTransactional)
            last = try log.append(batch, leaderEpoch: 0)
            model.value.batches.append(
                Model.Batch(
                    rows: rows, baseOffset: base, lastOffset: base + Int64(rows.count) - 1, producer: producer,
                    sequence: sequence, isTransactional: isTransactional))
        }
        try await last?.written()
        model.value.written = log.endOffset
    }

    private mutating func endTransaction(_ log: Log) async throws {
        let producer = Int64.random(in: 2...3, using: &numbers)
        guard model.value.hasOpenTransaction(producer) else { return }
        let isCommit = Bool.random(using: &numbers)
        let base = log.nextOffset
        let result = try log.append(
            marker(commit: isCommit, (producer, 0), timestamp: core.wallClockMilliseconds()), leaderEpoch: 0,
            origin: .coordinator)
        model.value.batches.append(
            Model.Batch(
                rows: [], baseOffset: base, lastOffset: base, producer: producer, isTransactional: true,
                isCommit: isCommit))
        try await result.written()
        model.value.written = log.endOffset
    }

    private func checkpoint(_ log: Log, _ directory: LogDirectory) async throws(LogError) {
        try await Self.checkpoint(log, directory)
    }

    private static func checkpoint(_ log: Log, _ directory: LogDirectory) async throws(LogError) {
        var offsets = LogOffsets()
        offsets.add(TopicPartition("t", 0), log)
        try await directory.writeCheckpoints(offsets)
    }

    // MARK: Checks

    private func verify(_ log: Log) async throws {
        let end = log.lastStableOffset
        let history = model.value
        for producer in Int64(2)...3 {
            model.value.note(
                log.hasOpenTransaction(producerID: producer, epoch: 0) == history.hasOpenTransaction(producer),
                "the log is wrong about the transaction of \(producer)")
        }
        var aborted = try log.abortedTransactions(from: log.startOffset, upTo: end)
        aborted.sort { $0.firstOffset < $1.firstOffset }
        let batches = try await log.batches(maxBytes: 700)
        let decompressor = Decompressor()
        var skipped: Set<Int64> = []
        var seen: [Model.Row] = []
        var next: Int64 = 0
        for batch in batches {
            let header = batch.header
            model.value.note(batch.hasValidCRC, "CRC of the batch at \(header.baseOffset)")
            model.value.note(header.baseOffset >= next, "the batch at \(header.baseOffset) comes after \(next)")
            next = header.lastOffset + 1
            while let first = aborted.first, first.firstOffset <= header.lastOffset {
                skipped.insert(first.producerID)
                aborted.removeFirst()
            }
            let records = try batch.records(with: decompressor)
            if header.attributes.isControl {
                if records.first.flatMap({ EndTransactionMarker($0) })?.isCommit == false {
                    skipped.remove(header.producerID)
                }
                continue
            }
            let rows = records.map {
                Model.Row(offset: $0.offset, key: $0.key?.text ?? "-", value: $0.value?.text)
            }
            check(rows, header, history)
            if header.attributes.isTransactional, skipped.contains(header.producerID) { continue }
            seen += rows.filter { $0.offset < end }
        }
        let expected = history.committed(upTo: end).filter { $0.offset < end }
        let (found, wanted) = (Model.latest(seen), Model.latest(expected))
        for key in Set(found.keys).union(wanted.keys).sorted() where found[key] != wanted[key] {
            let (has, had) = (found[key]?.offset ?? -1, wanted[key]?.offset ?? -1)
            model.value.note(false, "below \(end) the last \(key) is at \(has), in history at \(had)")
        }
        let all = Set(expected.map(\.offset))
        model.value.note(seen.allSatisfy { all.contains($0.offset) }, "a record that wasn't committed is seen")
    }

    /// What is there was appended, at this very offset; above what may be compacted, all of it is there.
    private func check(_ rows: [Model.Row], _ header: RecordBatchHeader, _ history: Model) {
        let original = history.batches.first { $0.baseOffset == header.baseOffset }
        guard let original else {
            return model.value.note(false, "a batch at \(header.baseOffset) was never appended")
        }
        model.value.note(original.lastOffset == header.lastOffset, "the batch at \(header.baseOffset) has another end")
        model.value.note(
            rows.allSatisfy { original.rows.contains($0) }, "the batch at \(header.baseOffset) has other records")
        if header.baseOffset >= history.cleanable {
            model.value.note(rows == original.rows, "the batch at \(header.baseOffset) was compacted")
        }
    }
}

@Suite struct CleaningModelTests {
    @Test func afterAnyHistoryTheLatestRecordOfEachKeyIsThere() throws {
        var random = SystemRandomNumberGenerator()
        let fresh = UInt64.random(in: 1_000_000..<2_000_000_000, using: &random)
        // 1318715260: a power cut takes a marker for whose transaction's sake older records are gone.
        // 582369426: a segment is sealed, becomes the active one by a truncation, and is sealed again during a sync.
        let found: [Range<UInt64>] = [1_318_715_260..<1_318_715_261, 582_369_426..<582_369_427]
        for seeds in [0..<12] + found + [fresh..<fresh + (isSoak ? 2000 : 3)] { try lives(seeds) }
    }

    private func lives(_ seeds: Range<UInt64>) throws {
        try World.run(seeds: seeds) { world in
            var random = world.workload()
            let node = world.addNode()
            let model = Shared(Model())
            for number in 0..<6 {
                let seed = world.seed &* 100 &+ UInt64(number)
                node.start { cores in
                    cores[0].spawn {
                        var life = CleaningLife(core: cores[0], model: model, numbers: SeededNumbers(seed))
                        await life.run()
                    }
                }
                world.run(milliseconds: Int64(random.below(150)) + 1) { model.value.failure != nil }
                if let failure = model.value.failure { throw SeedFailure(seed: world.seed, reason: failure) }
                let kind = random.chance(0.3) ? Crash.kill : .powerCut
                if kind == .powerCut { model.value.lostPower = true }
                world.crash(node, kind)
            }
        }
    }
}
