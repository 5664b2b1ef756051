"""Data directories that fill up, die, are copied or used twice."""
import json
import os
import shutil
import subprocess
import time

import pytest
from broker import ROOT, Broker
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from filesystem import LoopFileSystem, Unavailable
from story import Shelf, Writer, contents, create, topics
from waiting import until

SOAK = bool(os.environ.get("MOLDAU_SOAK"))


def log_dirs(broker, *arguments):
    """What kafka-log-dirs.sh tells: the directories of the only broker."""
    done = subprocess.run(
        [str(ROOT / "bin" / "kafka-log-dirs.sh"), "--bootstrap-server", broker.bootstrap, "--describe", *arguments],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout.splitlines()[-1])["brokers"]
    return {each["logDir"]: each for each in told["logDirs"]}


def send(broker, topic, values, partition=0, **settings):
    """Sends the values one by one; returns what became of each."""
    producer = Producer({"bootstrap.servers": broker.bootstrap, "message.timeout.ms": 3000, "log_level": 0,
                         "batch.num.messages": 1, **settings})
    outcomes = []
    for value in values:
        producer.produce(topic, value, partition=partition,
                         on_delivery=lambda error, message: outcomes.append(error.code() if error else None))
        producer.flush(10)
    return outcomes


@pytest.fixture
def disks(directory):
    """Two XFS; each can lose its power."""
    made = []
    try:
        for name in ("one", "two"):
            (directory / name).mkdir()
            made.append(LoopFileSystem(directory / name, "xfs", "400M"))
    except Unavailable as reason:
        for each in made:
            each.remove()
        pytest.skip(str(reason))
    if not shutil.which("xfs_io"):
        for each in made:
            each.remove()
        pytest.skip("xfs_io is not installed")
    yield made
    for each in made:
        each.remove()


def test_one_of_two_disks_dies(directory, disks):
    """A 13: what lies on the other is served, the tools name the dead one, and all is there once it is back."""
    one, two = (str(each.path / "data") for each in disks)
    broker = Broker(directory, data=one, settings=[f"log.dirs={one},{two}"])
    try:
        broker.start()
        create(broker, "topic", 4, flush_messages=1)
        for partition in range(4):
            assert send(broker, "topic", [b"before"] * 3, partition) == [None] * 3
        homes = {}
        for path, told in log_dirs(broker).items():
            assert told["error"] is None
            for each in told["partitions"]:
                homes[each["partition"]] = path
        dead = sorted(int(name.split("-")[1]) for name, path in homes.items() if path == two)
        alive = sorted(set(range(4)) - set(dead))
        assert len(dead) == len(alive) == 2
        disks[1].cut_power()
        for partition in dead:
            assert None not in send(broker, "topic", [b"lost"], partition)
        for partition in alive:
            assert send(broker, "topic", [b"after"], partition) == [None]
            assert len(contents(broker, "topic", partition)) == 4
        assert until(lambda: "KafkaStorageException" in (log_dirs(broker)[two]["error"] or ""), 20)
        assert log_dirs(broker)[one]["error"] is None
        told = topics(AdminClient({"bootstrap.servers": broker.bootstrap}))["topic"].partitions
        assert sorted(each for each in told if told[each].leader == -1) == dead
        assert f"data directory {two} has failed" in broker.log.read_text()
        # Still dead at the next start; then it comes back.
        assert broker.stop() == 0
        broker.start()
        for partition in alive:
            assert len(contents(broker, "topic", partition)) == 4
        assert f"data directory {two} can't be used" in broker.log.read_text()
        assert broker.stop() == 0
        disks[1].unmount()
        disks[1].mount()
        broker.start()
        for partition in dead:
            assert list(contents(broker, "topic", partition).values())[:3] == [b"before"] * 3
            assert send(broker, "topic", [b"again"], partition) == [None]
        assert broker.stop() == 0
    finally:
        if broker.alive():
            broker.kill()


def test_the_disk_of_the_metadata_dies(directory, disks):
    """The broker ends, says which directory it was, and leaves the other in order."""
    one, two = (str(each.path / "data") for each in disks)
    broker = Broker(directory, data=one, settings=[f"log.dirs={one},{two}"])
    broker.start()
    create(broker, "topic", 2, flush_messages=1)
    for partition in range(2):
        send(broker, "topic", [b"before"], partition)
    disks[0].cut_power()
    for partition in range(2):
        send(broker, "topic", [b"after"], partition)
    assert until(lambda: not broker.alive(), 30)
    assert broker.process.returncode == 1
    assert f"data directory {one}, which has the metadata log, has failed" in broker.log.read_text()
    disks[0].unmount()
    disks[0].mount()
    broker.start()
    for partition in range(2):
        assert list(contents(broker, "topic", partition).values())[0] == b"before"
    assert broker.stop() == 0


def test_a_full_disk_refuses_and_heals(directory):
    """A 10: nothing half written, readers go on, no directory is given up, and producers go on once there is room."""
    try:
        disk = LoopFileSystem(directory, "xfs", "320M")
    except Unavailable as reason:
        pytest.skip(str(reason))
    broker = Broker(directory, data=disk.path / "data")
    try:
        broker.start()
        create(broker, "topic", segment_bytes=4 << 20)
        ballast = disk.path / "ballast"
        free = os.statvfs(disk.path)
        with open(ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_bsize - (24 << 20))
        large = os.urandom(800_000)
        outcomes = []
        while not any(outcomes) and len(outcomes) < 100:
            outcomes += send(broker, "topic", [large], retries=0)
        written = outcomes.count(None)
        assert outcomes[-1] in (56, KafkaError._MSG_TIMED_OUT)  # KAFKA_STORAGE_ERROR
        assert written >= 5
        assert set(contents(broker, "topic", 0).values()) == {large} and len(contents(broker, "topic", 0)) == written
        assert all(told["error"] is None for told in log_dirs(broker).values())
        # Whatever is asked for meanwhile, the broker lives, and lives on when it is killed and started on a full disk.
        admin = AdminClient({"bootstrap.servers": broker.bootstrap})
        assert "topic" in topics(admin)
        if SOAK:
            broker.kill()
            broker.start()
            assert len(contents(broker, "topic", 0)) == written
        ballast.unlink()
        assert send(broker, "topic", [b"after", b"that"]) == [None, None]
        create(broker, "another")
        assert send(broker, "another", [b"x"]) == [None]
        assert list(contents(broker, "topic", 0).values()) == [large] * written + [b"after", b"that"]
        assert broker.stop() == 0
        assert "has failed" not in broker.log.read_text()
        broker.start()
        assert list(contents(broker, "topic", 0).values()) == [large] * written + [b"after", b"that"]
        assert broker.stop() == 0
    finally:
        if broker.alive():
            broker.kill()
        disk.remove()


def test_a_directory_is_used_by_one_broker_of_its_own_cluster(directory, broker):
    """A 16: a second broker on it, or one of another cluster or another node, is refused and told why."""
    broker.start()
    create(broker, "topic")
    second = Broker(directory / "second", data=broker.data)
    with pytest.raises(RuntimeError, match="another process uses it"):
        second.start()
    assert send(broker, "topic", [b"still served"]) == [None]
    assert broker.stop() == 0
    other = Broker(directory / "other")
    other.start()
    assert other.stop() == 0
    copy = directory / "copy"
    shutil.copytree(broker.data, copy)
    mixed = Broker(directory / "mixed", data=other.data, settings=[f"log.dirs={other.data},{copy}"])
    with pytest.raises(RuntimeError, match="it belongs to cluster .*, this node to "):
        mixed.start()
    stranger = Broker(directory / "stranger", data=copy, settings=["node.id=7", "controller.quorum.voters="])
    with pytest.raises(RuntimeError, match="it belongs to node 1, this is node 7"):
        stranger.start()


def test_all_that_is_derived_can_be_deleted(broker):
    """A 8: indexes, snapshots, epochs and checkpoints come from the log again, and nothing changes."""
    broker.start()
    create(broker, "topic", 2, segment_bytes=1 << 20, index_interval_bytes=200)
    writer = Writer(broker, "topic", padding=3000)
    writer.start()
    assert until(lambda: writer.count > 1200)
    assert writer.end() == 0
    for stop in ("stop", "kill"):
        getattr(broker, stop)()
        for pattern in ("topic-*/*.index", "topic-*/*.timeindex", "topic-*/*.snapshot", "topic-*/leader-epoch-checkpoint",
                        "*-offset-checkpoint", "topic-*/*.txnindex"):
            for path in broker.data.glob(pattern):
                path.unlink()
        broker.start()
        shelf = Shelf(writer)
        shelf.check(broker)
        shelf.check_exactly_once()
    assert send(broker, "topic", [b"more"]) == [None]


def flipped(path, chance):
    """Flips one bit of the file; returns what was there."""
    data = path.read_bytes()
    at, bit = chance.randrange(len(data)), 1 << chance.randrange(8)
    path.write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1:])
    print(f"{path.name}: byte {at}, bit {bit}")
    return data


KINDS = ["topic-0/*.log", "topic-0/*.index", "topic-0/*.timeindex", "topic-0/*.snapshot",
         "topic-0/leader-epoch-checkpoint", "topic-0/partition.metadata", "recovery-point-offset-checkpoint",
         "replication-offset-checkpoint", "log-start-offset-checkpoint", "meta.properties",
         "__cluster_metadata-0/*.log", "__cluster_metadata-0/quorum-state", ".kafka_cleanshutdown"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_is_never_served(broker, directory, chance, kind):
    """A 7: in whichever file, after an orderly stop or a crash. What is read is what was written, or an error that
    names the place; other partitions are served, or the start is refused with the file's name."""
    broker.start()
    create(broker, "topic", 2, index_interval_bytes=200)
    writer = Writer(broker, "topic")
    writer.start()
    assert until(lambda: writer.count > 300)
    assert writer.end() == 0
    assert broker.stop() == 0
    for round in range(12 if SOAK else 2):
        if round % 2:
            broker.start()
            broker.kill()
        files = [each for each in sorted(broker.data.glob(kind)) if each.stat().st_size > 0]
        if not files:  # there is no mark after a crash
            continue
        path = chance.choice(files)
        kept = directory / "kept"
        shutil.copytree(broker.data, kept)  # with their attributes
        flipped(path, chance)
        size = broker.log.stat().st_size
        try:
            broker.start()
        except RuntimeError:
            told = broker.log.read_bytes()[size:].decode()
            assert path.name in told or path.parent.name in told, told
            assert kind.startswith(("meta", "__cluster")), told
        else:
            served(broker, writer, 0, may_miss=kind in ("topic-0/*.log", "topic-0/partition.metadata"))
            served(broker, writer, 1, may_miss=kind.startswith("__cluster"))
            broker.kill()
        shutil.rmtree(broker.data)
        kept.rename(broker.data)


def served(broker, writer, partition, may_miss):
    """Reads with every CRC checked: nothing wrong, and nothing missing but what may."""
    promised = writer.acknowledged[partition]
    if not may_miss:
        assert contents(broker, "topic", partition) == promised
        return
    reader = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "g", "check.crcs": True, "log_level": 0,
                       "auto.offset.reset": "earliest"})
    reader.assign([TopicPartition("topic", partition, 0)])
    deadline = time.monotonic() + 3
    found = {}
    while time.monotonic() < deadline and len(found) < len(promised):
        try:
            for record in reader.consume(1000, 0.2):
                if not record.error():
                    found[record.offset()] = record.value()
        except KafkaException:
            break
    reader.close()
    for offset, value in found.items():
        assert promised.get(offset, value) == value, f"offset {offset}"
