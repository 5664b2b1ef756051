import KafkaProtocol

/// What a freshly formatted cluster's metadata begins with.
package enum Bootstrap {
    /// The records that `bootstrap.checkpoint` holds between its header and footer: the features' levels, those above
    /// 0.
    package static func checkpointRecords(_ features: [Feature] = Feature.kafkaDefaults) -> [MetadataRecord] {
        features.filter { $0.level > 0 }.map { feature in
            .featureLevel(
                FeatureLevelRecord {
                    $0.name = feature.name
                    $0.featureLevel = feature.level
                })
        }
    }

    /// The first records that a controller writes into an empty log: the checkpoint's, in a transaction. With eligible
    /// leader replicas on, the cluster's own `min.insync.replicas` joins them, since it counts for every election.
    package static func logRecords(
        _ checkpoint: [MetadataRecord], server: ServerConfiguration
    ) -> [MetadataRecord] {
        var records: [MetadataRecord] = [.beginTransaction(BeginTransactionRecord { $0.name = "Bootstrap records" })]
        records += checkpoint
        let keepsEligibleLeaders = checkpoint.contains {
            if case .featureLevel(let feature) = $0 {
                feature.name == Feature.eligibleLeaderReplicas && feature.featureLevel > 0
            } else {
                false
            }
        }
        if keepsEligibleLeaders {
            let minimum = String(server.integer("min.insync.replicas"))
            records.append(.config(ConfigRecord(.defaultBroker, "min.insync.replicas", minimum)))
        }
        records.append(.endTransaction(EndTransactionRecord()))
        return records
    }
}
