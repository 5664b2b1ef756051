import KafkaProtocol
import Testing

@Suite struct KafkaErrorTests {
    @Test func everyCodeHasItsName() {
        #expect(KafkaError.allCases.map(\.code) == Array(-1...133))
        #expect(KafkaError.unknownTopicOrPartition.name == "UNKNOWN_TOPIC_OR_PARTITION")
        #expect(KafkaError(code: 133).name == "SHARE_SESSION_LIMIT_REACHED")
    }

    @Test func someErrorsPass() {
        #expect(KafkaError.notLeaderOrFollower.isRetriable && KafkaError.throttlingQuotaExceeded.isRetriable)
        #expect(!KafkaError.invalidRequest.isRetriable && !KafkaError.noError.isRetriable)
        #expect(KafkaError.allCases.count { $0.isRetriable } == 32)
    }

    @Test func anUnknownCodeIsAnUnknownServerError() {
        #expect(KafkaError(code: 9999) == .unknownServerError)
    }
}
