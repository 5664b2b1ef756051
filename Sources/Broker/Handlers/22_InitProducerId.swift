import KafkaProtocol
import Metadata

extension Handler {
    /// A producer id for idempotent producing, from this core's block of a thousand. A producer that names the id it
    /// has (v3 on) gets a new one: without transactions there is no state to go on with.
    static var initProducerID: Handler {
        .answering(InitProducerIdRequest.self, listed: 0...5) { shard, request, _ in
            await shard.initProducerID(request)
        }
    }
}

extension Shard {
    fileprivate func initProducerID(_ request: InitProducerIdRequest) async -> InitProducerIdResponse {
        func refused(_ error: KafkaError) -> InitProducerIdResponse {
            InitProducerIdResponse {
                $0.errorCode = error.code
                $0.producerID = -1
                $0.producerEpoch = -1
            }
        }
        guard request.transactionalID == nil else { return refused(.invalidRequest) }
        do throws(ControllerError) {
            let id = try await nextProducerID()
            return InitProducerIdResponse {
                $0.producerID = id
                $0.producerEpoch = 0
            }
        } catch {
            return refused(.coordinatorLoadInProgress)
        }
    }

    /// The next id of this core's block; a new block when that is used up. Several requests may wait for the same
    /// block.
    private func nextProducerID() async throws(ControllerError) -> Int64 {
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
