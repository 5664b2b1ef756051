@testable import Broker
import KafkaProtocol
import LogEngine
import Reactor
import Testing

@Suite struct ErrorMappingTests {
    @Test(
        arguments: [
            (LogError.offsetOutOfRange(offset: 1, start: 2, end: 3), KafkaError.offsetOutOfRange),
            (.batchTooLarge(bytes: 2, limit: 1), .recordListTooLarge),
            (.outOfOrderSequence(producerID: 1, expected: 2, found: 3), .outOfOrderSequenceNumber),
            (.invalidProducerEpoch(producerID: 1, stored: 2, found: 1), .invalidProducerEpoch),
            (.invalidTransactionState(producerID: 1), .invalidTxnState),
            (.transactionCoordinatorFenced(producerID: 1, stored: 2, found: 1), .transactionCoordinatorFenced),
            (.inconsistentTopicID(path: "", stored: "", wanted: ""), .inconsistentTopicID),
            (.storage(.noSpace, path: ""), .kafkaStorageError),
            (.corrupt(path: "", position: 0, reason: ""), .kafkaStorageError),
            (.directory(path: "", reason: ""), .kafkaStorageError), (.closed(path: ""), .notLeaderOrFollower),
            (.truncating(path: ""), .notLeaderOrFollower),
        ] as [(LogError, KafkaError)])
    func clientsAreToldInTheirWords(error: LogError, told: KafkaError) {
        #expect(KafkaError(error) == told)
    }
}
