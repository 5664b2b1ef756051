public import Bytes

/// GetTelemetrySubscriptions (71): a client asks which of its metrics the cluster wants (KIP-714).
public struct GetTelemetrySubscriptionsRequest: KafkaRequest {
    public typealias Response = GetTelemetrySubscriptionsResponse
    public static let key: Int16 = 71
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    /// Zero: the client wants one.
    public var clientInstanceID = UUID.zero

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.uuid(&clientInstanceID, "clientInstanceId")
    }
}

public struct GetTelemetrySubscriptionsResponse: KafkaResponse {
    public typealias Request = GetTelemetrySubscriptionsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var clientInstanceID = UUID.zero
    public var subscriptionID: Int32 = 0
    /// The best first.
    public var acceptedCompressionTypes: [Int8] = []
    public var pushIntervalMilliseconds: Int32 = 0
    public var telemetryMaxBytes: Int32 = 0
    /// Differences since the last push, instead of sums.
    public var deltaTemporality = false
    /// Prefixes of names; none: nothing, an empty one: everything.
    public var requestedMetrics: [String] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.uuid(&clientInstanceID, "clientInstanceId")
        try coder.int32(&subscriptionID, "subscriptionId")
        try coder.array(&acceptedCompressionTypes, "acceptedCompressionTypes")
        try coder.int32(&pushIntervalMilliseconds, "pushIntervalMs")
        try coder.int32(&telemetryMaxBytes, "telemetryMaxBytes")
        try coder.bool(&deltaTemporality, "deltaTemporality")
        try coder.array(&requestedMetrics, "requestedMetrics")
    }
}
