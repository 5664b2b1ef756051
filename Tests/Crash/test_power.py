"""Power cuts, on an XFS that is shut down under the broker: what was not synced is gone, what was promised is not."""
import os
import time

import pytest
from broker import Broker
from confluent_kafka.admin import AdminClient
from story import PARTITIONS, Shelf, Writer, contents, create, topics
from waiting import until

SOAK = bool(os.environ.get("MOLDAU_SOAK"))
HOW = pytest.mark.parametrize("journal", [False, True], ids=["all unsynced lost", "journal kept"])


@pytest.fixture
def broker(directory, xfs):
    made = Broker(directory, data=xfs.path / "data")
    yield made
    if made.alive():
        made.kill()


def cut(broker, xfs, journal=False):
    """The power goes, the machine comes back, the broker starts again.

    The broker stands still first: a machine without power tells nobody anything. XFS may say of a sync that is under way
    while it is shut down that all is well, since it has just forgotten what there was to write.
    """
    broker.freeze()
    xfs.cut_power(journal)
    broker.kill()
    xfs.unmount()
    xfs.mount()
    broker.start()


@HOW
def test_synced_acknowledgements_survive(broker, xfs, chance, journal):
    """`flush.messages=1`: nothing acknowledged is lost, and nothing is doubled by an idempotent producer."""
    broker.start()
    create(broker, "synced", PARTITIONS, flush_messages=1, segment_bytes=1 << 20)
    for number in range(30 if SOAK else 5):
        create(broker, f"synced-{number}", PARTITIONS, flush_messages=1, segment_bytes=1 << 20)
        writers = [Writer(broker, "synced", patience=5_000), Writer(broker, f"synced-{number}", "lz4", patience=5_000)]
        for each in writers:
            each.start()
        assert until(lambda: all(each.count > 50 for each in writers), 60)
        time.sleep(chance.uniform(0, 1))
        cut(broker, xfs, journal)
        for each in writers:
            each.abandon()
            Shelf(each).check(broker)


@HOW
def test_without_sync_a_whole_beginning_survives(broker, xfs, chance, journal):
    """Loss is allowed in the tail only: never a hole, never another record at a known offset."""
    broker.start()
    for number in range(10 if SOAK else 3):
        create(broker, f"plain-{number}", PARTITIONS, segment_bytes=1 << 20)
        writer = Writer(broker, f"plain-{number}", "zstd", patience=5_000)
        writer.start()
        assert until(lambda: writer.count > 200, 60)
        time.sleep(chance.uniform(0, 0.5))
        cut(broker, xfs, journal)
        writer.abandon()
        for partition in range(PARTITIONS):
            promised = writer.acknowledged[partition]
            for offset, value in contents(broker, writer.topic, partition).items():
                assert promised.get(offset, value) == value
        again = Writer(broker, writer.topic)
        again.start()
        assert until(lambda: again.count > 50, 60) and again.end() == 0
        Shelf(again).check(broker)


@HOW
def test_a_segment_that_began_right_before_is_there_or_cleanly_absent(broker, xfs, chance, journal):
    broker.start()
    for number in range(10 if SOAK else 2):
        name = f"rolled-{number}"
        create(broker, name, PARTITIONS, flush_messages=1, segment_bytes=1 << 20)
        writer = Writer(broker, name, padding=60_000, patience=5_000)
        writer.start()
        before = chance.randrange(2, 5)
        assert until(lambda: len(list((broker.data / f"{name}-0").glob("*.log"))) >= before, 60)
        cut(broker, xfs, journal)
        writer.abandon()
        Shelf(writer).check(broker)
        again = Writer(broker, name)
        again.start()
        assert until(lambda: again.count > 20, 60) and again.end() == 0
        Shelf(again).check(broker)


@HOW
def test_a_topic_made_right_before_is_there_or_was_never_told(broker, xfs, chance, journal):
    broker.start()
    for number in range(20 if SOAK else 4):
        name = f"fresh-{number}"
        create(broker, name, 3, retention_ms=123_456)
        time.sleep(chance.choice([0, 0, chance.uniform(0, 0.2)]))
        cut(broker, xfs, journal)
        found = topics(AdminClient({"bootstrap.servers": broker.bootstrap}))
        assert name in found and len(found[name].partitions) == 3
        writer = Writer(broker, name)
        writer.start()
        assert until(lambda: writer.count > 20, 60) and writer.end() == 0
        Shelf(writer).check(broker)


@HOW
def test_a_cut_right_after_the_first_start_is_survived(broker, xfs, journal):
    broker.start()
    cut(broker, xfs, journal)
    create(broker, "topic", PARTITIONS)


def test_a_cut_after_a_clean_stop_loses_nothing(broker, xfs):
    broker.start()
    create(broker, "topic", PARTITIONS, segment_bytes=1 << 20)
    writer = Writer(broker, "topic", pace=0)
    writer.start()
    assert until(lambda: writer.count > 3000, 60) and writer.end() == 0
    assert broker.stop() == 0
    xfs.cut_power()
    xfs.unmount()
    xfs.mount()
    broker.start()
    shelf = Shelf(writer)
    shelf.check(broker)
    shelf.check_exactly_once()


def test_nothing_is_acknowledged_once_the_disk_fails(broker, xfs):
    """All writes and syncs fail from the cut on: an acknowledgement after it would be a lie."""
    broker.start()
    create(broker, "synced", PARTITIONS, flush_messages=1)
    writer = Writer(broker, "synced", patience=3_000)
    writer.start()
    assert until(lambda: writer.count > 50, 60)
    promised = {partition: dict(values) for partition, values in writer.acknowledged.items()}
    xfs.cut_power()
    time.sleep(0.2)
    known = writer.count
    time.sleep(2)
    assert writer.count == known
    writer.abandon()
    writer.acknowledged = promised
    broker.kill()
    xfs.unmount()
    xfs.mount()
    broker.start()
    Shelf(writer).check(broker)
