"""Every setting of a topic that concerns storage, changed while the topic is in use: what comes after goes by it.

As in Kafka, a segment's indexes keep the settings under which the segment was made.
"""
import pathlib
import random
import struct
import sys
import tempfile
import time
import uuid

import pytest
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourceType)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import wire  # noqa: E402
from broker import Broker  # noqa: E402
from waiting import until  # noqa: E402

DAY = 86_400_000
EPOCH = (int(time.time()) - 43_200) * 1000
DATA = bytes(range(256)) * 4


def now():
    return int(time.time() * 1000)


@pytest.fixture(scope="module")
def broker():
    """A broker that looks after its logs all the time."""
    with tempfile.TemporaryDirectory(prefix="moldau-settings-") as directory:
        running = Broker(directory, settings=[
            "log.cleaner.backoff.ms=100", "log.retention.check.interval.ms=100", "log.flush.scheduler.interval.ms=100",
            "log.flush.offset.checkpoint.interval.ms=100"]).start()
        yield running
        assert running.alive(), running.tail(100)
        assert running.stop() == 0, running.tail(100)


class Topic:
    """One partition and its directory."""

    def __init__(self, broker, **config):
        self.broker, self.name = broker, f"s-{uuid.uuid4().hex[:8]}"
        self.admin = AdminClient({"bootstrap.servers": broker.bootstrap})
        self.directory = broker.data / f"{self.name}-0"
        self.clock = 0
        new = NewTopic(self.name, 1, 1, config={name(key): str(value) for key, value in config.items()})
        self.admin.create_topics([new])[self.name].result(20)

    def set(self, **config):
        entries = [ConfigEntry(name(key), str(value), incremental_operation=AlterConfigOpType.SET)
                   for key, value in config.items()]
        resource = ConfigResource(ResourceType.TOPIC, self.name, incremental_configs=entries)
        self.admin.incremental_alter_configs([resource])[resource].result(20)

    def write(self, value=DATA, key=b"key", timestamp=None, count=1, error=0):
        """One batch of one record, `count` times."""
        for _ in range(count):
            batch = wire.batch(wire.record(0, value, key=key), timestamp=now() if timestamp is None else timestamp)
            told = wire.produce(self.broker.port, self.name, batch)
            assert told.error == error, told.message
        return told

    def roll(self):
        """Begins a segment with one batch in it."""
        before = len(self.files("log"))
        self.set(segment_ms=1000)
        self.clock += 2000
        self.write(timestamp=now() + self.clock)
        self.set(segment_ms=7 * DAY)
        assert len(self.files("log")) == before + 1

    def files(self, kind):
        return sorted(self.directory.glob(f"*.{kind}"))

    def batches(self):
        """Attributes and sizes of the first segment's batches."""
        found = split(self.files("log")[0].read_bytes())
        return [(struct.unpack(">h", batch[21:23])[0], len(batch)) for batch in found]

    def recovery_point(self):
        """What the checkpoint says is on the device."""
        lines = (self.broker.data / "recovery-point-offset-checkpoint").read_text().splitlines()[2:]
        return next((int(line.split()[2]) for line in lines if line.startswith(f"{self.name} 0 ")), 0)

    def start(self):
        """The log's first offset."""
        return wire.start_offset(self.broker.port, self.name)

    def records(self):
        """How many records are left in all segments."""
        try:
            return sum(struct.unpack(">i", batch[57:61])[0]
                       for path in self.files("log") for batch in split(path.read_bytes()))
        except FileNotFoundError:  # compacted meanwhile
            return self.records()


def split(data):
    """The batches of a log file."""
    while data:
        size = 12 + struct.unpack(">i", data[8:12])[0]
        yield data[:size]
        data = data[size:]


def name(key):
    return key.replace("_", ".")


def test_segment_bytes(broker):
    topic = Topic(broker)
    topic.write(count=4)
    assert len(topic.files("log")) == 1
    topic.set(segment_bytes=1 << 20)
    topic.write(value=DATA * 800)
    topic.write(value=DATA * 800)
    assert len(topic.files("log")) == 2


def test_segment_ms(broker):
    topic = Topic(broker)
    topic.write(timestamp=now() - 5000)
    topic.write()
    assert len(topic.files("log")) == 1
    topic.set(segment_ms=1000)
    topic.write(timestamp=now() + 1000)
    assert len(topic.files("log")) == 2


def test_segment_jitter_ms(broker):
    topic = Topic(broker, segment_ms=90_000)

    def write():
        before = len(topic.files("log"))
        for _ in range(100):
            topic.clock += 50_000
            topic.write(value=b"", timestamp=EPOCH + topic.clock)
        return len(topic.files("log")) - before

    assert write() == 49, "two batches a segment, of which the first was there"
    topic.set(segment_jitter_ms=90_000)
    # One batch with a probability of 5/9, else two: 69 segments, give or take 4.
    assert 54 < write() < 84


def test_segment_index_bytes(broker):
    topic = Topic(broker, index_interval_bytes=0)
    topic.write(count=40)
    assert len(topic.files("log")) == 1
    topic.set(segment_index_bytes=64)
    topic.roll()
    topic.write(count=40)
    assert len(topic.files("log")) > 3


def test_index_interval_bytes(broker):
    topic = Topic(broker)
    topic.write(count=16)
    topic.set(index_interval_bytes=100)
    topic.roll()
    topic.write(count=15)
    topic.roll()
    wide, narrow, *_ = topic.files("index")
    assert (wide.stat().st_size // 8, narrow.stat().st_size // 8) == (3, 15)


@pytest.mark.parametrize("limit", [{"retention_ms": 1000}, {"retention_bytes": 4000}])
def test_retention(broker, limit):
    topic = Topic(broker, segment_ms=1, retention_ms=-1)
    for _ in range(4):
        topic.write(timestamp=now() - DAY)
        topic.write(timestamp=now() - DAY + 1000)
    assert topic.start() == 0
    topic.set(**limit)
    assert until(lambda: topic.start() > 0)


def test_file_delete_delay_ms(broker):
    topic = Topic(broker, segment_ms=1, retention_ms=-1)
    topic.write(timestamp=now() - DAY)
    topic.write()
    topic.set(file_delete_delay_ms=3_600_000, retention_ms=3_600_000)
    assert until(lambda: topic.start() == 1)
    assert len(topic.files("deleted")) > 0
    quick = Topic(broker, segment_ms=1, retention_ms=-1)
    quick.write(timestamp=now() - DAY)
    quick.write()
    quick.set(file_delete_delay_ms=0, retention_ms=3_600_000)
    assert until(lambda: quick.start() == 1 and not quick.files("deleted"))


def test_max_message_bytes(broker):
    topic = Topic(broker)
    topic.write()
    topic.set(max_message_bytes=1000)
    topic.write(error=10)
    topic.set(max_message_bytes=2000)
    topic.write()


def test_message_timestamp_type(broker):
    topic = Topic(broker)
    stamp = now() - 60_000
    assert topic.write(timestamp=stamp).log_append_time == -1
    topic.set(message_timestamp_type="LogAppendTime")
    assert topic.write(timestamp=stamp).log_append_time > stamp
    assert [attributes & 8 for attributes, _ in topic.batches()] == [0, 8]


def test_message_timestamp_before_and_after(broker):
    topic = Topic(broker)
    topic.write(timestamp=now() - DAY)
    topic.set(message_timestamp_before_max_ms=60_000, message_timestamp_after_max_ms=60_000)
    topic.write(timestamp=now() - DAY, error=wire.INVALID_TIMESTAMP)
    topic.write(timestamp=now() + 600_000, error=wire.INVALID_TIMESTAMP)
    topic.set(message_timestamp_after_max_ms=6_000_000)
    topic.write(timestamp=now() + 600_000)


def test_compression_type(broker):
    topic = Topic(broker)
    topic.write()
    for codec in ["gzip", "snappy", "lz4", "zstd", "uncompressed", "producer"]:
        topic.set(compression_type=codec)
        topic.write()
    assert [attributes & 7 for attributes, _ in topic.batches()] == [0, 1, 2, 3, 4, 0, 0]


@pytest.mark.parametrize("codec, least, most", [("gzip", 1, 9), ("lz4", 1, 17), ("zstd", 1, 19)])
def test_compression_level(broker, codec, least, most):
    topic = Topic(broker, compression_type=codec, **{f"compression_{codec}_level": least})
    generator = random.Random(1)
    words = b" ".join(b"%d" % int(generator.expovariate(0.001)) for _ in range(20_000))
    topic.write(words)
    topic.set(**{f"compression_{codec}_level": most})
    topic.write(words)
    (_, before), (_, after) = topic.batches()
    assert after < before


def test_preallocate(broker):
    topic = Topic(broker, segment_ms=1)
    topic.write(timestamp=now() - 2000)
    topic.set(preallocate="true", segment_bytes=4 << 20)
    topic.write()
    _, active = topic.files("log")
    assert active.stat().st_size == 4 << 20


def test_flush_ms(broker):
    topic = Topic(broker, flush_ms=DAY)
    topic.write(count=3)
    time.sleep(0.5)
    assert topic.recovery_point() == 0
    topic.set(flush_ms=1)
    assert until(lambda: topic.recovery_point() == 3)


def test_flush_messages(broker):
    topic = Topic(broker, flush_ms=DAY)
    topic.write(count=3)
    time.sleep(0.5)
    assert topic.recovery_point() == 0
    topic.set(flush_messages=5)
    topic.write()
    time.sleep(0.5)
    assert topic.recovery_point() == 0
    topic.write()
    assert until(lambda: topic.recovery_point() == 5)


def dirty(broker, **config):
    """A compacted topic of which half could go: ten records of one key, of which one lies in the active segment."""
    topic = Topic(broker, cleanup_policy="compact", segment_ms=1, file_delete_delay_ms=0, **config)
    for number in range(10):
        topic.write(timestamp=now() + number * 1000 - 20_000)
    return topic


@pytest.mark.parametrize("before, after", [
    ({"min_cleanable_dirty_ratio": 1}, {"min_cleanable_dirty_ratio": 0}),
    ({"min_compaction_lag_ms": DAY, "min_cleanable_dirty_ratio": 0}, {"min_compaction_lag_ms": 0}),
    ({"min_cleanable_dirty_ratio": 1, "max_compaction_lag_ms": DAY}, {"max_compaction_lag_ms": 1000}),
])
def test_compaction_lag_and_ratio(broker, before, after):
    topic = dirty(broker, **before)
    time.sleep(0.5)
    assert topic.records() == 10
    topic.set(**after)
    assert until(lambda: topic.records() < 5), topic.records()


def test_cleanup_policy(broker):
    topic = dirty(broker, min_cleanable_dirty_ratio=0)
    assert until(lambda: topic.records() < 5)
    topic.set(cleanup_policy="delete", retention_bytes=100)
    assert until(lambda: topic.start() == 9)
    topic.write(key=None)


def test_delete_retention_ms(broker):
    """A tombstone's time begins, and is fixed, when a compaction first meets it (KIP-534)."""
    topic = Topic(broker, cleanup_policy="compact", segment_ms=1, min_cleanable_dirty_ratio=1, file_delete_delay_ms=0)
    seconds = iter(range(1000))

    def has_tombstone():
        try:
            return any(b"gone" in path.read_bytes() for path in topic.files("log"))
        except FileNotFoundError:  # compacted meanwhile
            return has_tombstone()

    def is_gone():
        topic.write(timestamp=now() + 1000 * next(seconds))
        return not has_tombstone()

    topic.write(value=None, key=b"gone", timestamp=now() - 2000)
    assert not is_gone() and not is_gone()
    topic.set(delete_retention_ms=0, min_cleanable_dirty_ratio=0)
    assert until(is_gone)


def test_without_a_policy_records_go_by_hand_alone(broker):
    topic = Topic(broker, cleanup_policy="")
    topic.write(count=3)
    body = wire.array([wire.string(topic.name) + wire.array([wire.int32(0) + wire.int64(2)])]) + wire.int32(5000)
    reader = wire.Reader(wire.outcome(broker.port, wire.request(21, 1, body)))
    for _ in range(3):
        reader.int32()
    reader.string(), reader.int32()
    assert (reader.int32(), reader.int64(), reader.int16()) == (0, 2, 0)
    assert topic.start() == 2
