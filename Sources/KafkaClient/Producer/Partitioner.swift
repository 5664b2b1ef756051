import Bytes
import Reactor

/// Chooses partitions as Java's clients do: a key's by its hash over all partitions; without a key one partition at
/// random among those with a leader, until about a batch's worth has gone there (KIP-794).
struct Partitioner {
    private var sticky: Int32?
    private var stickyBytes = 0

    /// - Parameter ignoresKeys: partitioner.ignore.keys.
    mutating func choose(_ key: ByteSlice?, _ topic: TopicMetadata, ignoresKeys: Bool, random: () -> UInt64) -> Int32 {
        let count = Int32(clamping: topic.partitions.count)
        guard count > 0 else { return 0 }
        if let key, !ignoresKeys { return Murmur2.partition(of: key, among: count) }
        if let sticky, sticky < count { return sticky }
        let led = topic.partitions.filter { $0.leader != nil }
        let choice = led.isEmpty ? topic.partitions : led
        let chosen = choice[Int(random() % UInt64(choice.count))].index
        sticky = chosen
        stickyBytes = 0
        return chosen
    }

    /// Counts what went to the sticky partition, and leaves it after `limit` bytes.
    mutating func produced(_ bytes: Int, to partition: Int32, limit: Int) {
        guard partition == sticky else { return }
        stickyBytes += bytes
        if stickyBytes >= limit { sticky = nil }
    }
}
