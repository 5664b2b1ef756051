import Records
import Testing

@Suite struct SequenceNumberTests {
    @Test(
        arguments: [(0, 1, 1), (.max, 1, 0), (.max - 1, 3, 1), (.max - 3, 7, 3), (5, 0, 5)] as [(Int32, Int32, Int32)])
    func zeroFollowsTheLargest(_ sequence: Int32, _ count: Int32, _ expected: Int32) {
        #expect(SequenceNumber.increment(sequence, by: count) == expected)
        #expect(SequenceNumber.decrement(expected, by: count) == sequence)
    }

    @Test func hostileNumbersDontTrap() {
        for left in [Int32.min, -1, 0, .max] {
            for right in [Int32.min, -1, 0, .max] {
                _ = SequenceNumber.increment(left, by: right)
                _ = SequenceNumber.decrement(left, by: right)
            }
        }
    }
}
