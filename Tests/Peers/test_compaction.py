"""Compaction of ours beside Apache Kafka's: on the same log both leave the same records."""
import os
import random
import shutil
import time

import pytest

import history
from contents import records
from waiting import until

CLEANING = "log.cleaner.backoff.ms=100"


def fill(bootstrap, topic, codec, chance, **config):
    """Transactions of which some are aborted, and records without any between them; few keys, some tombstones."""
    history.create(bootstrap, topic, cleanup_policy="compact", segment_ms=200, min_cleanable_dirty_ratio=0.001,
                   max_compaction_lag_ms=1000, delete_retention_ms=86_400_000, **config)
    within = history.writer(bootstrap, transactional_id=topic, compression_type=codec, batch_num_messages=37)
    without = history.writer(bootstrap, compression_type=codec, batch_num_messages=11)
    within.init_transactions(30)
    for round_ in range(8):
        within.begin_transaction()
        for number in range(80):
            for producer, kind in [(within, "k"), (without, "q")][:1 + (number % 3 == 0)]:
                value = None if chance.random() < 0.15 else b"%d %d " % (round_, number) * chance.randrange(1, 20)
                headers = [("h", b"%d" % number)] if number % 5 == 0 else None
                producer.produce(topic, value, key=f"{kind}{chance.randrange(60)}", headers=headers)
        history.flush(within)
        history.flush(without)
        if chance.random() < 0.7:
            within.commit_transaction(30)
        else:
            within.abort_transaction(30)
        time.sleep(0.1)  # the next batch begins a segment


@pytest.mark.parametrize("writer", ["ours", "kafka"])
def test_both_leave_the_same(start_kafka, start_ours, directory, writer):
    seed = int(os.environ.get("MOLDAU_SEED") or random.randrange(1 << 32))
    print(f"MOLDAU_SEED={seed}")
    chance, data = random.Random(seed), directory / "data"
    broker = (start_ours if writer == "ours" else start_kafka)(data, "log.cleaner.enable=false")
    for codec in history.CODECS:
        stamp = {"message_timestamp_type": "LogAppendTime"} if codec == "lz4" else {}
        fill(broker.bootstrap, f"compacted-{codec}", codec, chance, **stamp)
    names = [(f"compacted-{codec}", 0) for codec in history.CODECS]
    before = records(broker.bootstrap, names)
    broker.stop()
    for name in ["ours", "kafkas"]:
        shutil.copytree(data, directory / name)
    both = [start_ours(directory / "ours", CLEANING), start_kafka(directory / "kafkas", CLEANING)]

    def left(isolation="read_uncommitted"):
        return [records(each.bootstrap, names, isolation) for each in both]

    def is_done():
        ours, theirs = left()
        return all(len(theirs[name]) < len(before[name]) * 0.7 for name in names) and ours == theirs
    assert until(is_done, 60), [[len(found[name]) for name in names] for found in [before, *left()]]
    ours, theirs = left("read_committed")
    assert ours == theirs
