import Bytes
package import KafkaProtocol

/// DescribeGroups and ListGroups: reads, answered at once.
extension GroupMachine {
    /// One group of a DescribeGroups.
    package func describe(_ groupID: String, version: Int16) -> DescribeGroupsResponse.Group {
        guard isLoaded, !isGone else {
            let error: KafkaError = isGone ? .notCoordinator : .coordinatorLoadInProgress
            return DescribeGroupsResponse.Group {
                $0.groupID = groupID
                $0.errorCode = error.code
            }
        }
        guard let group = groups[groupID] else { return Self.unknown(groupID, foreignGroups[groupID], version) }
        let isStable = group.state == .stable
        return DescribeGroupsResponse.Group {
            $0.groupID = groupID
            $0.groupState = group.state.rawValue
            $0.protocolType = group.protocolType ?? ""
            $0.protocolData = isStable ? group.protocolName ?? "" : ""
            $0.members = group.members.map { member in
                DescribeGroupsResponse.Member {
                    $0.memberID = member.id
                    $0.groupInstanceID = member.instanceID
                    $0.clientID = member.clientID
                    $0.clientHost = member.clientHost
                    $0.memberMetadata = isStable ? member.metadata(for: group.protocolName) : ByteSlice()
                    $0.memberAssignment = member.assignment
                }
            }
        }
    }

    private static func unknown(
        _ groupID: String, _ foreign: ForeignGroup?, _ version: Int16
    ) -> DescribeGroupsResponse.Group {
        DescribeGroupsResponse.Group {
            $0.groupID = groupID
            $0.groupState = GroupState.dead.rawValue
            guard version >= 6 else { return }
            $0.errorCode = KafkaError.groupIDNotFound.code
            $0.errorMessage =
                foreign == nil ? "Group \(groupID) not found." : "Group \(groupID) is not a classic group."
        }
    }

    /// This partition's part of a ListGroups. Empty filters let everything pass; case doesn't matter.
    package func list(states: [String], types: [String]) -> [ListGroupsResponse.Group] {
        let states = Set(states.map(Self.folded))
        let types = Set(types.map(Self.folded))
        var listed: [ListGroupsResponse.Group] = []

        func add(_ id: String, _ protocolType: String, _ state: String, _ type: String) {
            guard states.isEmpty || states.contains(state.lowercased()) else { return }
            guard types.isEmpty || types.contains(type.lowercased()) else { return }
            listed.append(
                ListGroupsResponse.Group {
                    $0.groupID = id
                    $0.protocolType = protocolType
                    $0.groupState = state
                    $0.groupType = type
                })
        }
        for (id, group) in groups { add(id, group.protocolType ?? "", group.state.rawValue, "Classic") }
        for (id, group) in foreignGroups {
            let state: GroupState = group.isEmpty ? .empty : .stable
            add(id, group.kind.protocolType, state.rawValue, group.kind.rawValue)
        }
        return listed.sorted { $0.groupID < $1.groupID }
    }

    private static func folded(_ filter: String) -> String {
        let isBlank = { (character: Character) in character.isWhitespace }
        let head = filter.drop(while: isBlank)
        let blanks = head.reversed().prefix(while: isBlank).count
        return head.dropLast(blanks).lowercased()
    }

    /// How many groups are in each state, of the classic kind.
    package var groupCounts: [GroupState: Int] {
        groups.values.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    /// Offsets committed.
    package var offsetCount: Int { offsets.committed.count }
}
