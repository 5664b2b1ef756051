import Bytes
import KafkaProtocol
import Reactor

extension Consumer {
    /// All of the assignors let members keep what they own through a rebalance.
    var isCooperative: Bool { configuration.assignors.allSatisfy(\.isCooperative) }

    /// Begins a join when one is due. What has been consumed is committed first: the next owner starts there.
    func joinIfNeeded() async {
        guard membership.needsJoin, !membership.isJoining, !isClosed else { return }
        membership.needsJoin = false
        membership.isJoining = true
        membership.isStable = false
        if !isCooperative {
            if commitsByItself, !partitions.isEmpty, !membership.memberID.isEmpty { await commitQuietly(consumed()) }
            revoke(assignment)
        }
        core.spawn { await self.join() }
    }

    private func revoke(_ given: [TopicPartition]) {
        guard !given.isEmpty else { return }
        onRebalance(membership.memberID.isEmpty ? .lost(given) : .revoked(given))
        let gone = Set(given)
        setAssignment(order.map(\.partition).filter { !gone.contains($0) })
    }

    /// Joins and syncs until there is an assignment, or no hope of one.
    private func join() async {
        var backoff = Backoff(core, configuration, deadline: Instant(nanoseconds: .max))
        while !isClosed, !core.isHalted {
            do throws(ClientError) {
                let joined = try await sendJoin()
                let assignment = try await sync(joined)
                await adopt(assignment)
                break
            } catch {
                let recovery = recover(from: error)
                if recovery == .never {
                    failure = error
                    membership.needsJoin = true
                    break
                }
                if recovery == .later, await !backoff.wait() { break }
            }
        }
        membership.isJoining = false
        wake()
    }

    private enum Recovery { case now, later, never }

    private func recover(from error: ClientError) -> Recovery {
        switch error.kafkaError {
        case .memberIDRequired, .rebalanceInProgress: return .now
        case .unknownMemberID, .illegalGeneration:
            membership.memberID = ""
            membership.generation = -1
            return .now
        case .fencedInstanceID: return .never
        default: return error.isRetriable ? .later : .never
        }
    }

    private func sendJoin() async throws(ClientError) -> JoinGroupResponse {
        let names = try await subscribedTopics()
        var request = JoinGroupRequest()
        request.groupID = configuration.groupID ?? ""
        request.sessionTimeoutMilliseconds = Int32(clamping: configuration.sessionTimeoutMilliseconds)
        request.rebalanceTimeoutMilliseconds = Int32(clamping: configuration.maximumPollIntervalMilliseconds)
        request.memberID = membership.memberID
        request.groupInstanceID = configuration.groupInstanceID
        request.protocolType = "consumer"
        request.protocols = configuration.assignors.map { assignor in
            JoinGroupRequest.SupportedProtocol {
                $0.name = assignor.name
                $0.metadata = MembershipCoding.subscription(subscription(names, assignor))
            }
        }
        do throws(ClientError) {
            let response = try await cluster.coordinator(ofGroup: request.groupID).request(
                request, timeoutMilliseconds: configuration.maximumPollIntervalMilliseconds + 5000)
            if !response.memberID.isEmpty { membership.memberID = response.memberID }
            if let error = ClientError(code: response.errorCode) { throw error }
            membership.generation = response.generationID
            return response
        } catch { throw await forgetMovedCoordinator(error) }
    }

    private func subscription(_ names: [String], _ assignor: any Assignor) -> ConsumerProtocolSubscription {
        var subscription = ConsumerProtocolSubscription()
        subscription.topics = names
        subscription.userData = assignor.userData(generation: membership.generation)
        subscription.generationID = membership.generation
        subscription.rackID = configuration.rackID.isEmpty ? nil : configuration.rackID
        subscription.ownedPartitions = assignment.byTopic.map { name, indexes in
            ConsumerProtocolSubscription.TopicPartition {
                $0.topic = name
                $0.partitions = indexes
            }
        }
        return subscription
    }

    private func subscribedTopics() async throws(ClientError) -> [String] {
        switch subscription {
        case .none, .assigned: return []
        case .topics(let names): return Set(names).sorted()
        case .matching(let matches):
            let all = try await cluster.fetchMetadata(nil).topics
            return all.filter { !$0.isInternal && matches($0.name) }.map(\.name).sorted()
        }
    }

    private func forgetMovedCoordinator(_ error: ClientError) async -> ClientError {
        switch error {
        case .disconnected, .timedOut, .kafka(.notCoordinator, _), .kafka(.coordinatorNotAvailable, _):
            await cluster.forgetCoordinator(ofGroup: configuration.groupID ?? "")
        default: break
        }
        return error
    }

    // MARK: Syncing

    private func sync(_ joined: JoinGroupResponse) async throws(ClientError) -> [TopicPartition] {
        var request = SyncGroupRequest()
        request.groupID = configuration.groupID ?? ""
        request.generationID = joined.generationID
        request.memberID = joined.memberID
        request.groupInstanceID = configuration.groupInstanceID
        request.protocolType = joined.protocolType ?? "consumer"
        request.protocolName = joined.protocolName
        membership.ledTopics = nil
        if joined.leader == joined.memberID, !joined.skipAssignment {
            request.assignments = try await lead(joined)
        }
        do throws(ClientError) {
            let response = try await cluster.coordinator(ofGroup: request.groupID).request(
                request, timeoutMilliseconds: configuration.maximumPollIntervalMilliseconds + 5000)
            if let error = ClientError(code: response.errorCode) { throw error }
            guard let assignment = MembershipCoding.assignment(response.assignment) else {
                throw .incompatible("The group's leader sent an assignment that can't be read.")
            }
            return assignment
        } catch { throw await forgetMovedCoordinator(error) }
    }

    /// Decides for all members.
    private func lead(_ joined: JoinGroupResponse) async throws(ClientError) -> [SyncGroupRequest.Assignment] {
        guard let assignor = configuration.assignors.first(where: { $0.name == joined.protocolName }) else {
            throw .incompatible(
                "The coordinator chose the assignor \(joined.protocolName ?? "-"), which we don't have.")
        }
        let members = joined.members.map { member in
            let told = MembershipCoding.subscription(member.metadata) ?? ConsumerProtocolSubscription()
            return AssignorMember(
                memberID: member.memberID, instanceID: member.groupInstanceID, topics: told.topics,
                ownedPartitions: told.ownedPartitions.flatMap { owned in
                    owned.partitions.map { TopicPartition(owned.topic, $0) }
                }, generation: told.generationID)
        }
        let names = Set(members.flatMap(\.topics)).sorted()
        let counts = try await partitionCounts(names)
        membership.ledTopics = Dictionary(names.map { ($0, counts[$0] ?? 0) }, uniquingKeysWith: { first, _ in first })
        return assignor.assign(members, partitionCounts: counts).sorted { $0.key < $1.key }.map { member, partitions in
            SyncGroupRequest.Assignment {
                $0.memberID = member
                $0.assignment = MembershipCoding.assignment(partitions)
            }
        }
    }

    func partitionCounts(_ names: [String]) async throws(ClientError) -> [String: Int32] {
        guard !names.isEmpty else { return [:] }
        let metadata = try await cluster.fetchMetadata(names, createsTopics: configuration.createsTopics)
        var counts: [String: Int32] = [:]
        for topic in metadata.topics {
            if topic.partitions.isEmpty {
                if topic.error != .noError {
                    configuration.warn("Error while fetching metadata : {\(topic.name)=\(topic.error.name)}")
                }
            } else {
                counts[topic.name] = Int32(clamping: topic.partitions.count)
            }
        }
        return counts
    }

    /// Takes what the group's leader decided.
    private func adopt(_ assigned: [TopicPartition]) async {
        let owned = Set(assignment)
        let gone = owned.subtracting(assigned).sorted()
        if !gone.isEmpty {
            if commitsByItself { await commitQuietly(consumed().filter { gone.contains($0.key) }) }
            revoke(gone)
            // Their next owner gets them in the round that our joining begins.
            if isCooperative { membership.needsJoin = true }
        }
        setAssignment(assigned)
        membership.isStable = true
        membership.nextTopicCheck = core.now().adding(milliseconds: topicCheckInterval)
        let added = assigned.filter { !owned.contains($0) }.sorted()
        if !added.isEmpty || !isCooperative { onRebalance(.assigned(added)) }
    }
}
