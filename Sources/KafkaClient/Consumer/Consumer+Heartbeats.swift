import KafkaProtocol
import Reactor

extension Consumer {
    func startHeartbeats() {
        guard !membership.hasHeartbeat else { return }
        membership.hasHeartbeat = true
        core.spawn { await self.beat() }
    }

    private func beat() async {
        while !isClosed, !core.isHalted {
            await core.sleep(milliseconds: configuration.heartbeatIntervalMilliseconds)
            guard !isClosed, !core.isHalted, membership.isStable else { continue }
            if core.now().milliseconds(since: lastPoll) > configuration.maximumPollIntervalMilliseconds {
                configuration.warn(

                    "consumer poll timeout has expired. This means the time between subsequent calls to "
                        + "poll() was longer "
                        + "than the configured max.poll.interval.ms")
                await leaveGroup("consumer poll timeout has expired.")
                membership.forget()
                continue
            }
            await sendHeartbeat()
            await checkTopics()
        }
    }

    private func sendHeartbeat() async {
        var request = HeartbeatRequest()
        request.groupID = configuration.groupID ?? ""
        request.generationID = membership.generation
        request.memberID = membership.memberID
        request.groupInstanceID = configuration.groupInstanceID
        let generation = membership.generation
        let error: ClientError?
        do throws(ClientError) {
            let response = try await cluster.coordinator(ofGroup: request.groupID).request(request)
            error = ClientError(code: response.errorCode)
        } catch { await cluster.forgetCoordinator(ofGroup: request.groupID); return }
        guard let error, generation == membership.generation, membership.isStable else { return }
        switch error.kafkaError {
        case .rebalanceInProgress: membership.needsJoin = true
        case .unknownMemberID, .illegalGeneration: membership.forget()
        case .notCoordinator, .coordinatorNotAvailable, .coordinatorLoadInProgress:
            await cluster.forgetCoordinator(ofGroup: request.groupID)
        default: failure = error
        }
        wake()
    }

    /// Topics that aren't there yet are looked for more often.
    var topicCheckInterval: Int64 {
        let isWaiting = membership.ledTopics?.values.contains(0) ?? false
        return isWaiting ? configuration.heartbeatIntervalMilliseconds : configuration.metadataMaximumAgeMilliseconds
    }

    /// The leader notices that a topic has come, gone or grown: then all join again.
    private func checkTopics() async {
        guard let led = membership.ledTopics, core.now() >= membership.nextTopicCheck else { return }
        membership.nextTopicCheck = core.now().adding(milliseconds: topicCheckInterval)
        var names = Set(led.keys)
        do throws(ClientError) {
            if case .matching(let matches) = subscription {
                let all = try await cluster.fetchMetadata(nil).topics
                names.formUnion(all.filter { !$0.isInternal && matches($0.name) }.map(\.name))
            }
            let counts = try await partitionCounts(names.sorted())
            guard names.contains(where: { (counts[$0] ?? 0) != (led[$0] ?? 0) }) else { return }
            membership.needsJoin = true
            wake()
        } catch { return }
    }

    /// Tells the coordinator that we go; a static member stays until its session ends.
    func leaveGroup(_ reason: String) async {
        guard let group = configuration.groupID, !membership.memberID.isEmpty, configuration.groupInstanceID == nil
        else {
            return
        }
        let memberID = membership.memberID
        membership.forget()
        do throws(ClientError) {
            let connection = try await cluster.coordinator(ofGroup: group)
            try await connection.connect()
            let isBatched = (await connection.servedVersions?.ranges[LeaveGroupRequest.key]?.upperBound ?? 0) >= 3
            var request = LeaveGroupRequest()
            request.groupID = group
            if isBatched {
                request.members = [
                    LeaveGroupRequest.Member {
                        $0.memberID = memberID
                        $0.reason = reason
                    }
                ]
            } else {
                request.memberID = memberID
            }
            _ = try await connection.request(request, timeoutMilliseconds: 5000)
        } catch { configuration.warn("Leaving the group failed: \(error.message)") }
    }
}
