#include "CNuma.h"
#include <numa.h>

int moldau_numa_nodes(void) { return numa_available() < 0 ? 1 : numa_num_configured_nodes(); }

int moldau_numa_node_of(int cpu) {
    if (numa_available() < 0) return 0;
    int node = numa_node_of_cpu(cpu);
    return node < 0 ? 0 : node;
}

void moldau_numa_prefer(int node) {
    if (numa_available() >= 0) numa_set_preferred(node);
}
