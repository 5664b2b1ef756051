"""kill -9 and SIGTERM while clients work: what was acknowledged stays, where it was acknowledged."""
import time

import pytest
import wire
from broker import Broker
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, ResourceType
from story import CODECS, PARTITIONS, Committer, Shelf, Writer, committed, contents, create, topics
from waiting import until

CLEAN, UNCLEAN = ", cleanly shut down", "not cleanly shut down"


class Everybody:
    """A writer for each codec, by turns idempotent and with acks=1, and a committer."""

    def __init__(self, broker, segment_bytes):
        for codec in CODECS:
            create(broker, f"topic-{codec}", PARTITIONS, segment_bytes=segment_bytes)
        self.writers = [Writer(broker, f"topic-{codec}", codec, idempotent=number % 2 == 0)
                        for number, codec in enumerate(CODECS)]
        self.shelves = [Shelf(writer) for writer in self.writers]
        self.committer = Committer(broker, "topic-none", "group")
        for each in self.writers + [self.committer]:
            each.start()

    def work(self, seconds):
        """Lets everybody work for a while, and until each was acknowledged something new."""
        before = [each.count for each in self.writers]
        time.sleep(seconds)
        assert until(lambda: all(each.count > count for each, count in zip(self.writers, before)), 60)

    def check(self, broker):
        promised = self.committer.acknowledged
        for shelf in self.shelves:
            shelf.check(broker)
        offset, note = committed(broker, "group", "topic-none")
        assert promised <= offset <= self.committer.tried and note == f"note {offset}"

    def end(self, broker):
        self.committer.end()
        for writer in self.writers:
            assert writer.end() == 0 and not writer.failed, writer.failed[:3]
        self.check(broker)
        for shelf in self.shelves:
            shelf.check_exactly_once()


@pytest.mark.parametrize("place", ["here", "xfs", "ext4"], indirect=True)
def test_nothing_acknowledged_is_lost_by_kill_9(broker, chance, rounds):
    broker.start()
    everybody = Everybody(broker, segment_bytes=1 << 20)
    for _ in range(rounds):
        everybody.work(chance.uniform(0.2, 2))
        broker.kill()
        while chance.random() < 0.3:  # again, while it recovers
            broker.launch()
            time.sleep(chance.uniform(0, 0.3))
            broker.kill()
        broker.start()
        everybody.check(broker)
    everybody.end(broker)
    assert UNCLEAN in broker.log.read_text()
    assert broker.stop() == 0


def test_kill_9_and_sigterm_by_turns(broker, chance, rounds):
    broker.start()
    everybody = Everybody(broker, segment_bytes=1 << 20)
    for _ in range(rounds):
        everybody.work(chance.uniform(0.1, 0.5))
        if chance.random() < 0.5:
            broker.kill()
        else:
            assert broker.stop() == 0
        broker.start()
    everybody.end(broker)
    assert broker.stop() == 0


def test_after_sigterm_nothing_is_checked_and_all_is_there(broker):
    broker.start()
    everybody = Everybody(broker, segment_bytes=1 << 30)
    for _ in range(2):
        everybody.work(0.5)
        assert broker.stop() == 0
        size = broker.log.stat().st_size
        broker.start()
        told = broker.log.read_bytes()[size:].decode(errors="replace")
        assert CLEAN in told and UNCLEAN not in told
        everybody.check(broker)
    everybody.end(broker)
    assert broker.stop() == 0


def identity(port):
    """A new producer's id and epoch."""
    reader = wire.Reader(wire.outcome(port, wire.request(22, 0, wire.string(None) + wire.int32(60_000))))
    reader.int32(), reader.int32()
    assert reader.int16() == 0
    return reader.int64(), reader.int16()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_five_requests_in_flight_at_the_end_can_be_sent_again(broker, chance, rounds, how):
    """As many as an idempotent producer has: each is written once, whatever of them was written or answered before."""
    broker.start()
    create(broker, "topic", 8)
    for _ in range(rounds):
        producers = [identity(broker.port) for _ in range(8)]
        before = [wire.end_offset(broker.port, "topic", partition) for partition in range(8)]

        def requests(partition):
            producer, epoch = producers[partition]
            return [wire.produce_request(
                "topic", wire.batch(wire.record(), producer_id=producer, producer_epoch=epoch, sequence=number),
                partition=partition, correlation=number) for number in range(5)]

        connections = [wire.Connection(broker.port) for _ in range(8)]
        for partition, connection in enumerate(connections):
            connection.send(b"".join(requests(partition)))
        time.sleep(chance.uniform(0, 0.004))
        getattr(broker, how)()
        answered = [0] * 8
        for partition, connection in enumerate(connections):
            while connection.receive() is not None:
                answered[partition] += 1
            connection.socket.close()
        broker.start()
        for partition in range(8):
            for again in requests(partition)[answered[partition]:]:
                told = wire.Produced(wire.outcome(broker.port, again))
                assert told.error in (0, wire.DUPLICATE_SEQUENCE_NUMBER), (partition, answered, told.error)
            assert wire.end_offset(broker.port, "topic", partition) == before[partition] + 5


def test_sigterm_as_soon_as_it_listens_ends_in_order(broker):
    for _ in range(10):
        broker.start()
        assert broker.stop() == 0


def test_topics_and_configs_survive_kill_9(broker):
    broker.start()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for number in range(20):
        create(broker, f"topic-{number}", number % 5 + 1, retention_ms=1_000_000 + number)
    for future in admin.delete_topics([f"topic-{number}" for number in range(0, 20, 4)]).values():
        future.result(20)
    for future in admin.create_partitions([NewPartitions("topic-1", 9)]).values():
        future.result(20)
    broker.kill()
    broker.start()
    wanted = {f"topic-{number}": number % 5 + 1 for number in range(20) if number % 4} | {"topic-1": 9}
    assert {name: len(topic.partitions) for name, topic in topics(admin).items() if name.startswith("topic-")} == wanted
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in wanted]
    for resource, future in admin.describe_configs(resources).items():
        assert future.result(20)["retention.ms"].value == str(1_000_000 + int(resource.name.split("-")[1]))


def test_a_deleted_topic_made_again_is_empty_after_kill_9(broker):
    broker.start()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for generation in range(3):
        create(broker, "topic", PARTITIONS)
        writer = Writer(broker, "topic", pace=0)
        writer.start()
        assert until(lambda: writer.count > 100)
        assert writer.end() == 0
        for future in admin.delete_topics(["topic"]).values():
            future.result(20)
        assert until(lambda: "topic" not in topics(admin))
        broker.kill()
        broker.start()
        assert "topic" not in topics(admin)
    create(broker, "topic", PARTITIONS)
    assert contents(broker, "topic", 0) == {}


def test_deleted_records_stay_deleted_after_a_stop(broker):
    broker.start()
    create(broker, "topic", PARTITIONS)
    writer = Writer(broker, "topic", pace=0)
    writer.start()
    assert until(lambda: writer.count > 200)
    assert writer.end() == 0
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for future in admin.delete_records([TopicPartition("topic", 0, 50)]).values():
        assert future.result(20).low_watermark == 50
    assert broker.stop() == 0
    broker.start()
    assert min(contents(broker, "topic", 0)) == 50


def test_a_second_broker_on_the_same_data_is_refused(broker, directory):
    broker.start()
    second = Broker(directory / "second", data=broker.data)
    with pytest.raises(RuntimeError):
        second.start()
    assert broker.alive() and "lock" in second.tail().lower()
