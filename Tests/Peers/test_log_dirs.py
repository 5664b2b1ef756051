"""kafka-log-dirs.sh of ours and Kafka's, each asked of Kafka and of us."""
import json
import pathlib
import subprocess

import pytest

import history

ROOT = pathlib.Path(__file__).resolve().parents[2]


def ours(bootstrap, *arguments):
    command = [str(ROOT / "bin" / "kafka-log-dirs.sh"), "--bootstrap-server", bootstrap, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def theirs(tool, bootstrap, *arguments):
    command = [tool, "log-dirs", "--bootstrap-server", bootstrap, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def told(done):
    """What was printed, partitions sorted: Kafka's order is a hash table's."""
    lines = done.stdout.splitlines()
    if lines and lines[-1].startswith("{"):
        lines[-1] = json.loads(lines[-1])
        for broker in lines[-1]["brokers"]:
            for directory in broker["logDirs"]:
                directory["partitions"].sort(key=lambda each: each["partition"])
    return done.returncode, lines


WAYS = [["--describe"], ["--describe", "--topic-list", "user-events,nosuch"], ["--describe", "--broker-list", "1"],
        ["--describe", "--broker-list", "7"], []]


@pytest.fixture
def kafka(start_kafka, directory):
    broker = start_kafka(directory / "data")
    return prepared(broker)


@pytest.fixture
def moldau(start_ours, directory):
    return prepared(start_ours(directory / "data"))


def prepared(broker):
    history.create(broker.bootstrap, "user-events", 3)
    producer = history.writer(broker.bootstrap)
    for number in range(100):
        producer.produce("user-events", b"%d" % number, partition=number % 3)
    history.flush(producer)
    return broker


def compare(tool, bootstrap):
    for arguments in WAYS:
        our, their = ours(bootstrap, *arguments), theirs(tool, bootstrap, *arguments)
        assert told(our) == told(their), (arguments, our.stderr)
        assert our.stderr.splitlines()[:1] == their.stderr.splitlines()[:1], arguments


def test_of_kafka_both_tools_tell_the_same(kafka_tool, kafka):
    compare(kafka_tool, kafka.bootstrap)


def test_of_us_both_tools_tell_the_same(kafka_tool, moldau):
    compare(kafka_tool, moldau.bootstrap)
