import Bytes
import LogEngine
import Reactor
import Simulation
import Testing

private let topicID = UUID(high: 1, low: 2)
private let whole = PartitionMetadataFile.encode(topicID)

private func opening(clean: Bool = false, recoveryPoint: Int64 = 0) -> LogOpening {
    var opening = LogOpening()
    opening.topicID = topicID
    opening.wasClean = clean
    opening.recoveryPoint = recoveryPoint
    return opening
}

/// `partition.metadata` is there when its directory is, but isn't synced before the log is.
@Suite struct TopicIDTests {
    @Test func aLogHasItBeforeItsFirstBatch() async throws {
        try await withLogs { context, directory in
            let path = directory + "/t-0"
            let log = try await Log.open(path, opening(), context)
            #expect(try context.core.files.readSealed(path + "/partition.metadata") == (whole, .intact))
            await log.abandon()
        }
    }

    @Test(
        arguments: ["gone", "empty", "torn", "zeros", "unsealed", "another file"], [true, false]
    ) func whatAPowerCutLeavesOfItIsMadeAnew(_ damage: String, hasRecords: Bool) async throws {
        try await withLogs { context, directory in
            let (files, path) = (context.core.files, directory + "/t-0")
            let name = path + "/partition.metadata"
            let log = try await Log.open(path, opening(), context)
            if hasRecords { try await log.add(batch(3)) }
            try await log.close()
            for clean in [true, false] {
                switch damage {
                case "gone": try files.remove(name)
                case "empty": try await files.replace(name, with: ByteSlice(utf8: ""))
                case "torn": try await files.replace(name, with: whole[0..<17])
                case "zeros": try await files.replace(name, with: ByteSlice([UInt8](repeating: 0, count: 43)))
                case "unsealed": try files.open(name, .readWrite).seal(7)
                default: try await files.replace(name, with: ByteSlice(utf8: "nonsense\nand more"))
                }
                let opening = opening(clean: clean, recoveryPoint: hasRecords ? 3 : 0)
                let again: Log
                if clean {
                    again = try #require(try Log.openAtOnce(path, opening, context, health: DirectoryHealth()))
                } else {
                    again = try await Log.open(path, opening, context)
                }
                #expect(try files.readSealed(name) == (whole, .intact))
                #expect(again.isSyncedByClose == hasRecords)
                #expect(try await again.records().count == (hasRecords ? 3 : 0))
                try await again.close()
            }
        }
    }

    /// As Apache Kafka leaves them when it is killed.
    @Test func anEmptyLogWithIndexesOfFullSizeIsClosedWithoutThem() async throws {
        try await withLogs { context, directory in
            let (files, path) = (context.core.files, directory + "/t-0")
            try await Log.open(path, opening(), context).close()
            let names = [".index", ".timeindex"].map { path + "/00000000000000000000" + $0 }
            for name in names { try files.open(name, .create).truncate(to: 10 << 20) }
            let log = try await Log.open(path, opening(), context)
            #expect(log.isSyncedByClose)
            try await log.close()
            for name in names { #expect(try files.status(name).size == 0) }
        }
    }

    @Test func thatOfAnotherTopicIsRefusedWithoutABatchAsWell() async throws {
        try await withLogs { context, directory in
            try await Log.open(directory + "/t-0", opening(), context).close()
            var other = opening()
            other.topicID = UUID(high: .max << 20, low: 3)
            do {
                _ = try await Log.open(directory + "/t-0", other, context)
                Issue.record("it was opened")
            } catch {
                guard case .inconsistentTopicID? = error as? LogError else { throw error }
            }
        }
    }

    @Test func aDiskThatIsFullForItGetsItWithTheFirstSync() throws {
        try World.run(seeds: 0..<3) { world in
            let node = world.addNode()
            let disk = Shared(node.disk)
            try world.run(on: node) { cores in
                let health = DirectoryHealth()
                disk.value.faults.capacityBytes = disk.value.usedBytes + 1
                let log = try await Log.open("/t-0", opening(), LogContext(core: cores[0]), health: health)
                #expect(disk.value.contents(of: "/t-0/partition.metadata") != whole.array)
                disk.value.faults.capacityBytes = .max
                try await log.add(batch())
                try await log.flush()
                #expect(try cores[0].files.readSealed("/t-0/partition.metadata") == (whole, .intact))
                #expect(health.failure == nil)
                try await log.close()
            }
        }
    }

    /// Also when the stop was an orderly one, which syncs nothing of an empty log; and what is written then is synced
    /// with its id.
    @Test func noPowerCutKeepsAnEmptyLogFromBeingOpened() throws {
        let identity = MetaProperties(clusterID: "c", nodeID: 1, directoryID: nil)
        try World.run(seeds: 0..<100) { world in
            let node = world.addNode()
            try world.run(on: node) { cores in
                try cores[0].files.makeDirectories("/data")
                try await cores[0].files.syncDirectory("/")
                let directory = try await LogDirectory.open("/data", core: cores[0], formatting: identity)
                var offsets = LogOffsets()
                for index in Int32(0)..<4 {
                    let log = try await Log.open("/data/t-\(index)", opening(), LogContext(core: cores[0]))
                    if world.seed % 2 == 0 { try await log.close() } else { await log.abandon() }
                    offsets.add(TopicPartition("t", index), log)
                }
                if world.seed % 2 == 0 { try await directory.close(offsets, brokerEpoch: 1) }
            }
            world.crash(node, .powerCut)
            try world.run(on: node) { cores in
                let directory = try await LogDirectory.open("/data", core: cores[0])
                for found in try directory.partitions() {
                    let how = found.opening(LogConfig(), topicID: topicID)
                    let log = try await Log.open(found.path, how, LogContext(core: cores[0]), health: directory.health)
                    try await log.add(batch())
                    try await log.flush()
                    await log.abandon()
                }
            }
            let left = node.disk.names(in: "/data").filter { $0.hasPrefix("t-") }
            world.crash(node, .powerCut)
            for name in left {
                #expect(node.disk.contents(of: "/data/\(name)/partition.metadata") == whole.array, "\(name)")
            }
        }
    }
}
