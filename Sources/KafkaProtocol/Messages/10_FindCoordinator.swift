/// FindCoordinator (10): which broker looks after a group, a transactional id or a partition of a share group.
/// v1 kind of key, throttle time and message (response) · v3 flexible · v4 many keys at once (KIP-699) ·
/// v5 TRANSACTION_ABORTABLE (KIP-890) · v6 keys of share groups, "group:topic id:partition" (KIP-932)
public struct FindCoordinatorRequest: KafkaRequest {
    public typealias Response = FindCoordinatorResponse
    public static let key: Int16 = 10
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleSince: Int16? = 3

    public var key = ""
    /// 0: group, 1: transaction, 2: share group's partition.
    public var keyType: Int8 = 0
    public var coordinatorKeys: [String] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&key, "key", until: 3)
        try coder.int8(&keyType, "keyType", since: 1)
        try coder.array(&coordinatorKeys, "coordinatorKeys", since: 4)
    }
}

public struct FindCoordinatorResponse: KafkaResponse {
    public typealias Request = FindCoordinatorRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""
    public var nodeID: Int32 = 0
    public var host = ""
    public var port: Int32 = 0
    public var coordinators: [Coordinator] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
        try coder.int16(&errorCode, "errorCode", until: 3)
        try coder.nullableString(&errorMessage, "errorMessage", since: 1, until: 3, default: "", ignorable: true)
        try coder.int32(&nodeID, "nodeId", until: 3)
        try coder.string(&host, "host", until: 3)
        try coder.int32(&port, "port", until: 3)
        try coder.array(&coordinators, "coordinators", since: 4)
    }

    public struct Coordinator: KafkaStruct {
        public var key = ""
        public var nodeID: Int32 = 0
        public var host = ""
        public var port: Int32 = 0
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&key, "key")
            try coder.int32(&nodeID, "nodeId")
            try coder.string(&host, "host")
            try coder.int32(&port, "port")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "", ignorable: true)
        }
    }
}
