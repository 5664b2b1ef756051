"""Frames and messages that lie: the connection may end, the broker and its other clients never notice."""
import gzip
import json
import os
import pathlib
import random
import socket
import struct

import pytest
import wire
from unharmed import neighbour, port, unharmed  # noqa: F401
from wire import int8, int16, int32, outcome, record, request, string, uvarint

MAX_INT = 2**31 - 1
MEBIBYTE = 1 << 20
VECTORS = pathlib.Path(__file__).resolve().parents[1] / "KafkaProtocolTests" / "Vectors" / "kafka-clients.jsonl.gz"
SEED = int(os.environ.get("MOLDAU_SEED", "1"))


# ---- Frames

@pytest.mark.parametrize("size", [-1, -(2**31), 0, 1, 7, MAX_INT, 2**30, 100 * MEBIBYTE + 1])
def test_an_impossible_frame_size_ends_the_connection(port, size):
    assert outcome(port, int32(size) + b"\0" * max(0, min(size, 100))) is None


WHOLE = {
    "ApiVersions 0": wire.api_versions_request(),
    "ApiVersions 3": request(18, 3, wire.compact_string("wire") + wire.compact_string("1") + b"\0", tags=b"\0"),
    "Metadata 4": wire.metadata_request("a-topic", "another"),
    "Metadata 12": request(3, 12, uvarint(2) + b"\0" * 16 + wire.compact_string("a-topic") + b"\0" + int8(0) + int8(0)
                           + b"\0", tags=b"\0"),
    "Produce 8": wire.produce_request("nowhere", wire.batch(record())),
    "Fetch 4": wire.fetch_request("nowhere"),
    "FindCoordinator 4": request(10, 4, int8(0) + uvarint(2) + wire.compact_string("group") + b"\0", tags=b"\0"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_request_truncated_at_every_byte_ends_the_connection_or_is_answered(port, name):
    whole = WHOLE[name]
    assert outcome(port, whole) is not None
    answered = sum(outcome(port, int32(count) + whole[4:4 + count]) is not None for count in range(len(whole) - 4))
    assert answered <= 2, "a request without its last byte was taken for a whole one"


@pytest.mark.parametrize("name", WHOLE)
def test_a_connection_cut_at_every_byte_of_a_request_harms_nobody(port, name):
    whole = WHOLE[name]
    for count in range(len(whole)):
        with wire.Connection(port) as connection:
            connection.send(whole[:count])
            if count % 2:  # ends with a reset
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_bytes_behind_a_request_do_not_harm(port):
    for tail in (b"\0", b"\xff" * 100):
        whole = wire.metadata_request("a-topic")[4:] + tail
        outcome(port, wire.frame(whole))


# ---- API keys and versions

@pytest.mark.parametrize("key", [-1, 4, 5, 6, 7, 52, 58, 93, 999, 32767, -32768])
def test_an_unknown_api_ends_the_connection(port, key):
    assert outcome(port, request(key, 0, b"\0" * 20)) is None


@pytest.mark.parametrize("key,version", [
    (0, 0), (0, 1), (0, 2), (0, 99), (0, -1), (1, 3), (1, 99), (2, 0), (3, -1), (3, 14), (3, 32767), (11, 10),
    (12, 5), (19, 1), (22, 99), (68, 2)])
def test_an_unknown_version_ends_the_connection(port, key, version):
    assert outcome(port, request(key, version, b"\0" * 40)) is None


@pytest.mark.parametrize("version", [5, 99, 32767, -1])
def test_an_unknown_version_of_api_versions_is_answered_in_version_0(port, version):
    reader = wire.Reader(outcome(port, request(18, version, b"\x01\x01\0", correlation=77, tags=b"\0")))
    assert (reader.int32(), reader.int16()) == (77, wire.UNSUPPORTED_VERSION)
    assert reader.array(lambda r: (r.int16(), r.int16(), r.int16())) == [(18, 0, 4)]
    reader.end()


@pytest.mark.parametrize("name,version", [("", "1"), ("-", "1"), ("a b", "1"), ("ok", "\u00e9"), ("ok", "")])
def test_a_bad_client_name_is_an_invalid_request(port, name, version):
    body = wire.compact_string(name) + wire.compact_string(version) + b"\0"
    reader = wire.Reader(outcome(port, request(18, 3, body, tags=b"\0")))
    reader.int32()
    assert reader.int16() == wire.INVALID_REQUEST


def test_apis_are_listed_in_order_and_once(port):
    reader = wire.Reader(outcome(port, wire.api_versions_request()))
    reader.int32()
    assert reader.int16() == 0
    listed = reader.array(lambda r: (r.int16(), r.int16(), r.int16()))
    keys = [key for key, _, _ in listed]
    assert keys == sorted(set(keys)) and dict((k, (low, high)) for k, low, high in listed)[wire.PRODUCE][0] == 0
    assert all(0 <= low <= high for _, low, high in listed)


# ---- Counts, lengths and texts within a body

HUGE = uvarint(2**32 - 1)
LIES = {
    "2^31-1 topics of Metadata": request(3, 4, int32(MAX_INT)),
    "2^31-1 topics of Produce": request(0, 8, string(None) + int16(1) + int32(1) + int32(MAX_INT)),
    "2^31-1 partitions of Produce": request(
        0, 8, string(None) + int16(1) + int32(1) + int32(1) + string("t") + int32(MAX_INT)),
    "2^31-1 bytes of records": request(
        0, 8, string(None) + int16(1) + int32(1) + int32(1) + string("t") + int32(1) + int32(0) + int32(MAX_INT)),
    "2^31-1 topics of Fetch": request(1, 4, int32(-1) + int32(0) * 3 + int8(0) + int32(MAX_INT)),
    "a string of 32767 bytes": request(3, 4, int32(1) + int16(32767) + b"abc"),
    "a string of -2 bytes": request(3, 4, int32(1) + int16(-2) + int8(0)),
    "a client id of 32767 bytes": wire.frame(int16(3) + int16(4) + int32(1) + int16(32767) + b"abc"),
    "a null topic name": request(3, 4, int32(1) + int16(-1) + int8(0)),
    "2^32-2 topics, compact": request(3, 12, HUGE, tags=b"\0"),
    "a varint of six bytes": request(3, 12, b"\xff\xff\xff\xff\xff\x01" + b"\0" * 3, tags=b"\0"),
    "a varint of sixteen bytes": request(3, 12, b"\xff" * 15 + b"\x01" + b"\0" * 3, tags=b"\0"),
    "a varint without end": request(3, 12, b"\xff" * 40, tags=b"\0"),
    "2^32-1 tags of a header": request(3, 12, tags=HUGE),
    "a tag of 2^32-1 bytes": request(3, 12, tags=b"\x01\x05" + HUGE),
    "20,000 tags": request(3, 12, tags=uvarint(20_000) + b"".join(uvarint(n) + b"\0" for n in range(100))),
    "2^32-2 bytes of a compact string": request(18, 3, HUGE + b"abc", tags=b"\0"),
    "2^31-1 protocols of JoinGroup": request(
        11, 3, string("g") + int32(6000) + int32(6000) + string("") + string("consumer") + int32(MAX_INT)),
    "2^31-1 topics of CreateTopics": request(19, 2, int32(MAX_INT)),
    "2^31-1 resources of DescribeConfigs": request(32, 1, int32(MAX_INT)),
}


# Apache Kafka reads any negative length as null where null may be.
NEGATIVE = {
    "-2 topics of Metadata": request(3, 4, int32(-2) + int8(0)),
    "-2 bytes of records": request(
        0, 8, string(None) + int16(1) + int32(1) + int32(1) + string("t") + int32(1) + int32(0) + int32(-2)),
    "a client id of -2 bytes": wire.frame(int16(3) + int16(4) + int32(1) + int16(-2) + b"\0" * 9),
}


@pytest.mark.parametrize("name", NEGATIVE)
def test_a_length_below_minus_one_is_null_or_ends_the_connection(port, name):
    outcome(port, NEGATIVE[name])


@pytest.mark.parametrize("name", LIES)
def test_a_length_that_lies_ends_the_connection(port, name):
    assert outcome(port, LIES[name]) is None


@pytest.mark.parametrize("text", [b"\xff\xfe\xfd", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"a\0b", b"\x80"])
def test_bad_utf8_and_nul_are_no_names_of_topics(port, text):
    answer = outcome(port, request(3, 4, int32(1) + string(text) + int8(1)))
    if answer is not None:
        reader = wire.Reader(answer)
        reader.int32(), reader.int32()
        reader.array(lambda r: (r.int32(), r.string(), r.int32(), r.string()))
        reader.string(), reader.int32()
        assert reader.int32() == 1 and reader.int16() != 0
    outcome(port, request(18, 0, client=text))


# ---- Every kind of request

FLEXIBLE_SINCE = dict(enumerate([
    9, 12, 6, 9, 4, 2, 6, 3, 8, 6, 3, 6, 4, 4, 4, 5, 3, 99, 3, 5, 4, 2, 2, 4, 3, 3, 3, 1, 3, 2, 2, 2, 4, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 1, 0, 0, 99, 1, 1] + [0] * 3 + [1, 1] + [0] * 38))


ALTER_CLIENT_QUOTAS = 49  # would slow the neighbour down


@pytest.fixture(scope="module")
def listed(broker):
    reader = wire.Reader(outcome(broker.port, wire.api_versions_request()))
    reader.int32(), reader.int16()
    return {key: (low, high) for key, low, high in reader.array(lambda r: (r.int16(), r.int16(), r.int16()))}


@pytest.fixture(scope="module")
def every_request(listed):
    """Requests with arbitrary fields, as Apache Kafka's own classes write them, of each API that the broker lists."""
    found = []
    with gzip.open(VECTORS, "rt") as lines:
        for line in map(json.loads, lines):
            key, version = line.get("key"), line.get("version")
            if line["kind"] != "request" or key not in listed or key == ALTER_CLIENT_QUOTAS:
                continue
            if listed[key][0] <= version <= listed[key][1]:
                tags = b"\0" if version >= FLEXIBLE_SINCE[key] else b""
                found.append((key, version, tags, bytes.fromhex(line["hex"])))
    assert len(found) > 300
    return found


def throw(port, key, version, tags, body):
    """Sends a request and waits a moment for what comes; some wait longer for others before they answer."""
    with wire.Connection(port, timeout=0.05) as connection:
        try:
            connection.ask(request(key, version, body, tags=tags))
        except (AssertionError, OSError):
            pass


def test_arbitrary_requests_of_every_kind_are_survived(port, every_request):
    for each in every_request:
        throw(port, *each)


@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
def test_mutilated_requests_of_every_kind_are_survived(port, every_request, seed):
    chance = random.Random(seed)
    for key, version, tags, whole in every_request:
        body = bytearray(whole)
        at = chance.randrange(len(body) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            del body[at:]
        elif kind == 1:
            body[at:at + 1] = chance.randbytes(1)
        elif kind == 2:
            lies = [b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\xff\x0f"]
            body[at:at + 4] = chance.choice(lies)
        else:
            body[at:at] = chance.randbytes(chance.randrange(1, 20))
        throw(port, key, version, tags, bytes(body))


@pytest.mark.parametrize("body", [b"\xff" * 64, b"\x7f\xff\xff\xff" * 16, b"\0\x7f" * 32, b"\0" * 64])
def test_monotonous_bodies_to_every_api_and_version_are_survived(port, listed, body):
    for key, (low, high) in listed.items():
        for version in range(low, high + 1):
            throw(port, key, version, b"\0" if version >= FLEXIBLE_SINCE[key] else b"", body)


@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
def test_noise_is_survived(port, seed):
    chance = random.Random(seed)
    for _ in range(200):
        noise = chance.randbytes(chance.randrange(0, 300))
        key, version = chance.randrange(93), chance.randrange(18)
        with wire.Connection(port) as connection:
            connection.send(chance.choice([noise, wire.frame(noise), request(key, version, noise, tags=b"\0")]))
