public import Bytes

/// RegisterControllerRecord (27): a controller has started, and how to reach it (KIP-919).
public struct RegisterControllerRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 27
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct ControllerEndpoint: KafkaStruct {
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

    public struct ControllerFeature: KafkaStruct {
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

    public var controllerID: Int32 = 0
    public var incarnationID = UUID.zero
    public var zkMigrationReady = false
    public var endPoints: [ControllerEndpoint] = []
    public var features: [ControllerFeature] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&controllerID, "controllerId")
        try coder.uuid(&incarnationID, "incarnationId")
        try coder.bool(&zkMigrationReady, "zkMigrationReady")
        try coder.array(&endPoints, "endPoints")
        try coder.array(&features, "features")
    }
}
