"""A data directory goes from us to Apache Kafka and from Apache Kafka to us, and back."""
import pathlib
import re
import shutil
import subprocess

import pytest

import history
from contents import contents, difference

ROOT = pathlib.Path(__file__).resolve().parents[2]
GROUPS = [history.GROUP]
HISTORY = [history.codecs, history.idempotent, history.stamped, history.trimmed, history.group, history.transactions,
           history.compacted, history.untouched]
# A segment that doesn't begin the log: not a gap.
FIRST_OF_A_SEGMENT = re.compile(r"^  -1 is followed by \d+$")


def complaints(output):
    """Standard error of dump-log without its notes on segments whose first offset isn't 0, and on a compacted log."""
    found, of_what = [], ""
    for line in output.splitlines():
        if line.startswith("Non-consecutive"):
            of_what = line
        elif line and not FIRST_OF_A_SEGMENT.match(line) and not ("/compacted-0/" in of_what and line[0] == " "):
            found += [of_what, line]
    return found


def kafka_reads(tool, data, suffix, *options):
    files = [str(path) for path in sorted(data.rglob(f"*{suffix}")) if "-delete" not in path.parent.name]
    if suffix == ".log":
        files = [path for path in files if pathlib.Path(path).stat().st_size]
    done = subprocess.run(
        [tool, "dump-log", "--files", ",".join(files), *options], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    assert not complaints(done.stderr), complaints(done.stderr)[:10]
    return done.stdout


def check_every_file(tool, data):
    printed = kafka_reads(tool, data, ".log", "--deep-iteration")
    assert "isvalid: false" not in printed
    assert "invalid bytes" not in printed
    kafka_reads(tool, data, ".snapshot")
    for suffix in [".index", ".timeindex"]:
        kafka_reads(tool, data, suffix, "--index-sanity-check")
        kafka_reads(tool, data, suffix, "--verify-index-only")


def comparable(found, way="stop"):
    """Without what may have changed by itself: retention goes on, and a kill forgets a start not yet written down."""
    loose = {"retained", "trimmed"} if way == "kill" else {"retained"}
    return {what: {place: value for place, value in places.items() if place[0] not in loose}
            for what, places in found.items()}


def check_trimmed(before, after):
    """Records that were deleted may come back when the broker is killed, no others may go."""
    place = ("trimmed", 0)
    assert after["starts"][place] <= before["starts"][place]
    left = [record for record in after["records"][place] if record[0] >= before["starts"][place]]
    assert left == before["records"][place]


def check_transactions(found):
    """Aborted ones and an open one are there, and nobody who reads committed records sees them."""
    committed, written = (found[what][("txn", 0)] for what in ["read committed", "records"])
    assert committed and len(committed) < len(written)
    assert written[-1][3] == b"open" and written[-1] not in committed
    assert not any(record[3].startswith(b"abort") for record in committed)


@pytest.fixture
def ours(directory, start_ours):
    """A broker of ours with a history."""
    broker = start_ours(
        directory / "data", "log.retention.check.interval.ms=500", "log.cleaner.backoff.ms=100",
        "offsets.topic.num.partitions=3", "transaction.state.log.num.partitions=3")
    for happens in HISTORY + [history.retained]:
        happens(broker.bootstrap)
    producer = history.open_transaction(broker.bootstrap)
    yield broker
    producer.purge()


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_kafka_takes_over_from_us_and_gives_back(kafka_tool, start_kafka, start_ours, directory, ours, way):
    before = contents(ours.bootstrap, GROUPS)
    check_transactions(before)
    assert len(before["records"][("codec-zstd", 0)]) == 300
    assert before["starts"][("trimmed", 0)] == 123
    assert sum(before["committed"][history.GROUP].values()) == 50
    assert ours.stop() == 0 if way == "stop" else ours.kill() is None
    copy = directory / "copy"
    shutil.copytree(directory / "data", copy)
    check_every_file(kafka_tool, copy)

    kafka = start_kafka(copy)
    assert not [path.name for path in copy.iterdir() if path.name.endswith("-stray")]
    taken = contents(kafka.bootstrap, GROUPS)
    assert not difference(comparable(before, way), comparable(taken, way))
    check_trimmed(before, taken)
    history.first(kafka.bootstrap, b"kafka")
    history.more(kafka.bootstrap, "kafka")
    after = contents(kafka.bootstrap, GROUPS)
    assert sum(after["committed"][history.GROUP].values()) == 75
    kafka.stop()

    again = start_ours(copy, "log.retention.check.interval.ms=600000")
    assert not difference(comparable(after), comparable(contents(again.bootstrap, GROUPS)))
    assert again.stop() == 0


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_we_take_over_from_kafka_and_give_back(kafka_tool, start_kafka, start_ours, directory, way):
    data = directory / "data"
    kafka = start_kafka(data, "log.cleaner.backoff.ms=100")
    for happens in HISTORY:
        happens(kafka.bootstrap)
    producer = history.open_transaction(kafka.bootstrap)
    before = contents(kafka.bootstrap, GROUPS)
    check_transactions(before)
    kafka.stop() if way == "stop" else kafka.kill()

    broker = start_ours(data)
    taken = contents(broker.bootstrap, GROUPS)
    assert not difference(comparable(before, way), comparable(taken, way))
    check_trimmed(before, taken)
    history.first(broker.bootstrap, b"ours")
    history.more(broker.bootstrap, "ours")
    after = contents(broker.bootstrap, GROUPS)
    assert sum(after["committed"][history.GROUP].values()) == 75
    assert broker.stop() == 0
    check_every_file(kafka_tool, data)

    again = start_kafka(data)
    assert not difference(after, contents(again.bootstrap, GROUPS))
    again.stop()
    producer.purge()
