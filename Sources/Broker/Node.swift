import Bytes
import Metadata
import Reactor

/// What a broker is for as long as it runs; the same on all cores.
struct Node: Sendable {
    let id: Int32
    let clusterID: String
    let configuration: ServerConfiguration
    let logger: Logger
    let coreCount: Int
    let handlers: HandlerTable
    let connectionQuotas = ConnectionQuotas()
    /// Of all compactions (`log.cleaner.io.max.bytes.per.second`).
    let cleaningRate = ByteRate()
    /// Of all moves between data directories (`replica.alter.log.dirs.io.max.bytes.per.second`).
    let moveRate = ByteRate()

    /// The core that has a partition: by its topic's id, so that a topic's partitions spread.
    func placement(of topicID: UUID, _ partition: Int32) -> Int {
        if topicID == .metadataTopic { return 0 }
        let mixed = (topicID.low ^ topicID.high &* 0x9e37_79b9_7f4a_7c15) &+ UInt64(UInt32(bitPattern: partition))
        return Int(mixed % UInt64(coreCount))
    }
}
