@testable import Broker
import KafkaProtocol
import Testing

@Suite struct HandlerTableTests {
    /// As Apache Kafka 4.3 lists them, but for WriteTxnMarkers 2 and ListTransactions 2.
    private static let expected: [Int16: ClosedRange<Int16>] = [
        0: 0...13, 1: 4...18, 2: 1...11, 3: 0...13, 8: 2...10, 9: 1...10, 10: 0...6, 11: 0...9, 12: 0...4, 13: 0...5,
        14: 0...5, 15: 0...6, 16: 0...5, 18: 0...4, 19: 2...7, 20: 1...6, 21: 0...2, 22: 0...5, 23: 2...4, 24: 0...5,
        25: 0...4, 26: 0...5, 27: 1...1, 28: 0...5, 32: 1...4, 33: 0...2, 34: 1...2, 35: 1...5, 37: 0...3, 42: 0...2,
        44: 0...1, 47: 0...0, 60: 0...2, 61: 0...0, 65: 0...0, 66: 0...1, 75: 0...0,
    ]

    @Test func theListIsKafkas() {
        let table = HandlerTable.broker()
        for handler in table.all { #expect(handler.listed == Self.expected[handler.key], "API \(handler.key)") }
        #expect(table.all.map(\.key) == Self.expected.keys.sorted())
    }

    @Test func whatIsListedIsServedButForTheOldestProduce() {
        for handler in HandlerTable.broker().all {
            #expect(handler.served == (handler.key == 0 ? 3...13 : handler.listed), "API \(handler.key)")
        }
    }

    @Test func unknownKeysHaveNoHandler() {
        let table = HandlerTable.broker()
        for key in [Int16(-1), 4, 7, 127, 128, .max, .min] { #expect(table[key] == nil) }
        #expect(table[3]?.key == 3)
    }
}
