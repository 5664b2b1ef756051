@testable import LogEngine
import Testing

@Suite struct CheckedBytesTests {
    @Test func whatThisProcessWritesNeedsNoCheck() {
        let bytes = CheckedBytes(from: 100)
        #expect(bytes.count(of: 100..<150) == 50)
        #expect(bytes.count(of: 90..<150) == 0)
    }

    @Test func neighboursBecomeOne() {
        var bytes = CheckedBytes(from: 100)
        bytes.add(20..<40)
        bytes.add(60..<80)
        #expect(bytes.ranges == [20..<40, 60..<80])
        #expect(bytes.count(of: 30..<70) == 10)
        #expect(bytes.count(of: 40..<70) == 0)
        bytes.add(40..<60)
        #expect(bytes.ranges == [20..<80])
        bytes.add(75..<120)
        #expect(bytes.ranges == [] && bytes.tail == 20)
    }

    @Test func theSmallestOfManyIsForgotten() {
        var bytes = CheckedBytes(from: 10_000)
        for index in 0..<9 { bytes.add(index * 100..<index * 100 + (index == 4 ? 10 : 20)) }
        #expect(bytes.ranges.count == 8)
        #expect(bytes.count(of: 400..<405) == 0)
        #expect(bytes.count(of: 800..<805) == 5)
    }

    @Test func whatIsCutOffIsWrittenAnew() {
        var bytes = CheckedBytes(from: 100)
        bytes.add(10..<30)
        bytes.add(50..<60)
        bytes.cut(to: 20)
        #expect(bytes.tail == 10 && bytes.ranges == [])
        bytes.cut(to: 5)
        #expect(bytes.tail == 5)
    }
}
