/// DescribeAcls (29): the access rules that fit a filter.
/// v1 pattern types (KIP-290) · v2 flexible · v3 rules for users (KIP-373)
public struct DescribeAclsRequest: KafkaRequest {
    public typealias Response = DescribeAclsResponse
    public static let key: Int16 = 29
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleSince: Int16? = 2

    public var resourceTypeFilter: Int8 = 0
    /// Nil here and below: any.
    public var resourceNameFilter: String? = ""
    /// 1: any, 2: all that would apply, 3: literal, 4: prefixed.
    public var patternTypeFilter: Int8 = 3
    public var principalFilter: String? = ""
    public var hostFilter: String? = ""
    public var operation: Int8 = 0
    public var permissionType: Int8 = 0

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int8(&resourceTypeFilter, "resourceTypeFilter")
        try coder.nullableString(&resourceNameFilter, "resourceNameFilter", default: "")
        try coder.int8(&patternTypeFilter, "patternTypeFilter", default: 3)
        try coder.nullableString(&principalFilter, "principalFilter", default: "")
        try coder.nullableString(&hostFilter, "hostFilter", default: "")
        try coder.int8(&operation, "operation")
        try coder.int8(&permissionType, "permissionType")
    }
}

public struct DescribeAclsResponse: KafkaResponse {
    public typealias Request = DescribeAclsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""
    public var resources: [Resource] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", default: "")
        try coder.array(&resources, "resources")
    }

    public struct Resource: KafkaStruct {
        public var resourceType: Int8 = 0
        public var resourceName = ""
        public var patternType: Int8 = 3
        public var acls: [ACL] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int8(&resourceType, "resourceType")
            try coder.string(&resourceName, "resourceName")
            try coder.int8(&patternType, "patternType", default: 3)
            try coder.array(&acls, "acls")
        }
    }

    public struct ACL: KafkaStruct {
        public var principal = ""
        public var host = ""
        public var operation: Int8 = 0
        public var permissionType: Int8 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&principal, "principal")
            try coder.string(&host, "host")
            try coder.int8(&operation, "operation")
            try coder.int8(&permissionType, "permissionType")
        }
    }
}
