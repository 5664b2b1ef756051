"""Settings of the broker itself, changed while it runs: what is accepted has an effect, what is absurd is refused."""
import pathlib
import shutil
import sys
import tempfile
import time
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import wire  # noqa: E402
from broker import Broker  # noqa: E402
from confluent_kafka import KafkaException  # noqa: E402
from confluent_kafka.admin import AdminClient, NewTopic  # noqa: E402
from waiting import until  # noqa: E402

ALTER_LOG_DIRS, DESCRIBE_LOG_DIRS, ALTER_CONFIGS = 34, 35, 44
INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT, OUT_OF_ORDER, STORAGE_ERROR = 38, 39, 45, 56


class Directories:
    """A broker with two data directories."""

    def __init__(self, root):
        self.paths = [pathlib.Path(root) / "data", pathlib.Path(root) / "more"]
        self.broker = Broker(root, settings=[
            "log.dirs=" + ",".join(map(str, self.paths)), "log.retention.check.interval.ms=100"])

    def create(self, partitions=1):
        name = f"b-{uuid.uuid4().hex[:8]}"
        admin = AdminClient({"bootstrap.servers": self.broker.bootstrap})  # it has to outlive the answer
        admin.create_topics([NewTopic(name, partitions, 1)])[name].result(20)
        return name

    def homes(self, topic, partition=0):
        return [number for number, path in enumerate(self.paths) if (path / f"{topic}-{partition}").exists()]

    def alter(self, resource="1", **settings):
        """Sets, or unsets what is None; the error."""
        changes = [wire.string(key.replace("_", ".")) + wire.int8(1 if value is None else 0) + wire.string(value)
                   for key, value in settings.items()]
        body = wire.array([wire.int8(4) + wire.string(resource) + wire.array(changes)]) + wire.int8(0)
        reader = wire.Reader(wire.outcome(self.broker.port, wire.request(ALTER_CONFIGS, 0, body)))
        reader.int32(), reader.int32(), reader.int32()
        return reader.int16()

    def move(self, topic, path):
        """AlterReplicaLogDirs of the first partition; the error."""
        body = wire.array([wire.string(str(path)) + wire.array([wire.string(topic) + wire.array([wire.int32(0)])])])
        reader = wire.Reader(wire.outcome(self.broker.port, wire.request(ALTER_LOG_DIRS, 1, body)))
        reader.int32(), reader.int32()
        return reader.array(lambda r: (r.string(), r.array(lambda r: (r.int32(), r.int16()))))[0][1][0][1]

    def cordoned(self):
        return [is_cordoned for _, is_cordoned in self.described()]

    def described(self):
        """DescribeLogDirs 5, without partitions: each directory's error, and whether it is cordoned."""
        answer = wire.outcome(self.broker.port, wire.request(DESCRIBE_LOG_DIRS, 5, b"\1\0", tags=b"\0"))
        reader = wire.Reader(answer)
        reader.int32(), reader.int8(), reader.int32(), reader.int16()
        found = []
        for _ in range(reader.int8() - 1):
            error = reader.int16()
            reader.take(reader.int8() - 1), reader.int8(), reader.int64(), reader.int64()
            found.append((error, reader.int8() == 1))
            reader.int8()
        return found


@pytest.fixture(scope="module")
def directories():
    with tempfile.TemporaryDirectory(prefix="moldau-broker-settings-") as root:
        made = Directories(root)
        made.broker.start()
        yield made
        assert made.broker.alive(), made.broker.tail(100)
        assert made.broker.stop() == 0, made.broker.tail(100)


def test_cordoned_directories_take_no_new_replicas(directories):
    first, second = map(str, directories.paths)
    there = directories.create()
    assert directories.cordoned() == [False, False]
    assert directories.alter(cordoned_log_dirs=first) == 0
    try:
        assert directories.cordoned() == [True, False]
        topics = [directories.create() for _ in range(4)]
        assert [directories.homes(topic) for topic in topics] == [[1]] * 4
        assert directories.move(topics[0], first) == INVALID_REPLICA_ASSIGNMENT
        assert wire.produce(directories.broker.port, there, wire.batch(wire.record())).error == 0
        assert directories.move(there, second) == 0
        assert directories.broker.stop() == 0
        directories.broker.start()
        assert directories.cordoned() == [True, False]
        assert directories.homes(directories.create()) == [1]
        assert directories.alter(cordoned_log_dirs="*") == 0
        assert directories.cordoned() == [True, True]
        # The controller hears of it a moment later.
        assert until(lambda: refusal(directories) == INVALID_REPLICATION_FACTOR)
    finally:
        assert directories.alter(cordoned_log_dirs=None) == 0
    assert directories.cordoned() == [False, False]
    assert until(lambda: refusal(directories) is None)


def refusal(directories):
    try:
        directories.create()
    except KafkaException as problem:
        return problem.args[0].code()


@pytest.mark.parametrize("setting, value", [
    ("cordoned_log_dirs", "/elsewhere"), ("cordoned_log_dirs", "*,/elsewhere"), ("log_roll_ms", "0"),
    ("log_roll_jitter_ms", "-1"), ("log_retention_ms", "0"), ("log_cleaner_threads", "0"),
    ("log_cleaner_dedupe_buffer_size", "1048576")])
def test_what_makes_no_sense_is_refused(directories, setting, value):
    assert directories.alter(**{setting: value}) == wire.INVALID_REQUEST


def test_a_move_goes_by_the_present_rate(directories):
    topic = directories.create()
    assert directories.alter(replica_alter_log_dirs_io_max_bytes_per_second="1000") == 0
    try:
        for _ in range(20):
            assert wire.produce(directories.broker.port, topic, wire.batch(wire.record(value=bytes(10_000)))).error == 0
        (home,) = directories.homes(topic)
        assert directories.move(topic, directories.paths[1 - home]) == 0
        time.sleep(1)
        assert directories.homes(topic) == [home], "200 kB at 1 kB a second"
    finally:
        assert directories.alter(replica_alter_log_dirs_io_max_bytes_per_second=None) == 0
    assert until(lambda: directories.homes(topic) == [1 - home], 30)


def test_producers_are_forgotten_after_the_present_time(directories):
    topic, producer = directories.create(), 4711

    def send(sequence):
        return wire.produce(directories.broker.port, topic, wire.batch(
            wire.record(), producer_id=producer, producer_epoch=0, sequence=sequence)).error

    assert [send(0), send(5)] == [0, OUT_OF_ORDER]
    assert directories.alter("", producer_id_expiration_ms="1") == 0
    try:
        # Whom nobody remembers may begin anywhere.
        assert until(lambda: send(5) == 0)
    finally:
        assert directories.alter("", producer_id_expiration_ms=None) == 0


def test_a_file_in_place_of_a_directory_is_a_directory_offline(tmp_path):
    made = Directories(tmp_path)
    made.broker.start()
    try:
        assert made.broker.stop() == 0
        shutil.rmtree(made.paths[1])
        made.paths[1].write_text("a file")
        made.broker.start()
        assert made.described() == [(0, False), (STORAGE_ERROR, False)]
        assert [made.homes(made.create()) for _ in range(3)] == [[0]] * 3
        assert f"{made.paths[1]} can't be used" in made.broker.log.read_text()
        assert made.broker.stop() == 0
    finally:
        if made.broker.alive():
            made.broker.kill()
