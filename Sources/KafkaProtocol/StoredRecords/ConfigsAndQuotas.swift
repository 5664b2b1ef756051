/// ConfigRecord (4): a setting of a topic, broker, group or client-metrics subscription. A nil value removes it.
public struct ConfigRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 4
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var resourceType: Int8 = 0
    public var resourceName = ""
    public var name = ""
    public var value: String? = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int8(&resourceType, "resourceType")
        try coder.string(&resourceName, "resourceName")
        try coder.string(&name, "name")
        try coder.nullableString(&value, "value", default: "")
    }
}

/// ClientQuotaRecord (14): a quota of a user, client or address, or of a combination; or its removal.
public struct ClientQuotaRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 14
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public struct EntityData: KafkaStruct {
        public var entityType = ""
        /// Nil: the default of all entities of this type.
        public var entityName: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&entityType, "entityType")
            try coder.nullableString(&entityName, "entityName", default: "")
        }
    }

    public var entity: [EntityData] = []
    public var key = ""
    public var value: Double = 0
    public var remove = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&entity, "entity")
        try coder.string(&key, "key")
        try coder.float64(&value, "value")
        try coder.bool(&remove, "remove")
    }
}

/// FeatureLevelRecord (12): the finalized level of a feature; 0 turns it off.
public struct FeatureLevelRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 12
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var name = ""
    public var featureLevel: Int16 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&name, "name")
        try coder.int16(&featureLevel, "featureLevel")
    }
}

/// ProducerIdsRecord (15): a block of producer ids was given to a broker; the next one begins at `nextProducerID`.
public struct ProducerIDsRecord: KafkaMessage {
    public static let name = "ProducerIdsRecord"
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 15
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var brokerID: Int32 = 0
    public var brokerEpoch: Int64 = -1
    public var nextProducerID: Int64 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&brokerID, "brokerId")
        try coder.int64(&brokerEpoch, "brokerEpoch", default: -1)
        try coder.int64(&nextProducerID, "nextProducerId")
    }
}
