import KafkaProtocol

/// What a controller has decided: records to be written, in one batch, and the answer to give once they count.
package struct Decision<Answer: Sendable>: Sendable {
    package var records: [MetadataRecord]
    package var answer: Answer

    package init(_ answer: Answer, records: [MetadataRecord] = []) {
        self.answer = answer
        self.records = records
    }
}

/// The cluster's controller: its state is the replay of the metadata log, its methods decide what is written next.
///
/// Deciding reads and changes nothing. The host appends a decision's records in one batch, replays them, and gives the
/// answer when they count. If appending fails the controller is dropped and the log replayed anew.
package struct Controller: Sendable {
    package let server: ServerConfiguration
    /// Levels of features that this node can work with.
    package let supportedFeatures: [String: ClosedRange<Int16>]
    package private(set) var image: ClusterImage
    /// The image before the transaction that is open.
    private var beforeTransaction: (image: ClusterImage, changeCount: Int)?
    private var changes: [ClusterChange] = []

    package init(
        clusterID: String, server: ServerConfiguration,
        supportedFeatures: [String: ClosedRange<Int16>] = Feature.kafkaSupported
    ) {
        self.server = server
        self.supportedFeatures = supportedFeatures
        image = ClusterImage(clusterID: clusterID)
    }

    /// Takes a record in that counts. The only way to change the image.
    package mutating func replay(_ record: MetadataRecord, offset: Int64) throws(ReplayError) {
        switch record {
        case .beginTransaction:
            guard beforeTransaction == nil else { throw ReplayError("A transaction begins inside another.") }
            beforeTransaction = (image, changes.count)
        case .endTransaction:
            guard beforeTransaction != nil else { throw ReplayError("A transaction ends that didn't begin.") }
            beforeTransaction = nil
        case .abortTransaction:
            guard let (before, count) = beforeTransaction else {
                throw ReplayError("A transaction is aborted that didn't begin.")
            }
            image = before
            changes.removeLast(max(changes.count - count, 0))
            beforeTransaction = nil
        default: break
        }
        try image.apply(record, offset: offset, &changes)
    }

    /// Whether records wait for their transaction's end. A controller that begins with such a log aborts it first
    /// (with an ``AbortTransactionRecord``): whoever began it is gone.
    package var isInTransaction: Bool { beforeTransaction != nil }

    /// What has become different since the last call, for those who hold an older image; none while a transaction is
    /// open.
    package mutating func takeChanges() -> [ClusterChange] {
        guard beforeTransaction == nil else { return [] }
        defer { changes = [] }
        return changes
    }

    /// The settings of this node's broker, as they are now.
    package var layers: BrokerConfigLayers { image.layers(server) }
}

/// An error of one element of a request.
struct Refusal: Error, Equatable {
    let error: KafkaError
    let message: String

    init(_ error: KafkaError, _ message: String? = nil) {
        self.error = error
        self.message = message ?? error.sentence
    }
}
