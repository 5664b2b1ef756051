"""Compacted topics as clients see them: of each key the last record, at its own offset."""
import pathlib
import random
import sys
import tempfile

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from broker import Broker  # noqa: E402
from waiting import until  # noqa: E402

# What a segment of 1 MiB holds of our records, and some more: as many may lie in the active one, which stays.
SEGMENT = 1400


@pytest.fixture(scope="module")
def eager():
    """A broker that looks for something to compact all the time."""
    with tempfile.TemporaryDirectory(prefix="moldau-compaction-") as directory:
        running = Broker(directory, settings=["log.cleaner.backoff.ms=100"]).start()
        yield running
        assert running.alive(), running.tail(100)
        assert running.stop() == 0, running.tail(100)


def make(broker, name, **settings):
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    config = {"cleanup.policy": "compact", "segment.bytes": str(1 << 20), "min.cleanable.dirty.ratio": "0.01",
              "file.delete.delay.ms": "1000"}
    config.update({key.replace("_", "."): str(value) for key, value in settings.items()})
    for future in admin.create_topics([NewTopic(name, 1, 1, config=config)]).values():
        future.result(20)


def fill(broker, name, rounds, **settings):
    """Puts a value to each of forty keys, many times: 36 kB a round that no codec makes smaller."""
    writer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 20, **settings})
    failures, generator = [], random.Random(7)
    for number in range(rounds):
        for key in range(40):
            value = f"{number:04}".encode() + generator.randbytes(900)
            writer.produce(
                name, value, key=f"k{key}", on_delivery=lambda error, _: failures.append(error) if error else None)
        writer.poll(0)
    assert writer.flush(60) == 0
    assert not failures, failures[:3]


def read(broker, name):
    reader = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "nobody", "enable.auto.commit": False,
                       "enable.partition.eof": True})
    reader.assign([TopicPartition(name, 0, 0)])
    records = []
    while True:
        record = reader.poll(20)
        assert record is not None, "the end doesn't come"
        if record.error():
            break
        records.append(record)
    reader.close()
    return records


def latest(records):
    return {record.key(): record.value()[:4] for record in records}


@pytest.mark.parametrize("codec", ["none", "lz4", "zstd"])
@pytest.mark.parametrize("idempotence", [False, True])
def test_the_last_record_of_each_key_is_left(eager, codec, idempotence):
    name = f"compacted-{codec}-{idempotence}"
    make(eager, name)
    fill(eager, name, 100, **{"compression.type": codec, "enable.idempotence": idempotence})
    assert until(lambda: len(read(eager, name)) < SEGMENT, 60), len(read(eager, name))
    records = read(eager, name)
    offsets = [record.offset() for record in records]
    assert offsets == sorted(set(offsets))
    assert offsets[-1] == 3999
    assert latest(records) == {f"k{key}".encode(): b"0099" for key in range(40)}


def test_a_tombstone_goes_in_the_end_and_nothing_comes_back(eager):
    name = "tombstones"
    make(eager, name, delete_retention_ms=100)
    writer = Producer({"bootstrap.servers": eager.bootstrap})
    for key in range(10):
        writer.produce(name, b"old", key=f"gone{key}")
        writer.produce(name, None, key=f"gone{key}")
    assert writer.flush(20) == 0

    def is_gone():
        fill(eager, name, 40)
        return not any(record.key().startswith(b"gone") for record in read(eager, name))

    assert until(is_gone, 60)


def test_what_was_compacted_is_the_same_after_a_restart(eager):
    name = "restarted"
    make(eager, name)
    fill(eager, name, 100)
    assert until(lambda: len(read(eager, name)) < SEGMENT, 60)
    before = latest(read(eager, name))
    assert eager.stop() == 0
    eager.start()
    assert latest(read(eager, name)) == before
