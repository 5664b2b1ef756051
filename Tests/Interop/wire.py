"""Kafka's protocol by hand, so that a test can say anything: right, wrong or absurd."""
import io
import socket
import struct
import time

PRODUCE, FETCH, LIST_OFFSETS, METADATA, FIND_COORDINATOR, JOIN_GROUP, API_VERSIONS = 0, 1, 2, 3, 10, 11, 18
NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
CORRUPT_MESSAGE, UNKNOWN_TOPIC_OR_PARTITION, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE = 2, 3, 10, 18
INVALID_REQUIRED_ACKS, INVALID_TIMESTAMP, UNSUPPORTED_VERSION, INVALID_REQUEST = 21, 32, 35, 42
DUPLICATE_SEQUENCE_NUMBER, UNSUPPORTED_COMPRESSION_TYPE, INVALID_RECORD, UNKNOWN_SERVER_ERROR = 46, 76, 87, -1


# ---- Primitives

def int8(value):
    return struct.pack(">b", value)


def int16(value):
    return struct.pack(">h", value)


def int32(value):
    return struct.pack(">i", value)


def int64(value):
    return struct.pack(">q", value)


def uvarint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def varint(value):
    return uvarint(value << 1 ^ value >> 63)


def string(text):
    if text is None:
        return int16(-1)
    data = text if isinstance(text, bytes) else text.encode()
    return int16(len(data)) + data


def compact_string(text):
    if text is None:
        return uvarint(0)
    data = text if isinstance(text, bytes) else text.encode()
    return uvarint(len(data) + 1) + data


def array(items):
    return int32(len(items)) + b"".join(items)


class Reader:
    def __init__(self, data):
        self.stream = io.BytesIO(data)

    def take(self, count):
        data = self.stream.read(count)
        assert len(data) == count, "the answer is too short"
        return data

    def int8(self):
        return struct.unpack(">b", self.take(1))[0]

    def int16(self):
        return struct.unpack(">h", self.take(2))[0]

    def int32(self):
        return struct.unpack(">i", self.take(4))[0]

    def int64(self):
        return struct.unpack(">q", self.take(8))[0]

    def string(self):
        count = self.int16()
        return None if count < 0 else self.take(count).decode()

    def bytes(self):
        count = self.int32()
        return None if count < 0 else self.take(count)

    def array(self, item):
        return [item(self) for _ in range(max(0, self.int32()))]

    def end(self):
        assert not self.stream.read(), "the answer is too long"


# ---- Frames

def frame(payload):
    return int32(len(payload)) + payload


def request(key, version, body=b"", correlation=1, client="wire", tags=None):
    """A whole frame; `tags` follow the header of a flexible request (`b"\\0"` for none)."""
    return frame(int16(key) + int16(version) + int32(correlation) + string(client) + (tags or b"") + body)


class Connection:
    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The payload of the next frame, or None when the broker closed instead."""
        head = self._exactly(4)
        return None if head is None else self._exactly(struct.unpack(">i", head)[0])

    def ask(self, data):
        self.send(data)
        return self.receive()

    def _exactly(self, count):
        data, deadline = bytearray(), time.monotonic() + self.timeout
        while len(data) < count:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                more = self.socket.recv(min(count - len(data), 1 << 20))
            except TimeoutError:
                raise AssertionError(f"neither an answer nor an end in {self.timeout} s") from None
            except ConnectionError:
                more = b""
            if not more:
                return None
            data += more
        return bytes(data)


def outcome(port, data, timeout=10):
    """What a connection that sends `data` gets: the payload of an answer, or None for a closed connection."""
    with Connection(port, timeout) as connection:
        try:
            return connection.ask(data)
        except (BrokenPipeError, ConnectionResetError):
            return None


# ---- Records

_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ 0x82F63B78 if _byte & 1 else _byte >> 1
    _TABLE.append(_byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def blob(data):
    return varint(-1) if data is None else varint(len(data)) + data


def record(delta=0, value=b"value", key=b"key", timestamp=0, headers=(), length=None, attributes=0, tail=b""):
    body = int8(attributes) + varint(timestamp) + varint(delta) + blob(key) + blob(value) + varint(len(headers))
    body += b"".join(blob(name) + blob(content) for name, content in headers) + tail
    return varint(len(body) if length is None else length) + body


def batch(*records, payload=None, base_offset=0, length=None, leader_epoch=-1, magic=2, crc=None, attributes=0,
          last_offset_delta=None, timestamp=None, max_timestamp=None, producer_id=-1, producer_epoch=-1, sequence=-1,
          count=None):
    """A batch of magic 2 that is right but for what is given. `payload` replaces the records, compressed or not."""
    timestamp = int(time.time() * 1000) if timestamp is None else timestamp
    body = payload if payload is not None else b"".join(records)
    count = max(1, len(records)) if count is None else count
    checked = int16(attributes) + int32(count - 1 if last_offset_delta is None else last_offset_delta)
    checked += int64(timestamp) + int64(timestamp if max_timestamp is None else max_timestamp)
    checked += int64(producer_id) + int16(producer_epoch) + int32(sequence) + int32(count) + body
    crc = crc32c(checked) if crc is None else crc
    head = int32(leader_epoch) + int8(magic) + struct.pack(">I", crc)
    return int64(base_offset) + int32(len(head + checked) if length is None else length) + head + checked


# ---- Requests and answers

def produce_body(topic, data, partition=0, acks=-1, timeout=10_000):
    records = int32(-1) if data is None else int32(len(data)) + data
    return string(None) + int16(acks) + int32(timeout) + array([string(topic) + array([int32(partition) + records])])


def produce_request(topic, data, version=8, correlation=1, **rest):
    return request(PRODUCE, version, produce_body(topic, data, **rest), correlation)


class Produced:
    """The answer of one partition to Produce 3 to 8."""

    def __init__(self, payload, version=8):
        reader = Reader(payload)
        self.correlation = reader.int32()
        assert (reader.int32(), reader.string(), reader.int32()) and version >= 3
        self.partition, self.error, self.base_offset = reader.int32(), reader.int16(), reader.int64()
        self.log_append_time = reader.int64()
        self.log_start_offset = reader.int64() if version >= 5 else None
        self.record_errors, self.message = [], None
        if version >= 8:
            self.record_errors = reader.array(lambda r: (r.int32(), r.string()))
            self.message = reader.string()
        reader.int32()
        reader.end()


def produce(port, topic, data, version=8, timeout=30, **rest):
    answer = outcome(port, produce_request(topic, data, version, **rest), timeout)
    assert answer is not None, "the connection was closed"
    return Produced(answer, version)


def api_versions_request(version=0, correlation=1, body=b""):
    return request(API_VERSIONS, version, body, correlation)


def metadata_request(*topics, version=4, correlation=1):
    return request(METADATA, version, array([string(each) for each in topics]) + int8(0), correlation)


def fetch_request(topic, offset=0, max_bytes=1 << 20, max_wait=0, correlation=1, partition=0):
    body = int32(-1) + int32(max_wait) + int32(0) + int32(max_bytes) + int8(0)
    body += array([string(topic) + array([int32(partition) + int64(offset) + int32(max_bytes)])])
    return request(FETCH, 4, body, correlation)


def start_offset(port, topic, partition=0):
    return listed_offset(port, topic, partition, -2)


def end_offset(port, topic, partition=0):
    return listed_offset(port, topic, partition, -1)


def listed_offset(port, topic, partition, timestamp):
    body = int32(-1) + array([string(topic) + array([int32(partition) + int64(timestamp)])])
    reader = Reader(outcome(port, request(LIST_OFFSETS, 1, body)))
    reader.int32(), reader.int32(), reader.string(), reader.int32(), reader.int32()
    assert reader.int16() == 0
    reader.int64()
    return reader.int64()
