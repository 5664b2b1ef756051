public import Bytes

/// Decides, on the member that leads a classic group, who reads what. Every member has to come to know the same
/// assignor by its name.
public protocol Assignor: Sendable {
    /// What stands in JoinGroup, `range` say.
    var name: String { get }
    /// Members keep what they own while the group rebalances, and give up only what moves (KIP-429).
    var isCooperative: Bool { get }
    /// - Parameter partitionCounts: by topic; topics that don't exist are absent.
    /// - Returns: partitions by member, each member present.
    func assign(_ members: [AssignorMember], partitionCounts: [String: Int32]) -> [String: [TopicPartition]]
    /// What a member tells the leader beside its subscription.
    func userData(generation: Int32) -> ByteSlice?
}

extension Assignor {
    public var isCooperative: Bool { false }
    public func userData(generation: Int32) -> ByteSlice? { nil }
}

/// A member of a group as its leader knows it.
public struct AssignorMember: Sendable {
    public let memberID: String
    public let instanceID: String?
    public let topics: [String]
    public let ownedPartitions: [TopicPartition]
    /// In which it came to own them; −1 when unknown.
    public let generation: Int32

    public init(
        memberID: String, instanceID: String? = nil, topics: [String], ownedPartitions: [TopicPartition] = [],
        generation: Int32 = -1
    ) {
        self.memberID = memberID
        self.instanceID = instanceID
        self.topics = topics
        self.ownedPartitions = ownedPartitions
        self.generation = generation
    }

    /// Static members come first, by instance id; then the others by member id.
    static func precedes(_ left: AssignorMember, _ right: AssignorMember) -> Bool {
        switch (left.instanceID, right.instanceID) {
        case (let left?, let right?): left < right
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): left.memberID < right.memberID
        }
    }
}
