import Bytes
import Coordination
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

extension Shard {
    func reloadGroups(_ partition: Int32) async { await groups[partition]?.reload() }

    /// Offsets of a deleted topic are forgotten.
    func groupsForget(topic: String, id: UUID) {
        for host in groups.all { host.topicDeleted(topic, id: id) }
    }

    // MARK: Asking

    /// Has the group's coordinator answer, on whichever core it is.
    /// - Parameter pass: of a transaction's offsets.
    func askCoordinator(
        of groupID: String, _ request: GroupRequest, _ frame: RequestFrame, pass: TransactionPass? = nil
    ) async -> GroupResponse {
        guard let topic = image[topic: OffsetsTopic.name] else {
            return request.refusal(.coordinatorNotAvailable, version: frame.version)
        }
        let partition = OffsetsTopic.partition(of: groupID, partitionCount: topic.partitionCount)
        let client = ClientIdentity(id: frame.clientID, host: "/" + frame.connection.peer.host)
        let shard = owner(of: topic.id, partition)
        guard request.waitsForMembers else {
            return await shard.ask(partition, request, version: frame.version, client: client, pass: pass)
        }
        // Nobody may be there any more when the others have come.
        let gone = FetchSignal()
        frame.connection.lifeline.add(gone)
        let watch = Task(executorPreference: core) {
            await gone.wait()
            await shard.giveUp(partition, gone)
        }
        let answer = await shard.ask(partition, request, version: frame.version, client: client, gone: gone)
        gone.fire()
        await watch.value
        return answer
    }

    private func ask(
        _ partition: Int32, _ request: GroupRequest, version: Int16, client: ClientIdentity, gone: FetchSignal? = nil,
        pass: TransactionPass? = nil
    ) async -> GroupResponse {
        guard let host = groups[partition] else { return request.refusal(.notCoordinator, version: version) }
        return await host.ask(request, version: version, client: client, gone: gone, pass: pass)
    }

    private func giveUp(_ partition: Int32, _ gone: FetchSignal) { groups[partition]?.giveUp(gone) }

    /// Collects from all coordinators of all cores.
    func collectGroups(states: [String], types: [String]) async -> [ListGroupsResponse.Group] {
        var all: [ListGroupsResponse.Group] = []
        for index in 0..<shardCount { all += await shard(at: index).listOwnGroups(states: states, types: types) }
        return all.sorted { $0.groupID < $1.groupID }
    }

    private func listOwnGroups(states: [String], types: [String]) -> [ListGroupsResponse.Group] {
        groups.all.flatMap { host in host.read { $0.list(states: states, types: types) } }
    }

    func describeGroup(_ groupID: String, version: Int16) async -> DescribeGroupsResponse.Group {
        func refused(_ error: KafkaError) -> DescribeGroupsResponse.Group {
            DescribeGroupsResponse.Group {
                $0.groupID = groupID
                $0.errorCode = error.code
            }
        }
        guard let topic = image[topic: OffsetsTopic.name] else { return refused(.coordinatorNotAvailable) }
        let partition = OffsetsTopic.partition(of: groupID, partitionCount: topic.partitionCount)
        return await owner(of: topic.id, partition).describeOwnGroup(groupID, partition, version)
            ?? refused(.notCoordinator)
    }

    private func describeOwnGroup(
        _ groupID: String, _ partition: Int32, _ version: Int16
    ) -> DescribeGroupsResponse.Group? {
        groups[partition]?.read { $0.describe(groupID, version: version) }
    }
}

extension GroupRequest {
    /// Whether the answer may have to wait for other members.
    fileprivate var waitsForMembers: Bool {
        switch self {
        case .join, .sync: true
        default: false
        }
    }
}

extension GroupConfig {
    init(_ configuration: ServerConfiguration) {
        self.init()
        let minimum = Int32(clamping: configuration.groupMinSessionTimeoutMilliseconds)
        let maximum = Int32(clamping: configuration.groupMaxSessionTimeoutMilliseconds)
        sessionTimeoutMilliseconds = minimum...max(minimum, maximum)
        maximumSize = configuration.groupMaxSize
        initialRebalanceDelayMilliseconds = UInt64(clamping: configuration.groupInitialRebalanceDelayMilliseconds)
        offsetMetadataMaximumSize = configuration.offsetMetadataMaxBytes
        offsetsRetentionMilliseconds = configuration.offsetsRetentionMilliseconds
        offsetsRetentionCheckMilliseconds = UInt64(clamping: configuration.offsetsRetentionCheckIntervalMilliseconds)
    }
}
