public import Bytes

/// RegisterBrokerRecord (0): a broker has started, and how to reach it.
/// v1 controlled shutdown · v2 ZooKeeper migration · v3 log directories (KIP-858) · v4 cordoned ones
public struct RegisterBrokerRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleSince: Int16? = 0

    public struct BrokerEndpoint: KafkaStruct {
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

    public struct BrokerFeature: KafkaStruct {
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

    public var brokerID: Int32 = 0
    public var isMigratingZkBroker = false
    public var incarnationID = UUID.zero
    public var brokerEpoch: Int64 = 0
    public var endPoints: [BrokerEndpoint] = []
    public var features: [BrokerFeature] = []
    public var rack: String? = ""
    public var fenced = true
    public var inControlledShutdown = false
    public var logDirs: [UUID] = []
    public var cordonedLogDirs: [UUID]?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&brokerID, "brokerId")
        try coder.bool(&isMigratingZkBroker, "isMigratingZkBroker", since: 2)
        try coder.uuid(&incarnationID, "incarnationId")
        try coder.int64(&brokerEpoch, "brokerEpoch")
        try coder.array(&endPoints, "endPoints")
        try coder.array(&features, "features")
        try coder.nullableString(&rack, "rack", default: "")
        try coder.bool(&fenced, "fenced", default: true)
        try coder.bool(&inControlledShutdown, "inControlledShutdown", since: 1)
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&logDirs, "logDirs", since: 3, tag: 0)
        try coder.nullableArray(&cordonedLogDirs, "cordonedLogDirs", since: 4, tag: 1)
    }
}

/// BrokerRegistrationChangeRecord (17): what is different about a broker since it registered.
/// v1 controlled shutdown · v2 log directories · v3 cordoned ones
public struct BrokerRegistrationChangeRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 17
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleSince: Int16? = 0

    public var brokerID: Int32 = 0
    public var brokerEpoch: Int64 = 0
    /// −1: no longer fenced, 0: as before, 1: fenced.
    public var fenced: Int8 = 0
    /// 0: as before, 1: shutting down.
    public var inControlledShutdown: Int8 = 0
    /// Empty: as before.
    public var logDirs: [UUID] = []
    /// Nil: as before.
    public var cordonedLogDirs: [UUID]?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&brokerEpoch, "brokerEpoch")
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.int8(&fenced, "fenced", tag: 0)
        try coder.int8(&inControlledShutdown, "inControlledShutdown", since: 1, tag: 1)
        try coder.array(&logDirs, "logDirs", since: 2, tag: 2)
        try coder.nullableArray(&cordonedLogDirs, "cordonedLogDirs", since: 3, tag: 3)
    }
}

/// UnregisterBrokerRecord (1): an administrator has removed a broker from the cluster.
public struct UnregisterBrokerRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var brokerID: Int32 = 0
    public var brokerEpoch: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&brokerEpoch, "brokerEpoch")
    }
}

/// FenceBrokerRecord (7): no client is sent to this broker from now on. Superseded by BrokerRegistrationChangeRecord.
public struct FenceBrokerRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 7
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var id: Int32 = 0
    public var epoch: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&id, "id")
        try coder.int64(&epoch, "epoch")
    }
}

/// UnfenceBrokerRecord (8): the broker takes part again. Superseded by BrokerRegistrationChangeRecord.
public struct UnfenceBrokerRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 8
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var id: Int32 = 0
    public var epoch: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&id, "id")
        try coder.int64(&epoch, "epoch")
    }
}
