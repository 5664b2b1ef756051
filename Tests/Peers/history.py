"""What clients do to a cluster before its directory is handed over."""
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

from contents import admin, records

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
GROUP = "reader"
EPOCH = 1_700_000_000_000


def create(bootstrap, name, partitions=1, **config):
    client = admin(bootstrap)
    # The records' times lie long ago.
    settings = {"retention.ms": "-1"} | {key.replace("_", "."): str(value) for key, value in config.items()}
    for future in client.create_topics([NewTopic(name, partitions, 1, config=settings)]).values():
        future.result(30)
    deadline = time.monotonic() + 20
    while name not in client.list_topics(timeout=10).topics:
        assert time.monotonic() < deadline, f"{name} does not appear"
        time.sleep(0.05)


def writer(bootstrap, **config):
    settings = {"bootstrap.servers": bootstrap, "linger.ms": 20}
    settings.update({key.replace("_", "."): value for key, value in config.items()})
    return Producer(settings)


def flush(producer):
    assert producer.flush(60) == 0


def codecs(bootstrap, count=600):
    """A topic a codec: headers, nulls, empty and large values, several segments."""
    for codec in CODECS:
        create(bootstrap, f"codec-{codec}", 2, internal_segment_bytes=16384, index_interval_bytes=512)
        producer = writer(bootstrap, compression_type=codec, batch_num_messages=23)
        for number in range(count):
            headers = [("h", b"%d" % number), ("n", None)] if number % 5 == 0 else None
            value = None if number % 7 == 3 else b"" if number % 7 == 4 else b"value %d " % number * (number % 9)
            producer.produce(
                f"codec-{codec}", value, key=b"k%d" % (number % 11) if number % 3 else None, partition=number % 2,
                headers=headers, timestamp=EPOCH + 10 * number)
        flush(producer)


def idempotent(bootstrap, count=300):
    create(bootstrap, "idempotent")
    producer = writer(bootstrap, enable_idempotence=True, batch_num_messages=7)
    for number in range(count):
        producer.produce("idempotent", b"%d" % number, timestamp=EPOCH + number)
    flush(producer)


def untouched(bootstrap):
    """Partitions that nobody writes to."""
    create(bootstrap, "untouched", 3)


def first(bootstrap, value):
    """The first record of each of them."""
    producer = writer(bootstrap)
    for number in range(3):
        producer.produce("untouched", value, partition=number)
    flush(producer)


def stamped(bootstrap):
    create(bootstrap, "append-time", message_timestamp_type="LogAppendTime")
    producer = writer(bootstrap)
    for number in range(50):
        producer.produce("append-time", b"%d" % number)
    flush(producer)


def trimmed(bootstrap):
    """Records deleted up to an offset in the midst of a segment."""
    create(bootstrap, "trimmed", internal_segment_bytes=16384)
    producer = writer(bootstrap, batch_num_messages=10)
    for number in range(500):
        producer.produce("trimmed", b"%d " % number * 20)
    flush(producer)
    client = admin(bootstrap)
    for future in client.delete_records([TopicPartition("trimmed", 0, 123)]).values():
        assert future.result(30).low_watermark == 123


def retained(bootstrap):
    """Old segments go by themselves where the broker looks often enough; either is right."""
    create(bootstrap, "retained", internal_segment_bytes=16384, retention_bytes=40000)
    producer = writer(bootstrap, batch_num_messages=10)
    for number in range(1000):
        producer.produce("retained", b"%d " % number * 20)
    flush(producer)


def group(bootstrap, name=GROUP):
    """A classic group that has read some of its topic and committed."""
    create(bootstrap, "grouped", 4)
    producer = writer(bootstrap)
    for number in range(200):
        producer.produce("grouped", b"%d" % number, partition=number % 4)
    flush(producer)
    read_on(bootstrap, 50, name)


def read_on(bootstrap, count, name=GROUP):
    """The group reads as many records from where it is, and commits each."""
    reader = Consumer({
        "bootstrap.servers": bootstrap, "group.id": name, "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "session.timeout.ms": 10000})
    reader.subscribe(["grouped"])
    taken, deadline = 0, time.monotonic() + 60
    while taken < count:
        assert time.monotonic() < deadline, "the group gets no records"
        record = reader.poll(0.2)
        if record is not None and not record.error():
            taken += 1
            reader.commit(record, asynchronous=False)
    reader.close()


def transactions(bootstrap):
    """Committed and aborted ones of two producers, and offsets committed within one."""
    create(bootstrap, "txn", internal_segment_bytes=4096)
    producers = [writer(bootstrap, transactional_id=f"peer-{number}", batch_num_messages=3) for number in range(2)]
    for producer in producers:
        producer.init_transactions(30)
    for round_ in range(12):
        for number, producer in enumerate(producers):
            producer.begin_transaction()
            ends = "abort" if (round_ + number) % 3 == 0 else "commit"
            for record in range(8):
                producer.produce("txn", f"{ends} {number} {round_} {record} " * 5, timestamp=EPOCH + round_)
        for number, producer in enumerate(producers):
            if (round_ + number) % 3 == 0:
                producer.flush(30)
                producer.abort_transaction(30)
            else:
                producer.commit_transaction(30)


def compacted(bootstrap):
    """A topic whose keys were written again and again, within transactions; compaction has been there."""
    create(bootstrap, "compacted", cleanup_policy="compact", segment_ms=300, min_cleanable_dirty_ratio=0.01,
           delete_retention_ms=100, max_compaction_lag_ms=300)
    producer = writer(bootstrap, transactional_id="compacting")
    producer.init_transactions(30)
    for round_ in range(12):
        producer.begin_transaction()
        for number in range(100):
            value = None if (number + round_) % 10 == 0 else b"%d %d " % (round_, number) * 3
            producer.produce("compacted", value, key=b"k%d" % (number % 37))
        producer.flush(30)
        if round_ % 3:
            producer.commit_transaction(30)
        else:
            producer.abort_transaction(30)
        time.sleep(0.1)
    settle(bootstrap)


def settle(bootstrap):
    """Waits for compaction to have nothing more to do."""
    before, deadline = None, time.monotonic() + 60
    while True:
        now = records(bootstrap, [("compacted", 0)])
        if now == before and len(now[("compacted", 0)]) < 600:
            return
        assert time.monotonic() < deadline, "compaction doesn't come, or to no end"
        before = now
        time.sleep(3)


def open_transaction(bootstrap):
    """One that nobody ends. What is returned keeps it open."""
    producer = writer(bootstrap, transactional_id="open", transaction_timeout_ms=600_000)
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce("txn", "open")
    producer.flush(30)
    return producer


def more(bootstrap, name):
    """Whoever took over is written to, and the group reads on."""
    producer = writer(bootstrap, compression_type="zstd", enable_idempotence=True)
    for topic in ["codec-none", "codec-zstd", "grouped", "trimmed", "idempotent"]:
        for number in range(40):
            producer.produce(topic, f"{name} {number}", key=b"more", headers=[("by", name.encode())])
    flush(producer)
    read_on(bootstrap, 25)
