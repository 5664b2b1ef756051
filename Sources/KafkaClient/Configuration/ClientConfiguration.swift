public import Records

/// How a client behaves, by Kafka's property names. All fields have Kafka's defaults; times are in milliseconds,
/// sizes in
/// bytes.
public struct ClientConfiguration: Sendable {
    public enum OffsetReset: Sendable, Equatable {
        case earliest, latest, none
        /// `by_duration:PT…` (KIP-1106): that long before now.
        case before(milliseconds: Int64)
    }

    // All clients
    public var bootstrapServers: [HostAndPort] = []
    public var clientID = ""
    public var requestTimeoutMilliseconds: Int64 = 30_000
    public var defaultAPITimeoutMilliseconds: Int64 = 60_000
    public var connectionSetupTimeoutMilliseconds: Int64 = 10_000
    public var retryBackoffMilliseconds: Int64 = 100
    public var retryBackoffMaximumMilliseconds: Int64 = 1000
    public var metadataMaximumAgeMilliseconds: Int64 = 300_000

    // Producer
    /// 0, 1, or −1 for all in-sync replicas.
    public var acks: Int16 = -1
    public var batchBytes = 16_384
    public var lingerMilliseconds: Int64 = 5
    public var compression = Compression.none
    public var compressionLevel: Int32?
    public var maximumRequestsInFlight = 5
    public var retries = Int(Int32.max)
    public var deliveryTimeoutMilliseconds: Int64 = 120_000
    public var isIdempotent = true
    public var maximumRequestBytes = 1_048_576
    public var bufferBytes = 33_554_432
    public var maximumBlockMilliseconds: Int64 = 60_000
    public var ignoresKeysWhenPartitioning = false

    // Consumer
    public var groupID: String?
    public var groupInstanceID: String?
    public var offsetReset = OffsetReset.latest
    public var commitsAutomatically = true
    public var autoCommitIntervalMilliseconds: Int64 = 5000
    public var sessionTimeoutMilliseconds: Int64 = 45_000
    public var heartbeatIntervalMilliseconds: Int64 = 3000
    public var maximumPollIntervalMilliseconds: Int64 = 300_000
    public var maximumPollRecords = 500
    public var fetchMinimumBytes: Int32 = 1
    public var fetchMaximumBytes: Int32 = 52_428_800
    public var fetchMaximumWaitMilliseconds: Int32 = 500
    public var maximumPartitionFetchBytes: Int32 = 1_048_576
    public var readsCommittedOnly = false
    public var checksCRCs = true
    public var createsTopics = true
    public var rackID = ""
    /// In order of preference.
    public var assignors: [any Assignor] = [RangeAssignor(), CooperativeStickyAssignor()]

    /// Names that were given and are nobody's here, or have no effect: worth a line each.
    public var warnings: [String] = []

    /// Told of what a user should hear while a client goes on: a broker that can't be reached, say.
    public var warn: @Sendable (String) -> Void = { _ in }

    public init() {}
}

/// Where a broker may be found.
public struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`, `[::1]:port` and `PROTOCOL://host:port`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]) else {
            return nil
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
