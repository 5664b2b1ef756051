"""kafka-log-dirs.sh against a running broker."""
import json
import pathlib
import subprocess

from confluent_kafka import Producer

ROOT = pathlib.Path(__file__).resolve().parents[2]


def log_dirs(broker, *arguments):
    command = [str(ROOT / "bin" / "kafka-log-dirs.sh"), "--bootstrap-server", broker.bootstrap, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_sizes_are_those_of_the_segments(broker, make_topic):
    name = make_topic(3)
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for number in range(300):
        producer.produce(name, b"x" * 100, partition=number % 2)
    assert producer.flush(30) == 0
    done = log_dirs(broker, "--describe", "--topic-list", name)
    assert done.returncode == 0, done.stderr
    first, second, line = done.stdout.splitlines()
    assert first == "Querying brokers for log directories information"
    assert second == "Received log directory information from brokers 1"
    told = json.loads(line)
    assert told["version"] == 1 and told["brokers"][0]["broker"] == 1
    sizes = {}
    for directory in told["brokers"][0]["logDirs"]:
        assert directory["error"] is None
        for each in directory["partitions"]:
            assert each["offsetLag"] == 0 and not each["isFuture"]
            sizes[each["partition"]] = each["size"]
            segments = pathlib.Path(directory["logDir"], each["partition"]).glob("*.log")
            assert each["size"] == sum(segment.stat().st_size for segment in segments)
    assert sorted(sizes) == [f"{name}-{number}" for number in range(3)]
    assert sizes[f"{name}-0"] >= 150 * 100 and sizes[f"{name}-2"] == 0


def test_brokers_that_are_not_there_are_named(broker):
    done = log_dirs(broker, "--describe", "--broker-list", "7")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (
        "ERROR: The given brokers do not exist from --broker-list: 7. Current existent brokers: 1\n")


def test_unknown_topics_are_simply_absent(broker):
    done = log_dirs(broker, "--describe", "--topic-list", "nosuch")
    told = json.loads(done.stdout.splitlines()[-1])
    assert all(directory["partitions"] == [] for directory in told["brokers"][0]["logDirs"])


def test_without_describe_it_says_what_is_missing(broker):
    done = log_dirs(broker)
    assert done.returncode == 1
    assert done.stderr.startswith('Missing required argument "[describe]"\n')
