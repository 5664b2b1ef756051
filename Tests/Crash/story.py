"""What clients did and were told, and whether the broker keeps its word."""
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from waiting import until

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
PARTITIONS = 2
NOT_YET = {
    KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.NOT_COORDINATOR,
    KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN}


def create(broker, name, partitions=1, **config):
    settings = {key.replace("_", "."): str(value) for key, value in config.items()}
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for future in admin.create_topics([NewTopic(name, partitions, 1, config=settings)]).values():
        future.result(20)
    assert until(lambda: name in admin.list_topics(timeout=10).topics)


def patiently(call, seconds=30):
    """The result of `call`, tried again while the broker that was started a moment ago isn't ready for it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except KafkaException as problem:
            error = problem.args[0]
            if time.monotonic() > deadline or not (error.retriable() or error.code() in NOT_YET):
                raise
            time.sleep(0.05)


def topics(admin):
    return patiently(lambda: admin.list_topics(timeout=10).topics)


class Writer(threading.Thread):
    """Produces numbered values to its topic until told to end; what stands in flight when the broker dies is retried.

    `acknowledged[partition][offset]` is the value that the broker promised to keep there.
    """

    def __init__(self, broker, topic, codec="none", idempotent=True, padding=800, pace=0.002, patience=60_000,
                 batch=10_000):
        super().__init__(daemon=True)
        self.topic, self.idempotent, self.padding, self.pace = topic, idempotent, padding, pace
        self.ending = threading.Event()
        self.sent, self.failed = 0, []
        self.persisted = set()
        self.acknowledged = {partition: {} for partition in range(PARTITIONS)}
        self.producer = Producer({
            "bootstrap.servers": broker.bootstrap, "compression.type": codec, "enable.idempotence": idempotent,
            "acks": "all" if idempotent else 1, "linger.ms": 5, "message.timeout.ms": patience,
            "batch.num.messages": batch,
            "reconnect.backoff.max.ms": 200, "retry.backoff.max.ms": 200, "log_level": 0})

    @property
    def count(self):
        return len(self.persisted)

    def delivered(self, error, message):
        if error:
            self.failed.append((error, message.value()))
            return
        self.persisted.add(message.value())
        if message.offset() >= 0:  # a retry that the broker knew already may come without
            self.acknowledged[message.partition()][message.offset()] = message.value()

    def run(self):
        while not self.ending.is_set():
            try:
                value = b"%d:" % self.sent + b"x" * (self.sent * 37 % self.padding)
                self.producer.produce(
                    self.topic, value, partition=self.sent % PARTITIONS, on_delivery=self.delivered)
                self.sent += 1
            except BufferError:
                self.ending.wait(0.1)
            self.producer.poll(0)
            self.ending.wait(self.pace)

    def end(self, seconds=60):
        """No more records; waits for what is in flight."""
        self.ending.set()
        self.join()
        return self.producer.flush(seconds)

    def abandon(self):
        """No more records; what is in flight is of no interest any more."""
        self.ending.set()
        self.join()
        self.producer.purge()
        self.producer.flush(5)


class Committer(threading.Thread):
    """Commits ever higher offsets to a group. `acknowledged` must survive; `tried` may."""

    def __init__(self, broker, topic, group):
        super().__init__(daemon=True)
        self.partition, self.group = TopicPartition(topic, 0), group
        self.ending = threading.Event()
        self.tried = self.acknowledged = 0
        self.consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group, "log_level": 0,
                                  "enable.auto.commit": False, "reconnect.backoff.max.ms": 200})

    def run(self):
        while not self.ending.is_set():
            self.tried += 1
            offset = TopicPartition(self.partition.topic, 0, self.tried, metadata=f"note {self.tried}")
            try:
                self.consumer.commit(offsets=[offset], asynchronous=False)
                self.acknowledged = self.tried
            except KafkaException:
                pass
            self.ending.wait(0.01)

    def end(self):
        self.ending.set()
        self.join(60)
        self.consumer.close()


def committed(broker, group, topic):
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group})
    (found,) = patiently(lambda: consumer.committed([TopicPartition(topic, 0)], timeout=20))
    consumer.close()
    return found.offset, found.metadata


def contents(broker, topic, partition, seconds=60):
    """The values of a partition by offset, read by a client that checks every CRC."""
    consumer = Consumer({
        "bootstrap.servers": broker.bootstrap, "group.id": "reader", "check.crcs": True, "enable.partition.eof": False,
        "fetch.wait.max.ms": 10, "log_level": 0})
    try:
        return _read(consumer, TopicPartition(topic, partition, 0), seconds)
    finally:
        consumer.close()


def _read(consumer, partition, seconds):
    deadline = time.monotonic() + seconds
    low, high = patiently(lambda: consumer.get_watermark_offsets(partition, timeout=20))
    found = {}
    consumer.assign([TopicPartition(partition.topic, partition.partition, low)])
    while low + len(found) < high:
        assert time.monotonic() < deadline, f"{partition}: {len(found)} of {high - low} records could be read"
        for record in consumer.consume(5000, 0.2):
            assert not record.error(), record.error()
            assert record.offset() not in found, f"offset {record.offset()} came twice"
            found[record.offset()] = record.value()
    assert sorted(found) == list(range(low, low + len(found))), f"{partition} has gaps"
    return found


class Shelf:
    """What was read of a writer's partitions the last time: no later reading may differ."""

    def __init__(self, writer):
        self.writer = writer
        self.before = {partition: {} for partition in range(PARTITIONS)}

    def check(self, broker):
        for partition, before in self.before.items():
            promised = dict(self.writer.acknowledged[partition])
            found = contents(broker, self.writer.topic, partition)
            _same(f"{self.writer.topic}-{partition} acknowledged", promised, found)
            _same(f"{self.writer.topic}-{partition} as read before", before, found)
            self.before[partition] = found

    def check_exactly_once(self):
        """After the writer's end: an idempotent one left each value once, in order; any other at least once."""
        for partition, found in self.before.items():
            numbers = [int(value.split(b":")[0]) for _, value in sorted(found.items())]
            wanted = range(partition, self.writer.sent, PARTITIONS)
            if self.writer.idempotent:
                assert numbers == list(wanted), f"{self.writer.topic}-{partition}: lost, doubled or out of order"
            else:
                assert set(numbers) == set(wanted), f"{self.writer.topic}-{partition}: lost"


def _same(what, wanted, found):
    wrong = [(offset, value[:20], found.get(offset, b"nothing")[:20])
             for offset, value in sorted(wanted.items()) if found.get(offset) != value]
    assert not wrong, f"{what}: {len(wrong)} of {len(wanted)} differ (offset, wanted, found): {wrong[:5]}"
