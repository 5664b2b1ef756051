public import Bytes
package import Reactor

/// `meta.properties`: whose data directory this is.
public struct MetaProperties: Equatable, Sendable {
    package static let name = "meta.properties"

    public var clusterID: String
    public var nodeID: Int32
    /// Unique to the directory; `nil` in files of releases that had none.
    public var directoryID: UUID?

    public init(clusterID: String, nodeID: Int32, directoryID: UUID?) {
        self.clusterID = clusterID
        self.nodeID = nodeID
        self.directoryID = directoryID
    }

    /// `nil` when a required property is missing or malformed. Version 0 names the node `broker.id`.
    public init?(_ bytes: ByteSlice) {
        let pairs = PropertiesText.decode(bytes.text)
        guard let clusterID = pairs["cluster.id"], !clusterID.isEmpty else { return nil }
        let node: String?
        switch pairs["version"] {
        case "1": node = pairs["node.id"]
        case "0": node = pairs["node.id"] ?? pairs["broker.id"]
        default: return nil
        }
        guard let node, let nodeID = Int32(node), nodeID >= 0 else { return nil }
        self.init(clusterID: clusterID, nodeID: nodeID, directoryID: nil)
        guard let text = pairs["directory.id"] else { return }
        guard let directoryID = UUID(text: text) else { return nil }
        self.directoryID = directoryID
    }

    /// Writes the file of a data directory; a crash leaves the old or the new one.
    package func write(to directory: String, files: FileSystem) async throws(Errno) {
        try await files.replaceSealed(directory + "/" + Self.name, with: bytes)
    }

    public var bytes: ByteSlice {
        var pairs = [("cluster.id", clusterID)]
        if let directoryID { pairs.append(("directory.id", directoryID.text)) }
        pairs += [("node.id", String(nodeID)), ("version", "1")]
        return ByteSlice(utf8: PropertiesText.encode(pairs))
    }
}
