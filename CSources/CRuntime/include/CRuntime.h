/// What Swift's runtime lets a process hook into, and Swift has no name for.
#ifndef MOLDAU_CRUNTIME_H
#define MOLDAU_CRUNTIME_H

/// Where the runtime keeps the function that is asked before a job goes to the global pool: of the type
/// `void (*)(Job *, void (*original)(Job *))`, in Swift's calling convention; null for none.
void *mr_enqueue_global_hook(void);

#endif
