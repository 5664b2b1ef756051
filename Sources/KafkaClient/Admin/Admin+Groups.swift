public import Bytes
import KafkaProtocol

/// A group as ListGroups names it.
public struct GroupListing: Sendable, Equatable {
    public let groupID: String
    public let protocolType: String
    /// `Stable`, `Empty`, …; empty from old brokers.
    public let state: String
    /// `classic`, `consumer`, `share`, `streams`; empty from old brokers.
    public let type: String
}

/// A classic group as its coordinator describes it.
public struct GroupDescription: Sendable {
    public struct Member: Sendable {
        public let memberID: String
        public let instanceID: String?
        public let clientID: String
        public let host: String
        /// Of consumer groups; empty for what can't be read.
        public let assignment: [TopicPartition]
        public let metadata: ByteSlice
    }

    public let groupID: String
    public let state: String
    public let protocolType: String
    /// The assignor's name, of consumer groups.
    public let protocolName: String
    public let members: [Member]
    public let coordinator: Node?
}

/// An offset that a group has committed.
public struct CommittedOffset: Sendable, Equatable {
    public let offset: Int64
    public let leaderEpoch: Int32
    public let metadata: String

    public init(offset: Int64, leaderEpoch: Int32 = -1, metadata: String = "") {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
    }
}

extension Admin {
    /// All groups of the cluster, asked of every broker, sorted by id.
    public func listGroups(states: [String] = [], types: [String] = []) async throws(ClientError) -> [GroupListing] {
        let metadata = try await cluster.retrying("findAllBrokers") { () async throws(ClientError) -> ClusterMetadata in
            try await self.cluster.fetchMetadata([])
        }
        var request = ListGroupsRequest()
        request.statesFilter = states
        request.typesFilter = types
        let asked = request
        var groups: [GroupListing] = []
        for node in metadata.nodes {
            let response = try await cluster.retrying("listGroups") {
                () async throws(ClientError) -> ListGroupsResponse in
                guard let connection = try await self.cluster.connection(to: node.id) else {
                    throw ClientError(.brokerNotAvailable)
                }
                let response = try await connection.request(asked)
                if let error = ClientError(code: response.errorCode) { throw error }
                return response
            }
            groups += response.groups.map { group in
                GroupListing(
                    groupID: group.groupID, protocolType: group.protocolType, state: group.groupState,
                    type: group.groupType)
            }
        }
        return groups.sorted { $0.groupID < $1.groupID }
    }

    /// A classic group: GROUP_ID_NOT_FOUND when there is none (from version 6 of DescribeGroups on; older brokers say
    /// that it is `Dead`).
    public func describeGroup(_ group: String) async throws(ClientError) -> GroupDescription {
        var request = DescribeGroupsRequest()
        request.groups = [group]
        let response = try await cluster.ask(request, coordinatorOf: group, call: "describeGroups") {
            $0.groups.first?.errorCode ?? 0
        }
        guard let found = response.groups.first else { throw ClientError(.unknownServerError) }
        if let error = ClientError(code: found.errorCode, found.errorMessage) { throw error }
        let connection = try await cluster.coordinator(ofGroup: group)
        return GroupDescription(
            groupID: found.groupID, state: found.groupState, protocolType: found.protocolType,
            protocolName: found.protocolData,
            members: found.members.map { member in
                GroupDescription.Member(
                    memberID: member.memberID, instanceID: member.groupInstanceID, clientID: member.clientID,
                    host: member.clientHost,
                    assignment: found.protocolType == "consumer"
                        ? MembershipCoding.assignment(member.memberAssignment) ?? [] : [],
                    metadata: member.memberMetadata)
            },
            coordinator: Node(id: connection.nodeID, address: connection.server))
    }

    public func deleteGroup(_ group: String) async throws(ClientError) {
        var request = DeleteGroupsRequest()
        request.groupsNames = [group]
        let response = try await cluster.ask(request, coordinatorOf: group, call: "deleteConsumerGroups") {
            $0.results.first?.errorCode ?? 0
        }
        if let result = response.results.first, let error = ClientError(code: result.errorCode) { throw error }
    }

    /// What a group has committed, of the partitions named or of all.
    public func listGroupOffsets(
        _ group: String, partitions: [TopicPartition]? = nil, requireStable: Bool = false
    ) async throws(ClientError) -> [TopicPartition: CommittedOffset] {
        try await cluster.committedOffsets(of: group, partitions, requireStable: requireStable)
    }

    /// Commits for a group that nobody is a member of.
    public func alterGroupOffsets(
        _ group: String, _ offsets: [TopicPartition: CommittedOffset]
    ) async throws(ClientError) -> [TopicPartition: ClientError] {
        try await cluster.commit(offsets, group: group, memberID: "", instanceID: nil, generation: -1)
    }
}

extension Cluster {
    /// Offsets by partition; those without a commit are absent.
    func committedOffsets(
        of group: String, _ partitions: [TopicPartition]?, requireStable: Bool
    ) async throws(ClientError) -> [TopicPartition: CommittedOffset] {
        let topics = partitions?.byTopic
        return try await retrying("listConsumerGroupOffsets") {
            () async throws(ClientError) -> [TopicPartition: CommittedOffset] in
            let connection = try await self.coordinator(ofGroup: group)
            try await connection.connect()
            let isBatched = (await connection.servedVersions?.ranges[OffsetFetchRequest.key]?.upperBound ?? 0) >= 8
            var request = OffsetFetchRequest()
            request.requireStable = requireStable
            if isBatched {
                request.groups = [
                    OffsetFetchRequest.Group { asked in
                        asked.groupID = group
                        asked.topics = topics?.map { name, indexes in
                            OffsetFetchRequest.GroupTopic {
                                $0.name = name
                                $0.partitionIndexes = indexes
                            }
                        }
                    }
                ]
            } else {
                request.groupID = group
                request.topics = topics?.map { name, indexes in
                    OffsetFetchRequest.Topic {
                        $0.name = name
                        $0.partitionIndexes = indexes
                    }
                }
            }
            // Version 10 names topics by their ids.
            let response = try await connection.request(request, versions: 1...9)
            do throws(ClientError) {
                return try Self.committed(response, isBatched)
            } catch {
                switch error.kafkaError {
                case .notCoordinator, .coordinatorNotAvailable: self.forgetCoordinator(ofGroup: group)
                default: break
                }
                throw error
            }
        }
    }

    private static func committed(
        _ response: OffsetFetchResponse, _ isBatched: Bool
    ) throws(ClientError) -> [TopicPartition: CommittedOffset] {
        if let error = ClientError(code: isBatched ? response.groups.first?.errorCode ?? 0 : response.errorCode) {
            throw error
        }
        let topics =
            isBatched
            ? (response.groups.first?.topics ?? []).map { ($0.name, $0.partitions) }
            : response.topics.map { ($0.name, $0.partitions) }
        var offsets: [TopicPartition: CommittedOffset] = [:]
        for (name, partitions) in topics {
            for partition in partitions {
                if let error = ClientError(code: partition.errorCode) { throw error }
                guard partition.committedOffset >= 0 else { continue }
                offsets[TopicPartition(name, partition.index)] = CommittedOffset(
                    offset: partition.committedOffset, leaderEpoch: partition.committedLeaderEpoch,
                    metadata: partition.metadata ?? "")
            }
        }
        return offsets
    }

    /// - Returns: errors by partition.
    func commit(
        _ offsets: [TopicPartition: CommittedOffset], group: String, memberID: String, instanceID: String?,
        generation: Int32
    ) async throws(ClientError) -> [TopicPartition: ClientError] {
        guard !offsets.isEmpty else { return [:] }
        var request = OffsetCommitRequest()
        request.groupID = group
        request.memberID = memberID
        request.groupInstanceID = instanceID
        request.generationIDOrMemberEpoch = generation
        request.topics = offsets.byTopic.map { name, partitions in
            OffsetCommitRequest.Topic { topic in
                topic.name = name
                topic.partitions = partitions.map { index, committed in
                    OffsetCommitRequest.Partition {
                        $0.partitionIndex = index
                        $0.committedOffset = committed.offset
                        $0.committedLeaderEpoch = committed.leaderEpoch
                        $0.committedMetadata = committed.metadata
                    }
                }
            }
        }
        // Version 10 names topics by their ids.
        let response = try await ask(request, coordinatorOf: group, call: "offsetCommit", versions: 2...9) { response in
            response.topics.first?.partitions.first?.errorCode ?? 0
        }
        var errors: [TopicPartition: ClientError] = [:]
        for topic in response.topics {
            for partition in topic.partitions {
                errors[TopicPartition(topic.name, partition.partitionIndex)] = ClientError(code: partition.errorCode)
            }
        }
        return errors
    }
}
