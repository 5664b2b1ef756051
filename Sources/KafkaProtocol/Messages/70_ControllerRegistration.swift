public import Bytes

/// ControllerRegistration (70): a controller makes itself known to the active one (KIP-919).
public struct ControllerRegistrationRequest: KafkaRequest {
    public typealias Response = ControllerRegistrationResponse
    public static let key: Int16 = 70
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var controllerID: Int32 = 0
    /// Another one each time the controller starts.
    public var incarnationID = UUID.zero
    public var zkMigrationReady = false
    public var listeners: [Listener] = []
    public var features: [Feature] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&controllerID, "controllerId")
        try coder.uuid(&incarnationID, "incarnationId")
        try coder.bool(&zkMigrationReady, "zkMigrationReady")
        try coder.array(&listeners, "listeners")
        try coder.array(&features, "features")
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

public struct ControllerRegistrationResponse: KafkaResponse {
    public typealias Request = ControllerRegistrationRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", default: "")
    }
}
