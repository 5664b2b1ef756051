/// BeginTransactionRecord (23): the records up to the end count together or not at all (KIP-868).
public struct BeginTransactionRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 23
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var name: String?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {}

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&name, "name", tag: 0)
    }
}

/// EndTransactionRecord (24): all records since the beginning count.
public struct EndTransactionRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 24
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {}
}

/// AbortTransactionRecord (25): none of the records since the beginning counts.
public struct AbortTransactionRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 25
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var reason: String?

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {}

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.nullableString(&reason, "reason", tag: 0)
    }
}

/// NoOpRecord (20): moves the high watermark of a log in which nothing happens (KIP-835).
public struct NoOpRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 20
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {}
}

/// ZkMigrationStateRecord (21): how far the move from ZooKeeper has come. Read in old logs, never written by us.
public struct ZkMigrationStateRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 21
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var zkMigrationState: Int8 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int8(&zkMigrationState, "zkMigrationState")
    }
}
