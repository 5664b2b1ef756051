@testable import Broker
import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor
import Simulation
import Testing

@Suite struct PartitionTableTests {
    @Test func partitionsAreFoundByTopicAndNumber() throws {
        try onCore { core in
            let table = PartitionTable()
            let topics = [UUID(high: 1, low: 1), UUID(high: 2, low: 2)]
            for (topic, name) in zip(topics, ["b", "a"]) {
                for index in Int32(0)..<2 { table.add(try await partition(topic, TopicPartition(name, index), core)) }
            }
            #expect(table.count == 4)
            let sorted = ["a", "b"].flatMap { name in [TopicPartition(name, 0), TopicPartition(name, 1)] }
            #expect(table.all.map(\.name) == sorted)
            #expect(table.find(topics[0], 1)?.name == TopicPartition("b", 1))
            for index in [Int32(2), -1, .min] { #expect(table.find(topics[0], index) == nil) }
            #expect(table.remove(topics[1], 0) != nil)
            #expect(table.remove(topics[1], 0) == nil)
            #expect(table.find(topics[1], 0) == nil)
        }
    }

    @Test func wakingEndsAllWaits() throws {
        try onCore { core in
            let table = PartitionTable()
            let one = try await partition(UUID(high: 1, low: 1), TopicPartition("t", 0), core)
            table.add(one)
            let signal = FetchSignal()
            one.notify(signal)
            let tasks = Tasks(core)
            let reached = Shared<Bool?>(nil)
            tasks.start { reached.value = await one.highWatermark.reaches(5) }
            await core.sleep(milliseconds: 1)
            table.wakeAll()
            await tasks.finish()
            #expect(signal.hasFired)
            #expect(reached.value == false)
        }
    }

    @Test func epochsAreComparedWithTheLeaders() throws {
        try onCore { core in
            let one = try await partition(UUID(high: 1, low: 1), TopicPartition("t", 0), core)
            #expect(one.epochError(-1) == nil)
            #expect(one.epochError(3) == nil)
            #expect(one.epochError(2) == .fencedLeaderEpoch)
            #expect(one.epochError(4) == .unknownLeaderEpoch)
            one.lead(in: 4)
            #expect(one.epochError(4) == nil)
            #expect(one.log.leaderEpochs.latest?.epoch == 4)
            one.lead(in: 3)
            #expect(one.leaderEpoch == 4)
        }
    }
}

private func partition(_ topic: UUID, _ name: TopicPartition, _ core: Core) async throws -> Partition {
    let path = "/data/\(name.topic)-\(name.partition)"
    try core.files.makeDirectories("/data")
    let log = try await Log.open(path, LogOpening(), LogContext(core: core), health: DirectoryHealth())
    let server = try ServerConfiguration(ServerConfiguration.embedded(dataDirectory: "/data"))
    let config = ClusterImage(clusterID: "c").topicConfig(name.topic, server)
    return Partition(topicID: topic, name: name, log: log, directory: "/data", leaderEpoch: 3, config: config)
}
