import Bytes
import LogEngine
import Reactor
import Records
import Simulation
import Testing

private func small() -> LogConfig {
    var config = LogConfig()
    config.segmentBytes = 4000
    config.indexIntervalBytes = 500
    return config
}

@Suite struct FaultTests {
    @Test func aFullDiskFailsTheTurnAndTheLogGoesOnOnceThereIsRoom() throws {
        try World.run(seeds: 0..<10) { world in
            var faults = FaultPlan.none
            faults.capacityBytes = 96 << 10
            let node = world.addNode(faults: faults)
            try world.run(on: node) { cores in
                let context = LogContext(core: cores[0])
                let ballast = try cores[0].files.open("/ballast", .create)
                try ballast.write([ByteSlice([UInt8](repeating: 1, count: 40 << 10))], at: 0)
                let health = DirectoryHealth()
                let log = try await Log.open("/t-0", LogOpening(), context, health: health)
                var written: Int64 = 0
                while true {
                    let results = try (0..<3).map { _ in
                        try log.append(
                            batch(2, bytes: 900, producer: (7, 0), sequence: Int32(log.nextOffset)), leaderEpoch: 0)
                    }
                    do {
                        for result in results { try await result.written() }
                        written = log.endOffset
                    } catch {
                        guard case .storage(.noSpace, _)? = error as? LogError else { throw error }
                        break
                    }
                }
                #expect(log.endOffset == written && log.nextOffset == written && written > 0)
                #expect(health.failure == nil)
                #expect(try await log.records().map(\.offset) == Array(0..<written))
                ballast.close()
                try cores[0].files.remove("/ballast")
                try await log.add(batch(2, bytes: 900, producer: (7, 0), sequence: Int32(written)))
                #expect(try await log.records().map(\.offset) == Array(0..<written + 2))
                try await log.close()
                let again = try await Log.open("/t-0", LogOpening(), context)
                #expect(again.endOffset == written + 2)
                await again.abandon()
            }
        }
    }

    @Test func whereItsFileSystemCanNotBeSyncedALogIsNotClosedInOrder() throws {
        try World.run(seeds: 0..<10) { world in
            let node = world.addNode()
            let disk = Shared(node.disk)
            try world.run(on: node) { cores in
                let health = DirectoryHealth()
                let log = try await Log.open("/t-0", LogOpening(), LogContext(core: cores[0]), health: health)
                try await log.add(batch(3))
                try log.prepareToClose()
                disk.value.faults.syncError = 1
                await #expect(throws: LogError.self) { try await log.syncFileSystem() }
                // No sync of the log would fail any more.
                disk.value.faults.syncError = 0
                #expect(health.failure != nil)
                await #expect(throws: LogError.self) { try await log.close() }
            }
        }
    }

    @Test func aLogIsSyncedEvenIfTheSyncOfItsFileSystemWasNone() throws {
        try World.run(seeds: 0..<20) { world in
            let node = world.addNode()
            let disk = Shared(node.disk)
            try world.run(on: node) { cores in
                var opening = LogOpening()
                opening.config = small()
                opening.topicID = LogStage.topicID
                let log = try await Log.open("/t-0", opening, LogContext(core: cores[0]))
                for number in Int32(0)..<9 {
                    try await log.add(batch(1, bytes: 900, producer: (7, 0), sequence: number))
                }
                try await log.flush()
                try await log.add(batch(1, bytes: 900, producer: (7, 0), sequence: 9), epoch: 1)
                try log.prepareToClose()
                disk.value.faults.lyingSync = 1
                try await log.syncFileSystem()
                disk.value.faults.lyingSync = 0
                try await log.close()
            }
            let names = node.disk.names(in: "/t-0")
            let bytes = names.map { node.disk.contents(of: "/t-0/" + $0) }
            #expect(names.count > 10)
            world.crash(node, .powerCut)
            #expect(node.disk.names(in: "/t-0") == names)
            for (name, bytes) in zip(names, bytes) {
                #expect(node.disk.contents(of: "/t-0/" + name) == bytes, "\(name)")
            }
        }
    }

    @Test func theEpochsOfAStopThatWasKilledAreSyncedWithTheNextBatch() throws {
        try World.run(seeds: 0..<20) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                let log = try await Log.open("/t-0", small(), LogContext(core: cores[0]))
                try await log.add(batch(3))
                try await log.flush()
                try await log.add(batch(3), epoch: 1)
                try log.prepareToClose()
                await log.abandon()
            }
            world.crash(node, .kill)
            try world.run(on: node) { cores in
                let log = try await Log.open(
                    "/t-0", small(), clean: false, recoveryPoint: 3, LogContext(core: cores[0]))
                try await log.add(batch(3), epoch: 1)
                try await log.flush()
                await log.abandon()
            }
            world.crash(node, .powerCut)
            let bytes = node.disk.contents(of: "/t-0/leader-epoch-checkpoint")
            #expect(bytes == Array("0\n2\n0 0\n1 3\n".utf8))
        }
    }

    @Test func anEpochNotedBehindAWriteThatFailsBeginsWhereTheLogEnds() throws {
        try World.run(seeds: 0..<3) { world in
            var faults = FaultPlan.none
            faults.capacityBytes = 96 << 10
            let node = world.addNode(faults: faults)
            try world.run(on: node) { cores in
                let context = LogContext(core: cores[0])
                let log = try await Log.open("/t-0", LogOpening(), context, health: DirectoryHealth())
                try await log.add(batch(2, bytes: 900), epoch: 3)
                let ballast = try cores[0].files.open("/ballast", .create)
                try ballast.write([ByteSlice([UInt8](repeating: 1, count: 90 << 10))], at: 0)
                let result = try log.append(batch(9, bytes: 9000), leaderEpoch: 3)
                log.noteEpoch(4)
                await #expect(throws: LogError.self) { try await result.written() }
                #expect(log.endOffset == 2)
                ballast.close()
                try cores[0].files.remove("/ballast")
                try await log.add(batch(2, bytes: 900), epoch: 4)
                let expected = LeaderEpochs([.init(epoch: 3, startOffset: 0), .init(epoch: 4, startOffset: 2)])
                #expect(log.leaderEpochs == expected)
                try await log.close()
            }
        }
    }

    @Test func aFailedSyncIsNotTriedAgainAndTakesTheDirectoryOffline() throws {
        try World.run(seeds: 0..<10) { world in
            let node = world.addNode()
            let disk = Shared(node.disk)
            try world.run(on: node) { cores in
                let context = LogContext(core: cores[0])
                let health = DirectoryHealth()
                let log = try await Log.open("/t-0", LogOpening(), context, health: health)
                try await log.add(batch(3))
                try await log.flush()
                try await log.add(batch(3))
                disk.value.faults.syncError = 1
                await #expect(throws: LogError.self) { try await log.flush() }
                disk.value.faults.syncError = 0
                #expect(health.failure != nil)
                #expect(log.recoveryPoint == 3)
                await #expect(throws: LogError.self) { try await log.flush() }
                #expect(throws: LogError.self) { try log.append(batch(), leaderEpoch: 0) }
                await log.abandon()
            }
        }
    }

    @Test func aFailedWriteLeavesNothingBehind() throws {
        try World.run(seeds: 0..<10) { world in
            let node = world.addNode()
            let disk = Shared(node.disk)
            try world.run(on: node) { cores in
                let context = LogContext(core: cores[0])
                let health = DirectoryHealth()
                let log = try await Log.open("/t-0", LogOpening(), context, health: health)
                try await log.add(batch(3))
                disk.value.faults.writeError = 1
                let result = try log.append(batch(3, producer: (7, 0)), leaderEpoch: 4)
                await #expect(throws: LogError.self) { try await result.written() }
                disk.value.faults.writeError = 0
                #expect(health.failure != nil)
                #expect(log.endOffset == 3 && log.nextOffset == 3)
                #expect(log.leaderEpochs.latest?.epoch == 0)
                #expect(log.producerDescriptions.isEmpty)
                await log.abandon()
                let again = try await Log.open("/t-0", small(), clean: false, context)
                #expect(again.endOffset == 3)
                await again.abandon()
            }
        }
    }

    @Test func coldReadsComeThroughTheRing() throws {
        try World.run(seeds: 0..<10) { world in
            var faults = FaultPlan.none
            faults.eviction = 1
            let node = world.addNode(faults: faults)
            try world.run(on: node) { cores in
                let log = try await Log.open("/t-0", small(), LogContext(core: cores[0]))
                for _ in 0..<60 { try await log.add(batch(1, bytes: 300)) }
                #expect(try await log.records().map(\.offset) == Array(0..<60))
                try await log.close()
            }
        }
    }

    /// A 12, for what has to be checked before it is served: no damage is told of where nothing could be read.
    @Test func aSegmentThatCantBeReadIsAnErrorOfThatReadOnly() throws {
        try World.run(seeds: 0..<5) { world in
            let node = world.addNode()
            let disk = Shared(node.disk)
            try world.run(on: node) { cores in
                let context = LogContext(core: cores[0])
                let log = try await Log.open("/t-0", small(), context)
                for _ in 0..<60 { try await log.add(batch(1, bytes: 300)) }
                try await log.close()
                let again = try await Log.open("/t-0", small(), context)
                #expect(try await again.records(maxBytes: 500).prefix(5).map(\.offset) == Array(0..<5))
                let other = try await Log.open("/t-0", small(), context)
                disk.value.brokenPaths = ["/t-0/00000000000000000000.log"]
                await #expect(throws: LogError.storage(.ioError, path: "/t-0/00000000000000000000.log")) {
                    _ = try await other.read(from: 0, maxBytes: 500, upTo: 60)
                }
                let second = try #require(
                    cores[0].files.list("/t-0").compactMap { SegmentFileName($0) }.filter { $0.kind == .log }
                        .map(\.baseOffset).sorted().dropFirst().first)
                #expect(try await other.records(from: second).map(\.offset) == Array(second..<60))
                disk.value.brokenPaths = []
                #expect(try await other.records().map(\.offset) == Array(0..<60))
                await again.abandon()
                await other.abandon()
            }
        }
    }
}

/// What may be in the log after a crash, and what has to.
private struct Ledger {
    /// Values that may be found at each offset.
    var values: [Int64: Set<String>] = [:]
    /// All below was synced.
    var durable: Int64 = 0
    /// All below was in the page cache.
    var written: Int64 = 0
    var start: Int64 = 0
    /// The power was cut since the log was last looked at.
    var lostPower = false
    var serial = 0
    var failure: String?

    mutating func note(_ condition: Bool, _ text: @autoclosure () -> String) {
        if !condition, failure == nil { failure = text() }
    }
}

/// One life of a node: opens the directory, checks what is there, then works until it is crashed.
private struct Life {
    let core: Core
    let ledger: Shared<Ledger>
    var numbers: SeededNumbers

    mutating func run() async {
        do { try await live() } catch {
            let isEnd = core.isHalted
            ledger.value.note(isEnd, "\(error)")
        }
    }

    private mutating func live() async throws {
        while !core.isHalted { try await untilAnOrderlyStop() }
    }

    private mutating func untilAnOrderlyStop() async throws {
        let stage = try await LogStage.open(core, small())
        try await verify(stage.log)
        var steps = Int.random(in: 0...100, using: &numbers)
        while !core.isHalted, steps > 0 {
            try await work(stage)
            steps -= 1
        }
        try await stage.log.close()
        ledger.value.durable = max(ledger.value.durable, stage.log.endOffset)
        try await stage.close()
    }

    private func verify(_ log: Log) async throws {
        let must = ledger.value.lostPower ? ledger.value.durable : ledger.value.written
        ledger.value.note(log.endOffset >= must, "the log ends at \(log.endOffset), \(must) was promised")
        ledger.value.note(log.startOffset <= ledger.value.start, "the log begins at \(log.startOffset)")
        var next = log.startOffset
        var values: [Int64: Set<String>] = [:]
        for record in try await log.records() {
            let value = record.value?.text ?? ""
            ledger.value.note(record.offset == next, "offset \(next) is missing")
            ledger.value.note(
                ledger.value.values[record.offset]?.contains(value) == true, "\(value) at \(record.offset)")
            values[record.offset] = [value]
            next = record.offset + 1
        }
        ledger.value.note(next == log.endOffset, "the log says it ends at \(log.endOffset), but ends at \(next)")
        ledger.value.values = values
        ledger.value.durable = min(ledger.value.durable, log.endOffset)
        ledger.value.written = log.endOffset
        ledger.value.start = log.startOffset
        ledger.value.lostPower = false
    }

    private mutating func work(_ stage: LogStage) async throws {
        let log = stage.log
        switch Int.random(in: 0..<100, using: &numbers) {
        case 0..<70:
            var last: AppendResult?
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                ledger.value.serial += 1
                let value =
                    "\(ledger.value.serial)-" + String(repeating: "x", count: Int.random(in: 0...700, using: &numbers))
                ledger.value.values[log.nextOffset, default: []].insert(value)
                last = try log.append(batch(1, timestamp: core.wallClockMilliseconds(), value: value), leaderEpoch: 0)
            }
            try await last?.written()
            ledger.value.written = log.endOffset
        case 70..<85:
            let end = log.endOffset
            try await log.flush()
            ledger.value.durable = max(ledger.value.durable, end)
        case 85..<92: try await stage.checkpoint()
        case 92..<97:
            guard log.endOffset > log.startOffset else { return }
            let offset = Int64.random(in: log.startOffset...log.endOffset, using: &numbers)
            ledger.value.durable = min(ledger.value.durable, offset)
            ledger.value.written = min(ledger.value.written, offset)
            try await log.truncate(to: offset) { () async throws(LogError) in try await stage.checkpoint() }
            for cut in ledger.value.values.keys where cut >= log.endOffset { ledger.value.values[cut] = nil }
        default:
            log.updateHighWatermark(to: log.endOffset)
            log.config.retentionBytes = 12_000
            ledger.value.start = log.endOffset  // it may go as far while it is under way
            try log.applyRetention()
            ledger.value.start = log.startOffset
        }
    }
}

@Suite struct PowerCutTests {
    @Test func whatWasSyncedSurvivesAndTheLogHasNoHoles() throws {
        var random = SystemRandomNumberGenerator()
        let fresh = UInt64.random(in: 1_000_000..<2_000_000_000, using: &random)
        for seeds in [1_467_214_135..<1_467_214_136, 0..<15, fresh..<fresh + 3] as [Range<UInt64>] { try lives(seeds) }
    }

    private func lives(_ seeds: Range<UInt64>) throws {
        try World.run(seeds: seeds) { world in
            var random = world.workload()
            let node = world.addNode()
            let ledger = Shared(Ledger())
            for number in 0..<6 {
                let seed = world.seed &* 100 &+ UInt64(number)
                node.start { cores in
                    cores[0].spawn {
                        var life = Life(core: cores[0], ledger: ledger, numbers: SeededNumbers(seed))
                        await life.run()
                    }
                }
                world.run(milliseconds: Int64(random.below(150)) + 1) { ledger.value.failure != nil }
                if let failure = ledger.value.failure { throw SeedFailure(seed: world.seed, reason: failure) }
                let kind = random.chance(0.3) ? Crash.kill : .powerCut
                if kind == .powerCut { ledger.value.lostPower = true }
                world.crash(node, kind)
            }
        }
    }
}
