import Bytes
import KafkaClient
import Testing

/// Hashes that Java's clients compute for the same keys.
@Suite struct Murmur2Tests {
    @Test(arguments: [
        ("21", Int32(-973_932_308)), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ])
    func hashesAsJavaDoes(key: String, expected: Int32) {
        #expect(Murmur2.hash(ByteSlice(utf8: key)) == expected)
    }

    @Test func aNegativeHashStillNamesAPartition() {
        #expect(Murmur2.partition(of: ByteSlice(utf8: "21"), among: 7) == (-973_932_308 & Int32.max) % 7)
        for key in 0..<200 {
            #expect((0..<3).contains(Murmur2.partition(of: ByteSlice(utf8: "\(key)"), among: 3)))
        }
    }
}
