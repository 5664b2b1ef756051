"""Replicas move between data directories while clients work and the broker is killed."""
import time

import pytest
import wire
from broker import Broker
from story import CODECS, PARTITIONS, Shelf, Writer, create
from waiting import until


def move(broker, topic, directory):
    """AlterReplicaLogDirs 1 of all partitions; their errors."""
    partitions = wire.array([wire.int32(partition) for partition in range(PARTITIONS)])
    body = wire.array([wire.string(str(directory)) + wire.array([wire.string(topic) + partitions])])
    reader = wire.Reader(wire.outcome(broker.port, wire.request(34, 1, body)))
    reader.int32(), reader.int32()
    ((_, errors),) = reader.array(lambda r: (r.string(), r.array(lambda r: (r.int32(), r.int16())[1])))
    return errors


def whereabouts(directories, topic):
    """The directories in which each partition lies, copies and remains aside."""
    return [[each for each in directories if (each / f"{topic}-{partition}").exists()]
            for partition in range(PARTITIONS)]


@pytest.mark.parametrize("pace", [9223372036854775807, 9_000_000], ids=["at full speed", "slowly"])
def test_moves_under_load_outlive_kill_9(directory, chance, rounds, pace):
    directories = [directory / name for name in ("data", "more", "third")]
    broker = Broker(directory, settings=[
        "log.dirs=" + ",".join(map(str, directories)), f"replica.alter.log.dirs.io.max.bytes.per.second={pace}"])
    broker.start()
    try:
        for codec in CODECS[:3]:
            create(broker, f"moving-{codec}", PARTITIONS, segment_bytes=1 << 20)
        writers = [Writer(broker, f"moving-{codec}", codec) for codec in CODECS[:3]]
        shelves = [Shelf(writer) for writer in writers]
        for writer in writers:
            writer.start()
        for _ in range(rounds):
            for writer in writers:
                assert set(move(broker, writer.topic, chance.choice(directories))) == {0}
            time.sleep(chance.choice([0, 0.01, 0.1, 1]) * chance.random())
            broker.kill()
            broker.start()
            for shelf in shelves:
                shelf.check(broker)
        goal = directories[2]
        for writer in writers:
            assert set(move(broker, writer.topic, goal)) == {0}
        for writer in writers:
            assert writer.end() == 0 and not writer.failed, writer.failed[:3]
            assert until(lambda: whereabouts(directories, writer.topic) == [[goal]] * PARTITIONS, 60)
        for shelf in shelves:
            shelf.check(broker)
            shelf.check_exactly_once()
        assert broker.stop() == 0
    finally:
        if broker.alive():
            broker.kill()
