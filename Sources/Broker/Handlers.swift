import Bytes
import KafkaProtocol

/// What serves an API: which versions, and how one request becomes a reply.
struct Handler: Sendable {
    let key: Int16
    /// As ApiVersions lists them.
    let listed: ClosedRange<Int16>
    /// As they are answered.
    let served: ClosedRange<Int16>
    let flexibleSince: Int16?
    let serve: @Sendable (isolated Shard, RequestFrame) throws(CodingError) -> any Reply

    /// A handler that decodes the request, then answers it in its turn, when the replies before it are sent.
    static func answering<Request: KafkaRequest>(
        _ type: Request.Type, listed: ClosedRange<Int16>? = nil,
        _ answer: @escaping @Sendable (isolated Shard, Request, RequestFrame) async -> Request.Response
    ) -> Handler {
        Handler(type, listed: listed) { shard, frame throws(CodingError) in
            let request = try frame.body(type)
            let frame = frame.withoutBody()
            return ResponseReply(frame, later: { await answer(shard, request, frame) })
        }
    }

    /// The same for answers that wait for nothing else.
    static func answeringAtOnce<Request: KafkaRequest>(
        _ type: Request.Type, listed: ClosedRange<Int16>? = nil,
        _ answer: @escaping @Sendable (isolated Shard, Request, RequestFrame) -> Request.Response
    ) -> Handler {
        Handler(type, listed: listed) { shard, frame throws(CodingError) in
            let request = try frame.body(type)
            let frame = frame.withoutBody()
            return ResponseReply(frame, atOnce: { answer(shard, request, frame) })
        }
    }

    init<Request: KafkaRequest>(
        _ type: Request.Type, listed: ClosedRange<Int16>? = nil,
        serve: @escaping @Sendable (isolated Shard, RequestFrame) throws(CodingError) -> any Reply
    ) {
        key = type.key
        self.listed = listed ?? type.versions
        served = self.listed.clamped(to: type.versions)
        flexibleSince = type.flexibleSince
        self.serve = serve
    }
}

/// The handlers by API key.
struct HandlerTable: Sendable {
    private let byKey: [Handler?]
    let all: [Handler]

    init(_ handlers: [Handler]) {
        all = handlers.sorted { $0.key < $1.key }
        var table = [Handler?](repeating: nil, count: 128)
        for handler in handlers { table[Int(handler.key)] = handler }
        byKey = table
    }

    subscript(key: Int16) -> Handler? { key >= 0 && key < 128 ? byKey[Int(key)] : nil }
}

extension HandlerTable {
    /// Every API that this broker serves; nothing else is listed in ApiVersions.
    static func broker() -> HandlerTable {
        HandlerTable([
            .produce, .fetch, .listOffsets, .metadata, .offsetCommit, .offsetFetch, .findCoordinator, .joinGroup,
            .heartbeat, .leaveGroup, .syncGroup, .describeGroups, .listGroups, .apiVersions, .createTopics,
            .deleteTopics, .deleteRecords, .initProducerID, .offsetForLeaderEpoch, .addPartitionsToTransaction,
            .addOffsetsToTransaction, .endTransaction, .writeTransactionMarkers, .transactionalOffsetCommit,
            .describeConfigs, .alterConfigs, .createPartitions, .deleteGroups, .incrementalAlterConfigs, .offsetDelete,
            .describeCluster, .describeProducers, .describeTransactions, .listTransactions, .describeTopicPartitions,
            .alterReplicaLogDirs, .describeLogDirs,
        ])
    }
}
