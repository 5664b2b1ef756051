import Bytes
import LogEngine
import Reactor
import Simulation
import Testing

private let identity = MetaProperties(clusterID: "cluster", nodeID: 3, directoryID: UUID(high: 7, low: 9))
private let topicID = UUID(high: 1, low: 2)
private let partition = TopicPartition("t", 0)

@Suite struct ClosedLogTests {
    /// A directory in which a log was closed in order and marked so.
    private func withClosedLog(
        _ body: @Sendable @escaping (LogContext, String, LogOffsets) async throws -> Void
    ) async throws {
        try await withLogs { context, path in
            let directory = try await LogDirectory.open(path, core: context.core, formatting: identity)
            var opening = LogOpening()
            opening.topicID = topicID
            opening.config.segmentBytes = 2000
            opening.config.indexIntervalBytes = 200
            let log = try await Log.open(path + "/t-0", opening, context, health: directory.health)
            for _ in 0..<30 { try await log.add(batch(2, bytes: 50)) }
            try await log.close()
            var offsets = LogOffsets()
            offsets.add(partition, log)
            try await directory.close(offsets, brokerEpoch: 1)
            try await body(context, path, offsets)
        }
    }

    private func found(_ path: String, _ core: Core) async throws -> PartitionDirectory {
        let directory = try await LogDirectory.open(path, core: core)
        defer { directory.abandon() }
        return try #require(try directory.partitions().first)
    }

    @Test func howItWasClosedIsKnownAfterAnyStopUntilSomethingIsWritten() async throws {
        try await withClosedLog { context, path, offsets in
            let clean = try await found(path, context.core)
            #expect(clean.wasClean && clean.closed != nil && clean.closed == offsets.closed[partition])
            #expect(clean.isClosed(topicID: topicID))
            #expect(!clean.isClosed(topicID: UUID(high: 1, low: 3)))
            let crashed = try await found(path, context.core)
            #expect(!crashed.wasClean && crashed.closed == clean.closed)
            #expect(crashed.opening(LogConfig(), topicID: topicID).wasClean)
            #expect(!crashed.opening(LogConfig(), topicID: UUID(high: 1, low: 3)).wasClean)
            #expect(!crashed.opening(LogConfig()).wasClean)

            let opening = crashed.opening(LogConfig(), topicID: topicID)
            let log = try #require(try Log.openAtOnce(crashed.path, opening, context, health: DirectoryHealth()))
            #expect(try await log.records().count == 60)
            #expect(try await found(path, context.core).closed != nil, "reading changes nothing")
            try await log.add(batch())
            await log.abandon()
            #expect(try await found(path, context.core).closed == nil)
        }
    }

    @Test(arguments: [
        "roll", "shorter", "longer index", "shorter time index", "swap", "cleaned", "gone", "checkpoint", "topic id",
    ]) func aLogThatIsNotAsItWasIsLookedAt(_ change: String) async throws {
        try await withClosedLog { context, path, offsets in
            let files = context.core.files
            let names = try files.list(path + "/t-0")
            func last(_ suffix: String) throws -> String {
                path + "/t-0/" + (try #require(names.last { $0.hasSuffix(suffix) }))
            }
            func resize(_ name: String, by count: Int) throws {
                let file = try files.open(name, .readWrite)
                try file.truncate(to: try file.size() + count)
                file.close()
            }
            switch change {
            case "roll": try files.open(path + "/t-0/00000000000000000060.log", .create).close()
            case "shorter": try resize(try last(".log"), by: -1)
            case "longer index": try resize(try last(".index"), by: 8)
            case "shorter time index": try resize(try last(".timeindex"), by: -12)
            case "swap": try files.open(path + "/t-0/00000000000000000000.log.swap", .create).close()
            case "cleaned": try files.open(path + "/t-0/00000000000000000000.index.cleaned", .create).close()
            case "gone": try files.remove(try last(".log"))
            case "topic id": try files.remove(path + "/t-0/partition.metadata")
            default:
                try await files.replace(
                    path + "/recovery-point-offset-checkpoint", with: ByteSlice(utf8: "0\n1\nt 0 61\n"))
            }
            _ = try await found(path, context.core)
            let crashed = try await found(path, context.core)
            #expect(crashed.closed == nil)
            #expect(!crashed.opening(LogConfig(), topicID: topicID).wasClean)
        }
    }

    /// A power cut may leave of the first batch's write no more than that.
    @Test func anEmptyLogWithATopicIDIsNotAsItWas() async throws {
        try await withLogs { context, path in
            let directory = try await LogDirectory.open(path, core: context.core, formatting: identity)
            var opening = LogOpening()
            opening.topicID = topicID
            let log = try await Log.open(path + "/t-0", opening, context, health: directory.health)
            try await log.close()
            var offsets = LogOffsets()
            offsets.add(partition, log)
            try await directory.close(offsets, brokerEpoch: 1)
            _ = try await found(path, context.core)
            #expect(try await found(path, context.core).closed != nil)
            let file = try context.core.files.open(path + "/t-0/partition.metadata", .create)
            try file.write([ByteSlice(utf8: "version")], at: 0)
            file.close()
            #expect(try await found(path, context.core).closed == nil)
        }
    }

    @Test func aTornTopicIDIsWholeAfterTheNextOrderlyClose() async throws {
        try await withLogs { context, path in
            try context.core.files.makeDirectories(path)
            let file = try context.core.files.open(path + "/partition.metadata", .create)
            try file.write([ByteSlice(utf8: "ver")], at: 0)
            file.close()
            var opening = LogOpening()
            opening.topicID = topicID
            try await Log.open(path, opening, context).close()
            opening.wasClean = true
            let log = try await Log.open(path, opening, context)
            #expect(log.topicID == topicID)
            await log.abandon()
        }
    }

    @Test func onceItHasChangedItIsNotTakenForClosedAgain() async throws {
        try await withClosedLog { context, path, _ in
            let name = path + "/t-0/00000000000000000060.log"
            try context.core.files.open(name, .create).close()
            let crashed = try await LogDirectory.open(path, core: context.core)
            crashed.abandon()
            let directory = try await LogDirectory.open(path, core: context.core)
            try await directory.writeClosed(try directory.partitions())
            directory.abandon()
            try context.core.files.remove(name)
            #expect(try await found(path, context.core).closed == nil)
        }
    }

    @Test func filesThatWaitForTheirEndChangeNothing() async throws {
        try await withClosedLog { context, path, _ in
            let name = path + "/t-0/00000000000000000000.log.deleted"
            try context.core.files.open(name, .create).close()
            _ = try await found(path, context.core)
            let crashed = try await found(path, context.core)
            #expect(crashed.closed != nil)
            let opening = crashed.opening(LogConfig(), topicID: topicID)
            let log = try #require(try Log.openAtOnce(crashed.path, opening, context, health: DirectoryHealth()))
            #expect(log.endOffset == 60 && !context.core.files.exists(name))
            await log.abandon()
        }
    }

    @Test func whatHasToBeWaitedForIsNotOpenedAtOnce() async throws {
        try await withClosedLog { context, path, _ in
            let found = try await found(path, context.core)
            let unclean = found.opening(LogConfig())
            var clean = unclean
            clean.wasClean = true
            var damaged = unclean
            damaged.wasClean = false
            #expect(try Log.openAtOnce(found.path, damaged, context, health: DirectoryHealth()) == nil)
            try context.core.files.open(found.path + "/00000000000000000000.log.swap", .create).close()
            #expect(try Log.openAtOnce(found.path, clean, context, health: DirectoryHealth()) == nil)
        }
    }

    @Test func aFullDiskTakesTheFileAway() throws {
        try World.run(seeds: 0..<3) { world in
            let node = world.addNode()
            let disk = Shared(node.disk)
            try world.run(on: node) { cores in
                try cores[0].files.makeDirectories("/data/t-0")
                let directory = try await LogDirectory.open("/data", core: cores[0], formatting: identity)
                var opening = LogOpening()
                opening.topicID = topicID
                let log = try await Log.open("/data/t-0", opening, LogContext(core: cores[0]))
                try await log.close()
                var offsets = LogOffsets()
                offsets.add(partition, log)
                #expect(offsets.closed.count == 1)
                try await directory.close(offsets, brokerEpoch: 1)
                let again = try await LogDirectory.open("/data", core: cores[0])
                #expect(try again.partitions().first?.closed != nil)
                disk.value.faults.capacityBytes = disk.value.usedBytes
                try await again.writeClosed([:])
                #expect(!cores[0].files.exists("/data/closed-log-checkpoint"))
                #expect(again.health.failure == nil)
                again.abandon()
            }
        }
    }

    @Test func theFileIsReadAsItIsWrittenAndNonsenseCountsAsNone() async throws {
        try await withClosedLog { context, path, offsets in
            let name = path + "/closed-log-checkpoint"
            let bytes = try context.core.files.readAll(name)
            #expect(try ClosedLogFile.decode(bytes) == offsets.closed)
            for text in ["", "0\n1\n", "0\n1\nt 0 nonsense 1 2 3 4 5 6\n", bytes.text + "t 1\n", "1" + bytes.text] {
                try await context.core.files.replace(name, with: ByteSlice(utf8: text))
                #expect(try await found(path, context.core).closed == nil)
            }
        }
    }
}
