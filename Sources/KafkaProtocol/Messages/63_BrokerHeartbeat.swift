public import Bytes

/// BrokerHeartbeat (63): a broker tells the controller that it lives, how far it is, and what it wants.
/// v1 offline log directories (KIP-858) · v2 cordoned ones (KIP-1066)
public struct BrokerHeartbeatRequest: KafkaRequest {
    public typealias Response = BrokerHeartbeatResponse
    public static let key: Int16 = 63
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 0

    public var brokerID: Int32 = 0
    public var brokerEpoch: Int64 = -1
    /// The last metadata record that the broker has applied.
    public var currentMetadataOffset: Int64 = 0
    public var wantFence = false
    public var wantShutDown = false
    public var offlineLogDirs: [UUID] = []
    public var cordonedLogDirs: [UUID]?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&brokerEpoch, "brokerEpoch", default: -1)
        try coder.int64(&currentMetadataOffset, "currentMetadataOffset")
        try coder.bool(&wantFence, "wantFence")
        try coder.bool(&wantShutDown, "wantShutDown")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&offlineLogDirs, "offlineLogDirs", since: 1, tag: 0)
        try coder.nullableArray(&cordonedLogDirs, "cordonedLogDirs", since: 2, tag: 1)
    }
}

public struct BrokerHeartbeatResponse: KafkaResponse {
    public typealias Request = BrokerHeartbeatRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var isCaughtUp = false
    public var isFenced = true
    public var shouldShutDown = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.bool(&isCaughtUp, "isCaughtUp")
        try coder.bool(&isFenced, "isFenced", default: true)
        try coder.bool(&shouldShutDown, "shouldShutDown")
    }
}
