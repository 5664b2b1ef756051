/// AllocateProducerIds (67): a broker asks the controller for a block of producer ids (KIP-730).
public struct AllocateProducerIdsRequest: KafkaRequest {
    public typealias Response = AllocateProducerIdsResponse
    public static let key: Int16 = 67
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var brokerID: Int32 = 0
    public var brokerEpoch: Int64 = -1

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&brokerEpoch, "brokerEpoch", default: -1)
    }
}

public struct AllocateProducerIdsResponse: KafkaResponse {
    public typealias Request = AllocateProducerIdsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var producerIDStart: Int64 = 0
    /// How many ids, from the start on.
    public var producerIDCount: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.int64(&producerIDStart, "producerIdStart")
        try coder.int32(&producerIDCount, "producerIdLen")
    }
}
