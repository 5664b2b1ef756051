import LogEngine

/// The coordinators of one kind that a core has: one a partition of their topic that it leads.
final class CoordinatorHosts<Host: CoordinatorHost> {
    private var byPartition: [Int32: Host] = [:]

    subscript(partition: Int32) -> Host? { byPartition[partition] }

    /// By the partitions' numbers.
    var all: [Host] { byPartition.sorted { $0.key < $1.key }.map(\.value) }

    func add(_ host: Host) { byPartition[host.partition.name.partition] = host }

    /// Ends the host of a partition that goes, if it is one of ours.
    func remove(_ partition: Partition) {
        guard partition.name.topic == Host.topic else { return }
        byPartition.removeValue(forKey: partition.name.partition)?.stop()
    }

    func stop() {
        let hosts = all
        byPartition = [:]
        for host in hosts { host.stop() }
    }
}
