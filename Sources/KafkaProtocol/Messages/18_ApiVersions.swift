/// ApiVersions (18): which APIs in which versions, and which features, a broker or controller offers. The first thing a
/// client asks, before it has authenticated; an unknown version of it is answered in version 0.
/// v1 throttle time · v2 throttling after the answer · v3 flexible, client software, features (KIP-511, KIP-584) ·
/// v4 features may begin at level 0
public struct ApiVersionsRequest: KafkaRequest {
    public typealias Response = ApiVersionsResponse
    public static let key: Int16 = 18
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleSince: Int16? = 3

    public var clientSoftwareName = ""
    public var clientSoftwareVersion = ""

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.string(&clientSoftwareName, "clientSoftwareName", since: 3, ignorable: true)
        try coder.string(&clientSoftwareVersion, "clientSoftwareVersion", since: 3, ignorable: true)
    }
}

/// Errors: UNSUPPORTED_VERSION (the list then holds ApiVersions' own range), INVALID_REQUEST for a malformed software
/// name or version.
public struct ApiVersionsResponse: KafkaResponse {
    public typealias Request = ApiVersionsRequest

    public struct Range: KafkaStruct {
        public var apiKey: Int16 = 0
        public var minimumVersion: Int16 = 0
        public var maximumVersion: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.int16(&apiKey, "apiKey")
            try coder.int16(&minimumVersion, "minVersion")
            try coder.int16(&maximumVersion, "maxVersion")
        }
    }

    public struct SupportedFeature: KafkaStruct {
        public var name = ""
        public var minimumVersion: Int16 = 0
        public var maximumVersion: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int16(&minimumVersion, "minVersion")
            try coder.int16(&maximumVersion, "maxVersion")
        }
    }

    public struct FinalizedFeature: KafkaStruct {
        public var name = ""
        public var maximumLevel: Int16 = 0
        public var minimumLevel: Int16 = 0

        public init() {}

        public mutating func fields(_ coder: inout Coder) throws(CodingError) {
            try coder.string(&name, "name")
            try coder.int16(&maximumLevel, "maxVersionLevel")
            try coder.int16(&minimumLevel, "minVersionLevel")
        }
    }

    public var errorCode: Int16 = 0
    public var apiKeys: [Range] = []
    public var throttleTimeMilliseconds: Int32 = 0
    public var supportedFeatures: [SupportedFeature] = []
    /// The offset of the metadata log that the features are read from; clients ignore the list while it is negative.
    public var finalizedFeaturesEpoch: Int64 = -1
    public var finalizedFeatures: [FinalizedFeature] = []
    public var zkMigrationReady = false

    public init() {}

    public mutating func fields(_ coder: inout Coder) throws(CodingError) {
        try coder.int16(&errorCode, "errorCode")
        try coder.array(&apiKeys, "apiKeys")
        try coder.int32(&throttleTimeMilliseconds, "throttleTimeMs", since: 1, ignorable: true)
    }

    public mutating func taggedFields(_ coder: inout Coder) throws(CodingError) {
        try coder.array(&supportedFeatures, "supportedFeatures", since: 3, ignorable: true, tag: 0)
        try coder.int64(
            &finalizedFeaturesEpoch, "finalizedFeaturesEpoch", since: 3, default: -1, ignorable: true, tag: 1)
        try coder.array(&finalizedFeatures, "finalizedFeatures", since: 3, ignorable: true, tag: 2)
        try coder.bool(&zkMigrationReady, "zkMigrationReady", since: 3, ignorable: true, tag: 3)
    }
}
