"""Kills amid rolls, deletions and compactions: old or new state, never a mix, and no deleted key comes back.

The broker is made to roll, delete and compact all the time. Where strace is there, it kills the broker right before a
chosen call of a chosen kind (the third rename from now, the tenth write, …); else a clock does.
"""
import itertools
import os
import shutil
import subprocess
import threading
import time

import pytest
from broker import Broker
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from story import create, patiently
from waiting import until

# By what a step of the log ends in the kernel. Syncs come through the ring.
CALLS = ["rename", "unlink", "pwritev", "openat", "ftruncate", "io_uring_enter"]
KEYS = 40
SOAK = bool(os.environ.get("MOLDAU_SOAK"))
HOUR = 3_600_000
SECONDS = 15
SETTINGS = [
    "log.cleaner.backoff.ms=20", "log.retention.check.interval.ms=50", "log.flush.offset.checkpoint.interval.ms=200",
    "log.message.timestamp.before.max.ms=9223372036854775807"]


class Busy(threading.Thread):
    """Writes to a topic with little segments; what is in flight when the broker dies is retried."""

    def __init__(self, broker, topic):
        super().__init__(daemon=True)
        self.topic, self.ending, self.failed, self.count = topic, threading.Event(), [], 0
        self.pausing = False
        self.stamp = int(time.time() * 1000) - 10 * 24 * HOUR
        self.producer = Producer({
            "bootstrap.servers": broker.bootstrap, "enable.idempotence": True, "linger.ms": 1,
            "message.timeout.ms": 60_000, "reconnect.backoff.max.ms": 100, "retry.backoff.max.ms": 100, "log_level": 0})

    def run(self):
        while not self.ending.is_set():
            if not self.pausing:
                self.write()
            self.producer.poll(0)
            self.ending.wait(0.002)

    def send(self, key, value, note):
        """Each record is a second later than the one before: with `segment.ms` that is a roll for every few."""
        self.stamp += 1000

        def delivered(error, message):
            if error:
                self.failed.append(error)
            else:
                self.count += 1
                note(message.offset())

        try:
            self.producer.produce(self.topic, value, key, partition=0, timestamp=self.stamp, on_delivery=delivered)
        except BufferError:
            self.ending.wait(0.1)

    def end(self):
        self.ending.set()
        self.join()
        assert self.producer.flush(60) == 0 and not self.failed, self.failed[:3]


class Appender(Busy):
    """A topic that retention cuts all the time."""

    def __init__(self, broker, topic):
        super().__init__(broker, topic)
        self.values = {}  # by offset, those that were acknowledged
        self.begin, self.number = 0, itertools.count()

    def write(self):
        value = b"%d:" % next(self.number) + b"x" * 300
        self.send(None, value, lambda offset: offset >= 0 and self.values.__setitem__(offset, value))

    def check(self, broker):
        promised = dict(self.values)
        start, end, found = read(broker, self.topic)
        assert start >= self.begin, f"the log began at {self.begin} and begins at {start} now"
        self.begin = start
        assert [record.offset() for record in found] == list(range(start, end)), "there are gaps"
        found = {record.offset(): record.value() for record in found}
        wrong = [offset for offset, value in promised.items() if offset >= start and found.get(offset) != value]
        assert not wrong, f"{len(wrong)} of {len(promised)} differ, the first at {wrong[0]}"
        self.values = {offset: value for offset, value in self.values.items() if offset >= start}


class Keyed(Busy):
    """A compacted topic. Of each key only the numbers matter: which was sent last, which was acknowledged last."""

    def __init__(self, broker, topic, chance):
        super().__init__(broker, topic)
        self.chance, self.last, self.sent = chance, {}, {}
        self.number = itertools.count(1)

    def write(self):
        key, number = b"k%d" % self.chance.randrange(KEYS), next(self.number)
        is_deletion = self.chance.random() < 0.3
        self.sent.setdefault(key, {})[number] = is_deletion
        value = None if is_deletion else b"%d:" % number + b"x" * self.chance.randrange(600)
        self.send(key, value, lambda _: self.last.__setitem__(key, max(number, self.last.get(key, 0))))

    def check(self, broker):
        promised = dict(self.last)
        _, _, found = read(broker, self.topic)
        offsets = [record.offset() for record in found]
        assert offsets == sorted(set(offsets))
        latest = {record.key(): record for record in found}
        for key, number in promised.items():
            # What was sent after it may be there as well.
            later = {each: deletion for each, deletion in self.sent[key].items() if each >= number}
            record = latest.get(key)
            if record is None or record.value() is None:
                assert any(later.values()), f"the last value of {key}, number {number}, is gone"
            else:
                has = int(record.value().split(b":")[0])
                assert has in later and not later[has], f"{key} is {has} again, which {number} had replaced"
            self.sent[key] = later


def read(broker, topic):
    """First and end offset, and the records of all."""
    reader = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "reader", "check.crcs": True,
                       "enable.partition.eof": True, "fetch.wait.max.ms": 10, "log_level": 0,
                       "auto.offset.reset": "earliest"})
    place, deadline = TopicPartition(topic, 0), time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            low, _ = patiently(lambda: reader.get_watermark_offsets(place, timeout=20))
            place.offset = low
            reader.assign([place])
            found, end = [], None
            while end is None:
                assert time.monotonic() < deadline, f"no end of {topic}"
                for record in reader.consume(5000, 0.2):
                    if not record.error():
                        found.append(record)
                    elif record.error().code() == KafkaError._PARTITION_EOF:
                        end = record.offset()
                        break  # what a retry appended behind that end may follow
            # Retention may have taken what was to be read.
            if patiently(lambda: reader.get_watermark_offsets(place, timeout=20))[0] == low:
                return low, end, found
        raise AssertionError(f"{topic} is cut faster than it can be read")
    finally:
        reader.close()


class Killer:
    """Ends the broker by a clock or, where strace can, right before a certain call."""

    def __init__(self, chance):
        self.chance, self.strace = chance, shutil.which("strace")

    def kill(self, broker, call, number):
        if self.strace:
            tracer = subprocess.Popen(
                [self.strace, "-q", "-f", "-o", "/dev/null", "-p", str(broker.process.pid), "-e", f"trace={call}",
                 "-e", f"inject={call}:signal=SIGKILL:when={number}"], stderr=subprocess.DEVNULL)
            until(lambda: not broker.alive() or tracer.poll() is not None, SECONDS)
            tracer.terminate()
            tracer.wait()
        if broker.alive():
            time.sleep(self.chance.uniform(0.05, 0.5))
            broker.kill()


@pytest.fixture
def busy(directory):
    broker = Broker(directory, settings=SETTINGS, cores=1)
    yield broker
    if broker.alive():
        broker.kill()


def live(broker, chance, ends, **settings):
    """Has both kinds of topics written to while the broker ends in one way after the other, and starts again."""
    broker.start()
    lively = {"segment_ms": 2000, "file_delete_delay_ms": 200, "message_timestamp_type": "CreateTime", **settings}
    create(broker, "cut", retention_bytes=30_000, retention_ms=-1, **lively)
    create(broker, "keyed", cleanup_policy="compact", min_cleanable_dirty_ratio=0.01, delete_retention_ms=300, **lively)
    writers = [Appender(broker, "cut"), Keyed(broker, "keyed", chance)]
    for writer in writers:
        writer.start()
    for end in ends:
        before = [writer.count for writer in writers]
        assert until(lambda: all(writer.count > count + 20 for writer, count in zip(writers, before)), 60)
        end()
        # What is in flight goes on being retried, so that the next end comes amid new batches.
        for writer in writers:
            writer.pausing = True
        broker.start()
        for writer in writers:
            writer.check(broker)
            writer.pausing = False
    for writer in writers:
        writer.end()
        writer.check(broker)
    assert "compacted up to" in broker.log.read_text()
    assert writers[0].begin > 0
    assert broker.stop() == 0


def test_kills_amid_rolls_deletions_and_compactions(busy, chance):
    killer = Killer(chance)
    # Each of the first calls of a kind, or a few at random.
    every = list(itertools.product(CALLS, range(1, 40)))

    def ends():
        for call, number in every if SOAK else chance.sample(every, 9):
            print(f"killed before {call} {number}")
            yield lambda: killer.kill(busy, call, number)

    live(busy, chance, ends())


@pytest.mark.parametrize("journal", [False, True], ids=["all unsynced lost", "journal kept"])
def test_power_cuts_amid_rolls_deletions_and_compactions(directory, xfs, chance, journal):
    """With `flush.messages=1`: what was acknowledged is there, and what was deleted is gone."""
    broker = Broker(directory, settings=SETTINGS, cores=1, data=xfs.path / "data")

    def cut():
        time.sleep(chance.uniform(0, 0.5))
        broker.freeze()  # a machine without power tells nobody anything
        xfs.cut_power(journal)
        broker.kill()
        xfs.unmount()
        xfs.mount()

    try:
        live(broker, chance, [cut] * (40 if SOAK else 3), flush_messages=1)
    finally:
        if broker.alive():
            broker.kill()
