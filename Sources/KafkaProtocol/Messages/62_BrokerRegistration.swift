public import Bytes

/// BrokerRegistration (62): a broker that starts asks the controller for an epoch.
/// v1 ZooKeeper migration · v2 log directories (KIP-858) · v3 the epoch before (KIP-966) · v4 features from level 0
public struct BrokerRegistrationRequest: KafkaRequest {
    public typealias Response = BrokerRegistrationResponse
    public static let key: Int16 = 62
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleSince: Int16? = 0

    public var brokerID: Int32 = 0
    public var clusterID = ""
    /// Another one each time the broker starts.
    public var incarnationID = UUID.zero
    public var listeners: [Listener] = []
    public var features: [Feature] = []
    public var rack: String? = ""
    public var isMigratingZkBroker = false
    public var logDirs: [UUID] = []
    /// That of the last clean shutdown; −1: unknown.
    public var previousBrokerEpoch: Int64 = -1

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&brokerID, "brokerId")
        try coder.string(&clusterID, "clusterId")
        try coder.uuid(&incarnationID, "incarnationId")
        try coder.array(&listeners, "listeners")
        try coder.array(&features, "features")
        try coder.nullableString(&rack, "rack", default: "")
        try coder.bool(&isMigratingZkBroker, "isMigratingZkBroker", since: 1)
        try coder.array(&logDirs, "logDirs", since: 2, ignorable: true)
        try coder.int64(&previousBrokerEpoch, "previousBrokerEpoch", since: 3, default: -1, ignorable: true)
    }

    public struct Listener: KafkaStruct {
        public var name = ""
        public var host = ""
        public var port: UInt16 = 0
        public var securityProtocol: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.string(&host, "host")
            try coder.uint16(&port, "port")
            try coder.int16(&securityProtocol, "securityProtocol")
        }
    }

    public struct Feature: KafkaStruct {
        public var name = ""
        public var minSupportedVersion: Int16 = 0
        public var maxSupportedVersion: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int16(&minSupportedVersion, "minSupportedVersion")
            try coder.int16(&maxSupportedVersion, "maxSupportedVersion")
        }
    }
}

public struct BrokerRegistrationResponse: KafkaResponse {
    public typealias Request = BrokerRegistrationRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var brokerEpoch: Int64 = -1

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.int64(&brokerEpoch, "brokerEpoch", default: -1)
    }
}
