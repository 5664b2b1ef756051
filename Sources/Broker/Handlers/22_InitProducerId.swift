import Coordination
import KafkaProtocol
import Metadata

extension Handler {
    /// A producer id: with a transactional id from that id's coordinator, which also ends what it left open; else, for
    /// idempotent producing, from this core's block of a thousand. A producer without a transactional id that names the
    /// id it has (v3 on) gets a new one: there is no state to go on with.
    static var initProducerID: Handler {
        .answering(InitProducerIdRequest.self, listed: 0...5) { shard, request, frame in
            await shard.initProducerID(request, frame)
        }
    }
}

extension Shard {
    fileprivate func initProducerID(
        _ request: InitProducerIdRequest, _ frame: RequestFrame
    ) async -> InitProducerIdResponse {
        func answer(_ error: KafkaError, _ id: Int64 = -1, _ epoch: Int16 = -1) -> InitProducerIdResponse {
            InitProducerIdResponse {
                $0.errorCode = error.forTransactionClients(isOld: frame.version < 4).code
                $0.producerID = id
                $0.producerEpoch = epoch
            }
        }
        guard (request.producerID == -1) == (request.producerEpoch == -1) else { return answer(.invalidRequest) }
        if let transactionalID = request.transactionalID {
            let initialization = TransactionInitialization(
                transactionalID: transactionalID, timeoutMilliseconds: request.transactionTimeoutMilliseconds,
                expected: request.producerID == -1 ? nil : (request.producerID, request.producerEpoch))
            guard
                case .producer(let error, let id, let epoch) = await askCoordinator(
                    ofTransactionalID: transactionalID, .initialize(initialization))
            else { return answer(.unknownServerError) }
            return answer(error, id, epoch)
        }
        do throws(ControllerError) { return answer(.noError, try await nextProducerID(), 0) } catch {
            return answer(.coordinatorLoadInProgress)
        }
    }

    /// The next id of this core's block; a new block when that is used up. Several requests may wait for the same
    /// block.
    func nextProducerID() async throws(ControllerError) -> Int64 {
        while true {
            if let id = producerIDs.popFirst() { return id }
            let brokerID = node.id
            let epoch = await controller.registeredEpoch
            let block = try await controller.decide { (controller, _) throws(ControllerError) in
                try controller.allocateProducerIDs(brokerID: brokerID, epoch: epoch)
            }
            // Another request may have brought a block meanwhile; what is left of it is lost, as at a crash.
            if producerIDs.isEmpty { producerIDs = block.range }
        }
    }
}
