import Bytes
import LogEngine
import Reactor
import Testing

private let identity = MetaProperties(clusterID: "cluster", nodeID: 3, directoryID: UUID(high: 7, low: 9))

@Suite struct LogDirectoryTests {
    @Test func aDirectoryIsFormattedOnceAndKnowsItsNode() async throws {
        try await withLogs { context, path in
            await #expect(throws: LogError.self) { try await LogDirectory.open(path, core: context.core) }
            let first = try await LogDirectory.open(path, core: context.core, formatting: identity)
            #expect(first.meta == identity && !first.wasClean)
            first.abandon()
            let again = try await LogDirectory.open(path, core: context.core)
            #expect(again.meta == identity)
            again.abandon()
        }
    }

    @Test func anotherClustersOrNodesDirectoryIsRefused() async throws {
        try await withLogs { context, path in
            try await LogDirectory.open(path, core: context.core, formatting: identity).abandon()
            try await LogDirectory.open(path, core: context.core).abandon()
            await #expect(throws: LogError.self) {
                try await LogDirectory.open(path, core: context.core, clusterID: "other")
            }
            await #expect(throws: LogError.self) { try await LogDirectory.open(path, core: context.core, nodeID: 4) }
        }
    }

    @Test func aDirectoryIsUsedByOneProcessAtATime() async throws {
        try await withLogs { context, path in
            let open = try await LogDirectory.open(path, core: context.core, formatting: identity)
            await #expect(throws: LogError.self) { try await LogDirectory.open(path, core: context.core) }
            open.abandon()
            try await LogDirectory.open(path, core: context.core).abandon()
        }
    }

    @Test func offsetsSurviveACleanStop() async throws {
        try await withLogs { context, path in
            let directory = try await LogDirectory.open(path, core: context.core, formatting: identity)
            let log = try await Log.open(path + "/a-b-7", context)
            try await log.add(batch(10))
            log.updateHighWatermark(to: 8)
            try log.deleteRecords(before: 4)
            try await log.close()
            var offsets = LogOffsets()
            offsets.add(TopicPartition("a-b", 7), log)
            try await directory.close(offsets, brokerEpoch: 42)

            let again = try await LogDirectory.open(path, core: context.core)
            #expect(again.wasClean && again.previousBrokerEpoch == 42)
            let found = try #require(try again.partitions().first)
            #expect(found.name.partition == TopicPartition("a-b", 7))
            #expect([found.recoveryPoint, found.startOffset, found.highWatermark] == [10, 4, 8])
            let reopened = try await Log.open(found.path, found.opening(LogConfig()), context, health: again.health)
            #expect(reopened.startOffset == 4 && reopened.highWatermark == 8 && reopened.endOffset == 10)
            await reopened.abandon()
            again.abandon()

            let crashed = try await LogDirectory.open(path, core: context.core)
            #expect(!crashed.wasClean)
            crashed.abandon()
        }
    }

    @Test func unreadableCheckpointsCountAsEmpty() async throws {
        try await withLogs { context, path in
            let directory = try await LogDirectory.open(path, core: context.core, formatting: identity)
            try context.core.files.makeDirectory(path + "/t-0")
            try await context.core.files.replace(
                path + "/recovery-point-offset-checkpoint", with: ByteSlice(utf8: "0\n1\nt 0 nonsense\n"))
            #expect(try directory.partitions().first?.recoveryPoint == 0)
            directory.abandon()
        }
    }

    @Test func aDirectoryThatIsNoPartitionStopsTheStart() async throws {
        try await withLogs { context, path in
            let directory = try await LogDirectory.open(path, core: context.core, formatting: identity)
            try context.core.files.makeDirectory(path + "/lost+found")
            #expect(try directory.partitions().isEmpty)
            try context.core.files.makeDirectory(path + "/backup")
            #expect(throws: LogError.self) { try directory.partitions() }
            directory.abandon()
        }
    }

    @Test func anOfflineDirectoryIsNotMarkedClean() async throws {
        try await withLogs { context, path in
            let directory = try await LogDirectory.open(path, core: context.core, formatting: identity)
            let log = try await Log.open(path + "/t-0", LogOpening(), context, health: directory.health)
            directory.health.fail(.storage(.ioError, path: path))
            #expect(throws: LogError.storage(.ioError, path: path)) { try log.append(batch(), leaderEpoch: 0) }
            await #expect(throws: LogError.self) { try await directory.close(LogOffsets(), brokerEpoch: 1) }
            #expect(!context.core.files.exists(path + "/.kafka_cleanshutdown"))
            await log.abandon()
        }
    }
}
