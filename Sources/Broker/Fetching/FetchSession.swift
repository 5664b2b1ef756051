import Bytes
import KafkaProtocol
import Reactor

/// A partition as a fetch asks for it.
struct FetchedPartition: Sendable {
    var topicName: String
    var topicID: UUID
    var index: Int32
    var offset: Int64
    var maxBytes: Int32
    var currentLeaderEpoch: Int32
    var lastFetchedEpoch: Int32

    var identity: FetchIdentity { FetchIdentity(topicName: topicName, topicID: topicID, index: index) }
}

/// What makes a partition the same from one fetch of a session to the next: its id, or its name where ids aren't used.
struct FetchIdentity: Hashable, Sendable {
    var topicName: String
    var topicID: UUID
    var index: Int32

    init(topicName: String, topicID: UUID, index: Int32) {
        self.topicName = topicID == .zero ? topicName : ""
        self.topicID = topicID
        self.index = index
    }
}

/// What the client remembers between its fetches, so that it and we only name what changed (KIP-227).
final class FetchSession {
    /// What was told of a partition last.
    struct Told: Equatable {
        var highWatermark: Int64 = -1
        var lastStableOffset: Int64 = -1
        var logStartOffset: Int64 = -1
    }

    struct Entry {
        var partition: FetchedPartition
        var told = Told()
    }

    let id: Int32
    let usesTopicIDs: Bool
    /// The epoch that the next incremental fetch must carry.
    private(set) var expectedEpoch: Int32 = 1
    var lastUsed: Instant
    /// In the order they are read: those that gave data move behind those that didn't.
    private(set) var entries: [Entry] = []
    private var positions: [FetchIdentity: Int] = [:]

    init(id: Int32, usesTopicIDs: Bool, now: Instant) {
        self.id = id
        self.usesTopicIDs = usesTopicIDs
        lastUsed = now
    }

    func advanceEpoch() { expectedEpoch = expectedEpoch == .max ? 1 : expectedEpoch + 1 }

    /// Adds partitions, or takes over what changed of those it has.
    func add(_ partitions: [FetchedPartition]) {
        for partition in partitions {
            if let position = positions[partition.identity] {
                entries[position].partition = partition
            } else {
                positions[partition.identity] = entries.count
                entries.append(Entry(partition: partition))
            }
        }
    }

    func forget(_ identities: [FetchIdentity]) {
        let gone = Set(identities)
        entries.removeAll { gone.contains($0.partition.identity) }
        reindex()
    }

    /// Notes what a response told of each entry, and puts those that gave data behind the others.
    func answered(_ told: [Told?], gaveData: [Bool]) {
        // The same session on another connection meanwhile: its client is confused, and will be told so next time.
        guard told.count == entries.count else { return }
        for (position, value) in told.enumerated() {
            // An entry that answered an error is told anew next time.
            entries[position].told = value ?? Told()
        }
        guard gaveData.contains(true), gaveData.contains(false) else { return }
        let quiet = entries.indices.filter { !gaveData[$0] }.map { entries[$0] }
        entries = quiet + entries.indices.filter { gaveData[$0] }.map { entries[$0] }
        reindex()
    }

    private func reindex() {
        positions.removeAll(keepingCapacity: true)
        for (position, entry) in entries.enumerated() { positions[entry.partition.identity] = position }
    }
}

/// A core's fetch sessions, at most so many; a new one takes the place of one unused for two minutes.
final class FetchSessions {
    private let slots: Int
    private var sessions: [Int32: FetchSession] = [:]

    init(slots: Int) { self.slots = slots }

    var count: Int { sessions.count }

    /// A session, or nil when there is no room: the client goes on without.
    func make(usesTopicIDs: Bool, now: Instant, random: () -> UInt64) -> FetchSession? {
        if sessions.count >= slots {
            let oldest = sessions.values.min { ($0.lastUsed, $0.id) < ($1.lastUsed, $1.id) }
            guard let oldest, now.milliseconds(since: oldest.lastUsed) > Limits.sessionIdleMilliseconds else {
                return nil
            }
            sessions[oldest.id] = nil
        }
        var id: Int32
        repeat { id = Int32(truncatingIfNeeded: random() & 0x7fff_ffff) } while id == 0 || sessions[id] != nil
        let session = FetchSession(id: id, usesTopicIDs: usesTopicIDs, now: now)
        sessions[id] = session
        return session
    }

    func find(_ id: Int32) -> FetchSession? { sessions[id] }

    func remove(_ id: Int32) { sessions[id] = nil }
}
