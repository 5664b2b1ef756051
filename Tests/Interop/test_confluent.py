"""confluent-kafka (librdkafka 2.16): topics, producing, consuming, groups, admin."""
import threading
import time

import pytest
from confluent_kafka import (
    OFFSET_BEGINNING, Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, Producer, TopicPartition)
from confluent_kafka.admin import (
    AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec, ResourceType)


def producer(broker, **config):
    settings = {"bootstrap.servers": broker.bootstrap, "linger.ms": 5}
    settings.update({key.replace("_", "."): value for key, value in config.items()})
    return Producer(settings)


def consumer(broker, group, **config):
    settings = {
        "bootstrap.servers": broker.bootstrap, "group.id": group, "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "session.timeout.ms": 6000}
    settings.update({key.replace("_", "."): value for key, value in config.items()})
    return Consumer(settings)


def read(reader, count, seconds=30):
    records, deadline = [], time.monotonic() + seconds
    while len(records) < count and time.monotonic() < deadline:
        record = reader.poll(0.2)
        if record is None:
            continue
        assert not record.error(), record.error()
        records.append(record)
    return records


def send(writer, name, values, **rest):
    failures = []
    for value in values:
        writer.produce(name, value, on_delivery=lambda error, _: failures.append(error) if error else None, **rest)
        writer.poll(0)
    assert writer.flush(30) == 0
    assert not failures, failures[:3]


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
@pytest.mark.parametrize("acks", ["1", "all"])
def test_round_trip(broker, topic, group, codec, acks):
    name = topic(3)
    send(producer(broker, compression_type=codec, acks=acks), name, [f"{n}".encode() for n in range(2000)])
    reader = consumer(broker, group)
    reader.subscribe([name])
    assert sorted(int(r.value()) for r in read(reader, 2000)) == list(range(2000))
    reader.close()


def test_without_acknowledgement(broker, topic, group):
    name = topic()
    send(producer(broker, acks=0), name, [b"x"] * 100)
    reader = consumer(broker, group)
    reader.subscribe([name])
    assert len(read(reader, 100)) == 100
    reader.close()


def test_keys_headers_nulls_and_timestamps(broker, topic, group):
    name = topic()
    writer = producer(broker)
    writer.produce(name, b"value", key=b"key", headers=[("a", b"1"), ("a", None), ("b", b"")], timestamp=1_700_000_000_123)
    writer.produce(name, None, key=b"tombstone")
    writer.produce(name, b"", key=b"")
    writer.produce(name, b"keyless")
    assert writer.flush(20) == 0
    reader = consumer(broker, group)
    reader.subscribe([name])
    records = read(reader, 4)
    assert [(r.key(), r.value()) for r in records] == [
        (b"key", b"value"), (b"tombstone", None), (b"", b""), (None, b"keyless")]
    assert records[0].headers() == [("a", b"1"), ("a", None), ("b", b"")]
    assert records[0].timestamp()[1] == 1_700_000_000_123
    assert [r.offset() for r in records] == [0, 1, 2, 3]
    reader.close()


def test_ten_megabyte_messages(broker, topic, group):
    name = topic(max_message_bytes=12_000_000)
    payloads = [bytes([n]) * 10_000_000 for n in range(4)]
    send(producer(broker, message_max_bytes=12_000_000), name, payloads)
    reader = consumer(broker, group, fetch_message_max_bytes=1_000_000)
    reader.subscribe([name])
    assert [r.value() == p for r, p in zip(read(reader, 4), payloads)] == [True] * 4
    reader.close()


def test_too_large_a_message_is_refused(broker, topic):
    name = topic(max_message_bytes=1000)
    writer = producer(broker)
    errors = []
    writer.produce(name, b"x" * 5000, on_delivery=lambda error, _: errors.append(error))
    writer.flush(20)
    assert errors[0].code() == KafkaError.MSG_SIZE_TOO_LARGE


def test_idempotent_producing(broker, topic, group):
    name = topic(2)
    send(producer(broker, enable_idempotence=True, acks="all"), name, [f"{n}".encode() for n in range(5000)])
    reader = consumer(broker, group)
    reader.subscribe([name])
    assert sorted(int(r.value()) for r in read(reader, 5000)) == list(range(5000))
    reader.close()


def test_commit_and_resume(broker, topic, group):
    name = topic()
    send(producer(broker), name, [f"{n}".encode() for n in range(100)])
    first = consumer(broker, group)
    first.subscribe([name])
    seen = read(first, 40)
    first.commit(seen[39], asynchronous=False)
    first.close()
    second = consumer(broker, group)
    second.subscribe([name])
    assert [int(r.value()) for r in read(second, 60)] == list(range(40, 100))
    assert second.committed([TopicPartition(name, 0)])[0].offset == 40
    second.close()


def test_seek_and_positions(broker, topic, group):
    name = topic()
    send(producer(broker), name, [f"{n}".encode() for n in range(50)])
    reader = consumer(broker, group)
    reader.assign([TopicPartition(name, 0, OFFSET_BEGINNING)])
    read(reader, 50)
    reader.seek(TopicPartition(name, 0, 20))
    assert int(read(reader, 1)[0].value()) == 20
    assert reader.get_watermark_offsets(TopicPartition(name, 0)) == (0, 50)
    reader.close()


def test_offsets_for_times(broker, topic, group):
    name = topic()
    writer = producer(broker)
    for number in range(10):
        writer.produce(name, b"x", timestamp=1_700_000_000_000 + number * 1000)
    writer.flush(20)
    reader = consumer(broker, group)
    asked = [TopicPartition(name, 0, 1_700_000_004_500)]
    assert reader.offsets_for_times(asked, timeout=10)[0].offset == 5
    assert reader.offsets_for_times([TopicPartition(name, 0, 1_800_000_000_000)], timeout=10)[0].offset == -1
    reader.close()


@pytest.mark.parametrize("strategy", ["range", "roundrobin", "cooperative-sticky"])
def test_three_members_through_a_rebalance(broker, topic, group, strategy):
    name = topic(6)
    send(producer(broker), name, [f"{n}".encode() for n in range(600)])
    members = [consumer(broker, group, partition_assignment_strategy=strategy) for _ in range(3)]
    for member in members:
        member.subscribe([name])

    def settled(wanted, sizes):
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            for member in wanted:
                member.poll(0.05)
            held = [{(p.topic, p.partition) for p in member.assignment()} for member in wanted]
            if sorted(map(len, held)) == sizes and len(set().union(*held)) == 6:
                return True
        return False

    assert settled(members, [2, 2, 2])
    members.pop().close()
    assert settled(members, [3, 3])
    for member in members:
        member.close()


def test_a_silent_member_is_dropped(broker, topic, group):
    name = topic(2)
    gone = consumer(broker, group)
    gone.subscribe([name])
    deadline = time.monotonic() + 20
    while not gone.assignment() and time.monotonic() < deadline:
        gone.poll(0.1)
    assert len(gone.assignment()) == 2
    other = consumer(broker, group)
    other.subscribe([name])
    # Not polling for longer than max.poll.interval isn't tested here: the member leaves in an orderly way.
    gone.close()
    deadline = time.monotonic() + 20
    while len(other.assignment()) < 2 and time.monotonic() < deadline:
        other.poll(0.1)
    assert len(other.assignment()) == 2
    other.close()


def test_static_members_keep_their_partitions(broker, topic, group):
    name = topic(2)

    def join():
        member = consumer(broker, group, group_instance_id="one", session_timeout_ms=10000)
        member.subscribe([name])
        deadline = time.monotonic() + 20
        while not member.assignment() and time.monotonic() < deadline:
            member.poll(0.1)
        return member

    first = join()
    assert len(first.assignment()) == 2
    second = join()
    assert len(second.assignment()) == 2
    second.close()
    try:
        first.close()
    except KafkaException:
        pass


def test_admin_topics_and_configs(broker, admin, topic):
    name = topic(2, retention_ms=60000)
    described = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name)])
    entries = list(described.values())[0].result(20)
    assert entries["retention.ms"].value == "60000" and not entries["retention.ms"].is_default
    assert entries["segment.bytes"].value == "1073741824" and entries["segment.bytes"].is_default

    change = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[
        ConfigEntry("retention.ms", "120000", incremental_operation=AlterConfigOpType.SET),
        ConfigEntry("cleanup.policy", "compact", incremental_operation=AlterConfigOpType.APPEND)])
    list(admin.incremental_alter_configs([change]).values())[0].result(20)
    entries = list(admin.describe_configs([ConfigResource(ResourceType.TOPIC, name)]).values())[0].result(20)
    assert entries["retention.ms"].value == "120000"
    assert set(entries["cleanup.policy"].value.split(",")) == {"delete", "compact"}

    list(admin.create_partitions([NewPartitions(name, 5)]).values())[0].result(20)
    assert len(admin.list_topics(name, timeout=10).topics[name].partitions) == 5

    list(admin.delete_topics([name]).values())[0].result(20)
    assert name not in admin.list_topics(timeout=10).topics


@pytest.mark.parametrize("name,partitions,code", [
    ("bad name", 1, KafkaError.TOPIC_EXCEPTION),
    ("..", 1, KafkaError.TOPIC_EXCEPTION),
    ("x" * 250, 1, KafkaError.TOPIC_EXCEPTION),
    ("zero-partitions", 0, KafkaError.INVALID_PARTITIONS),
])
def test_bad_topics_are_refused(broker, admin, name, partitions, code):
    with pytest.raises((KafkaException, ValueError)) as refused:
        list(admin.create_topics([NewTopic(name, partitions, 1)]).values())[0].result(20)
    if isinstance(refused.value, KafkaException):
        assert refused.value.args[0].code() == code


def test_an_existing_topic_and_too_many_replicas_are_refused(broker, admin, topic):
    name = topic()
    with pytest.raises(KafkaException) as refused:
        list(admin.create_topics([NewTopic(name, 1, 1)]).values())[0].result(20)
    assert refused.value.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS
    with pytest.raises(KafkaException) as refused:
        list(admin.create_topics([NewTopic(name + "-r", 1, 3)]).values())[0].result(20)
    assert refused.value.args[0].code() == KafkaError.INVALID_REPLICATION_FACTOR


def test_admin_groups_and_offsets(broker, admin, topic, group):
    name = topic()
    send(producer(broker), name, [b"x"] * 10)
    reader = consumer(broker, group)
    reader.subscribe([name])
    last = read(reader, 10)[-1]
    reader.commit(last, asynchronous=False)
    described = list(admin.describe_consumer_groups([group]).values())[0].result(20)
    assert described.state.name == "STABLE" and len(described.members) == 1
    reader.close()
    listed = admin.list_consumer_groups().result(20)
    assert group in [each.group_id for each in listed.valid]
    offsets = list(admin.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(group)]).values())[0].result(20)
    assert offsets.topic_partitions[0].offset == 10
    list(admin.delete_consumer_groups([group]).values())[0].result(20)
    listed = admin.list_consumer_groups().result(20)
    assert group not in [each.group_id for each in listed.valid]


def test_delete_records(broker, admin, topic, group):
    name = topic()
    send(producer(broker), name, [b"x"] * 100)
    done = admin.delete_records([TopicPartition(name, 0, 60)])
    assert list(done.values())[0].result(20).low_watermark == 60
    reader = consumer(broker, group)
    assert reader.get_watermark_offsets(TopicPartition(name, 0)) == (60, 100)
    reader.close()


def test_list_offsets(broker, admin, topic):
    name = topic()
    writer = producer(broker)
    for stamp in (3000, 9000, 5000):
        writer.produce(name, b"x", timestamp=1_700_000_000_000 + stamp)
    writer.flush(20)
    partition = TopicPartition(name, 0)
    for spec, offset in ((OffsetSpec.earliest(), 0), (OffsetSpec.latest(), 3), (OffsetSpec.max_timestamp(), 1)):
        assert list(admin.list_offsets({partition: spec}).values())[0].result(20).offset == offset


def test_describe_cluster(broker, admin):
    cluster = admin.describe_cluster().result(20)
    assert len(cluster.nodes) == 1 and cluster.controller.port == broker.port and len(cluster.cluster_id) == 22


def test_many_producers_at_once_keep_each_partitions_order(broker, topic, group):
    name = topic(4)

    def work(writer_id):
        writer = producer(broker, enable_idempotence=True)
        for number in range(500):
            writer.produce(name, f"{writer_id}:{number}".encode(), partition=writer_id % 4)
            writer.poll(0)
        assert writer.flush(30) == 0

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader = consumer(broker, group)
    reader.subscribe([name])
    last = {}
    for record in read(reader, 4000):
        writer_id, number = map(int, record.value().split(b":"))
        assert number == last.get(writer_id, -1) + 1
        last[writer_id] = number
    assert last == {n: 499 for n in range(8)}
    reader.close()
