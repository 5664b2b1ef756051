"""kcat, as Debian ships it (librdkafka 2.0.2)."""
import json
import subprocess

import pytest


def kcat(broker, *arguments, given=None):
    done = subprocess.run(
        ["kcat", "-b", broker.bootstrap, *arguments], input=given, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_lists_brokers_and_topics(broker, topic):
    name = topic(3)
    listed = json.loads(kcat(broker, "-L", "-J"))
    assert any(each["name"].endswith(str(broker.port)) for each in listed["brokers"])
    found = next(each for each in listed["topics"] if each["topic"] == name)
    assert len(found["partitions"]) == 3


def test_produces_and_consumes_lines(broker, topic):
    name = topic()
    lines = [f"line {number}" for number in range(500)]
    kcat(broker, "-P", "-t", name, given="\n".join(lines) + "\n")
    assert kcat(broker, "-C", "-t", name, "-o", "beginning", "-e", "-q").splitlines() == lines


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_compresses(broker, topic, codec):
    name = topic()
    lines = [f"{codec} {number} " + "x" * 100 for number in range(1000)]
    kcat(broker, "-P", "-t", name, "-z", codec, given="\n".join(lines) + "\n")
    assert kcat(broker, "-C", "-t", name, "-o", "beginning", "-e", "-q").splitlines() == lines


def test_keys_headers_and_timestamps(broker, topic):
    name = topic()
    kcat(broker, "-P", "-t", name, "-K", ":", "-H", "colour=red", "-H", "empty", given="key:value\n")
    record = json.loads(kcat(broker, "-C", "-t", name, "-o", "beginning", "-e", "-q", "-J"))
    assert record["key"] == "key" and record["payload"] == "value" and record["offset"] == 0
    assert record["headers"][:2] == ["colour", "red"]
    assert record["tstype"] == "create" and record["ts"] > 1_600_000_000_000


def test_creates_a_topic_by_producing_to_it(broker):
    kcat(broker, "-P", "-t", "made-by-producing", given="hello\n")
    assert "hello" in kcat(broker, "-C", "-t", "made-by-producing", "-o", "beginning", "-e", "-q")


def test_reads_the_last_records(broker, topic):
    name = topic()
    kcat(broker, "-P", "-t", name, given="".join(f"{number}\n" for number in range(100)))
    assert kcat(broker, "-C", "-t", name, "-o", "-10", "-e", "-q").split() == [str(n) for n in range(90, 100)]


def test_reads_between_timestamps(broker, topic):
    name = topic()
    kcat(broker, "-P", "-t", name, given="a\nb\n")
    assert kcat(broker, "-C", "-t", name, "-o", "s@1000", "-e", "-q").split() == ["a", "b"]
