"""Files damaged between a crash and the next start: what is whole is served, what is not is never served."""
import os
import subprocess
import time

import pytest
from broker import ROOT
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from story import PARTITIONS, Writer, contents, create, patiently
from waiting import until


@pytest.fixture
def killed(broker):
    """A broker that was killed after it had taken a dozen small batches into each partition of `topic`, or more."""
    broker.start()
    create(broker, "topic", PARTITIONS)
    writer = Writer(broker, "topic", batch=8)
    writer.start()
    assert until(lambda: writer.count > 400)
    assert writer.end() == 0
    broker.kill()
    broker.writer = writer
    return broker


def log_of(broker, partition=0):
    return broker.data / f"topic-{partition}" / f"{0:020}.log"


def batches(data):
    """Where each batch begins, and the offset that follows it."""
    at = 0
    while at + 61 <= len(data) and data[at + 16] == 2:
        length = int.from_bytes(data[at + 8:at + 12], "big")
        yield at, int.from_bytes(data[at:at + 8], "big") + int.from_bytes(data[at + 23:at + 27], "big") + 1
        at += 12 + length


def last_batch(path):
    data = path.read_bytes()
    (_, before), (start, end) = list(batches(data))[-2:]
    return data, start, before, end


def end_offset(broker, partition=0):
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    asked = {TopicPartition("topic", partition): OffsetSpec.latest()}
    return patiently(lambda: list(admin.list_offsets(asked).values())[0].result(20).offset)


def test_a_torn_last_batch_is_cut_off_wherever_it_is_torn(killed, chance, rounds):
    data, start, before, end = last_batch(log_of(killed))
    for cut in [start + 1, start + 12, start + 60, start + 61] + [
            chance.randrange(start + 1, len(data)) for _ in range(rounds)]:
        log_of(killed).write_bytes(data[:cut])
        killed.start()
        assert end_offset(killed) == before and end_offset(killed, 1) > 0
        assert log_of(killed).stat().st_size >= start
        killed.kill()
    log_of(killed).write_bytes(data[:start])
    killed.start()
    found = contents(killed, "topic", 0)
    assert found == {offset: value for offset, value in killed.writer.acknowledged[0].items() if offset < before}


@pytest.mark.parametrize("tail", [b"\0" * 100, b"\0" * 100_000, b"\xff" * 5000, bytes(range(256)) * 10],
                         ids=["100 zeros", "100,000 zeros", "ones", "noise"])
def test_a_tail_that_is_no_batch_is_cut_off(killed, tail):
    data, _, _, end = last_batch(log_of(killed))
    log_of(killed).write_bytes(data + tail)
    killed.start()
    assert end_offset(killed) == end
    assert contents(killed, "topic", 0) == killed.writer.acknowledged[0]


def test_a_flipped_bit_in_the_last_batch_cuts_it_off(killed, chance, rounds):
    data, start, before, end = last_batch(log_of(killed))
    for _ in range(rounds):
        at, bit = chance.randrange(start + 16, len(data)), 1 << chance.randrange(8)
        log_of(killed).write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1:])
        killed.start()
        assert end_offset(killed) == before
        killed.kill()


@pytest.mark.parametrize("what", ["*.index", "*.timeindex", "*.snapshot", "leader-epoch-checkpoint"])
@pytest.mark.parametrize("how", ["deleted", "emptied", "zeros", "noise"])
@pytest.mark.parametrize("stop", ["kill", "stop"])
def test_damaged_companions_of_the_log_are_made_anew(killed, what, how, stop, chance):
    if stop == "stop":
        killed.start()
        assert killed.stop() == 0
    for path in (killed.data / "topic-0").glob(what):
        if how == "deleted":
            path.unlink()
        else:
            size = max(24, path.stat().st_size)
            path.write_bytes({"emptied": b"", "zeros": bytes(size), "noise": chance.randbytes(size)}[how])
    killed.start()
    assert contents(killed, "topic", 0) == killed.writer.acknowledged[0]
    assert contents(killed, "topic", 1) == killed.writer.acknowledged[1]


@pytest.mark.parametrize("name", [
    "recovery-point-offset-checkpoint", "log-start-offset-checkpoint", "replication-offset-checkpoint"])
@pytest.mark.parametrize("how", ["deleted", "emptied", "noise"])
def test_damaged_checkpoints_lose_nothing(killed, name, how, chance):
    path = killed.data / name
    if how == "deleted":
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(b"" if how == "emptied" else chance.randbytes(40))
    killed.start()
    for partition in range(PARTITIONS):
        assert contents(killed, "topic", partition) == killed.writer.acknowledged[partition]


def produce(broker, topic, partition, count):
    """Numbered records of a kilobyte, some twenty to a batch; the values by offset."""
    stored = {}
    producer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 5, "batch.num.messages": 20})
    for number in range(count):
        producer.produce(topic, b"%d:" % number + b"x" * 1000, partition=partition, timestamp=1_000_000 + number,
                         on_delivery=lambda error, record: stored.update({record.offset(): record.value()}))
        if number % 1000 == 0:
            producer.flush(20)
    assert producer.flush(20) == 0 and len(stored) == count
    return stored


def read(broker, partition, offset, end):
    """What a reader that checks nothing itself gets from `offset` on; the error that ends it."""
    reader = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "g", "check.crcs": False, "log_level": 0,
                       "auto.offset.reset": "error"})
    reader.assign([TopicPartition("topic", partition, offset)])
    seen = {}
    deadline = time.monotonic() + 20
    try:
        while time.monotonic() < deadline and len(seen) < end - offset:
            for record in reader.consume(1000, 0.2):
                if record.error():
                    return seen, record.error()
                seen[record.offset()] = record.value()
    finally:
        reader.close()
    return seen, None


@pytest.mark.parametrize("where", [3, 9, 18, 30, 58, 400], ids=[
    "offset", "length", "checksum", "timestamp", "count", "records"])
def test_rot_in_an_old_segment_is_never_served(broker, where):
    """A 7: after an orderly stop nothing is scanned. A reader gets what lies before the damage, then an error and never
    a wrong record; it can go on behind; other partitions are served; the log names the file, once."""
    broker.start()
    create(broker, "topic", PARTITIONS, segment_bytes=1 << 20)
    stored = [produce(broker, "topic", partition, 4000) for partition in range(PARTITIONS)]
    assert broker.stop() == 0
    segments = sorted((broker.data / "topic-0").glob("*.log"))
    assert len(segments) >= 4
    data = segments[1].read_bytes()
    places = list(batches(data))
    (start, end), (_, before) = places[len(places) // 2], places[len(places) // 2 - 1]
    at = start + where
    segments[1].write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1:])
    broker.start()
    told = broker.log.stat().st_size
    for _ in range(2):
        seen, error = read(broker, 0, 0, 4000)
        assert seen == {offset: value for offset, value in stored[0].items() if offset < before}
        assert error.code() == KafkaError.INVALID_MSG, error
    # Lengths and offsets lead from batch to batch: then the next index entry is the next place to go on.
    behind = end if where > 26 else int(segments[2].stem)
    seen, error = read(broker, 0, behind, 4000)
    assert error is None and seen == {offset: value for offset, value in stored[0].items() if offset >= behind}
    assert contents(broker, "topic", 1) == stored[1]
    lines = [line for line in broker.log.read_bytes()[told:].decode().splitlines() if "damaged" in line]
    assert len(lines) == 1 and str(segments[1]) in lines[0], lines
    shown = subprocess.run(
        [str(ROOT / "bin" / "kafka-console-consumer.sh"), "--bootstrap-server", broker.bootstrap, "--topic", "topic",
         "--partition", "0", "--offset", str(before), "--timeout-ms", "5000"],
        capture_output=True, text=True, timeout=60)
    assert f"Encountered corrupt message when fetching offset {before} for topic-partition topic-0" in shown.stderr
    assert shown.returncode == 1 and shown.stdout == ""
    assert broker.stop() == 0


def flip(path, at, bit=0):
    """In place: what is kept with the file stays."""
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))


@pytest.fixture
def sealing(broker):
    """The broker, if files can be sealed where its data lies."""
    broker.data.mkdir(parents=True, exist_ok=True)
    probe = broker.data.parent / "probe"
    probe.write_bytes(b"")
    try:
        os.setxattr(probe, "user.moldau.crc32c", b"x")
    except OSError as reason:
        pytest.skip(f"no extended attributes here: {reason}")
    broker.data.rmdir()
    return broker


def told(broker, since):
    return [line for line in broker.log.read_bytes()[since:].decode().splitlines() if " is damaged" in line]


def test_a_damaged_log_start_is_told_of_and_not_believed(sealing):
    broker = sealing
    broker.start()
    create(broker, "topic", PARTITIONS)
    stored = produce(broker, "topic", 0, 200)
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    list(admin.delete_records([TopicPartition("topic", 0, 100)]).values())[0].result(20)
    assert broker.stop() == 0
    path = broker.data / "log-start-offset-checkpoint"
    text = path.read_text()
    assert "topic 0 100\n" in text
    flip(path, text.index("topic 0 100") + 8)  # 100 becomes 000: a number as good as the other
    since = broker.log.stat().st_size
    broker.start()
    assert contents(broker, "topic", 0) == stored
    (line,) = told(broker, since)
    assert str(path) in line
    assert broker.stop() == 0
    since = broker.log.stat().st_size
    broker.start()
    assert told(broker, since) == []


def test_a_damaged_meta_properties_is_refused_until_a_copy_takes_its_place(sealing):
    broker = sealing
    broker.start()
    assert broker.stop() == 0
    path = broker.data / "meta.properties"
    data = path.read_bytes()
    flip(path, data.index(b"directory.id=") + 14, 1)
    since = broker.log.stat().st_size
    with pytest.raises(RuntimeError):
        broker.start()
    assert f"{path} is damaged" in broker.log.read_bytes()[since:].decode()
    copy = broker.data / "copy"
    copy.write_bytes(data)
    copy.rename(path)
    broker.start()
    assert broker.stop() == 0


def test_a_damaged_transaction_index_hides_nothing_and_shows_nothing(sealing):
    broker = sealing
    broker.start()
    create(broker, "topic", PARTITIONS)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": "t"})
    producer.init_transactions(20)
    committed = []
    for number in range(6):
        producer.begin_transaction()
        producer.produce("topic", b"%d" % number, partition=0)
        if number % 2:
            producer.flush(20)
            producer.abort_transaction(20)
        else:
            committed.append(b"%d" % number)
            producer.commit_transaction(20)
    assert broker.stop() == 0
    path = broker.data / "topic-0" / f"{0:020}.txnindex"
    data = path.read_bytes()
    assert len(data) == 3 * 34
    flip(path, 34 + 9)  # another producer's, and still in order
    since = broker.log.stat().st_size
    broker.start()
    reader = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "g", "isolation.level": "read_committed"})
    reader.assign([TopicPartition("topic", 0, 0)])
    seen = []
    assert until(lambda: seen.extend(reader.consume(100, 0.2)) or len(seen) >= len(committed))
    seen += reader.consume(100, 1)
    reader.close()
    assert [record.value() for record in seen] == committed
    (line,) = told(broker, since)
    assert str(path) in line
    assert path.read_bytes() == data
    assert broker.stop() == 0


def test_an_orphaned_directory_is_no_reason_not_to_start(killed):
    strange = killed.data / "strange-0"
    strange.mkdir()
    (strange / f"{0:020}.log").write_bytes(b"")
    (killed.data / "a-file").write_bytes(b"x")
    killed.start()
    assert contents(killed, "topic", 0) == killed.writer.acknowledged[0]
