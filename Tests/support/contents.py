"""What a cluster holds, told by its clients: to compare before and after, ours and Kafka's."""
import time
import uuid

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

BEGINNING = -2


def admin(bootstrap):
    return AdminClient({"bootstrap.servers": bootstrap})


def partitions(bootstrap, internal=False):
    """All partitions, sorted; those of internal topics only if asked for."""
    topics = admin(bootstrap).list_topics(timeout=20).topics
    return sorted(
        (name, number) for name, topic in topics.items() if internal or not name.startswith("__")
        for number in topic.partitions)


def offsets(bootstrap, names, spec):
    asked = {TopicPartition(topic, number): spec for topic, number in names}
    client = admin(bootstrap)  # answers come as long as it lives
    deadline = time.monotonic() + 60
    while True:
        found = client.list_offsets(asked, request_timeout=20)
        try:
            return {(place.topic, place.partition): future.result().offset for place, future in found.items()}
        except KafkaException:
            # A broker that has just started may tell of leaders before its partitions know: UNKNOWN_LEADER_EPOCH.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def starts(bootstrap, names):
    return offsets(bootstrap, names, OffsetSpec.earliest())


def ends(bootstrap, names):
    return offsets(bootstrap, names, OffsetSpec.latest())


def records(bootstrap, names, isolation="read_uncommitted", seconds=60):
    """(offset, timestamp, key, value, headers) of each record, by partition."""
    reader = Consumer({
        "bootstrap.servers": bootstrap, "group.id": f"reader-{uuid.uuid4().hex}", "enable.auto.commit": False,
        "enable.partition.eof": True, "fetch.wait.max.ms": 20, "isolation.level": isolation, "check.crcs": True,
        "auto.offset.reset": "earliest"})
    reader.assign([TopicPartition(topic, number, BEGINNING) for topic, number in names])
    found, open_ends, deadline = {name: [] for name in names}, set(names), time.monotonic() + seconds
    while open_ends:
        assert time.monotonic() < deadline, f"no end of {sorted(open_ends)} within {seconds} s"
        for record in reader.consume(5000, 0.05):
            place = (record.topic(), record.partition())
            if record.error():
                assert record.error().code() == KafkaError._PARTITION_EOF, record.error()
                open_ends.discard(place)
                continue
            headers = record.headers() or []
            found[place].append((record.offset(), record.timestamp(), record.key(), record.value(), headers))
    reader.close()
    return found


def committed(bootstrap, group):
    """Offset and metadata of each partition for which the group has committed one."""
    client = admin(bootstrap)
    future = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group]
    places = future.result(20).topic_partitions
    return {(place.topic, place.partition): place.offset for place in places if place.offset >= 0}


def contents(bootstrap, groups=()):
    names = partitions(bootstrap)
    return {
        "starts": starts(bootstrap, names),
        "records": records(bootstrap, names),
        "read committed": records(bootstrap, names, "read_committed"),
        "committed": {group: committed(bootstrap, group) for group in groups},
    }


def difference(before, after):
    """Where two contents differ, in a few lines; nothing when they don't."""
    lines = []
    for what in before:
        for place in sorted(set(before[what]) | set(after[what]), key=str):
            left, right = before[what].get(place), after[what].get(place)
            if left == right:
                continue
            if isinstance(left, list) and isinstance(right, list):
                unlike = (i for i, pair in enumerate(zip(left, right)) if pair[0] != pair[1])
                at = next(unlike, min(len(left), len(right)))
                left, right = (len(left), left[at:at + 1]), (len(right), right[at:at + 1])
            lines.append(f"{what} {place}: {left} became {right}")
    return "\n".join(lines[:20])
