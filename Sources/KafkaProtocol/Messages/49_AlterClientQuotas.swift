/// AlterClientQuotas (49): sets and removes quotas of users, clients and addresses (KIP-546).
/// v1 flexible
public struct AlterClientQuotasRequest: KafkaRequest {
    public typealias Response = AlterClientQuotasResponse
    public static let key: Int16 = 49
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleSince: Int16? = 1

    public var entries: [Entry] = []
    public var validateOnly = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&entries, "entries")
        try coder.bool(&validateOnly, "validateOnly")
    }

    public struct Entry: KafkaStruct {
        public var entity: [Entity] = []
        public var ops: [Operation] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.array(&entity, "entity")
            try coder.array(&ops, "ops")
        }
    }

    public struct Entity: KafkaStruct {
        public var entityType = ""
        /// Nil: the default.
        public var entityName: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&entityType, "entityType")
            try coder.nullableString(&entityName, "entityName", default: "")
        }
    }

    public struct Operation: KafkaStruct {
        public var key = ""
        public var value: Double = 0
        public var remove = false

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&key, "key")
            try coder.float64(&value, "value")
            try coder.bool(&remove, "remove")
        }
    }
}

public struct AlterClientQuotasResponse: KafkaResponse {
    public typealias Request = AlterClientQuotasRequest

    public typealias Entity = Request.Entity
    public var throttleTimeMilliseconds: Int32 = 0
    public var entries: [Entry] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&entries, "entries")
    }

    public struct Entry: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""
        public var entity: [Entity] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
            try coder.array(&entity, "entity")
        }
    }
}
