import Bytes
import KafkaProtocol

extension Shard {
    /// Does `body` for each item on the core that has its partition, and returns the results in the items' order. One
    /// hop a core, however many partitions it has. Their logs are open then, as far as they can be opened.
    func spread<Item: Sendable, Output: Sendable>(
        _ items: [(key: PartitionKey, item: Item)],
        _ body: @escaping @Sendable (isolated Shard, PartitionKey, Item) async -> Output
    ) async -> [Output] {
        var positions: [Int: [Int]] = [:]
        for (position, item) in items.enumerated() {
            positions[node.placement(of: item.key.topicID, item.key.partition), default: []].append(position)
        }
        var outputs = [Output?](repeating: nil, count: items.count)
        for (shard, places) in positions.sorted(by: { $0.key < $1.key }) {
            let mine = places.map { items[$0] }
            let results = await self.shard(at: shard).each(mine, body)
            for (place, result) in zip(places, results) { outputs[place] = result }
        }
        return outputs.compactMap { $0 }
    }

    private func each<Item: Sendable, Output: Sendable>(
        _ items: [(key: PartitionKey, item: Item)],
        _ body: @Sendable (isolated Shard, PartitionKey, Item) async -> Output
    ) async -> [Output] {
        var outputs: [Output] = []
        for (key, item) in items {
            await openIfNeeded(key)
            outputs.append(await body(self, key, item))
        }
        return outputs
    }
}
