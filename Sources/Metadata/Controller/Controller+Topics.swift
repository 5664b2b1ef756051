import Bytes
package import KafkaProtocol

extension Controller {
    /// Decides about each topic, by name or (version 6) by id.
    package func deleteTopics(_ request: DeleteTopicsRequest, version: Int16) -> Decision<DeleteTopicsResponse> {
        var asked = request.topics
        if version < 6 {
            asked = request.topicNames.map { name in DeleteTopicsRequest.Topic { $0.name = name } }
        }
        let names = Dictionary(asked.compactMap { $0.name.map { ($0, 1) } }, uniquingKeysWith: +)
        let ids = Dictionary(asked.filter { $0.topicID != .zero }.map { ($0.topicID, 1) }, uniquingKeysWith: +)
        var decision = Decision(DeleteTopicsResponse())
        var doomed: Set<UUID> = []
        for topic in asked {
            var result = DeleteTopicsResponse.Topic {
                $0.name = topic.name
                $0.topicID = topic.topicID
            }
            do throws(Refusal) {
                if topic.name.map({ names[$0] != 1 }) == true {
                    throw Refusal(.invalidRequest, "Duplicate topic name.")
                }
                if topic.topicID != .zero, ids[topic.topicID] != 1 {
                    throw Refusal(.invalidRequest, "Duplicate topic id.")
                }
                let found = try topicToDelete(topic, version: version)
                guard doomed.insert(found.id).inserted else {
                    throw Refusal(
                        .invalidRequest, "The provided topic name maps to an ID that was already supplied.")
                }
                result.name = found.name
                result.topicID = found.id
                decision.records.append(.removeTopic(RemoveTopicRecord { $0.topicID = found.id }))
            } catch {
                result.errorCode = error.error.code
                result.errorMessage = error.message
            }
            decision.answer.responses.append(result)
        }
        return decision
    }

    private func topicToDelete(
        _ topic: DeleteTopicsRequest.Topic, version: Int16
    ) throws(Refusal) -> TopicImage {
        guard server.allowsTopicDeletion else {
            throw version < 3 ? Refusal(.invalidRequest) : Refusal(.topicDeletionDisabled)
        }
        if let name = topic.name {
            guard topic.topicID == .zero else {
                throw Refusal(.invalidRequest, "You may not specify both topic name and topic id.")
            }
            guard let found = image[topic: name] else { throw Refusal(.unknownTopicOrPartition) }
            return found
        }
        guard topic.topicID != .zero else {
            throw Refusal(.invalidRequest, "Neither topic name nor id were specified.")
        }
        guard let found = image[topicID: topic.topicID] else { throw Refusal(.unknownTopicID) }
        return found
    }

    /// Decides about each topic by itself.
    package func createPartitions(_ request: CreatePartitionsRequest) -> Decision<CreatePartitionsResponse> {
        let names = Dictionary(request.topics.map { ($0.name, 1) }, uniquingKeysWith: +)
        var decision = Decision(CreatePartitionsResponse())
        var budget = ReplicaPlacement.partitionLimit
        var answered: Set<String> = []
        for topic in request.topics where answered.insert(topic.name).inserted {
            var result = CreatePartitionsResponse.Result { $0.name = topic.name }
            do throws(Refusal) {
                if names[topic.name] != 1 { throw Refusal(.invalidRequest, "Duplicate topic name.") }
                let partitions = try morePartitions(topic, budget: budget)
                budget -= partitions.count
                if !request.validateOnly { decision.records += partitions.map { .partition($0) } }
            } catch {
                result.errorCode = error.error.code
                result.errorMessage = error.message
            }
            decision.answer.results.append(result)
        }
        return decision
    }

    private func morePartitions(
        _ request: CreatePartitionsRequest.Topic, budget: Int
    ) throws(Refusal) -> [PartitionRecord] {
        guard let topic = image[topic: request.name] else { throw Refusal(.unknownTopicOrPartition) }
        let present = topic.partitionCount
        if request.count == present {
            throw Refusal(.invalidPartitions, "Topic already has \(present) partition(s).")
        }
        if request.count < present {
            throw Refusal(
                .invalidPartitions,
                "The topic \(topic.name) currently has \(present) partition(s); \(request.count) would not be an increase."
            )
        }
        let additional = Int(request.count) - Int(present)
        if let assignments = request.assignments, assignments.count != additional {
            throw Refusal(
                .invalidReplicaAssignment,
                "Attempted to add \(additional) additional partition(s), but only \(assignments.count) assignment(s) were "
                    + "specified.")
        }
        guard additional <= budget else {
            throw Refusal(.policyViolation, "Excessively large number of partitions per request.")
        }
        let placement = ReplicaPlacement(image: image)
        let factor = Int(topic.replicationFactor)
        let replicas: [[Int32]]
        if let assignments = request.assignments {
            for assignment in assignments { try placement.check(assignment.brokerIDs, replicationFactor: factor) }
            replicas = assignments.map(\.brokerIDs)
        } else {
            let start = topic.id.low &+ UInt64(UInt32(bitPattern: present))
            replicas = try placement.assign(partitionCount: additional, replicationFactor: factor, start: start)
        }
        var records: [PartitionRecord] = []
        for (step, brokers) in replicas.enumerated() {
            records.append(
                try placement.record(
                    topicID: topic.id, index: present + Int32(step), replicas: brokers,
                    isManual: request.assignments != nil))
        }
        return records
    }
}
