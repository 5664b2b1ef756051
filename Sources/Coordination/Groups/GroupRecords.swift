import Bytes
import KafkaProtocol

/// The values of a classic group's record.
enum GroupRecords {
    /// As the group is now. Nil for the assignments members already have.
    static func metadata(_ group: Group, assignments: [String: ByteSlice]?) -> GroupMetadataValue {
        GroupMetadataValue {
            $0.protocolType = group.protocolType ?? ""
            $0.generation = group.generation
            $0.protocolName = group.protocolName
            $0.leader = group.leaderID
            $0.currentStateTimestamp = group.stateTimestamp ?? -1
            $0.members = group.members.map { member in
                GroupMetadataValue.Member {
                    $0.memberID = member.id
                    $0.groupInstanceID = member.instanceID
                    $0.clientID = member.clientID
                    $0.clientHost = member.clientHost
                    $0.rebalanceTimeoutMilliseconds = member.rebalanceTimeoutMilliseconds
                    $0.sessionTimeoutMilliseconds = member.sessionTimeoutMilliseconds
                    $0.subscription = member.metadata(for: group.protocolName)
                    $0.assignment = assignments.map { $0[member.id] ?? ByteSlice() } ?? member.assignment
                }
            }
        }
    }

    /// A group that nobody is a member of yet.
    static func newborn(_ group: Group) -> GroupMetadataValue {
        GroupMetadataValue {
            $0.protocolName = nil
            $0.leader = nil
            $0.currentStateTimestamp = group.stateTimestamp ?? -1
        }
    }
}
