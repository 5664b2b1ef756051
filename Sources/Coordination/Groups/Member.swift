import Bytes
import KafkaProtocol

/// A member of a classic group.
final class Member {
    /// A way to assign partitions that the member understands, and what it says to it.
    struct SupportedProtocol: Equatable {
        let name: String
        let metadata: ByteSlice
    }

    let id: String
    let instanceID: String?
    let clientID: String
    let clientHost: String
    var rebalanceTimeoutMilliseconds: Int32
    var sessionTimeoutMilliseconds: Int32
    /// In the order of its preference, each name once.
    var protocols: [SupportedProtocol]
    var assignment = ByteSlice()
    /// Its first join is still parked: it doesn't know its id, so it can't send heartbeats.
    var isNew = false
    var parkedJoin: ParkedRequest?
    var parkedSync: ParkedRequest?

    init(
        id: String, instanceID: String?, client: ClientIdentity, rebalanceTimeoutMilliseconds: Int32,
        sessionTimeoutMilliseconds: Int32, protocols: [SupportedProtocol]
    ) {
        self.id = id
        self.instanceID = instanceID
        clientID = client.id
        clientHost = client.host
        self.rebalanceTimeoutMilliseconds = rebalanceTimeoutMilliseconds
        self.sessionTimeoutMilliseconds = sessionTimeoutMilliseconds
        self.protocols = protocols
    }

    var isStatic: Bool { instanceID != nil }

    /// Nobody who waits for our answer owes us a heartbeat; but see ``isNew``.
    var owesHeartbeat: Bool { isNew || (parkedJoin == nil && parkedSync == nil) }

    func metadata(for protocolName: String?) -> ByteSlice {
        protocols.first { $0.name == protocolName }?.metadata ?? ByteSlice()
    }
}

extension Member.SupportedProtocol {
    /// What a request offers, copied out of its receive buffer. A name that comes again is dropped.
    static func copied(from offered: [JoinGroupRequest.SupportedProtocol]) -> [Self] {
        var seen: Set<String> = []
        return offered.compactMap { one in
            guard seen.insert(one.name).inserted else { return nil }
            return Self(name: one.name, metadata: one.metadata.copied())
        }
    }
}

extension ByteSlice {
    /// The same bytes in a block of their own, so that state doesn't keep a receive buffer alive.
    func copied() -> ByteSlice { withUnsafeBytes { ByteSlice(copying: $0) } }
}
