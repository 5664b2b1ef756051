public import Bytes

/// PushTelemetry (72): a client's metrics, as the subscription wants them (KIP-714).
public struct PushTelemetryRequest: KafkaRequest {
    public typealias Response = PushTelemetryResponse
    public static let key: Int16 = 72
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var clientInstanceID = UUID.zero
    public var subscriptionID: Int32 = 0
    /// The last push of this client.
    public var terminating = false
    public var compressionType: Int8 = 0
    /// OpenTelemetry's `MetricsData`, compressed.
    public var metrics = ByteSlice()

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.uuid(&clientInstanceID, "clientInstanceId")
        try coder.int32(&subscriptionID, "subscriptionId")
        try coder.bool(&terminating, "terminating")
        try coder.int8(&compressionType, "compressionType")
        try coder.bytes(&metrics, "metrics")
    }
}

public struct PushTelemetryResponse: KafkaResponse {
    public typealias Request = PushTelemetryRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
    }
}
