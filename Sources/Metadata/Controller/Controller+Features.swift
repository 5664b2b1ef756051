import KafkaProtocol

/// Producer ids that a broker may hand out.
package struct ProducerIDBlock: Equatable, Sendable {
    package static let size: Int64 = 1000
    package var first: Int64
    package var range: Range<Int64> { first..<first + Self.size }  // the controller has checked the end
}

extension Controller {
    /// Gives the broker the next thousand producer ids.
    package func allocateProducerIDs(
        brokerID: Int32, epoch: Int64
    ) throws(ControllerError) -> Decision<ProducerIDBlock> {
        _ = try broker(brokerID, epoch: epoch)
        let first = image.nextProducerID
        let (next, overflow) = first.addingReportingOverflow(ProducerIDBlock.size)
        guard !overflow else {
            throw ControllerError(
                .unknownServerError,
                "Exhausted all producerIds as the next block's end producerId has exceeded the int64 type limit")
        }
        let record = ProducerIDsRecord {
            $0.brokerID = brokerID
            $0.brokerEpoch = epoch
            $0.nextProducerID = next
        }
        return Decision(ProducerIDBlock(first: first), records: [.producerIDs(record)])
    }

    /// Finalizes a feature's level. Lowering it takes `allowsDowngrade`.
    package func setFeature(
        _ name: String, level: Int16, allowsDowngrade: Bool = false
    ) throws(ControllerError) -> Decision<Void> {
        func refusal(_ reason: String) -> ControllerError {
            ControllerError(.invalidUpdateVersion, "Invalid update version \(level) for feature \(name). \(reason)")
        }
        let present = image.features[name] ?? 0
        if level < 0 { throw refusal("A feature version cannot be less than 0.") }
        guard let range = supportedFeatures[name] else {
            throw refusal("Local controller \(server.nodeID) does not support this feature.")
        }
        guard range.contains(level) else {
            throw refusal(
                "Local controller \(server.nodeID) only supports versions \(range.lowerBound)-\(range.upperBound)")
        }
        for (id, broker) in image.brokers.sorted(by: { $0.key < $1.key }) {
            let supported = broker.features[name] ?? 0...0
            guard supported.contains(level) else {
                throw refusal("Broker \(id) only supports versions \(supported.lowerBound)-\(supported.upperBound)")
            }
        }
        if level < present, !allowsDowngrade {
            throw refusal(
                "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe "
                    + "downgrade.")
        }
        if level == present { return Decision(()) }
        let record = FeatureLevelRecord {
            $0.name = name
            $0.featureLevel = level
        }
        return Decision((), records: [.featureLevel(record)])
    }

    /// Moves the log's end, so that its lag can be seen.
    package func noOp() -> Decision<Void> { Decision((), records: [.noOp(NoOpRecord())]) }
}
