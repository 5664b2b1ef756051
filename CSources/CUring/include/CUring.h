#pragma once
// <features.h> and <signal.h> come before <liburing.h>, which narrows _XOPEN_SOURCE: otherwise the types of this module
// and of Glibc differ in debug builds.
#include <features.h>
#include <signal.h>

#include <liburing.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif

// Constants whose types differ from one C library header to the next, as plain integers.
static const uint32_t MU_SEND_FLAGS = MSG_NOSIGNAL | MSG_WAITALL;
static const int32_t MU_SEND_NOW_FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT;
static const uint32_t MU_RECEIVE_ALL = MSG_WAITALL;
static const int32_t MU_STREAM = SOCK_STREAM;
static const int32_t MU_CLOSE_ON_EXEC = SOCK_CLOEXEC;

/// A ring and its group of receive buffers. Used by one thread only.
struct mu_ring {
    struct io_uring ring;
    struct io_uring_buf_ring *buffers;
    unsigned buffer_count;
};

/// One completion, copied out of the queue.
struct mu_completion {
    uint64_t slot;
    int32_t result;
    uint32_t flags;
};

/// What a submission asks for, as a kernel that isn't Linux reads it.
struct mu_request {
    uint8_t opcode;
    uint8_t flags;
    uint16_t buffer_group;
    int32_t fd;
    uint64_t offset;
    uint64_t address;
    uint32_t length;
    uint32_t operation_flags;
    uint64_t slot;
};

/// Sets up a ring for the calling thread: 0 or a negative errno.
int mu_ring_open(struct mu_ring *ring, unsigned entries);
void mu_ring_close(struct mu_ring *ring);
/// Registers `count` (a power of two) receive buffers of `size` bytes at `base` as group 0: 0 or a negative errno.
int mu_ring_register_buffers(struct mu_ring *ring, void *base, unsigned count, unsigned size);
/// Bounds the kernel's own workers (bounded and unbounded): 0 or a negative errno.
int mu_ring_limit_workers(struct mu_ring *ring, unsigned bounded, unsigned unbounded);
/// True when the running kernel has every operation that we use.
bool mu_ring_supports_our_operations(struct mu_ring *ring);
/// Submits all that was prepared and waits for one completion, at most `nanoseconds` (negative: without end; 0: not at
/// all). 0 or a negative errno.
int mu_ring_enter(struct mu_ring *ring, int64_t nanoseconds);

/// cachestat(2): pages of the range that are in the page cache, or -1 where the kernel can't tell.
long mu_pages_cached(int fd, uint64_t position, uint64_t length);
/// Pins the calling thread to one processor: 0 or an errno.
int mu_pin_thread(int cpu);
/// Fills `cpus` with the processors that this process may use; returns how many (at most `room`).
int mu_allowed_cpus(int *cpus, int room);
/// An eventfd, or -1.
int mu_doorbell(void);
/// fallocate(2): 0 or -1 with errno.
int mu_allocate(int fd, int64_t position, int64_t count);
/// syncfs(2): 0 or a negative errno.
int mu_sync_file_system(int fd);
int mu_open(const char *path, int flags, unsigned mode);
/// The file system's magic number at `path` (statfs), or -1.
long mu_filesystem_magic(const char *path);
/// Bytes that the file system of `path` has in all, or -1.
int64_t mu_filesystem_total(const char *path);
/// Bytes that an ordinary user could still write at `path`, or -1.
int64_t mu_filesystem_free(const char *path);
/// Sets the modification time: 0 or -1 with errno.
int mu_set_modified(int fd, int64_t milliseconds);
/// fsetxattr(2): 0 or -1 with errno.
int mu_set_attribute(int fd, const char *name, const void *bytes, size_t count);
/// fgetxattr(2): how many bytes it has, or -1 with errno.
long mu_attribute(int fd, const char *name, void *bytes, size_t room);
/// fremovexattr(2): 0 or -1 with errno.
int mu_remove_attribute(int fd, const char *name);

/// A thread that runs `body(context)`; 0 or an errno. Joined by `mu_thread_join`.
int mu_thread_start(pthread_t *thread, const char *name, void (*body)(void *), void *context);
int mu_thread_join(pthread_t thread);
/// The same for a thread that nobody joins.
int mu_thread_start_detached(const char *name, void (*body)(void *), void *context);

static inline struct io_uring_sqe *mu_ring_submission(struct mu_ring *ring) {
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->ring);
    if (__builtin_expect(sqe == NULL, 0)) {
        io_uring_submit(&ring->ring);
        sqe = io_uring_get_sqe(&ring->ring);
    }
    return sqe;
}

static inline unsigned mu_ring_prepared(struct mu_ring *ring) { return io_uring_sq_ready(&ring->ring); }

static inline bool mu_ring_next(struct mu_ring *ring, struct mu_completion *completion) {
    struct io_uring_cqe *cqe;
    if (io_uring_peek_cqe(&ring->ring, &cqe) != 0 || cqe == NULL) return false;
    completion->slot = cqe->user_data;
    completion->result = cqe->res;
    completion->flags = cqe->flags;
    io_uring_cqe_seen(&ring->ring, cqe);
    return true;
}

static inline void mu_ring_add_buffer(struct mu_ring *ring, void *address, unsigned size, uint16_t id, int at) {
    io_uring_buf_ring_add(ring->buffers, address, size, id, io_uring_buf_ring_mask(ring->buffer_count), at);
}

static inline void mu_ring_publish_buffers(struct mu_ring *ring, int count) {
    io_uring_buf_ring_advance(ring->buffers, count);
}

static inline void mu_prepare(
    struct io_uring_sqe *sqe, uint8_t opcode, int fd, const void *address, uint32_t length, uint64_t offset,
    uint32_t operation_flags, uint64_t slot
) {
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = opcode;
    sqe->fd = fd;
    sqe->addr = (uint64_t)(uintptr_t)address;
    sqe->len = length;
    sqe->off = offset;
    sqe->rw_flags = (int)operation_flags;
    sqe->user_data = slot;
}

/// Receives into whichever buffer of group 0 the kernel picks. Where nothing is expected to be there yet, it waits
/// before it looks.
static inline void mu_prepare_receive_picked(struct io_uring_sqe *sqe, int fd, bool expected, uint64_t slot) {
    mu_prepare(sqe, IORING_OP_RECV, fd, NULL, 0, 0, 0, slot);
    if (!expected) sqe->ioprio = IORING_RECVSEND_POLL_FIRST;
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 0;
}

static inline struct mu_request mu_decode(const struct io_uring_sqe *sqe) {
    struct mu_request request = {
        .opcode = sqe->opcode, .flags = sqe->flags, .buffer_group = sqe->buf_group, .fd = sqe->fd,
        .offset = sqe->off, .address = sqe->addr, .length = sqe->len,
        .operation_flags = (uint32_t)sqe->rw_flags, .slot = sqe->user_data};
    return request;
}
