import CNuma
import CUring

/// The processors that this process may use, and the memory node of each.
public struct Topology: Sendable {
    public let cpus: [Int]

    /// Reads the process's affinity mask.
    public init() {
        var allowed = [Int32](repeating: 0, count: 1024)
        let count = Int(mu_allowed_cpus(&allowed, 1024))
        cpus = allowed.prefix(count).map(Int.init)
    }

    /// How many cores to run when nobody says: all processors but one, which is left to the kernel's workers,
    /// interrupts and other processes; at least one.
    public var defaultCoreCount: Int { max(1, cpus.count - 1) }

    static var nodeCount: Int { Int(moldau_numa_nodes()) }

    static func node(ofCPU cpu: Int) -> Int { Int(moldau_numa_node_of(Int32(cpu))) }

    /// Takes the calling thread's new memory from `cpu`'s node, where there is more than one.
    static func preferNode(ofCPU cpu: Int) {
        if nodeCount > 1 { moldau_numa_prefer(Int32(node(ofCPU: cpu))) }
    }
}
