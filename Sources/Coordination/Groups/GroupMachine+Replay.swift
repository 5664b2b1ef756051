package import Bytes
package import KafkaProtocol

/// Reading the partition, from its beginning, into a fresh machine.
extension GroupMachine {
    /// One record. Types of later versions are stepped over; a record that can't be read throws, and leaves the machine
    /// as it was.
    ///
    /// - Parameters:
    ///   - producerID: of a record in a transactional batch, else −1.
    package func replay(
        key: ByteSlice, value: ByteSlice?, offset: Int64, producerID: Int64 = -1
    ) throws(CodingError) {
        switch try RecordKey(key) {
        case .offset(let key): try replay(key, value, offset, producerID)
        case .group(let groupID): try replay(group: groupID, value)
        case .foreign(let key): replay(key, isTombstone: value == nil)
        case .unknown: break
        }
    }

    /// The end of a transaction: from the log while replaying, and when a marker has been written to the partition.
    package func replayMarker(producerID: Int64, isCommit: Bool) {
        offsets.replayMarker(producerID: producerID, isCommit: isCommit)
    }

    private func replay(_ key: OffsetKey, _ value: ByteSlice?, _ offset: Int64, _ producerID: Int64) throws(CodingError)
    {
        var committed: CommittedOffset?
        if let value {
            committed = CommittedOffset(try Self.decode(OffsetCommitValue.self, value))
            if groups[key.groupID] == nil, foreignGroups[key.groupID] == nil {
                // Only members leave a record of their group.
                groups[key.groupID] = Group(id: key.groupID, timestamp: committed?.commitTimestamp ?? -1)
            }
        }
        offsets.replay(
            CommittedOffsets.Change(key: key, offset: committed), recordOffset: offset, producerID: producerID)
    }

    private func replay(group groupID: String, _ value: ByteSlice?) throws(CodingError) {
        guard let value else {
            groups[groupID] = nil
            return
        }
        let metadata = try Self.decode(GroupMetadataValue.self, value)
        let group = Group(id: groupID, timestamp: metadata.currentStateTimestamp)
        group.restore(metadata)
        for one in metadata.members where group.member(one.memberID) == nil {
            let member = Member(
                id: one.memberID, instanceID: one.groupInstanceID,
                client: ClientIdentity(id: one.clientID, host: one.clientHost),
                rebalanceTimeoutMilliseconds: one.rebalanceTimeoutMilliseconds == -1
                    ? one.sessionTimeoutMilliseconds : one.rebalanceTimeoutMilliseconds,
                sessionTimeoutMilliseconds: one.sessionTimeoutMilliseconds,
                // The others that it offered weren't written.
                protocols: [
                    Member.SupportedProtocol(name: metadata.protocolName ?? "", metadata: one.subscription.copied())
                ])
            member.assignment = one.assignment.copied()
            group.add(member, protocolType: metadata.protocolType)
        }
        group.finishRestoring()
        groups[groupID] = group
        foreignGroups[groupID] = nil
    }

    private func replay(_ key: RecordKey.Foreign, isTombstone: Bool) {
        if isTombstone, foreignGroups[key.groupID] == nil { return }
        // A compacted log may hold the last of a group's earlier life; what comes later decides.
        if !isTombstone { groups[key.groupID] = nil }
        var group = foreignGroups[key.groupID] ?? ForeignGroup(kind: key.kind)
        group.replay(key, isTombstone: isTombstone)
        foreignGroups[key.groupID] = group.isGone ? nil : group
    }

    /// A value behind its version.
    private static func decode<Value: KafkaMessage>(_ type: Value.Type, _ bytes: ByteSlice) throws(CodingError) -> Value
    {
        guard bytes.count >= 2 else { throw CodingError(position: 0, field: "version", reason: .truncated) }
        var position = 2
        let version = Int16(bytes[0]) << 8 | Int16(bytes[1])
        return try Value(decoding: bytes, at: &position, version: version)
    }
}
