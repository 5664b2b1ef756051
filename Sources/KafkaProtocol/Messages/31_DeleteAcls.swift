/// DeleteAcls (31): removes the access rules that fit filters, and tells which those were.
/// v1 pattern types (KIP-290) · v2 flexible · v3 rules for users (KIP-373)
public struct DeleteAclsRequest: KafkaRequest {
    public typealias Response = DeleteAclsResponse
    public static let key: Int16 = 31
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleSince: Int16? = 2

    public var filters: [Filter] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&filters, "filters")
    }
    /// As DescribeAcls has it: nil is any.

    public struct Filter: KafkaStruct {
        public var resourceTypeFilter: Int8 = 0
        public var resourceNameFilter: String? = ""
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
}

public struct DeleteAclsResponse: KafkaResponse {
    public typealias Request = DeleteAclsRequest

    public var throttleTimeMilliseconds: Int32 = 0
    /// In the order of the filters.
    public var filterResults: [FilterResult] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.array(&filterResults, "filterResults")
    }

    public struct FilterResult: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""
        public var matchingACLs: [MatchingACL] = []

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
            try coder.array(&matchingACLs, "matchingAcls")
        }
    }

    public struct MatchingACL: KafkaStruct {
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""
        public var resourceType: Int8 = 0
        public var resourceName = ""
        public var patternType: Int8 = 3
        public var principal = ""
        public var host = ""
        public var operation: Int8 = 0
        public var permissionType: Int8 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
            try coder.int8(&resourceType, "resourceType")
            try coder.string(&resourceName, "resourceName")
            try coder.int8(&patternType, "patternType", default: 3)
            try coder.string(&principal, "principal")
            try coder.string(&host, "host")
            try coder.int8(&operation, "operation")
            try coder.int8(&permissionType, "permissionType")
        }
    }
}
