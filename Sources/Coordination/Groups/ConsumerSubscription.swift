import Bytes

/// The consumers' own message inside the metadata of a join, as far as a coordinator looks into it: an int16 version
/// and, in all versions, the topics first.
enum ConsumerSubscription {
    /// The protocol type of groups whose metadata are such messages.
    static let protocolType = "consumer"

    /// The topics subscribed to; nil when the bytes are something else.
    static func topics(of metadata: ByteSlice) -> Set<String>? {
        metadata.withUnsafeBytes { bytes -> Set<String>? in
            var reader = ByteReader(bytes)
            return try? read(&reader)
        }
    }

    private static func read(_ reader: inout ByteReader) throws(ReadFailure) -> Set<String>? {
        let version: Int16 = try reader.integer()
        let count: Int32 = try reader.integer()
        // Each topic takes two bytes at least: a count beyond that lies.
        guard version >= 0, count >= 0, Int(count) <= reader.remaining / 2 else { return nil }
        var topics: Set<String> = []
        for _ in 0..<count {
            let length: Int16 = try reader.integer()
            guard length >= 0 else { return nil }
            topics.insert(String(decoding: try reader.bytes(Int(length)), as: UTF8.self))
        }
        return topics
    }
}
