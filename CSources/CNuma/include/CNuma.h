#pragma once

/// The number of memory nodes, 1 where the machine has no such notion.
int moldau_numa_nodes(void);
/// The node that `cpu` belongs to, 0 where unknown.
int moldau_numa_node_of(int cpu);
/// The calling thread's new memory comes from `node` while it has some.
void moldau_numa_prefer(int node);
