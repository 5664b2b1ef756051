#define _GNU_SOURCE
#include "CUring.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

int mu_ring_open(struct mu_ring *ring, unsigned entries) {
    memset(ring, 0, sizeof *ring);
    struct io_uring_params parameters = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE,
        .cq_entries = entries * 4};
    return io_uring_queue_init_params(entries, &ring->ring, &parameters);
}

void mu_ring_close(struct mu_ring *ring) {
    io_uring_queue_exit(&ring->ring);
    if (ring->buffers) munmap(ring->buffers, ring->buffer_count * sizeof(struct io_uring_buf));
    ring->buffers = NULL;
}

int mu_ring_register_buffers(struct mu_ring *ring, void *base, unsigned count, unsigned size) {
    size_t bytes = count * sizeof(struct io_uring_buf);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return -errno;
    struct io_uring_buf_reg registration = {.ring_addr = (uint64_t)(uintptr_t)memory, .ring_entries = count, .bgid = 0};
    int failed = io_uring_register_buf_ring(&ring->ring, &registration, 0);
    if (failed) {
        munmap(memory, bytes);
        return failed;
    }
    ring->buffers = memory;
    ring->buffer_count = count;
    io_uring_buf_ring_init(ring->buffers);
    for (unsigned i = 0; i < count; i++) mu_ring_add_buffer(ring, (char *)base + (size_t)i * size, size, (uint16_t)i, (int)i);
    mu_ring_publish_buffers(ring, (int)count);
    return 0;
}

int mu_ring_limit_workers(struct mu_ring *ring, unsigned bounded, unsigned unbounded) {
    unsigned limits[2] = {bounded, unbounded};
    return io_uring_register_iowq_max_workers(&ring->ring, limits);
}

bool mu_ring_supports_our_operations(struct mu_ring *ring) {
    static const int ours[] = {IORING_OP_READ, IORING_OP_FSYNC, IORING_OP_ACCEPT, IORING_OP_CONNECT,
                               IORING_OP_RECV, IORING_OP_SENDMSG, IORING_OP_ASYNC_CANCEL};
    struct io_uring_probe *probe = io_uring_get_probe_ring(&ring->ring);
    if (!probe) return false;
    bool all = true;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) all = all && io_uring_opcode_supported(probe, ours[i]);
    io_uring_free_probe(probe);
    return all;
}

int mu_ring_enter(struct mu_ring *ring, int64_t nanoseconds) {
    struct io_uring_cqe *cqe = NULL;
    int result;
    if (nanoseconds == 0) {
        // DEFER_TASKRUN: completions only appear when the thread asks for them.
        result = io_uring_submit_and_get_events(&ring->ring);
    } else if (nanoseconds < 0) {
        result = io_uring_submit_and_wait(&ring->ring, 1);
    } else {
        struct __kernel_timespec limit = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
        result = io_uring_submit_and_wait_timeout(&ring->ring, &cqe, 1, &limit, NULL);
    }
    return result < 0 && result != -ETIME && result != -EINTR ? result : 0;
}

struct cachestat_range {
    uint64_t offset, length;
};
struct cachestat_pages {
    uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

long mu_pages_cached(int fd, uint64_t position, uint64_t length) {
    enum { SYS_CACHESTAT = 451 };  // the same number on every architecture since 6.5
    struct cachestat_range range = {position, length};
    struct cachestat_pages pages;
    if (syscall(SYS_CACHESTAT, fd, &range, &pages, 0) != 0) return -1;
    return (long)pages.cached;
}

int mu_pin_thread(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int mu_allowed_cpus(int *cpus, int room) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    int count = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && count < room; cpu++)
        if (CPU_ISSET(cpu, &set)) cpus[count++] = cpu;
    return count;
}

int mu_doorbell(void) { return eventfd(0, EFD_CLOEXEC); }

int mu_allocate(int fd, int64_t position, int64_t count) { return fallocate(fd, 0, position, count); }

int mu_sync_file_system(int fd) { return syncfs(fd) == 0 ? 0 : -errno; }

int mu_open(const char *path, int flags, unsigned mode) { return open(path, flags | O_CLOEXEC, (mode_t)mode); }

long mu_filesystem_magic(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (long)status.f_type : -1;
}

int64_t mu_filesystem_total(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (int64_t)status.f_blocks * (int64_t)status.f_bsize : -1;
}

int64_t mu_filesystem_free(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (int64_t)status.f_bavail * (int64_t)status.f_bsize : -1;
}

int mu_set_modified(int fd, int64_t milliseconds) {
    struct timespec times[2] = {
        {.tv_sec = 0, .tv_nsec = UTIME_OMIT},
        {.tv_sec = milliseconds / 1000, .tv_nsec = (milliseconds % 1000) * 1000000}};
    return futimens(fd, times);
}

int mu_set_attribute(int fd, const char *name, const void *bytes, size_t count) {
    return fsetxattr(fd, name, bytes, count, 0);
}

long mu_attribute(int fd, const char *name, void *bytes, size_t room) { return fgetxattr(fd, name, bytes, room); }

int mu_remove_attribute(int fd, const char *name) { return fremovexattr(fd, name); }

struct thread_start {
    void (*body)(void *);
    void *context;
};

static void *thread_body(void *argument) {
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
    start.body(start.context);
    return NULL;
}

int mu_thread_start(pthread_t *thread, const char *name, void (*body)(void *), void *context) {
    struct thread_start *start = malloc(sizeof *start);
    if (!start) return ENOMEM;
    *start = (struct thread_start){body, context};
    int failed = pthread_create(thread, NULL, thread_body, start);
    if (failed) {
        free(start);
        return failed;
    }
    pthread_setname_np(*thread, name);
    return 0;
}

int mu_thread_start_detached(const char *name, void (*body)(void *), void *context) {
    pthread_t thread;
    int failed = mu_thread_start(&thread, name, body, context);
    return failed ? failed : pthread_detach(thread);
}

int mu_thread_join(pthread_t thread) { return pthread_join(thread, NULL); }
