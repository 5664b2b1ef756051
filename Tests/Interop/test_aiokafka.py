"""aiokafka 0.14: topics, producing, consuming, groups, admin."""
import asyncio
import time
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import MessageSizeTooLargeError

CODECS = [None, "gzip", "snappy", "lz4", "zstd"]
ASSIGNORS = [RangePartitionAssignor, RoundRobinPartitionAssignor, StickyPartitionAssignor]


class Clients:
    """Starts clients, and stops them all at the end of the test."""

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.started = []

    async def _start(self, client, stop):
        self.started.append(stop)
        await client.start()
        return client

    async def producer(self, **settings):
        client = AIOKafkaProducer(bootstrap_servers=self.bootstrap, **settings)
        return await self._start(client, client.stop)

    async def consumer(self, *topics, **settings):
        defaults = {"auto_offset_reset": "earliest", "enable_auto_commit": False}
        client = AIOKafkaConsumer(*topics, bootstrap_servers=self.bootstrap, **{**defaults, **settings})
        return await self._start(client, client.stop)

    async def admin(self):
        client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        return await self._start(client, client.close)

    async def stop(self):
        for stop in reversed(self.started):
            await stop()


@pytest.fixture
def run(broker):
    """Runs a test's coroutine with clients that are stopped whatever happens."""
    def runs(story):
        async def main():
            clients = Clients(broker.bootstrap)
            try:
                await asyncio.wait_for(story(clients), 90)
            finally:
                await clients.stop()
        asyncio.run(main())
    return runs


async def send(producer, name, values, **rest):
    sent = [await producer.send(name, value, **rest) for value in values]
    return [await asyncio.wait_for(each, 30) for each in sent]


async def read(consumer, count, seconds=30):
    records, deadline = [], time.monotonic() + seconds
    while len(records) < count and time.monotonic() < deadline:
        for found in (await consumer.getmany(timeout_ms=200)).values():
            records += found
    return records


async def becomes(told, wanted, seconds=20):
    deadline = time.monotonic() + seconds
    while (found := await told()) != wanted and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    return found == wanted


def numbers(count, first=0):
    return [b"%d" % number for number in range(first, first + count)]


@pytest.mark.parametrize("codec", CODECS)
def test_round_trip(topic, run, codec):
    name = topic(3)

    async def story(clients):
        await send(await clients.producer(compression_type=codec, linger_ms=5), name, numbers(1000))
        records = await read(await clients.consumer(name), 1000)
        assert sorted(int(r.value) for r in records) == list(range(1000))
    run(story)


@pytest.mark.parametrize("acks", [0, 1, "all"])
def test_every_kind_of_acknowledgement(topic, run, acks):
    name = topic()

    async def story(clients):
        producer = await clients.producer(acks=acks)
        for value in numbers(100):
            await producer.send(name, value)
        await producer.flush()
        assert [r.value for r in await read(await clients.consumer(name), 100)] == numbers(100)
    run(story)


def test_offsets_are_acknowledged(topic, run):
    name = topic(2)

    async def story(clients):
        told = await send(await clients.producer(), name, numbers(20), partition=1)
        assert [(each.partition, each.offset) for each in told] == [(1, n) for n in range(20)]
    run(story)


def test_keys_headers_nulls_and_timestamps(topic, run):
    name = topic()
    stamp = 1_700_000_000_123

    async def story(clients):
        producer = await clients.producer()
        await producer.send_and_wait(name, b"value", b"key", headers=[("a", b"1"), ("b", b"")], timestamp_ms=stamp)
        await producer.send_and_wait(name, None, b"tombstone")
        await producer.send_and_wait(name, b"", b"")
        await producer.send_and_wait(name, b"keyless")
        records = await read(await clients.consumer(name), 4)
        assert [(r.key, r.value) for r in records] == [
            (b"key", b"value"), (b"tombstone", None), (b"", b""), (None, b"keyless")]
        assert list(records[0].headers) == [("a", b"1"), ("b", b"")]
        assert records[0].timestamp == stamp and records[0].timestamp_type == 0
        assert [r.offset for r in records] == [0, 1, 2, 3]
    run(story)


def test_idempotent_producing_keeps_order(topic, run):
    name = topic()

    async def story(clients):
        await send(await clients.producer(enable_idempotence=True, max_batch_size=200), name, numbers(2000))
        assert [r.value for r in await read(await clients.consumer(name), 2000)] == numbers(2000)
    run(story)


def test_too_large_a_record_is_refused(topic, run):
    name = topic(max_message_bytes=1000)

    async def story(clients):
        producer = await clients.producer()
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(name, b"x" * 5000)
    run(story)


def test_commit_and_resume(topic, run, group):
    name = topic()
    partition = TopicPartition(name, 0)

    async def story(clients):
        await send(await clients.producer(), name, numbers(100))
        first = await clients.consumer(name, group_id=group)
        assert len(await read(first, 100)) == 100
        await first.commit({partition: (40, "note")})
        await first.stop()
        second = await clients.consumer(name, group_id=group)
        assert [r.value for r in await read(second, 60)] == numbers(60, first=40)
        assert await second.committed(partition) == 40
    run(story)


def test_automatic_commits_on_close(topic, run, group):
    name = topic()

    async def story(clients):
        await send(await clients.producer(), name, numbers(50))
        first = await clients.consumer(name, group_id=group, enable_auto_commit=True)
        assert len(await read(first, 50)) == 50
        await first.stop()
        second = await clients.consumer(name, group_id=group)
        assert await second.committed(TopicPartition(name, 0)) == 50
    run(story)


def test_seek_and_positions(topic, run):
    name = topic()
    partition = TopicPartition(name, 0)

    async def story(clients):
        await send(await clients.producer(), name, numbers(50))
        reader = await clients.consumer()
        reader.assign([partition])
        reader.seek(partition, 20)
        assert (await read(reader, 30))[0].value == b"20" and await reader.position(partition) == 50
        await reader.seek_to_beginning(partition)
        assert (await read(reader, 1))[0].offset == 0
        await reader.seek_to_end(partition)
        assert await reader.position(partition) == 50
        assert await reader.beginning_offsets([partition]) == {partition: 0}
        assert await reader.end_offsets([partition]) == {partition: 50}
    run(story)


def test_offsets_for_times(topic, run):
    name = topic()
    partition = TopicPartition(name, 0)

    async def story(clients):
        producer = await clients.producer()
        for number in range(10):
            await producer.send_and_wait(name, b"x", timestamp_ms=1_700_000_000_000 + number * 1000)
        reader = await clients.consumer()
        found = (await reader.offsets_for_times({partition: 1_700_000_004_500}))[partition]
        assert found.offset == 5 and found.timestamp == 1_700_000_005_000
        assert (await reader.offsets_for_times({partition: 1_800_000_000_000}))[partition] is None
    run(story)


def test_a_reader_at_the_end_is_told_of_new_records(topic, run):
    name = topic()

    async def story(clients):
        reader = await clients.consumer(name, auto_offset_reset="latest")
        assert await reader.position(TopicPartition(name, 0)) == 0
        waiting = asyncio.create_task(reader.getone())
        await (await clients.producer()).send_and_wait(name, b"news")
        assert (await asyncio.wait_for(waiting, 20)).value == b"news"
    run(story)


@pytest.mark.parametrize("assignor", ASSIGNORS, ids=lambda each: each.name)
def test_three_members_through_a_rebalance(topic, run, group, assignor):
    name = topic(6)

    async def settled(wanted, sizes):
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            await asyncio.gather(*(member.getmany(timeout_ms=50) for member in wanted))
            held = [member.assignment() for member in wanted]
            if sorted(map(len, held)) == sizes and len(set().union(*held)) == 6:
                return True
        return False

    async def story(clients):
        members = await asyncio.gather(*(
            clients.consumer(name, group_id=group, partition_assignment_strategy=[assignor], session_timeout_ms=6000,
                             heartbeat_interval_ms=300)
            for _ in range(3)))
        assert await settled(members, [2, 2, 2])
        await members.pop().stop()
        assert await settled(members, [3, 3])
    run(story)


def test_admin_topics_partitions_and_configs(run):
    name = f"admin-{uuid.uuid4().hex[:8]}"

    async def story(clients):
        admin = await clients.admin()
        made = await admin.create_topics([NewTopic(name, 2, 1, topic_configs={"retention.ms": "60000"})])
        assert [each[1] for each in made.topic_errors] == [0]
        again = await admin.create_topics([NewTopic(name, 2, 1)])
        assert [each[1] for each in again.topic_errors] == [36]
        await admin.create_partitions({name: NewPartitions(5)})

        async def partitions():
            return len((await admin.describe_topics([name]))[0]["partitions"])
        assert await becomes(partitions, 5)
        told = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        entries = {entry[0]: entry[1] for entry in told[0].resources[0][4]}
        assert entries["retention.ms"] == "60000" and entries["segment.bytes"] == "1073741824"
        assert name in await admin.list_topics()
        await admin.delete_topics([name])

        async def listed():
            return name in await admin.list_topics()
        assert await becomes(listed, False)
    run(story)


def test_admin_sees_groups_and_their_offsets(topic, run, group):
    name = topic()
    partition = TopicPartition(name, 0)

    async def story(clients):
        await send(await clients.producer(), name, numbers(10))
        reader = await clients.consumer(name, group_id=group)
        await read(reader, 10)
        await reader.commit()
        admin = await clients.admin()
        error, told, state, kind, protocol, members = (await admin.describe_consumer_groups([group]))[0].groups[0][:6]
        assert (error, told, state, kind, protocol) == (0, group, "Stable", "consumer", "roundrobin")
        assert len(members) == 1
        assert (await admin.list_consumer_group_offsets(group))[partition].offset == 10
        assert group in [each[0] for each in await admin.list_consumer_groups()]
    run(story)


def test_admin_deletes_records(topic, run):
    name = topic()
    partition = TopicPartition(name, 0)

    async def story(clients):
        await send(await clients.producer(), name, numbers(100))
        admin = await clients.admin()
        assert await admin.delete_records({partition: RecordsToDelete(60)}) == {partition: 60}
        assert await (await clients.consumer()).beginning_offsets([partition]) == {partition: 60}
    run(story)
