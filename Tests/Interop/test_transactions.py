"""Transactions with real producers: all or nothing, whatever happens to the producer and the broker."""
import asyncio
import threading
import time
import uuid
from random import Random

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from broker import Broker
from waiting import until


def producer(bootstrap, name, **config):
    settings = {"bootstrap.servers": bootstrap, "transactional.id": name, "linger.ms": 0}
    settings.update({key.replace("_", "."): value for key, value in config.items()})
    made = Producer(settings)
    made.init_transactions(30)
    return made


def read(bootstrap, name, partitions=1, isolation="read_committed"):
    """All there is to be read now, by partition."""
    reader = Consumer({
        "bootstrap.servers": bootstrap, "group.id": f"r-{uuid.uuid4().hex}", "enable.partition.eof": True,
        "auto.offset.reset": "earliest", "isolation.level": isolation, "enable.auto.commit": False})
    reader.assign([TopicPartition(name, index, 0) for index in range(partitions)])
    values, ended, deadline = {index: [] for index in range(partitions)}, set(), time.monotonic() + 30
    while len(ended) < partitions:
        assert time.monotonic() < deadline, f"only {ended} of {partitions} partitions came to their end"
        record = reader.poll(0.2)
        if record is None:
            continue
        if record.error():
            assert record.error().code() == KafkaError._PARTITION_EOF, record.error()
            ended.add(record.partition())
        else:
            values[record.partition()].append(record.value().decode())
    reader.close()
    return values


@pytest.fixture
def transactional_id():
    return f"x-{uuid.uuid4().hex[:12]}"


def test_commit_shows_all_and_abort_nothing(broker, topic, transactional_id):
    name = topic(3)
    writer = producer(broker.bootstrap, transactional_id)
    for round in range(6):
        writer.begin_transaction()
        for index in range(3):
            for number in range(5):
                writer.produce(name, f"{round}-{number}", partition=index)
        if round % 2:
            writer.abort_transaction(30)
        else:
            writer.commit_transaction(30)
    wanted = [f"{round}-{number}" for round in (0, 2, 4) for number in range(5)]
    everything = [f"{round}-{number}" for round in range(6) for number in range(5)]

    def committed():
        return read(broker.bootstrap, name, 3) == {index: wanted for index in range(3)}
    assert until(committed)
    uncommitted = read(broker.bootstrap, name, 3, "read_uncommitted")
    for index in range(3):
        # An abort takes what hasn't left the client with it.
        assert [value for value in uncommitted[index] if value in wanted] == wanted
        assert set(uncommitted[index]) <= set(everything)


def test_open_transaction_is_not_shown(broker, topic, transactional_id):
    name = topic()
    writer = producer(broker.bootstrap, transactional_id)
    writer.begin_transaction()
    writer.produce(name, "a")
    assert writer.flush(30) == 0
    assert read(broker.bootstrap, name) == {0: []}
    assert read(broker.bootstrap, name, isolation="read_uncommitted") == {0: ["a"]}
    writer.commit_transaction(30)
    assert until(lambda: read(broker.bootstrap, name) == {0: ["a"]})


def test_the_later_of_two_producers_fences_the_older(broker, topic, transactional_id):
    name = topic()
    old = producer(broker.bootstrap, transactional_id)
    old.begin_transaction()
    old.produce(name, "old")
    assert old.flush(30) == 0
    new = producer(broker.bootstrap, transactional_id)
    new.begin_transaction()
    new.produce(name, "new")
    with pytest.raises(KafkaException) as caught:
        old.commit_transaction(30)
    assert caught.value.args[0].fatal()
    assert caught.value.args[0].code() in (KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH)
    new.commit_transaction(30)
    assert until(lambda: read(broker.bootstrap, name) == {0: ["new"]})


def test_transaction_of_a_silent_producer_is_aborted(tmp_path):
    running = Broker(tmp_path, settings=["transaction.abort.timed.out.transaction.cleanup.interval.ms=500"]).start()
    try:
        writer = producer(running.bootstrap, "x", transaction_timeout_ms=1000)
        writer.begin_transaction()
        writer.produce("t", "a")
        assert writer.flush(30) == 0
        plain = Producer({"bootstrap.servers": running.bootstrap})
        plain.produce("t", "b")
        assert plain.flush(30) == 0
        assert read(running.bootstrap, "t") == {0: []}
        # Readers go on without anybody's doing.
        assert until(lambda: read(running.bootstrap, "t") == {0: ["b"]}, 20)
        with pytest.raises(KafkaException):
            writer.commit_transaction(10)
    finally:
        assert running.stop() == 0


def offsets(bootstrap, group, name, stable=True, partition=0):
    reader = Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False,
        "isolation.level": "read_committed" if stable else "read_uncommitted"})
    try:
        return reader.committed([TopicPartition(name, partition)], 10)[0].offset
    finally:
        reader.close()


def consumed(broker, group, name, count):
    reader = Consumer({
        "bootstrap.servers": broker.bootstrap, "group.id": group, "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "isolation.level": "read_committed", "session.timeout.ms": 6000})
    reader.subscribe([name])
    records, deadline = [], time.monotonic() + 30
    while len(records) < count and time.monotonic() < deadline:
        record = reader.poll(0.2)
        if record is not None and not record.error():
            records.append(record)
    assert len(records) == count
    return reader


@pytest.mark.parametrize("commits", [True, False])
def test_offsets_go_with_the_transaction(broker, topic, group, transactional_id, commits):
    source, target = topic(), topic()
    plain = Producer({"bootstrap.servers": broker.bootstrap})
    for number in range(10):
        plain.produce(source, f"{number}")
    assert plain.flush(30) == 0
    reader = consumed(broker, group, source, 10)
    writer = producer(broker.bootstrap, transactional_id)
    writer.begin_transaction()
    writer.produce(target, "sum")
    position = reader.position(reader.assignment())
    writer.send_offsets_to_transaction(position, reader.consumer_group_metadata(), 30)
    assert offsets(broker.bootstrap, group, source, stable=False) < 0
    if commits:
        writer.commit_transaction(30)
    else:
        writer.abort_transaction(30)
    reader.close()
    wanted = 10 if commits else -1001
    assert until(lambda: offsets(broker.bootstrap, group, source) == wanted)
    assert until(lambda: read(broker.bootstrap, target) == {0: ["sum"] if commits else []})


@pytest.mark.parametrize("kind", ["stop", "kill"])
def test_a_restart_in_the_middle_loses_and_doubles_nothing(tmp_path, kind):
    """Several producers, restarts at any moment: of each transaction all is there or nothing, and what was committed
    is."""
    running = Broker(tmp_path, settings=["num.partitions=3"]).start()
    try:
        committed, unknown, writers = set(), set(), {}
        for round in range(12):
            for name in ("x", "y"):
                if name not in writers:
                    writers[name] = producer(running.bootstrap, name)
                writer, key = writers[name], f"{name}{round}"
                try:
                    writer.begin_transaction()
                    for index in range(3):
                        writer.produce("t", key, partition=index)
                    if round % 4 == 3 and name == "y":
                        running.kill() if kind == "kill" else running.stop()
                        running.start()
                    unknown.add(key)
                    writer.commit_transaction(30)
                    unknown.discard(key)
                    committed.add(key)
                except KafkaException as failure:
                    error = failure.args[0]
                    if error.txn_requires_abort():
                        writer.abort_transaction(30)
                        unknown.discard(key)
                    else:
                        del writers[name]
            if round % 4 == 1:
                # Nobody ends this one but the next producer of its name.
                left = producer(running.bootstrap, "z")
                left.begin_transaction()
                left.produce("t", f"left{round}", partition=0)
                left.flush(10)
                running.kill() if kind == "kill" else running.stop()
                running.start()
                producer(running.bootstrap, "z")
        for name in ("x", "y", "z"):
            producer(running.bootstrap, name)

        def settled():
            values = read(running.bootstrap, "t", 3)
            return [sorted(values[index]) for index in range(3)]
        assert until(lambda: len({tuple(one) for one in settled()}) == 1, 20), settled()
        shown = settled()[0]
        assert len(set(shown)) == len(shown), "a transaction twice"
        assert committed <= set(shown) <= committed | unknown
        assert len(committed) >= 10
    finally:
        running.stop()


class Copier(threading.Thread):
    """Reads, processes and writes: each batch's output and its offsets in one transaction. Dies when it is told to, or
    when the transaction can't be saved."""

    def __init__(self, bootstrap, number, source, target):
        super().__init__(daemon=True)
        self.settings = bootstrap, f"copier-{number}", source, target
        self.dies = threading.Event()
        self.copied = 0

    def run(self):
        bootstrap, name, source, target = self.settings
        reader = Consumer({
            "bootstrap.servers": bootstrap, "group.id": "copiers", "auto.offset.reset": "earliest",
            "enable.auto.commit": False, "isolation.level": "read_committed", "session.timeout.ms": 6000})
        try:
            writer = producer(bootstrap, name, transaction_timeout_ms=5000)
            reader.subscribe([source])
            while not self.dies.is_set():
                records = [record for record in reader.consume(10, 0.5) if not record.error()]
                if not records:
                    continue
                writer.begin_transaction()
                for record in records:
                    writer.produce(target, record.value(), partition=record.partition())
                    if self.dies.is_set():
                        return  # with the transaction open
                writer.send_offsets_to_transaction(
                    reader.position(reader.assignment()), reader.consumer_group_metadata(), 20)
                writer.commit_transaction(20)
                self.copied += len(records)
        except KafkaException:
            pass  # another one takes over, with its name
        finally:
            reader.close()


@pytest.mark.parametrize("kind", ["stop", "kill"])
def test_each_input_is_copied_exactly_once(tmp_path, kind):
    """However often the copiers and the broker between them die."""
    count, partitions, random = 600, 3, Random(kind)
    running = Broker(tmp_path, settings=[
        "num.partitions=3", "transaction.abort.timed.out.transaction.cleanup.interval.ms=1000"]).start()
    copiers = {}
    try:
        plain = Producer({"bootstrap.servers": running.bootstrap})
        for number in range(count):
            plain.produce("source", f"{number}", partition=number % partitions)
            if number % 50 == 0:
                plain.poll(0)
        assert plain.flush(30) == 0

        def shown():
            values = read(running.bootstrap, "target", partitions)
            return [value for index in range(partitions) for value in values[index]]
        rounds, deadline = 0, time.monotonic() + 150
        while time.monotonic() < deadline:
            for number in range(2):
                if number not in copiers or not copiers[number].is_alive():
                    copiers[number] = Copier(running.bootstrap, number, "source", "target")
                    copiers[number].start()
            time.sleep(random.uniform(0.5, 3))
            rounds += 1
            if rounds <= 8 and rounds % 2:
                copiers[random.randrange(2)].dies.set()
            elif rounds <= 8:
                running.kill() if kind == "kill" else running.stop()
                running.start()
            elif len(shown()) >= count:
                break
        values = shown()
        assert len(values) == len(set(values)), "something is there twice"
        assert sorted(map(int, values)) == list(range(count))
        assert sum(offsets(running.bootstrap, "copiers", "source", partition=index)
                   for index in range(partitions)) == count
    finally:
        for copier in copiers.values():
            copier.dies.set()
        running.stop()


def test_aiokafka(broker, topic, transactional_id):
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    name = topic(2)

    async def run():
        writer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=transactional_id)
        await writer.start()
        try:
            async with writer.transaction():
                for index in range(2):
                    await writer.send_and_wait(name, b"kept", partition=index)
            await writer.begin_transaction()
            await writer.send_and_wait(name, b"dropped", partition=0)
            await writer.abort_transaction()
            async with writer.transaction():
                await writer.send_and_wait(name, b"last", partition=0)
        finally:
            await writer.stop()
        reader = AIOKafkaConsumer(
            name, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", isolation_level="read_committed")
        await reader.start()
        try:
            return sorted([(await asyncio.wait_for(reader.getone(), 20)).value for _ in range(3)])
        finally:
            await reader.stop()
    assert asyncio.run(run()) == [b"kept", b"kept", b"last"]


def test_kafka_python(broker, topic, transactional_id):
    from kafka import KafkaConsumer, KafkaProducer

    name = topic()
    writer = KafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=transactional_id)
    writer.init_transactions()
    for value, commits in ((b"a", True), (b"b", False), (b"c", True)):
        writer.begin_transaction()
        writer.send(name, value).get(20)
        writer.commit_transaction() if commits else writer.abort_transaction()
    writer.close()
    reader = KafkaConsumer(
        name, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", isolation_level="read_committed",
        consumer_timeout_ms=3000)
    assert [record.value for record in reader] == [b"a", b"c"]
    reader.close()


def test_tools_see_transactions(broker, topic, admin, transactional_id):
    from kafka import KafkaAdminClient

    name = topic()
    writer = producer(broker.bootstrap, transactional_id)
    writer.begin_transaction()
    writer.produce(name, "a")
    assert writer.flush(30) == 0
    listed = admin_of(KafkaAdminClient, broker, "list_transactions")
    if listed is not None:
        assert transactional_id in str(listed)
    writer.commit_transaction(30)


def admin_of(kind, broker, call):
    admin = kind(bootstrap_servers=broker.bootstrap)
    try:
        return getattr(admin, call)() if hasattr(admin, call) else None
    finally:
        admin.close()
