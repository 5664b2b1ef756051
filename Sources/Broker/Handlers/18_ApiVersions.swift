import Bytes
import KafkaProtocol
import Metadata

extension Handler {
    /// What this broker serves. Any version is answered: one we don't know in the form of version 0, with our range, so
    /// that the client can ask again (KIP-511).
    static var apiVersions: Handler {
        Handler(ApiVersionsRequest.self) { shard, frame throws(CodingError) in
            guard ApiVersionsRequest.versions.contains(frame.version) else {
                var response = ApiVersionsResponse()
                response.errorCode = KafkaError.unsupportedVersion.rawValue
                response.apiKeys = [range(ApiVersionsRequest.key, ApiVersionsRequest.versions)]
                return ResponseReply(frame, version: 0, atOnce: { response })
            }
            let request = try frame.body(ApiVersionsRequest.self)
            return ResponseReply(frame, atOnce: { answer(shard, request, frame) })
        }
    }

    private static func answer(
        _ shard: isolated Shard, _ request: ApiVersionsRequest, _ frame: RequestFrame
    ) -> ApiVersionsResponse {
        var response = ApiVersionsResponse()
        if frame.version >= 3,
            !isSoftwareName(request.clientSoftwareName) || !isSoftwareName(request.clientSoftwareVersion)
        {
            response.errorCode = KafkaError.invalidRequest.rawValue
            return response
        }
        response.apiKeys = shard.node.handlers.all.map { range($0.key, $0.listed) }
        let supported = Features.supported.filter { frame.version >= 4 || $0.minimum > 0 }
        response.supportedFeatures = supported.map { feature in
            ApiVersionsResponse.SupportedFeature {
                $0.name = feature.name
                $0.minimumVersion = feature.minimum
                $0.maximumVersion = feature.maximum
            }
        }
        response.finalizedFeaturesEpoch = shard.image.offset
        response.finalizedFeatures = shard.image.features.sorted { $0.key < $1.key }.map { name, level in
            ApiVersionsResponse.FinalizedFeature {
                $0.name = name
                $0.maximumLevel = level
                $0.minimumLevel = level
            }
        }
        return response
    }

    private static func range(_ key: Int16, _ versions: ClosedRange<Int16>) -> ApiVersionsResponse.Range {
        ApiVersionsResponse.Range {
            $0.apiKey = key
            $0.minimumVersion = versions.lowerBound
            $0.maximumVersion = versions.upperBound
        }
    }

    /// Letters and digits at both ends, dots and dashes between.
    private static func isSoftwareName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122
        }
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }
}
