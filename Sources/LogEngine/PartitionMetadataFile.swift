package import Bytes
package import Reactor

/// `partition.metadata`: the id of the topic that a partition's directory belongs to.
package enum PartitionMetadataFile {
    package static let name = "partition.metadata"

    package static func encode(_ topicID: UUID) -> ByteSlice {
        ByteSlice(utf8: "version: 0\ntopic_id: \(topicID.text)")
    }

    /// Writes the id into a partition's directory, sealed. Whoever doesn't sync it has it made anew after a power cut.
    ///
    /// - Parameter replacing: what is there may be replaced; else it is `EEXIST`.
    static func write(
        _ topicID: UUID, inDirectory path: String, files: FileSystem, replacing: Bool = true
    ) throws(Errno) {
        let path = path + "/" + name
        let file: File
        do throws(Errno) { file = try files.open(path, .createNew) } catch {
            guard error == .exists, replacing else { throw error }
            file = try files.open(path, .create)
            try file.unseal()
            try file.empty()
        }
        defer { file.close() }
        let bytes = encode(topicID)
        try file.write([bytes], at: 0)
        try file.seal(Seal.checksum(bytes))
    }

    /// The id that a partition's directory tells; `nil` where none can be read, or believed.
    package static func topicID(inDirectory path: String, files: FileSystem) -> UUID? {
        guard let (bytes, seal) = try? files.readSealed(path + "/" + name), seal != .broken else { return nil }
        return decode(bytes)
    }

    package static func decode(_ bytes: ByteSlice) -> UUID? {
        let lines = bytes.text.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        guard lines.count >= 2, lines[0].filter({ $0 > 0x20 }).elementsEqual("version:0".utf8) else { return nil }
        let fields = lines[1].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard fields.count == 2, fields[0].elementsEqual("topic_id:".utf8) else { return nil }
        return UUID(text: Substring(fields[1]))
    }
}

/// `.kafka_cleanshutdown`: the last thing that a stopping node writes, the first that a starting one removes.
package enum CleanShutdownFile {
    package static let name = ".kafka_cleanshutdown"

    package static func encode(brokerEpoch: Int64) -> ByteSlice {
        ByteSlice(utf8: "{\"version\":0,\"brokerEpoch\":\(brokerEpoch)}")
    }

    /// The broker epoch; −1 for the empty files of older releases and for what can't be read.
    package static func decode(_ bytes: ByteSlice) -> Int64 {
        let text = bytes.text.filter { !$0.isWhitespace }
        let key = "\"brokerEpoch\":"
        guard let start = text.range(after: key) else { return -1 }
        return Int64(text[start...].prefix { $0.isNumber || $0 == "-" }) ?? -1
    }
}

extension String {
    /// The index behind the first occurrence of `key`.
    fileprivate func range(after key: String) -> String.Index? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(key) { return index(start, offsetBy: key.count) }
            start = index(after: start)
        }
        return nil
    }
}
