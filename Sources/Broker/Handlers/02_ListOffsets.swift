import Bytes
import KafkaProtocol
import LogEngine
import Metadata
import Reactor

extension Handler {
    /// The offset that goes with a timestamp: the first record at or after it, or one of the negative ones with a
    /// meaning of their own. Latest is the high watermark, or the last stable offset for read-committed readers.
    static var listOffsets: Handler {
        .answering(ListOffsetsRequest.self) { shard, request, frame in await shard.listOffsets(request, frame) }
    }
}

/// The negative timestamps of ListOffsets.
private enum SpecialTimestamp {
    static let latest: Int64 = -1
    static let earliest: Int64 = -2
    static let maxTimestamp: Int64 = -3
    static let earliestLocal: Int64 = -4
    static let latestTiered: Int64 = -5
    static let earliestPendingUpload: Int64 = -6

    /// The version of the request that brought each.
    static func isKnown(_ timestamp: Int64, version: Int16) -> Bool {
        switch timestamp {
        case maxTimestamp: version >= 7
        case earliestLocal: version >= 8
        case latestTiered: version >= 9
        case earliestPendingUpload: version >= 11
        default: timestamp >= earliest
        }
    }
}

private struct OffsetQuestion: Sendable {
    var timestamp: Int64
    var currentLeaderEpoch: Int32
    var isReadCommitted: Bool
    var version: Int16
}

private struct OffsetAnswer: Sendable {
    var error = KafkaError.noError
    var timestamp: Int64 = -1
    var offset: Int64 = -1
    var leaderEpoch: Int32 = -1
}

extension Shard {
    func listOffsets(_ request: ListOffsetsRequest, _ frame: RequestFrame) async -> ListOffsetsResponse {
        var response = ListOffsetsResponse()
        var places: [(topic: Int, partition: Int)] = []
        var questions: [(key: PartitionKey, item: OffsetQuestion)] = []
        for (topicIndex, topic) in request.topics.enumerated() {
            let found = findTopic(name: topic.name, id: .zero, usesIDs: false)
            var seen: [Int32: Int] = [:]
            for partition in topic.partitions { seen[partition.index, default: 0] += 1 }
            var answers: [ListOffsetsResponse.Partition] = []
            for (partitionIndex, partition) in topic.partitions.enumerated() {
                var answer = ListOffsetsResponse.Partition { $0.index = partition.index }
                switch found {
                case _ where seen[partition.index] != 1: answer.errorCode = KafkaError.invalidRequest.rawValue
                case .failure(let error): answer.errorCode = error.rawValue
                case .success(let found):
                    places.append((topicIndex, partitionIndex))
                    questions.append(
                        (
                            PartitionKey(topicID: found.id, partition: partition.index),
                            OffsetQuestion(
                                timestamp: partition.timestamp, currentLeaderEpoch: partition.currentLeaderEpoch,
                                isReadCommitted: request.isolationLevel == 1, version: frame.version)
                        ))
                }
                answers.append(answer)
            }
            response.topics.append(
                ListOffsetsResponse.Topic {
                    $0.name = topic.name
                    $0.partitions = answers
                })
        }
        let answers = await spread(questions) { shard, key, question in await shard.answer(question, key) }
        for (place, answer) in zip(places, answers) {
            response.topics[place.topic].partitions[place.partition].errorCode = answer.error.rawValue
            response.topics[place.topic].partitions[place.partition].timestamp = answer.timestamp
            response.topics[place.topic].partitions[place.partition].offset = answer.offset
            response.topics[place.topic].partitions[place.partition].leaderEpoch =
                frame.version >= 4 ? answer.leaderEpoch : -1
        }
        return response
    }

    private func answer(_ question: OffsetQuestion, _ key: PartitionKey) async -> OffsetAnswer {
        guard let partition = partitions.find(key.topicID, key.partition) else {
            return OffsetAnswer(error: absence(of: key.topicID, key.partition))
        }
        if let error = partition.epochError(question.currentLeaderEpoch) { return OffsetAnswer(error: error) }
        guard SpecialTimestamp.isKnown(question.timestamp, version: question.version) else {
            return OffsetAnswer(error: .unsupportedVersion)
        }
        do throws(LogError) { return try await partition.offset(for: question) } catch {
            return OffsetAnswer(error: KafkaError(reading: error))
        }
    }
}

extension Partition {
    fileprivate func offset(for question: OffsetQuestion) async throws(LogError) -> OffsetAnswer {
        let end = question.isReadCommitted ? lastStableOffset : highWatermark.value
        switch question.timestamp {
        case SpecialTimestamp.latest: return OffsetAnswer(offset: end, leaderEpoch: leaderEpoch)
        case SpecialTimestamp.earliest, SpecialTimestamp.earliestLocal:
            let epoch = log.leaderEpochs.entries.first?.epoch ?? -1
            return OffsetAnswer(offset: log.startOffset, leaderEpoch: epoch)
        case SpecialTimestamp.latestTiered, SpecialTimestamp.earliestPendingUpload: return OffsetAnswer()
        case SpecialTimestamp.maxTimestamp: return OffsetAnswer(try await log.offsetOfMaxTimestamp(), below: end)
        default: return OffsetAnswer(try await log.offset(forTimestamp: question.timestamp), below: end)
        }
    }
}

extension OffsetAnswer {
    /// What lies at or beyond the end that the reader may see is as good as not there.
    fileprivate init(_ found: TimestampedOffset?, below end: Int64) {
        guard let found, found.offset < end else {
            self.init()
            return
        }
        self.init(timestamp: found.timestamp, offset: found.offset, leaderEpoch: found.leaderEpoch)
    }
}
