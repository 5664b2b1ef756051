extension Messages {
    /// What lies inside other things: consumer protocol, control records, quorum state, producer snapshots.
    static let blobs: [any KafkaMessage.Type] = [
        ConsumerProtocolSubscription.self,
        ConsumerProtocolAssignment.self,
        ControlRecordTypeSchema.self,
        EndTxnMarker.self,
        LeaderChangeMessage.self,
        SnapshotHeaderRecord.self,
        SnapshotFooterRecord.self,
        KRaftVersionRecord.self,
        VotersRecord.self,
        DefaultPrincipalData.self,
        QuorumStateData.self,
        ProducerSnapshot.self,
    ]
}
