package import KafkaProtocol

/// What a broker serves, by API key.
package struct ServedVersions: Sendable {
    package private(set) var ranges: [Int16: ClosedRange<Int16>] = [:]

    package init(_ response: ApiVersionsResponse) {
        for range in response.apiKeys where range.minimumVersion <= range.maximumVersion {
            ranges[range.apiKey] = range.minimumVersion...range.maximumVersion
        }
    }

    /// The highest version of `Request` that both sides speak, within `allowed`.
    func highest<Request: KafkaRequest>(
        _ request: Request.Type, within allowed: ClosedRange<Int16>
    ) throws(ClientError) -> Int16 {
        guard let served = ranges[Request.key] else {
            throw .kafka(.unsupportedVersion, "The node does not support \(Request.name)")
        }
        let low = max(allowed.lowerBound, served.lowerBound, Request.versions.lowerBound)
        let high = min(allowed.upperBound, served.upperBound, Request.versions.upperBound)
        guard low <= high else {
            throw .kafka(
                .unsupportedVersion,
                "The node does not support \(Request.name) with version in range [\(allowed.lowerBound),"
                    + "\(allowed.upperBound)]. The supported range is [\(served.lowerBound),\(served.upperBound)].")
        }
        return high
    }
}
