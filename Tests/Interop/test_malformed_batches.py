"""Record batches that lie: refused with the right code, and the log is as it was."""
import gzip
import time
import zlib

import lz4.frame
import pytest
import snappy
import wire
import zstandard
from confluent_kafka import Consumer, TopicPartition
from unharmed import neighbour, port, unharmed  # noqa: F401
from waiting import until
from wire import batch, blob, end_offset, int8, int32, produce, record, varint

MEBIBYTE = 1 << 20
HOUR = 3_600_000


def now():
    return int(time.time() * 1000)


def xerial(data, block=32 << 10):
    chunks = [snappy.compress(data[at:at + block]) for at in range(0, len(data), block)]
    return b"\x82SNAPPY\0" + int32(1) + int32(1) + b"".join(int32(len(each)) + each for each in chunks)


def lz4_frame(data):
    return lz4.frame.compress(data, block_size=lz4.frame.BLOCKSIZE_MAX64KB, block_linked=False, store_size=False)


COMPRESS = {
    wire.GZIP: gzip.compress, wire.SNAPPY: xerial, wire.LZ4: lz4_frame, wire.ZSTD: zstandard.ZstdCompressor().compress}
CODECS = pytest.mark.parametrize("codec", COMPRESS, ids=["gzip", "snappy", "lz4", "zstd"])


@pytest.fixture(scope="module")
def shared_topic(make_topic):
    return make_topic()


@pytest.fixture
def plain(port, shared_topic):
    """A topic to which nothing is written by the test."""
    before = end_offset(port, shared_topic)
    yield shared_topic
    assert end_offset(port, shared_topic) == before


def fetched(port, topic):
    """The bytes of partition 0 from its first offset on."""
    reader = wire.Reader(wire.outcome(port, wire.fetch_request(topic)))
    for _ in range(3):
        reader.int32()
    reader.string(), reader.int32(), reader.int32()
    assert reader.int16() == 0
    reader.int64(), reader.int64(), reader.int32()
    return reader.bytes()


# ---- Whole batches are taken

@pytest.mark.parametrize("version", range(3, 9))
def test_a_right_batch_is_taken_by_each_version(topic, port, version):
    name = topic()
    for first in (0, 2):
        told = produce(port, name, batch(record(0), record(1)), version)
        assert (told.error, told.base_offset, told.log_append_time) == (0, first, -1)
    assert end_offset(port, name) == 4


@CODECS
def test_a_compressed_batch_is_taken(topic, port, codec):
    name = topic()
    records = b"".join(record(number) for number in range(100))
    assert produce(port, name, batch(payload=COMPRESS[codec](records), attributes=codec, count=100)).error == 0
    assert end_offset(port, name) == 100


def test_raw_snappy_without_a_frame_is_taken(topic, port):
    name = topic()
    payload = snappy.compress(b"".join(record(number) for number in range(10)))
    assert produce(port, name, batch(payload=payload, attributes=wire.SNAPPY, count=10)).error == 0


def test_headers_nulls_and_negative_deltas_are_taken(topic, port):
    name = topic()
    whole = batch(
        record(0, value=None, key=None), record(1, b"", b"", timestamp=-1000),
        record(2, headers=[(b"a", b"1"), (b"a", None), (b"", b"")]))
    assert produce(port, name, whole).error == 0
    assert end_offset(port, name) == 3


def test_time_minus_one_is_no_time_and_taken(topic, port):
    assert produce(port, topic(), batch(record(), timestamp=-1)).error == 0


def test_a_leaders_epoch_from_a_client_is_overwritten(topic, port):
    name = topic()
    assert produce(port, name, batch(record(), leader_epoch=123_456)).error == 0
    assert int.from_bytes(fetched(port, name)[12:16], "big") < 100


# ---- What a leader refuses

WHOLE = batch(record(0), record(1))
CONTROL = batch(record(key=b"\0\0\0\0", value=b"\0\0\0\0\0\0"), attributes=32)
REFUSED = {
    "a wrong CRC": (batch(record(), crc=12345), {wire.CORRUPT_MESSAGE}),
    "a flipped bit in the last byte": (WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]), {wire.CORRUPT_MESSAGE}),
    "a flipped bit in the attributes": (WHOLE[:22] + bytes([WHOLE[22] ^ 8]) + WHOLE[23:], {wire.CORRUPT_MESSAGE}),
    "magic 0": (batch(record(), magic=0), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "magic 1": (batch(record(), magic=1), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "magic 3": (batch(record(), magic=3), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "magic -1": (batch(record(), magic=-1), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "a record too few": (batch(record(0), record(1), count=3), {wire.INVALID_RECORD}),
    "a record too many": (batch(record(0), record(1), record(2), count=2), {wire.INVALID_RECORD}),
    "no record": (batch(count=0), {wire.INVALID_RECORD}),
    "no record but a last offset delta": (batch(count=0, last_offset_delta=5), {wire.INVALID_RECORD}),
    "a count of -1": (batch(record(), count=-1), {wire.INVALID_RECORD}),
    "a count of 2^31-1": (batch(record(), count=2**31 - 1), {wire.INVALID_RECORD}),
    "too great a last offset delta": (batch(record(), last_offset_delta=9), {wire.INVALID_RECORD}),
    "too small a last offset delta": (batch(record(0), record(1), last_offset_delta=0), {wire.INVALID_RECORD}),
    "a negative last offset delta": (batch(record(), last_offset_delta=-1), {wire.INVALID_RECORD}),
    "two batches": (batch(record()) * 2, {wire.INVALID_RECORD}),
    "a base offset of 1": (batch(record(), base_offset=1), {wire.INVALID_RECORD}),
    "a base offset of -1": (batch(record(), base_offset=-1), {wire.INVALID_RECORD}),
    "a control batch": (CONTROL, {wire.INVALID_RECORD}),
    "a producer without a sequence": (batch(record(), producer_id=1, producer_epoch=0), {wire.INVALID_RECORD}),
    "a record longer than the batch": (batch(record(length=100)), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "a record of negative length": (batch(record(length=-1)), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "a record longer than its fields": (
        batch(record(tail=b"\0\0")), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "a value longer than its record": (
        batch(payload=varint(9) + int8(0) + varint(0) + varint(0) + blob(None) + varint(100) + b"abc" + varint(0)),
        {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "2^31-1 headers": (
        batch(payload=varint(12) + int8(0) + varint(0) + varint(0) + blob(b"k") + blob(b"v") + varint(2**31 - 1)),
        {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "a header without a key": (
        batch(record(headers=[(None, b"x")])), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "a length varint of six bytes": (
        batch(payload=b"\xff\xff\xff\xff\xff\x01" + record()),
        {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE, wire.UNKNOWN_SERVER_ERROR}),
    "noise after the records": (
        batch(payload=record() + b"\xff" * 20, count=1), {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}),
    "a time in two hours": (batch(record(), timestamp=now() + 2 * HOUR), {wire.INVALID_TIMESTAMP}),
    "a time in the year 292278994": (batch(record(), timestamp=2**63 - 1), {wire.INVALID_TIMESTAMP}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(port, plain, name):
    data, codes = REFUSED[name]
    told = produce(port, plain, data)
    assert told.error in codes, (told.error, told.message)
    assert told.base_offset == -1


@pytest.mark.parametrize("length", [-1, -(2**31), 0, 48, 2**31 - 1])
def test_an_impossible_batch_length_is_refused_and_nothing_is_written(port, plain, length):
    answer = wire.outcome(port, wire.produce_request(plain, batch(record(), length=length)))
    if answer is not None:
        assert wire.Produced(answer).error != 0


def test_a_batch_cut_at_every_byte_is_refused_and_nothing_is_written(port, plain):
    whole = batch(record())
    for count in range(len(whole)):
        answer = wire.outcome(port, wire.produce_request(plain, whole[:count]))
        assert answer is None or wire.Produced(answer).error != 0, count


def test_a_partition_without_a_batch_is_an_invalid_record(port, plain):
    assert produce(port, plain, b"").error == wire.INVALID_RECORD


def test_null_records_are_answered(broker, port, plain):
    if not broker.process:
        pytest.skip("Apache Kafka 4.3.1 never answers")
    answer = wire.outcome(port, wire.produce_request(plain, None))
    assert answer is None or wire.Produced(answer).error == wire.INVALID_RECORD


def test_a_key_of_length_minus_two_is_null_or_refused(topic, port):
    fields = int8(0) + varint(0) + varint(0) + varint(-2) + blob(b"a") + varint(0)
    told = produce(port, topic(), batch(payload=varint(len(fields)) + fields, count=1))
    assert told.error in {0, wire.INVALID_RECORD, wire.CORRUPT_MESSAGE}


@CODECS
def test_log_append_time_from_a_producer_is_refused_or_not_kept(topic, port, codec):
    for payload, attributes in ((record(), 8), (COMPRESS[codec](record()), 8 | codec)):
        name = topic()
        told = produce(port, name, batch(payload=payload, attributes=attributes, count=1))
        if told.error == 0:
            assert fetched(port, name)[22] == attributes & 7
        else:
            assert told.error == wire.INVALID_TIMESTAMP


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_an_unknown_codec_is_refused(port, plain, codec):
    answer = wire.outcome(port, wire.produce_request(plain, batch(record(), attributes=codec)))
    assert answer is None or wire.Produced(answer).error != 0


def test_zstd_below_version_7_is_an_unsupported_type(port, plain):
    payload = COMPRESS[wire.ZSTD](record())
    told = produce(port, plain, batch(payload=payload, attributes=wire.ZSTD, count=1), version=6)
    assert told.error == wire.UNSUPPORTED_COMPRESSION_TYPE


# ---- Compressed lies. For these Apache Kafka may say UNKNOWN_SERVER_ERROR; an accusation of the record says more.

@CODECS
@pytest.mark.parametrize("lie", ["noise", "cut", "too few", "too many", "flipped", "empty"])
def test_a_compressed_lie_is_refused(port, plain, codec, lie):
    records = b"".join(record(number) for number in range(20))
    payload = COMPRESS[codec](records)
    payload = {
        "noise": b"\x07" * 50, "cut": payload[:len(payload) // 2], "empty": b"",
        "flipped": bytes([payload[0] ^ 0xFF]) + payload[1:]}.get(lie, payload)
    count = {"too few": 21, "too many": 19}.get(lie, 20)
    told = produce(port, plain, batch(payload=payload, attributes=codec, count=count))
    assert told.error in {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE, wire.UNKNOWN_SERVER_ERROR}


def zeros(compressor, count):
    """A compressed record whose value is `count` zeros, made without holding them."""
    body = int8(0) + varint(0) + varint(0) + blob(b"key") + varint(count)
    head, tail, chunk = varint(len(body) + count + 1) + body, varint(0), bytes(MEBIBYTE)
    parts = [compressor.compress(head)] + [compressor.compress(chunk) for _ in range(count // MEBIBYTE)]
    return b"".join(parts) + compressor.compress(tail) + compressor.flush()


class LZ4Frames:
    def __init__(self):
        self.inner = lz4.frame.LZ4FrameCompressor(block_size=lz4.frame.BLOCKSIZE_MAX64KB, block_linked=False)
        self.begun = False

    def compress(self, data):
        head = b"" if self.begun else self.inner.begin()
        self.begun = True
        return head + self.inner.compress(data)

    def flush(self):
        return self.inner.flush()


BOMBS = {
    "gzip": (wire.GZIP, lambda: zlib.compressobj(9, zlib.DEFLATED, 31), 200 * MEBIBYTE),
    "lz4": (wire.LZ4, LZ4Frames, 200 * MEBIBYTE),
    "zstd": (wire.ZSTD, lambda: zstandard.ZstdCompressor(level=3).compressobj(), 200 * MEBIBYTE),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_decompression_bomb_takes_no_memory(broker, topic, port, name):
    codec, compressor, count = BOMBS[name]
    payload = zeros(compressor(), count)
    assert len(payload) < 1_000_000
    before = broker.peak_resident_mb() if broker.process else 0
    told = produce(port, topic(), batch(payload=payload, attributes=codec, count=1), timeout=60)
    assert told.error in {0, wire.INVALID_RECORD, wire.CORRUPT_MESSAGE, wire.MESSAGE_TOO_LARGE}
    if broker.process:
        assert broker.peak_resident_mb() < before + 100


def test_a_snappy_bomb_takes_no_memory(broker, topic, port):
    records = record(value=bytes(18 * MEBIBYTE))
    before = broker.peak_resident_mb() if broker.process else 0
    told = produce(port, topic(), batch(payload=xerial(records), attributes=wire.SNAPPY, count=1))
    assert told.error == 0
    if broker.process:
        assert broker.peak_resident_mb() < before + 100


@pytest.mark.parametrize("length", [2**31 - 1, 2**32 - 1, 1 << 30])
@pytest.mark.parametrize("framed", [True, False])
def test_a_length_that_snappy_declares_is_not_believed(broker, port, plain, length, framed):
    block = wire.uvarint(length) + b"\0a"
    payload = b"\x82SNAPPY\0" + int32(1) + int32(1) + int32(len(block)) + block if framed else block
    before = broker.peak_resident_mb() if broker.process else 0
    told = produce(port, plain, batch(payload=payload, attributes=wire.SNAPPY, count=1))
    assert told.error in {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE, wire.UNKNOWN_SERVER_ERROR}
    if broker.process:
        assert broker.peak_resident_mb() < before + 50


@pytest.mark.parametrize("size", [-1, 2**31 - 1, 1 << 24])
def test_a_chunk_size_that_xerial_declares_is_not_believed(port, plain, size):
    payload = b"\x82SNAPPY\0" + int32(1) + int32(1) + int32(size) + b"abc"
    told = produce(port, plain, batch(payload=payload, attributes=wire.SNAPPY, count=1))
    assert told.error in {wire.INVALID_RECORD, wire.CORRUPT_MESSAGE, wire.UNKNOWN_SERVER_ERROR}


# ---- Rules of the topic

def test_a_record_without_a_key_is_refused_by_a_compacted_topic_and_named(topic, port):
    name = topic(cleanup_policy="compact")
    told = produce(port, name, batch(record(0), record(1, key=None), record(2), record(3, key=None)))
    assert told.error == wire.INVALID_RECORD and told.message
    assert [index for index, _ in told.record_errors] == [1, 3] and end_offset(port, name) == 0
    assert produce(port, name, batch(record(0), record(1, value=None))).error == 0


@CODECS
def test_a_compressed_record_without_a_key_is_refused_by_a_compacted_topic(topic, port, codec):
    name = topic(cleanup_policy="compact")
    payload = COMPRESS[codec](record(0) + record(1, key=None))
    told = produce(port, name, batch(payload=payload, attributes=codec, count=2))
    assert told.error == wire.INVALID_RECORD and [index for index, _ in told.record_errors] == [1]
    assert end_offset(port, name) == 0


def test_times_outside_a_topics_window_are_refused_and_named(topic, port):
    name = topic(message_timestamp_before_max_ms=HOUR, message_timestamp_after_max_ms=HOUR)
    for late in (-2 * HOUR, 2 * HOUR):
        told = produce(port, name, batch(record(0), record(1, timestamp=late), max_timestamp=now() + max(0, late)))
        assert told.error == wire.INVALID_TIMESTAMP and [index for index, _ in told.record_errors] == [1]
    assert end_offset(port, name) == 0


@CODECS
def test_a_lying_maximum_timestamp_does_not_poison_look_ups(topic, port, codec):
    name = topic()
    stamp = now() - HOUR
    payload = COMPRESS[codec](record())
    lying = batch(payload=payload, attributes=codec, count=1, timestamp=stamp, max_timestamp=stamp + HOUR // 2)
    assert produce(port, name, lying).error == 0
    body = int32(-1) + wire.array([wire.string(name) + wire.array([int32(0) + wire.int64(stamp + 1)])])
    reader = wire.Reader(wire.outcome(port, wire.request(wire.LIST_OFFSETS, 1, body)))
    for _ in range(2):
        reader.int32()
    reader.string(), reader.int32(), reader.int32()
    assert (reader.int16(), reader.int64(), reader.int64()) == (0, -1, -1)


@pytest.mark.parametrize("limit", [1000, 1_048_588])
def test_a_batch_beyond_the_topics_limit_is_too_large(topic, port, limit):
    name = topic(max_message_bytes=limit)
    overhead = len(batch(record(value=bytes(limit // 2)))) - limit // 2
    assert produce(port, name, batch(record(value=bytes(limit - overhead)))).error == 0
    told = produce(port, name, batch(record(value=bytes(limit - overhead + 1))))
    assert told.error == wire.MESSAGE_TOO_LARGE and end_offset(port, name) == 1


def test_a_batch_beyond_a_segment_is_too_large_a_list(topic, port):
    name = topic(segment_bytes=MEBIBYTE, max_message_bytes=4 * MEBIBYTE)
    told = produce(port, name, batch(record(value=bytes(MEBIBYTE + 1000))))
    assert told.error == wire.RECORD_LIST_TOO_LARGE and end_offset(port, name) == 0


def test_log_append_time_is_told(topic, port):
    before = now()
    told = produce(port, topic(message_timestamp_type="LogAppendTime"), batch(record(), timestamp=12345))
    assert told.error == 0 and before - 1000 <= told.log_append_time <= now() + 1000


@pytest.mark.parametrize("codec", range(5))
@pytest.mark.parametrize("deltas", [(0, 5, 1), (3, 4, 5), (0, 0, 0), (-1, 0, 1)], ids=str)
def test_offset_deltas_that_lie_are_refused_or_put_right(broker, topic, port, codec, deltas):
    if codec == wire.NONE and not broker.process:
        pytest.skip("Apache Kafka 4.3.1 keeps them in a batch that is not compressed")
    name = topic()
    payload = COMPRESS.get(codec, bytes)(b"".join(map(record, deltas)))
    told = produce(port, name, batch(payload=payload, attributes=codec, count=3))
    if told.error:
        assert told.error in {wire.INVALID_RECORD, wire.UNKNOWN_SERVER_ERROR} and end_offset(port, name) == 0
        return
    reader = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": name})
    reader.assign([TopicPartition(name, 0, 0)])
    records = []
    assert until(lambda: records.extend(reader.consume(3, 0.2)) or len(records) >= 3)
    reader.close()
    assert [each.offset() for each in records] == [0, 1, 2]


# ---- Rules of the request

@pytest.mark.parametrize("acks", [2, -2, 32767])
def test_other_kinds_of_acknowledgement_are_refused(port, plain, acks):
    assert produce(port, plain, batch(record()), acks=acks).error == wire.INVALID_REQUIRED_ACKS


@pytest.mark.parametrize("partition", [1, -1, 2**31 - 1, -(2**31)])
def test_an_unknown_partition_is_told(port, plain, partition):
    told = produce(port, plain, batch(record()), partition=partition)
    assert (told.partition, told.error) == (partition, wire.UNKNOWN_TOPIC_OR_PARTITION)


def test_an_unknown_topic_is_told_and_not_made(port, admin):
    assert produce(port, "never-made", batch(record())).error == wire.UNKNOWN_TOPIC_OR_PARTITION
    assert "never-made" not in admin.list_topics(timeout=10).topics


@pytest.mark.parametrize("data", [batch(record(), crc=1), batch(record(), base_offset=7)], ids=["CRC", "base offset"])
def test_an_error_without_acknowledgement_ends_the_connection(port, plain, data):
    assert wire.outcome(port, wire.produce_request(plain, data, acks=0)) is None


def test_an_unknown_topic_without_acknowledgement_ends_the_connection(port):
    assert wire.outcome(port, wire.produce_request("never-made-either", batch(record()), acks=0)) is None
