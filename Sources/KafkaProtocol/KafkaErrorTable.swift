/// Names and sentences by code, from −1 on.
enum KafkaErrorTable {
    struct Row: Sendable {
        let name: String
        let isRetriable: Bool
        let sentence: String

        init(_ name: String, retriable isRetriable: Bool = false, _ sentence: String) {
            self.name = name
            self.isRetriable = isRetriable
            self.sentence = sentence
        }
    }

    static let rows: [Row] = [
        Row(
            "UNKNOWN_SERVER_ERROR",
            "The server experienced an unexpected error when processing the request."),
        Row(
            "NONE",
            "NONE"),
        Row(
            "OFFSET_OUT_OF_RANGE",
            "The requested offset is not within the range of offsets maintained by the server."),
        Row(
            "CORRUPT_MESSAGE", retriable: true,
            "This message has failed its CRC checksum, exceeds the valid size, has a null key for a "
                + "compacted topic, or is otherwise corrupt."),
        Row(
            "UNKNOWN_TOPIC_OR_PARTITION", retriable: true,
            "This server does not host this topic-partition."),
        Row(
            "INVALID_FETCH_SIZE",
            "The requested fetch size is invalid."),
        Row(
            "LEADER_NOT_AVAILABLE", retriable: true,
            "There is no leader for this topic-partition as we are in the middle of a leadership "
                + "election."),
        Row(
            "NOT_LEADER_OR_FOLLOWER", retriable: true,
            "For requests intended only for the leader, this error indicates that the broker is not "
                + "the current leader. For requests intended for any replica, this error indicates that "
                + "the broker is not a replica of the topic partition."),
        Row(
            "REQUEST_TIMED_OUT", retriable: true,
            "The request timed out."),
        Row(
            "BROKER_NOT_AVAILABLE",
            "The broker is not available."),
        Row(
            "REPLICA_NOT_AVAILABLE", retriable: true,
            "The replica is not available for the requested topic-partition. Produce/Fetch requests "
                + "and other requests intended only for the leader or follower return "
                + "NOT_LEADER_OR_FOLLOWER if the broker is not a replica of the topic-partition."),
        Row(
            "MESSAGE_TOO_LARGE",
            "The request included a message larger than the max message size the server will accept."),
        Row(
            "STALE_CONTROLLER_EPOCH",
            "The controller moved to another broker."),
        Row(
            "OFFSET_METADATA_TOO_LARGE",
            "The metadata field of the offset request was too large."),
        Row(
            "NETWORK_EXCEPTION", retriable: true,
            "The server disconnected before a response was received."),
        Row(
            "COORDINATOR_LOAD_IN_PROGRESS", retriable: true,
            "The coordinator is loading and hence can't process requests."),
        Row(
            "COORDINATOR_NOT_AVAILABLE", retriable: true,
            "The coordinator is not available."),
        Row(
            "NOT_COORDINATOR", retriable: true,
            "This is not the correct coordinator."),
        Row(
            "INVALID_TOPIC_EXCEPTION",
            "The request attempted to perform an operation on an invalid topic."),
        Row(
            "RECORD_LIST_TOO_LARGE",
            "The request included message batch larger than the configured segment size on the "
                + "server."),
        Row(
            "NOT_ENOUGH_REPLICAS", retriable: true,
            "Messages are rejected since there are fewer in-sync replicas than required."),
        Row(
            "NOT_ENOUGH_REPLICAS_AFTER_APPEND", retriable: true,
            "Messages are written to the log, but to fewer in-sync replicas than required."),
        Row(
            "INVALID_REQUIRED_ACKS",
            "Produce request specified an invalid value for required acks."),
        Row(
            "ILLEGAL_GENERATION",
            "Specified group generation id is not valid."),
        Row(
            "INCONSISTENT_GROUP_PROTOCOL",
            "The group member's supported protocols are incompatible with those of existing members "
                + "or first group member tried to join with empty protocol type or empty protocol list."),
        Row(
            "INVALID_GROUP_ID",
            "The group id is invalid."),
        Row(
            "UNKNOWN_MEMBER_ID",
            "The coordinator is not aware of this member."),
        Row(
            "INVALID_SESSION_TIMEOUT",
            "The session timeout is not within the range allowed by the broker (as configured by "
                + "group.min.session.timeout.ms and group.max.session.timeout.ms)."),
        Row(
            "REBALANCE_IN_PROGRESS",
            "The group is rebalancing, so a rejoin is needed."),
        Row(
            "INVALID_COMMIT_OFFSET_SIZE",
            "The committing offset data size is not valid."),
        Row(
            "TOPIC_AUTHORIZATION_FAILED",
            "Topic authorization failed."),
        Row(
            "GROUP_AUTHORIZATION_FAILED",
            "Group authorization failed."),
        Row(
            "CLUSTER_AUTHORIZATION_FAILED",
            "Cluster authorization failed."),
        Row(
            "INVALID_TIMESTAMP",
            "The timestamp of the message is out of acceptable range."),
        Row(
            "UNSUPPORTED_SASL_MECHANISM",
            "The broker does not support the requested SASL mechanism."),
        Row(
            "ILLEGAL_SASL_STATE",
            "Request is not valid given the current SASL state."),
        Row(
            "UNSUPPORTED_VERSION",
            "The version of API is not supported."),
        Row(
            "TOPIC_ALREADY_EXISTS",
            "Topic with this name already exists."),
        Row(
            "INVALID_PARTITIONS",
            "Number of partitions is below 1."),
        Row(
            "INVALID_REPLICATION_FACTOR",
            "Replication factor is below 1 or larger than the number of available brokers."),
        Row(
            "INVALID_REPLICA_ASSIGNMENT",
            "Replica assignment is invalid."),
        Row(
            "INVALID_CONFIG",
            "Configuration is invalid."),
        Row(
            "NOT_CONTROLLER", retriable: true,
            "This is not the correct controller for this cluster."),
        Row(
            "INVALID_REQUEST",
            "This most likely occurs because of a request being malformed by the client library or "
                + "the message was sent to an incompatible broker. See the broker logs for more details."),
        Row(
            "UNSUPPORTED_FOR_MESSAGE_FORMAT",
            "The message format version on the broker does not support the request."),
        Row(
            "POLICY_VIOLATION",
            "Request parameters do not satisfy the configured policy."),
        Row(
            "OUT_OF_ORDER_SEQUENCE_NUMBER",
            "The broker received an out of order sequence number."),
        Row(
            "DUPLICATE_SEQUENCE_NUMBER",
            "The broker received a duplicate sequence number."),
        Row(
            "INVALID_PRODUCER_EPOCH",
            "Producer attempted to produce with an old epoch."),
        Row(
            "INVALID_TXN_STATE",
            "The producer attempted a transactional operation in an invalid state."),
        Row(
            "INVALID_PRODUCER_ID_MAPPING",
            "The producer attempted to use a producer id which is not currently assigned to its "
                + "transactional id."),
        Row(
            "INVALID_TRANSACTION_TIMEOUT",
            "The transaction timeout is larger than the maximum value allowed by the broker (as "
                + "configured by transaction.max.timeout.ms)."),
        Row(
            "CONCURRENT_TRANSACTIONS", retriable: true,
            "The producer attempted to update a transaction while another concurrent operation on "
                + "the same transaction was ongoing."),
        Row(
            "TRANSACTION_COORDINATOR_FENCED",
            "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the "
                + "current coordinator for a given producer."),
        Row(
            "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
            "Transactional Id authorization failed."),
        Row(
            "SECURITY_DISABLED",
            "Security features are disabled."),
        Row(
            "OPERATION_NOT_ATTEMPTED",
            "The broker did not attempt to execute this operation. This may happen for batched RPCs "
                + "where some operations in the batch failed, causing the broker to respond without trying "
                + "the rest."),
        Row(
            "KAFKA_STORAGE_ERROR", retriable: true,
            "Disk error when trying to access log file on the disk."),
        Row(
            "LOG_DIR_NOT_FOUND",
            "The user-specified log directory is not found in the broker config."),
        Row(
            "SASL_AUTHENTICATION_FAILED",
            "SASL Authentication failed."),
        Row(
            "UNKNOWN_PRODUCER_ID",
            "This exception is raised by the broker if it could not locate the producer metadata "
                + "associated with the producerId in question. This could happen if, for instance, the "
                + "producer's records were deleted because their retention time had elapsed. Once the last "
                + "records of the producerId are removed, the producer's metadata is removed from the "
                + "broker, and future appends by the producer will return this exception."),
        Row(
            "REASSIGNMENT_IN_PROGRESS",
            "A partition reassignment is in progress."),
        Row(
            "DELEGATION_TOKEN_AUTH_DISABLED",
            "Delegation Token feature is not enabled."),
        Row(
            "DELEGATION_TOKEN_NOT_FOUND",
            "Delegation Token is not found on server."),
        Row(
            "DELEGATION_TOKEN_OWNER_MISMATCH",
            "Specified Principal is not valid Owner/Renewer."),
        Row(
            "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
            "Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on "
                + "delegation token authenticated channels."),
        Row(
            "DELEGATION_TOKEN_AUTHORIZATION_FAILED",
            "Delegation Token authorization failed."),
        Row(
            "DELEGATION_TOKEN_EXPIRED",
            "Delegation Token is expired."),
        Row(
            "INVALID_PRINCIPAL_TYPE",
            "Supplied principalType is not supported."),
        Row(
            "NON_EMPTY_GROUP",
            "The group is not empty."),
        Row(
            "GROUP_ID_NOT_FOUND",
            "The group id does not exist."),
        Row(
            "FETCH_SESSION_ID_NOT_FOUND", retriable: true,
            "The fetch session ID was not found."),
        Row(
            "INVALID_FETCH_SESSION_EPOCH", retriable: true,
            "The fetch session epoch is invalid."),
        Row(
            "LISTENER_NOT_FOUND", retriable: true,
            "There is no listener on the leader broker that matches the listener on which metadata "
                + "request was processed."),
        Row(
            "TOPIC_DELETION_DISABLED",
            "Topic deletion is disabled."),
        Row(
            "FENCED_LEADER_EPOCH", retriable: true,
            "The leader epoch in the request is older than the epoch on the broker."),
        Row(
            "UNKNOWN_LEADER_EPOCH", retriable: true,
            "The leader epoch in the request is newer than the epoch on the broker."),
        Row(
            "UNSUPPORTED_COMPRESSION_TYPE",
            "The requesting client does not support the compression type of given partition."),
        Row(
            "STALE_BROKER_EPOCH",
            "Broker epoch has changed."),
        Row(
            "OFFSET_NOT_AVAILABLE", retriable: true,
            "The leader high watermark has not caught up from a recent leader election so the "
                + "offsets cannot be guaranteed to be monotonically increasing."),
        Row(
            "MEMBER_ID_REQUIRED",
            "The group member needs to have a valid member id before actually entering a consumer "
                + "group."),
        Row(
            "PREFERRED_LEADER_NOT_AVAILABLE", retriable: true,
            "The preferred leader was not available."),
        Row(
            "GROUP_MAX_SIZE_REACHED",
            "The group has reached its maximum size."),
        Row(
            "FENCED_INSTANCE_ID",
            "The broker rejected this static consumer since another consumer with the same "
                + "group.instance.id has registered with a different member.id."),
        Row(
            "ELIGIBLE_LEADERS_NOT_AVAILABLE", retriable: true,
            "Eligible topic partition leaders are not available."),
        Row(
            "ELECTION_NOT_NEEDED", retriable: true,
            "Leader election not needed for topic partition."),
        Row(
            "NO_REASSIGNMENT_IN_PROGRESS",
            "No partition reassignment is in progress."),
        Row(
            "GROUP_SUBSCRIBED_TO_TOPIC",
            "Deleting offsets of a topic is forbidden while the consumer group is actively "
                + "subscribed to it."),
        Row(
            "INVALID_RECORD",
            "This record has failed the validation on broker and hence will be rejected."),
        Row(
            "UNSTABLE_OFFSET_COMMIT", retriable: true,
            "There are unstable offsets that need to be cleared."),
        Row(
            "THROTTLING_QUOTA_EXCEEDED", retriable: true,
            "The throttling quota has been exceeded."),
        Row(
            "PRODUCER_FENCED",
            "There is a newer producer with the same transactionalId which fences the current one."),
        Row(
            "RESOURCE_NOT_FOUND",
            "A request illegally referred to a resource that does not exist."),
        Row(
            "DUPLICATE_RESOURCE",
            "A request illegally referred to the same resource twice."),
        Row(
            "UNACCEPTABLE_CREDENTIAL",
            "Requested credential would not meet criteria for acceptability."),
        Row(
            "INCONSISTENT_VOTER_SET",
            "Indicates that the either the sender or recipient of a voter-only request is not one of "
                + "the expected voters."),
        Row(
            "INVALID_UPDATE_VERSION",
            "The given update version was invalid."),
        Row(
            "FEATURE_UPDATE_FAILED",
            "Unable to update finalized features due to an unexpected server error."),
        Row(
            "PRINCIPAL_DESERIALIZATION_FAILURE",
            "Request principal deserialization failed during forwarding. This indicates an internal "
                + "error on the broker cluster security setup."),
        Row(
            "SNAPSHOT_NOT_FOUND",
            "Requested snapshot was not found."),
        Row(
            "POSITION_OUT_OF_RANGE",
            "Requested position is not greater than or equal to zero, and less than the size of the "
                + "snapshot."),
        Row(
            "UNKNOWN_TOPIC_ID", retriable: true,
            "This server does not host this topic ID."),
        Row(
            "DUPLICATE_BROKER_REGISTRATION",
            "This broker ID is already in use."),
        Row(
            "BROKER_ID_NOT_REGISTERED",
            "The given broker ID was not registered."),
        Row(
            "INCONSISTENT_TOPIC_ID", retriable: true,
            "The log's topic ID did not match the topic ID in the request."),
        Row(
            "INCONSISTENT_CLUSTER_ID",
            "The clusterId in the request does not match that found on the server."),
        Row(
            "TRANSACTIONAL_ID_NOT_FOUND",
            "The transactionalId could not be found."),
        Row(
            "FETCH_SESSION_TOPIC_ID_ERROR", retriable: true,
            "The fetch session encountered inconsistent topic ID usage."),
        Row(
            "INELIGIBLE_REPLICA",
            "The new ISR contains at least one ineligible replica."),
        Row(
            "NEW_LEADER_ELECTED",
            "The AlterPartition request successfully updated the partition state but the leader has "
                + "changed."),
        Row(
            "OFFSET_MOVED_TO_TIERED_STORAGE",
            "The requested offset is moved to tiered storage."),
        Row(
            "FENCED_MEMBER_EPOCH",
            "The member epoch is fenced by the group coordinator. The member must abandon all its "
                + "partitions and rejoin."),
        Row(
            "UNRELEASED_INSTANCE_ID",
            "The instance ID is still used by another member in the consumer group. That member must "
                + "leave first."),
        Row(
            "UNSUPPORTED_ASSIGNOR",
            "The assignor or its version range is not supported by the consumer group."),
        Row(
            "STALE_MEMBER_EPOCH",
            "The member epoch is stale. The member must retry after receiving its updated member "
                + "epoch via the ConsumerGroupHeartbeat API."),
        Row(
            "MISMATCHED_ENDPOINT_TYPE",
            "The request was sent to an endpoint of the wrong type."),
        Row(
            "UNSUPPORTED_ENDPOINT_TYPE",
            "This endpoint type is not supported yet."),
        Row(
            "UNKNOWN_CONTROLLER_ID",
            "This controller ID is not known."),
        Row(
            "UNKNOWN_SUBSCRIPTION_ID",
            "Client sent a push telemetry request with an invalid or outdated subscription ID."),
        Row(
            "TELEMETRY_TOO_LARGE",
            "Client sent a push telemetry request larger than the maximum size the broker will "
                + "accept."),
        Row(
            "INVALID_REGISTRATION",
            "The controller has considered the broker registration to be invalid."),
        Row(
            "TRANSACTION_ABORTABLE",
            "The server encountered an error with the transaction. The client can abort the "
                + "transaction to continue using this transactional ID."),
        Row(
            "INVALID_RECORD_STATE",
            "The record state is invalid. The acknowledgement of delivery could not be completed."),
        Row(
            "SHARE_SESSION_NOT_FOUND", retriable: true,
            "The share session was not found."),
        Row(
            "INVALID_SHARE_SESSION_EPOCH", retriable: true,
            "The share session epoch is invalid."),
        Row(
            "FENCED_STATE_EPOCH",
            "The share coordinator rejected the request because the share-group state epoch did not "
                + "match."),
        Row(
            "INVALID_VOTER_KEY",
            "The voter key doesn't match the receiving replica's key."),
        Row(
            "DUPLICATE_VOTER",
            "The voter is already part of the set of voters."),
        Row(
            "VOTER_NOT_FOUND",
            "The voter is not part of the set of voters."),
        Row(
            "INVALID_REGULAR_EXPRESSION",
            "The regular expression is not valid."),
        Row(
            "REBOOTSTRAP_REQUIRED",
            "Client metadata is stale. The client should rebootstrap to obtain new metadata."),
        Row(
            "STREAMS_INVALID_TOPOLOGY",
            "The supplied topology is invalid."),
        Row(
            "STREAMS_INVALID_TOPOLOGY_EPOCH",
            "The supplied topology epoch is invalid."),
        Row(
            "STREAMS_TOPOLOGY_FENCED",
            "The supplied topology epoch is outdated."),
        Row(
            "SHARE_SESSION_LIMIT_REACHED", retriable: true,
            "The limit of share sessions has been reached."),
    ]
}
