"""kafka-python 3.0.12: topics, producing, consuming, groups, admin."""
import threading
import time
import uuid

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.errors import KafkaError, MessageSizeTooLargeError, TopicAlreadyExistsError

from waiting import until

CODECS = [None, "gzip", "snappy", "lz4", "zstd"]
ASSIGNORS = [
    RangePartitionAssignor, RoundRobinPartitionAssignor, StickyPartitionAssignor, CooperativeStickyAssignor]


@pytest.fixture
def client(broker):
    """Makes clients of a class and closes them after the test."""
    made = []

    def make(kind, *arguments, **settings):
        made.append(kind(*arguments, bootstrap_servers=broker.bootstrap, **settings))
        return made[-1]
    yield make
    for each in reversed(made):
        each.close()


@pytest.fixture
def consumer(client):
    def make(*topics, **settings):
        defaults = {"auto_offset_reset": "earliest", "enable_auto_commit": False}
        return client(KafkaConsumer, *topics, **{**defaults, **settings})
    return make


@pytest.fixture
def python_admin(client):
    return client(KafkaAdminClient)


def send(producer, name, values, **rest):
    sent = [producer.send(name, value, **rest) for value in values]
    return [each.get(30) for each in sent]


def read(consumer, count, seconds=30):
    records, deadline = [], time.monotonic() + seconds
    while len(records) < count and time.monotonic() < deadline:
        for found in consumer.poll(200).values():
            records += found
    return records


def numbers(count, first=0):
    return [b"%d" % number for number in range(first, first + count)]


@pytest.mark.parametrize("codec", CODECS)
def test_round_trip(topic, client, consumer, codec):
    name = topic(3)
    send(client(KafkaProducer, compression_type=codec, linger_ms=5), name, numbers(1000))
    assert sorted(int(r.value) for r in read(consumer(name), 1000)) == list(range(1000))


@pytest.mark.parametrize("acks", [0, 1, "all"])
def test_every_kind_of_acknowledgement(topic, client, consumer, acks):
    name = topic()
    producer = client(KafkaProducer, acks=acks, enable_idempotence=False)
    for value in numbers(100):
        producer.send(name, value)
    producer.flush(20)
    assert [r.value for r in read(consumer(name), 100)] == numbers(100)


def test_offsets_and_partitions_are_acknowledged(topic, client):
    name = topic(2)
    told = send(client(KafkaProducer), name, numbers(20), partition=1)
    assert [(each.topic, each.partition, each.offset) for each in told] == [(name, 1, n) for n in range(20)]


def test_keys_headers_nulls_and_timestamps(topic, client, consumer):
    name = topic()
    producer = client(KafkaProducer)
    stamp = 1_700_000_000_123
    producer.send(name, b"value", b"key", headers=[("a", b"1"), ("a", b"2"), ("b", b"")], timestamp_ms=stamp)
    producer.send(name, None, b"tombstone")
    producer.send(name, b"", b"")
    producer.send(name, b"keyless")
    producer.flush(20)
    records = read(consumer(name), 4)
    assert [(r.key, r.value) for r in records] == [
        (b"key", b"value"), (b"tombstone", None), (b"", b""), (None, b"keyless")]
    assert list(records[0].headers) == [("a", b"1"), ("a", b"2"), ("b", b"")]
    assert records[0].timestamp == stamp and records[0].timestamp_type == 0
    assert [r.offset for r in records] == [0, 1, 2, 3]


def test_log_append_time_replaces_the_producers_time(topic, client, consumer):
    name = topic(message_timestamp_type="LogAppendTime")
    producer = client(KafkaProducer)
    before = int(time.time() * 1000) - 1000
    told = producer.send(name, b"x", timestamp_ms=1_000_000).get(20)
    record = read(consumer(name), 1)[0]
    assert record.timestamp_type == 1 and before <= record.timestamp == told.timestamp


def test_equal_keys_share_a_partition(topic, client, consumer):
    name = topic(4)
    producer = client(KafkaProducer)
    for number in range(200):
        producer.send(name, b"x", b"key-%d" % (number % 10))
    producer.flush(20)
    where = {}
    for record in read(consumer(name), 200):
        assert where.setdefault(record.key, record.partition) == record.partition
    assert len(where) == 10


def test_idempotent_producing_keeps_order(topic, client, consumer):
    name = topic()
    send(client(KafkaProducer, enable_idempotence=True, batch_size=200), name, numbers(2000))
    assert [r.value for r in read(consumer(name), 2000)] == numbers(2000)


def test_too_large_a_record_is_refused(topic, client):
    name = topic(max_message_bytes=1000)
    with pytest.raises(MessageSizeTooLargeError):
        client(KafkaProducer).send(name, b"x" * 5000).get(20)


def test_creates_a_topic_by_producing_to_it(client, consumer):
    name = f"by-producing-{uuid.uuid4().hex[:8]}"
    send(client(KafkaProducer), name, [b"hello"])
    assert read(consumer(name), 1)[0].value == b"hello"


def test_commit_and_resume(topic, client, consumer, group):
    name = topic()
    send(client(KafkaProducer), name, numbers(100))
    first = consumer(name, group_id=group)
    assert len(read(first, 100)) == 100
    first.commit({TopicPartition(name, 0): OffsetAndMetadata(40, "note", -1)})
    first.close()
    second = consumer(name, group_id=group)
    assert [r.value for r in read(second, 60)] == numbers(60, first=40)
    committed = second.committed(TopicPartition(name, 0), metadata=True)
    assert committed.offset == 40 and committed.metadata == "note"


def test_automatic_commits_on_close(topic, client, consumer, group):
    name = topic()
    send(client(KafkaProducer), name, numbers(50))
    first = consumer(name, group_id=group, enable_auto_commit=True)
    assert len(read(first, 50)) == 50
    first.close()
    assert consumer(name, group_id=group).committed(TopicPartition(name, 0)) == 50


def test_seek_and_positions(topic, client, consumer):
    name = topic()
    partition = TopicPartition(name, 0)
    send(client(KafkaProducer), name, numbers(50))
    reader = consumer()
    reader.assign([partition])
    reader.seek(partition, 20)
    assert read(reader, 30)[0].value == b"20" and reader.position(partition) == 50
    reader.seek_to_beginning(partition)
    assert read(reader, 1)[0].offset == 0
    reader.seek_to_end(partition)
    assert reader.position(partition) == 50
    assert reader.beginning_offsets([partition]) == {partition: 0}
    assert reader.end_offsets([partition]) == {partition: 50}


def test_offsets_for_times(topic, client, consumer):
    name = topic()
    partition = TopicPartition(name, 0)
    producer = client(KafkaProducer)
    for number in range(10):
        producer.send(name, b"x", timestamp_ms=1_700_000_000_000 + number * 1000)
    producer.flush(20)
    reader = consumer()
    found = reader.offsets_for_times({partition: 1_700_000_004_500})[partition]
    assert found.offset == 5 and found.timestamp == 1_700_000_005_000
    assert reader.offsets_for_times({partition: 1_800_000_000_000})[partition] is None


class Member(threading.Thread):
    """A group's member that polls on a thread of its own, as an application would, until it is told to leave."""

    def __init__(self, reader):
        super().__init__(daemon=True)
        self.reader, self.leaving, self.held = reader, threading.Event(), set()

    def run(self):
        while not self.leaving.is_set():
            self.reader.poll(100)
            self.held = set(self.reader.assignment())
        self.reader.close()

    def leave(self):
        self.leaving.set()
        self.join(30)


@pytest.mark.parametrize("assignor", ASSIGNORS, ids=lambda each: each.name)
def test_three_members_through_a_rebalance(topic, consumer, group, assignor):
    name = topic(6)
    members = []

    def join():
        members.append(Member(consumer(
            name, group_id=group, partition_assignment_strategy=[assignor], session_timeout_ms=6000,
            heartbeat_interval_ms=300, metadata_max_age_ms=1000)))
        members[-1].start()

    def settled(sizes):
        held = [member.held for member in members]
        return sorted(map(len, held)) == sizes and len(set().union(*held)) == 6

    # One after the other: this client may stop its heartbeats for good when a rebalance meets its first join.
    try:
        for sizes in ([6], [3, 3], [2, 2, 2]):
            join()
            assert until(lambda: settled(sizes), 40)
        members.pop().leave()
        assert until(lambda: settled([3, 3]), 40)
    finally:
        for member in members:
            member.leave()


def test_topics_and_their_partitions_are_listed(topic, consumer):
    name = topic(3)
    reader = consumer()
    assert name in reader.topics()
    assert reader.partitions_for_topic(name) == {0, 1, 2}


def test_admin_creates_grows_and_deletes_topics(python_admin, consumer):
    name = f"admin-{uuid.uuid4().hex[:8]}"
    python_admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}}, wait_for_metadata=True)
    with pytest.raises(TopicAlreadyExistsError):
        python_admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}})
    python_admin.create_partitions({name: 5})
    assert until(lambda: len(python_admin.describe_topics([name])[0]["partitions"]) == 5)
    python_admin.delete_topics([name])
    assert until(lambda: name not in python_admin.list_topics())


def test_admin_reads_and_changes_configs(python_admin, topic):
    name = topic(retention_ms=60000)

    def retention():
        told = python_admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
        (by_name,) = told.values()
        return by_name[name]["retention.ms"]["value"]

    assert retention() == "60000"
    python_admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": "120000"})])
    assert until(lambda: retention() == "120000")


def test_admin_sees_groups_and_their_offsets(python_admin, topic, client, consumer, group):
    name = topic()
    partition = TopicPartition(name, 0)
    send(client(KafkaProducer), name, numbers(10))
    reader = consumer(name, group_id=group)
    read(reader, 10)
    reader.commit()
    described = python_admin.describe_groups([group])[group]
    assert "stable" in str(described["group_state"]).lower() and len(described["members"]) == 1
    assert python_admin.list_group_offsets([group])[group][partition].offset == 10
    reader.close()
    assert group in [each["group_id"] for each in python_admin.list_groups()]
    python_admin.alter_group_offsets(group, {partition: OffsetAndMetadata(3, "", -1)})
    assert python_admin.list_group_offsets([group])[group][partition].offset == 3
    python_admin.delete_groups([group])
    assert group not in [each["group_id"] for each in python_admin.list_groups()]


def test_admin_deletes_records(python_admin, topic, client, consumer):
    name = topic()
    partition = TopicPartition(name, 0)
    send(client(KafkaProducer), name, numbers(100))
    python_admin.delete_records({partition: 60})
    assert consumer().beginning_offsets([partition]) == {partition: 60}
    assert read(consumer(name), 40)[0].offset == 60


def test_admin_lists_offsets(python_admin, topic, client):
    name = topic()
    partition = TopicPartition(name, 0)
    producer = client(KafkaProducer)
    for stamp in (3000, 9000, 5000):
        producer.send(name, b"x", timestamp_ms=1_700_000_000_000 + stamp).get(20)
    for spec, offset in ((OffsetSpec.EARLIEST, 0), (OffsetSpec.LATEST, 3), (OffsetSpec.MAX_TIMESTAMP, 1)):
        assert python_admin.list_partition_offsets({partition: spec})[partition].offset == offset


def test_admin_describes_the_cluster(python_admin, broker):
    cluster = python_admin.describe_cluster()
    assert len(cluster["brokers"]) == 1 and cluster["brokers"][0]["port"] == broker.port
    assert len(cluster["cluster_id"]) == 22


def test_bad_topics_are_refused(python_admin):
    for name, options in (("bad name", {"num_partitions": 1}), ("..", {"num_partitions": 1}),
                          (f"zero-{uuid.uuid4().hex[:8]}", {"num_partitions": 0})):
        with pytest.raises(KafkaError):
            python_admin.create_topics({name: {"replication_factor": 1, **options}})
