/// UpdateFeatures (57): finalizes levels of features (KIP-584).
/// v1 kind of upgrade, validation alone (KIP-778) · v2 one error for all
public struct UpdateFeaturesRequest: KafkaRequest {
    public typealias Response = UpdateFeaturesResponse
    public static let key: Int16 = 57
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleSince: Int16? = 0

    public var timeoutMilliseconds: Int32 = 60000
    public var featureUpdates: [FeatureUpdate] = []
    public var validateOnly = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&timeoutMilliseconds, "timeoutMs", default: 60000)
        try coder.array(&featureUpdates, "featureUpdates")
        try coder.bool(&validateOnly, "validateOnly", since: 1)
    }

    public struct FeatureUpdate: KafkaStruct {
        public var feature = ""
        /// Below 1: the feature is turned off.
        public var maxVersionLevel: Int16 = 0
        public var allowDowngrade = false
        /// 1: upgrade only, 2: downgrade if nothing is lost, 3: downgrade anyway.
        public var upgradeType: Int8 = 1

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&feature, "feature")
            try coder.int16(&maxVersionLevel, "maxVersionLevel")
            try coder.bool(&allowDowngrade, "allowDowngrade", until: 0)
            try coder.int8(&upgradeType, "upgradeType", since: 1, default: 1)
        }
    }
}

public struct UpdateFeaturesResponse: KafkaResponse {
    public typealias Request = UpdateFeaturesRequest

    public var throttleTimeMilliseconds: Int32 = 0
    public var errorCode: Int16 = 0
    public var errorMessage: String? = ""
    public var results: [Result] = []

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs")
        try coder.int16(&errorCode, "errorCode")
        try coder.nullableString(&errorMessage, "errorMessage", default: "")
        try coder.array(&results, "results", until: 1, ignorable: true)
    }

    public struct Result: KafkaStruct {
        public var feature = ""
        public var errorCode: Int16 = 0
        public var errorMessage: String? = ""

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&feature, "feature")
            try coder.int16(&errorCode, "errorCode")
            try coder.nullableString(&errorMessage, "errorMessage", default: "")
        }
    }
}
