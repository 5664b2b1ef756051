/// DescribeCluster (60): the cluster's id, controller and brokers (KIP-700).
/// v1 brokers or controllers (KIP-919) · v2 fenced brokers (KIP-1073)
public struct DescribeClusterRequest: KafkaRequest {
    public typealias Response = DescribeClusterResponse
    public static let key: Int16 = 60
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 0

    public var includeClusterAuthorizedOperations = false
    /// 1: brokers, 2: controllers.
    public var endpointType: Int8 = 1
    public var includeFencedBrokers = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.bool(&includeClusterAuthorizedOperations, "includeClusterAuthorizedOperations")
        try coder.int8(&endpointType, "endpointType", since: 1, default: 1)
        try coder.bool(&includeFencedBrokers, "includeFencedBrokers", since: 2)
    }
}

public struct DescribeClusterResponse: KafkaResponse {
    public typealias Request = DescribeClusterRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String?
    public var endpointType: Int8 = 1
    public var clusterID = ""
    public var controllerID: Int32 = -1
    public var brokers: [Broker] = []
    /// A bit for each operation; `Int32.min` when nobody asked.
    public var clusterAuthorizedOperations = Int32.min

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage")
        try coder.int8(&endpointType, "endpointType", since: 1, default: 1)
        try coder.string(&clusterID, "clusterId")
        try coder.int32(&controllerID, "controllerId", default: -1)
        try coder.array(&brokers, "brokers")
        try coder.int32(&clusterAuthorizedOperations, "clusterAuthorizedOperations", default: .min)
    }

    public struct Broker: KafkaStruct {
        public var brokerID: Int32 = 0
        public var host = ""
        public var port: Int32 = 0
        public var rack: String?
        public var isFenced = false

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int32(&brokerID, "brokerId")
            try coder.string(&host, "host")
            try coder.int32(&port, "port")
            try coder.nullableString(&rack, "rack")
            try coder.bool(&isFenced, "isFenced", since: 2)
        }
    }
}
