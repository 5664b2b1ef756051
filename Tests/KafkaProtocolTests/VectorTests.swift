import Bytes
import KafkaProtocol
import Testing

/// Every line of Kafka's bytes whose message we know. Folder: `MOLDAU_VECTORS`, else the copy beside this file.
@Suite struct VectorTests {
    static let descriptors = Dictionary(uniqueKeysWithValues: Messages.all.map { ($0.name, $0) })

    /// Tagged fields that the vectors' JSON lacks, since their schema only says in which versions they are tagged; the
    /// bytes hold none of them.
    static let fieldsOnlyTagged: [String: Set<String>] = [
        "TransactionLogValue": [
            "previousProducerId", "nextProducerId", "clientTransactionVersion", "nextProducerEpoch",
        ],
        "StreamsGroupMetadataValue": ["lastAssignmentConfigs"],
    ]

    /// The vectors of known messages, every `count`th from `shard` on.
    private func known(_ shard: Int, of count: Int) throws -> [(Vector, MessageDescriptor)] {
        try Vector.all.get().enumerated().compactMap { index, vector in
            guard index % count == shard, let descriptor = Self.descriptors[vector.message] else { return nil }
            return (vector, descriptor)
        }
    }

    @Test func vectorMessagesAreAllRegistered() throws {
        let vectors = try Vector.all.get()
        #expect(!vectors.isEmpty)
        let missing = Set(vectors.map(\.message)).subtracting(Self.descriptors.keys)
        #expect(missing.isEmpty, "not registered: \(missing.sorted())")
    }

    @Test func vectorVersionsAreThoseWeDeclare() throws {
        for (name, vectors) in Dictionary(grouping: try Vector.all.get(), by: \.message) {
            guard let descriptor = Self.descriptors[name] else { continue }
            #expect(Set(vectors.map(\.version)) == Set(descriptor.versions), "\(name)")
        }
    }

    @Test(arguments: 0..<4) func vectorBytesDecodeToTheirJSON(shard: Int) throws {
        for (vector, descriptor) in try known(shard, of: 4) {
            var position = 0
            do {
                let json = try descriptor.json(decoding: vector.bytes, at: &position, version: vector.version)
                #expect(json.without(Self.fieldsOnlyTagged[vector.message] ?? []) == vector.json, "\(vector.title)")
                #expect(position == vector.bytes.count, "\(vector.title)")
            } catch { Issue.record("\(error): \(vector.title)") }
        }
    }

    @Test(arguments: 0..<4) func vectorJSONEncodesToItsBytes(shard: Int) throws {
        for (vector, descriptor) in try known(shard, of: 4) {
            do {
                let bytes = try descriptor.encode(vector.json, version: vector.version)
                #expect(bytes == vector.bytes, "\(vector.title)")
                #expect(try descriptor.size(vector.json, version: vector.version) == bytes.count, "\(vector.title)")
            } catch { Issue.record("\(error): \(vector.title)") }
        }
    }

    @Test(arguments: 0..<8) func vectorTruncationsNeverTrapNorReadOn(shard: Int) throws {
        for (vector, descriptor) in try known(shard, of: 8) {
            for count in 0..<vector.bytes.count {
                // A value of fewer bytes, or an error: never a look at what lies behind.
                let end = (try? descriptor.decode(vector.bytes[0..<count], version: vector.version)) ?? 0
                #expect(end <= count)
            }
        }
    }

    @Test(arguments: 0..<8) func vectorFlippedBitsNeverTrapNorReadOn(shard: Int) throws {
        let seed: UInt64 = 0x6d6f_6c64_6175 &+ UInt64(shard)
        print("flips of shard \(shard): seed \(seed)")
        var random = SplitMix(state: seed)
        for (vector, descriptor) in try known(shard, of: 8) {
            for index in 0..<vector.bytes.count {
                var bytes = vector.bytes.array
                bytes[index] ^= 1 << (random.next() % 8)
                let end = (try? descriptor.decode(ByteSlice(bytes), version: vector.version)) ?? 0
                #expect(end <= bytes.count)
            }
        }
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
