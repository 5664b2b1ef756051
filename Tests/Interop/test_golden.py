"""Data directories that Apache Kafka 4.3.1 wrote, one stopped cleanly and one torn, served by a whole broker."""
import gzip
import json
import pathlib
import shutil
import sys
import tarfile
import tempfile

import pytest
from confluent_kafka import Producer

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))

from broker import Broker  # noqa: E402
from contents import committed, contents, difference, ends, partitions, records, starts  # noqa: E402

GOLDEN = TESTS / "LogEngineTests" / "Golden"
TOLD = json.loads(gzip.decompress((GOLDEN / "told.json.gz").read_bytes()))
CODECS = ["codec-none", "codec-gzip", "codec-snappy", "codec-lz4", "codec-zstd"]
CREATE_TIME, LOG_APPEND_TIME = 1, 2


def unpacked(name):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="moldau-golden-"))
    with tarfile.open(GOLDEN / f"{name}.tar.gz") as archive:
        archive.extractall(directory, filter="data")
    return directory


@pytest.fixture(scope="module", params=["clean", "torn"])
def served(request):
    directory = unpacked(request.param)
    broker = Broker(directory / "run", data=directory / request.param).start()
    broker.kind = request.param
    yield broker
    assert broker.alive(), broker.tail()
    assert broker.stop() == 0, broker.tail()
    shutil.rmtree(directory, ignore_errors=True)


def text(data):
    return None if data is None else data.decode()


def told(topic, count=None):
    return [(row["offset"], row["timestamp"], row["key"], row["value"]) for row in TOLD[topic]][:count]


def read(broker, topic, isolation="read_uncommitted"):
    found = records(broker.bootstrap, [(topic, 0)], isolation)[(topic, 0)]
    return [(offset, when[1], text(key), text(value)) for offset, when, key, value, _ in found]


def survived(broker, topic):
    """How many records a recovery as Kafka's leaves."""
    return {("torn", "codec-none"): 297, ("torn", "idempotent"): 55}.get((broker.kind, topic))


@pytest.mark.parametrize("topic", CODECS + ["idempotent"])
def test_records_are_served_as_they_were_written(served, topic):
    assert read(served, topic) == told(topic, survived(served, topic))


@pytest.mark.parametrize("topic", CODECS)
def test_headers_are_served_null_values_too(served, topic):
    found = records(served.bootstrap, [(topic, 0)])[(topic, 0)]
    assert [name for name, value in found[0][4]] == ["h", "n"]
    assert dict(found[0][4])["n"] is None
    assert found[1][4] == []


def test_the_brokers_time_is_told_as_such(served):
    found = records(served.bootstrap, [("append-time", 0)])[("append-time", 0)]
    assert len(found) == TOLD["append-time"]
    assert {when[0] for _, when, *_ in found} == {LOG_APPEND_TIME}


def test_a_reader_of_committed_records_sees_those_alone(served):
    found = [(offset, value) for offset, _, _, value in read(served, "txn", "read_committed")]
    lines = (GOLDEN / "txn-read-committed.txt").read_text().splitlines()
    assert found == [(int(line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in lines]
    assert [value for _, value in found] == TOLD["txn, read committed"]


def test_a_reader_of_all_records_sees_aborted_and_open_ones(served):
    found = read(served, "txn")
    assert len(found) > len(TOLD["txn, read committed"])
    assert found[-1][0] == 116


def test_the_latest_value_of_each_key_is_there(served):
    latest = {row["key"]: row["value"] for row in TOLD["compacted"]}
    found = {}
    for _, _, key, value in read(served, "compacted"):
        found[key] = value
    assert found == {key: value for key, value in latest.items() if value is not None or key in found}


@pytest.mark.parametrize("group", ["classic-group", "consumer-group"])
def test_groups_have_their_offsets(served, group):
    expected = {("grouped", int(number)): offset for number, offset in TOLD[group].items()}
    assert committed(served.bootstrap, group) == expected


def test_deleted_records_stay_deleted(served):
    assert starts(served.bootstrap, [("trimmed", 0)]) == {("trimmed", 0): TOLD["trimmed"]["log start offset"]}
    assert read(served, "trimmed")[0][0] == TOLD["trimmed"]["log start offset"]


def test_deleted_topics_are_gone(served):
    assert "deleted" not in {topic for topic, _ in partitions(served.bootstrap)}


def test_logs_end_where_kafkas_end(served):
    names = [("codec-none", 0), ("codec-zstd", 0), ("idempotent", 0), ("compacted", 0), ("append-time", 0)]
    torn = served.kind == "torn"
    assert list(ends(served.bootstrap, names).values()) == [297 if torn else 300, 300, 55 if torn else 60, 400, 30]


@pytest.mark.parametrize("kind", ["clean", "torn"])
@pytest.mark.parametrize("way", ["stop", "kill"])
def test_what_was_taken_over_outlives_our_own_end(kind, way):
    """Kafka's directory, written on by us, ended, and started again."""
    directory = unpacked(kind)
    broker = Broker(directory / "run", data=directory / kind).start()
    writer = Producer({"bootstrap.servers": broker.bootstrap})
    for number in range(50):
        writer.produce("codec-zstd", f"ours-{number}", key=b"k")
        writer.produce("grouped", f"ours-{number}", partition=number % 4)
    assert writer.flush(30) == 0
    groups = ["classic-group", "consumer-group"]
    before = contents(broker.bootstrap, groups)
    assert before["records"][("codec-zstd", 0)][-1][3] == b"ours-49"
    assert broker.stop() == 0 if way == "stop" else broker.kill() is None
    broker.start()
    assert not difference(before, contents(broker.bootstrap, groups))
    assert broker.stop() == 0, broker.tail()
    shutil.rmtree(directory, ignore_errors=True)
