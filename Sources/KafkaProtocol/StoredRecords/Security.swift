public import Bytes

/// AccessControlEntryRecord (18): who may, or may not, do what to which resource.
public struct AccessControlEntryRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 18
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var id = UUID.zero
    public var resourceType: Int8 = 0
    public var resourceName = ""
    public var patternType: Int8 = 0
    public var principal = ""
    public var host = ""
    public var operation: Int8 = 0
    public var permissionType: Int8 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.uuid(&id, "id")
        try coder.int8(&resourceType, "resourceType")
        try coder.string(&resourceName, "resourceName")
        try coder.int8(&patternType, "patternType")
        try coder.string(&principal, "principal")
        try coder.string(&host, "host")
        try coder.int8(&operation, "operation")
        try coder.int8(&permissionType, "permissionType")
    }
}

/// RemoveAccessControlEntryRecord (19)
public struct RemoveAccessControlEntryRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 19
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var id = UUID.zero

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.uuid(&id, "id")
    }
}

/// UserScramCredentialRecord (11): what the server keeps of a user's password (RFC 5802).
public struct UserScramCredentialRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 11
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var name = ""
    public var mechanism: Int8 = 0
    public var salt = ByteSlice()
    public var storedKey = ByteSlice()
    public var serverKey = ByteSlice()
    public var iterations: Int32 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&name, "name")
        try coder.int8(&mechanism, "mechanism")
        try coder.bytes(&salt, "salt")
        try coder.bytes(&storedKey, "storedKey")
        try coder.bytes(&serverKey, "serverKey")
        try coder.int32(&iterations, "iterations")
    }
}

/// RemoveUserScramCredentialRecord (22)
public struct RemoveUserScramCredentialRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 22
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var name = ""
    public var mechanism: Int8 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&name, "name")
        try coder.int8(&mechanism, "mechanism")
    }
}

/// DelegationTokenRecord (10): a token that stands for its owner until it expires. Times are milliseconds since 1970.
public struct DelegationTokenRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 10
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var owner = ""
    public var requester = ""
    public var renewers: [String] = []
    public var issueTimestamp: Int64 = 0
    public var maxTimestamp: Int64 = 0
    public var expirationTimestamp: Int64 = 0
    public var tokenID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&owner, "owner")
        try coder.string(&requester, "requester")
        try coder.array(&renewers, "renewers")
        try coder.int64(&issueTimestamp, "issueTimestamp")
        try coder.int64(&maxTimestamp, "maxTimestamp")
        try coder.int64(&expirationTimestamp, "expirationTimestamp")
        try coder.string(&tokenID, "tokenId")
    }
}

/// RemoveDelegationTokenRecord (26)
public struct RemoveDelegationTokenRecord: KafkaMessage {
    public static let kind = MessageKind.metadata
    public static let key: Int16 = 26
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleSince: Int16? = 0

    public var tokenID = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&tokenID, "tokenId")
    }
}
