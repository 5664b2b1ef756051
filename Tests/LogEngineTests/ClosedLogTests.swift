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

    /// The same of one that nobody wrote to.
    private func withEmptyLog(_ body: @Sendable @escaping (LogContext, String) async throws -> Void) async throws {
        try await withLogs { context, path in
            let directory = try await LogDirectory.open(path, core: context.core, formatting: identity)
            var opening = LogOpening()
            opening.topicID = topicID
            let log = try await Log.open(path + "/t-0", opening, context, health: directory.health)
            try await log.close()
            var offsets = LogOffsets()
            offsets.add(partition, log)
            try await directory.close(offsets, brokerEpoch: 1)
            try await body(context, path)
        }
    }

    /// An orderly stop doesn't sync it.
    @Test(arguments: [0, 7]) func anEmptyLogIsNotAsItWasWhenAPowerCutTookItsTopicID(size: Int) async throws {
        try await withEmptyLog { context, path in
            _ = try await found(path, context.core)
            #expect(try await found(path, context.core).closed != nil)
            let file = try context.core.files.open(path + "/t-0/partition.metadata", .readWrite)
            try file.truncate(to: size)
            file.close()
            #expect(try await found(path, context.core).closed == nil)
        }
    }

    @Test(arguments: [false, true]) func anEmptyLogOfAnOlderVersionGetsItsTopicIDAtTheStart(clean: Bool) async throws {
        try await withEmptyLog { context, path in
            let (files, name) = (context.core.files, path + "/t-0/partition.metadata")
            try files.remove(name)
            let closed = path + "/" + ClosedLogFile.name
            let text = try files.readAll(closed).text
            let old = text.replacing(" 43\n", with: " 0\n")
            #expect(old != text)
            try await files.replace(closed, with: ByteSlice(utf8: old))
            if !clean { try files.remove(path + "/.kafka_cleanshutdown") }
            for _ in 0..<2 {
                let directory = try await LogDirectory.open(path, core: context.core)
                let found = try #require(try directory.partitions().first)
                #expect(found.isClosed(topicID: topicID))
                #expect(try files.readSealed(name) == (PartitionMetadataFile.encode(topicID), .intact))
                try await directory.writeClosed([found])
                directory.abandon()
            }
        }
    }

    @Test func anIDThatAnotherBrokerWroteMeanwhileIsKept() async throws {
        try await withEmptyLog { context, path in
            let other = PartitionMetadataFile.encode(UUID(high: 3, low: 4))
            let closed = path + "/" + ClosedLogFile.name
            let text = try context.core.files.readAll(closed).text.replacing(" 43\n", with: " 0\n")
            try await context.core.files.replace(closed, with: ByteSlice(utf8: text))
            try await context.core.files.replace(path + "/t-0/partition.metadata", with: other)
            _ = try await found(path, context.core)
            #expect(try context.core.files.readAll(path + "/t-0/partition.metadata") == other)
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
