// A load for brokers, whoever made them: bulk through librdkafka, small requests through plain sockets (Produce 7,
// Fetch 4, Metadata 4, which every broker since 2.1 and the least one speak). Prints one line of figures.
//
//   load produce  HOST PORT TOPIC RECORD_BYTES BATCH_BYTES TOTAL_MB [CODEC]
//   load keyed    HOST PORT TOPIC RECORD_BYTES BATCH_BYTES TOTAL_MB CODEC KEYS     keys at random, values half of chance
//   load consume  HOST PORT TOPIC TOTAL_MB
//   load requests HOST PORT TOPIC CONNECTIONS DEPTH COUNT        one 100-byte record a request, acks 1
//   load fetches  HOST PORT TOPIC CONNECTIONS COUNT              empty fetches at the end of partition 0
//   load metadata HOST PORT TOPIC CONNECTIONS COUNT
//   load paced    HOST PORT TOPIC MB_PER_SECOND SECONDS [KEYS]   1 KiB records, latency of each acknowledgement
//
// Build: cc -O2 -o load load.c -lrdkafka
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what) {
    fprintf(stderr, "load: %s (%s)\n", what, strerror(errno));
    exit(1);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_latencies(double *values, size_t count) {
    if (!count) return;
    qsort(values, count, sizeof *values, by_value);
    printf(" p50_ms=%.3f p99_ms=%.3f p999_ms=%.3f max_ms=%.3f", values[count / 2] * 1e3, values[count * 99 / 100] * 1e3,
           values[count * 999 / 1000] * 1e3, values[count - 1] * 1e3);
}

// ---- Bulk, through librdkafka

static long failed, delivered;
static double *latencies;
static size_t latency_count, latency_room;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    if (message->err) failed++;
    else delivered++;
    if (latencies && latency_count < latency_room && message->_private)
        latencies[latency_count++] = now() - *(double *)message->_private;
    free(message->_private);
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char error[256];
    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
        fprintf(stderr, "load: %s\n", error);
        exit(1);
    }
}

static rd_kafka_t *client(rd_kafka_type_t type, const char *host, const char *port, rd_kafka_conf_t *conf) {
    char servers[256], error[256];
    snprintf(servers, sizeof servers, "%s:%s", host, port);
    set(conf, "bootstrap.servers", servers);
    rd_kafka_t *made = rd_kafka_new(type, conf, error, sizeof error);
    if (!made) {
        fprintf(stderr, "load: %s\n", error);
        exit(1);
    }
    return made;
}

static uint64_t next_random(void) {  // splitmix64
    static uint64_t state = 1;
    uint64_t mixed = state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

#define POOL_BYTES (4u << 20)

// Half of what may be read at `pool` is chance, in turns of 32 bytes: as compressible as records are.
static char *make_pool(size_t record) {
    char *pool = malloc(POOL_BYTES + record);
    for (size_t i = 0; i < POOL_BYTES + record; i++)
        pool[i] = i & 32 ? (char)('a' + i * 7 % 26) : (char)next_random();
    return pool;
}

static int produce(char **v, int n) {
    const char *topic = v[2];
    uint64_t keys = n > 7 ? (uint64_t)atoll(v[7]) : 0;
    size_t record = (size_t)atol(v[3]), total = (size_t)(atof(v[5]) * 1e6);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "acks", "1");
    set(conf, "linger.ms", "20");
    set(conf, "batch.size", v[4]);
    set(conf, "message.max.bytes", "10000000");
    set(conf, "batch.num.messages", "1000000");
    set(conf, "queue.buffering.max.kbytes", "65536");
    set(conf, "queue.buffering.max.messages", "1000000");
    if (n > 6) set(conf, "compression.codec", v[6]);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, v[0], v[1], conf);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(producer, topic, NULL);
    char *payload = malloc(record);
    for (size_t i = 0; i < record; i++) payload[i] = (char)('a' + i * 7 % 26);
    char *pool = keys ? make_pool(record) : NULL, key[32];
    size_t count = total / record, key_bytes = 0;
    double start = now();
    for (size_t i = 0; i < count; i++) {
        if (keys) {
            key_bytes = (size_t)snprintf(key, sizeof key, "key-%012llu", (unsigned long long)(next_random() % keys));
            payload = pool + next_random() % POOL_BYTES;
        }
        while (rd_kafka_produce(handle, 0, RD_KAFKA_MSG_F_COPY, payload, record, keys ? key : NULL, key_bytes, NULL) != 0)
            rd_kafka_poll(producer, 5);
        if ((i & 1023) == 0) rd_kafka_poll(producer, 0);
    }
    while (rd_kafka_outq_len(producer) > 0) rd_kafka_poll(producer, 50);
    double seconds = now() - start;
    printf("records=%zu failed=%ld seconds=%.3f MB_per_s=%.1f\n", count, failed, seconds, count * record / seconds / 1e6);
    rd_kafka_topic_destroy(handle);
    rd_kafka_destroy(producer);
    return failed ? 1 : 0;
}

static int consume(char **v) {
    size_t total = (size_t)(atof(v[3]) * 0.999e6), bytes = 0, records = 0;  // whole records were produced
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "fetch.message.max.bytes", "1048576");
    set(conf, "fetch.max.bytes", "52428800");
    set(conf, "queued.max.messages.kbytes", "65536");
    set(conf, "check.crcs", "false");
    rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, v[0], v[1], conf);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(consumer, v[2], NULL);
    if (rd_kafka_consume_start(handle, 0, RD_KAFKA_OFFSET_BEGINNING) != 0) die("consume_start");
    double start = now(), last = start;
    rd_kafka_message_t *batch[4096];
    while (bytes < total && now() - last < 20) {
        ssize_t got = rd_kafka_consume_batch(handle, 0, 200, batch, 4096);
        for (ssize_t i = 0; i < got; i++) {
            if (!batch[i]->err) {
                bytes += batch[i]->len;
                records++;
                last = now();
            }
            rd_kafka_message_destroy(batch[i]);
        }
    }
    double seconds = now() - start;
    printf("records=%zu bytes=%zu seconds=%.3f MB_per_s=%.1f\n", records, bytes, seconds, bytes / seconds / 1e6);
    rd_kafka_consume_stop(handle, 0);
    rd_kafka_topic_destroy(handle);
    rd_kafka_destroy(consumer);
    return bytes >= total ? 0 : 1;
}

static volatile sig_atomic_t stopping, restarting;

static void on_signal(int number) {
    if (number == SIGTERM) stopping = 1;
    else restarting = 1;
}

// SIGTERM ends it before its time, SIGUSR1 forgets all latencies so far.
static int paced(char **v, int n) {
    uint64_t keys = n > 5 ? (uint64_t)atoll(v[5]) : 0;
    double rate = atof(v[3]) * 1e6 / 1024, seconds = atof(v[4]);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "acks", "1");
    set(conf, "linger.ms", "1");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, v[0], v[1], conf);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(producer, v[2], NULL);
    char payload[1024], key[32];
    size_t key_bytes = 0;
    memset(payload, 'x', sizeof payload);
    size_t count = (size_t)(rate * seconds);
    latency_room = count;
    latencies = malloc(count * sizeof *latencies);
    signal(SIGTERM, on_signal);
    signal(SIGUSR1, on_signal);
    double start = now();
    for (size_t i = 0; i < count && !stopping; i++) {
        double due = start + (double)i / rate;
        while (now() < due) rd_kafka_poll(producer, 0);
        if (restarting) restarting = 0, latency_count = 0;
        double *sent = malloc(sizeof *sent);
        if (keys) key_bytes = (size_t)snprintf(key, sizeof key, "key-%012llu", (unsigned long long)(i % keys));
        *sent = now();
        while (rd_kafka_produce(handle, 0, RD_KAFKA_MSG_F_COPY, payload, sizeof payload, keys ? key : NULL, key_bytes,
                                sent) != 0)
            rd_kafka_poll(producer, 1);
    }
    while (rd_kafka_outq_len(producer) > 0) rd_kafka_poll(producer, 50);
    printf("records=%ld failed=%ld seconds=%.3f", delivered, failed, now() - start);
    print_latencies(latencies, latency_count);
    printf("\n");
    rd_kafka_topic_destroy(handle);
    rd_kafka_destroy(producer);
    return failed ? 1 : 0;
}

// ---- Small requests, through plain sockets

static uint32_t crc_table[256];

static uint32_t crc32c(const uint8_t *bytes, size_t count) {
    if (!crc_table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0x82f63b78 : c >> 1;
            crc_table[i] = c;
        }
    uint32_t crc = ~0u;
    while (count--) crc = crc >> 8 ^ crc_table[(crc ^ *bytes++) & 0xff];
    return ~crc;
}

struct frame {
    uint8_t bytes[1024];
    size_t count;
};

static void put(struct frame *f, uint64_t value, int width) {
    while (width--) f->bytes[f->count++] = (uint8_t)(value >> (8 * width));
}

static void put_text(struct frame *f, const char *text) {
    size_t length = strlen(text);
    put(f, length, 2);
    memcpy(f->bytes + f->count, text, length);
    f->count += length;
}

static void begin(struct frame *f, int key, int version) {
    f->count = 0;
    put(f, 0, 4);
    put(f, (uint64_t)key, 2);
    put(f, (uint64_t)version, 2);
    put(f, 1, 4);
    put_text(f, "load");
}

static void end(struct frame *f) {
    uint32_t size = htonl((uint32_t)(f->count - 4));
    memcpy(f->bytes, &size, 4);
}

static void produce_frame(struct frame *f, const char *topic) {
    begin(f, 0, 7);
    put(f, 0xffff, 2);  // no transactional id
    put(f, 1, 2);
    put(f, 30000, 4);
    put(f, 1, 4);
    put_text(f, topic);
    put(f, 1, 4);
    put(f, 0, 4);
    size_t size_at = f->count;
    put(f, 0, 4);
    size_t batch = f->count;
    put(f, 0, 8), put(f, 0, 4), put(f, ~0u, 4), put(f, 2, 1), put(f, 0, 4), put(f, 0, 2), put(f, 0, 4);
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t milliseconds = (uint64_t)t.tv_sec * 1000;
    put(f, milliseconds, 8), put(f, milliseconds, 8), put(f, ~0ull, 8), put(f, 0xffff, 2), put(f, ~0u, 4), put(f, 1, 4);
    put(f, 214, 1), put(f, 1, 1);  // a record of 107 bytes, as a zigzag varint of two bytes
    put(f, 0, 1), put(f, 0, 1), put(f, 0, 1), put(f, 1, 1), put(f, 200, 1), put(f, 1, 1);
    for (int i = 0; i < 100; i++) put(f, 'x', 1);
    put(f, 0, 1);
    size_t record = f->count - (batch + 61) - 2;
    f->bytes[batch + 61] = (uint8_t)(record << 1 & 0x7f) | 0x80;
    f->bytes[batch + 62] = (uint8_t)(record >> 6);
    uint32_t length = htonl((uint32_t)(f->count - batch - 12));
    memcpy(f->bytes + batch + 8, &length, 4);
    uint32_t crc = htonl(crc32c(f->bytes + batch + 21, f->count - batch - 21));
    memcpy(f->bytes + batch + 17, &crc, 4);
    uint32_t size = htonl((uint32_t)(f->count - batch));
    memcpy(f->bytes + size_at, &size, 4);
    end(f);
}

static int64_t end_offset(int fd, const char *topic) {
    struct frame f;
    begin(&f, 2, 1);
    put(&f, ~0u, 4), put(&f, 1, 4), put_text(&f, topic), put(&f, 1, 4), put(&f, 0, 4), put(&f, ~0ull, 8);
    end(&f);
    if (write(fd, f.bytes, f.count) != (ssize_t)f.count) die("write");
    uint8_t answer[1024];
    size_t have = 0;
    while (have < 4 || have < 4 + (size_t)ntohl(*(uint32_t *)answer)) {
        ssize_t got = read(fd, answer + have, sizeof answer - have);
        if (got <= 0) die("ListOffsets");
        have += (size_t)got;
    }
    int64_t offset = 0;
    for (int i = 0; i < 8; i++) offset = offset << 8 | answer[have - 8 + i];
    return offset;
}

static int dial(const char *host, const char *port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    inet_pton(AF_INET, host, &address.sin_addr);
    if (connect(fd, (void *)&address, sizeof address) != 0) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

struct connection {
    int fd;
    size_t have;
    uint8_t in[1 << 16];
    double sent[64];
    unsigned first, flying;
};

// Keeps `depth` frames in flight on each connection until `count` are answered. Where `error_at` isn't 0, the int16 there
// in each answer has to be 0.
static int pump(char **v, struct frame *f, int connections, int depth, long count, size_t error_at) {
    int poll = epoll_create1(0);
    struct connection *all = calloc((size_t)connections, sizeof *all);
    latencies = malloc((size_t)count * sizeof *latencies);
    long asked = 0, answered = 0;
    double start = now();
    for (int i = 0; i < connections; i++) {
        all[i].fd = dial(v[0], v[1]);
        struct epoll_event event = {EPOLLIN, {.ptr = &all[i]}};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
    }
    uint8_t *many = malloc(f->count * (size_t)depth);
    for (int k = 0; k < depth; k++) memcpy(many + (size_t)k * f->count, f->bytes, f->count);
    start = now();
    for (int i = 0; i < connections && asked < count; i++) {
        for (int k = 0; k < depth; k++) all[i].sent[k] = now();
        all[i].flying = (unsigned)depth;
        asked += depth;
        if (write(all[i].fd, many, f->count * (size_t)depth) < 0) die("write");
    }
    while (answered < asked) {
        struct epoll_event events[128];
        int ready = epoll_wait(poll, events, 128, 10000);
        if (ready <= 0) die("no answer for ten seconds");
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            ssize_t got = read(c->fd, c->in + c->have, sizeof c->in - c->have);
            if (got <= 0) die("the broker closed a connection");
            c->have += (size_t)got;
            size_t at = 0;
            int done = 0;
            double time = now();
            while (c->have - at >= 4) {
                uint32_t size;
                memcpy(&size, c->in + at, 4);
                size = ntohl(size);
                if (c->have - at < size + 4) break;
                if (error_at && (size < error_at || c->in[at + error_at] || c->in[at + error_at + 1])) {
                    fprintf(stderr, "load: the broker answers with error %d\n", c->in[at + error_at] << 8 | c->in[at + error_at + 1]);
                    return 1;
                }
                at += size + 4;
                done++;
                if (latency_count < (size_t)count) latencies[latency_count++] = time - c->sent[c->first];
                c->first = (c->first + 1) % 64;
            }
            memmove(c->in, c->in + at, c->have - at);
            c->have -= at;
            answered += done;
            c->flying -= (unsigned)done;
            int more = asked + done <= count ? done : 0;
            if (more) {
                for (int k = 0; k < more; k++) c->sent[(c->first + c->flying + (unsigned)k) % 64] = time;
                c->flying += (unsigned)more;
                asked += more;
                if (write(c->fd, many, f->count * (size_t)more) < 0) die("write");
            }
        }
    }
    double seconds = now() - start;
    printf("requests=%ld seconds=%.3f per_s=%.0f", answered, seconds, answered / seconds);
    print_latencies(latencies, latency_count);
    printf("\n");
    return 0;
}

int main(int argc, char **argv) {
    const char *mode = argc > 1 ? argv[1] : "";
    char **v = argv + 2;
    int n = argc - 2;
    struct frame f;
    if (!strcmp(mode, "produce") && (n == 6 || n == 7)) return produce(v, n);
    if (!strcmp(mode, "keyed") && n == 8) return produce(v, n);
    if (!strcmp(mode, "consume") && n == 4) return consume(v);
    if (!strcmp(mode, "paced") && (n == 5 || n == 6)) return paced(v, n);
    if (!strcmp(mode, "requests") && n == 6) {
        int depth = atoi(v[4]);
        if (depth < 1 || depth > 64) die("DEPTH is 1 to 64");
        produce_frame(&f, v[2]);
        return pump(v, &f, atoi(v[3]), depth, atol(v[5]), 22 + strlen(v[2]));
    }
    if (!strcmp(mode, "fetches") && n == 5) {
        int fd = dial(v[0], v[1]);
        int64_t offset = end_offset(fd, v[2]);
        close(fd);
        begin(&f, 1, 4);
        put(&f, ~0u, 4), put(&f, 0, 4), put(&f, 0, 4), put(&f, 1 << 20, 4), put(&f, 0, 1), put(&f, 1, 4);
        put_text(&f, v[2]);
        put(&f, 1, 4), put(&f, 0, 4), put(&f, (uint64_t)offset, 8), put(&f, 1 << 20, 4);
        end(&f);
        return pump(v, &f, atoi(v[3]), 1, atol(v[4]), 26 + strlen(v[2]));
    }
    if (!strcmp(mode, "metadata") && n == 5) {
        begin(&f, 3, 4);
        put(&f, 1, 4), put_text(&f, v[2]), put(&f, 0, 1);
        end(&f);
        return pump(v, &f, atoi(v[3]), 1, atol(v[4]), 0);
    }
    fprintf(stderr, "usage: the head of load.c says\n");
    return 2;
}
