"""Clients that are slow, silent, gone, greedy or many: nobody else notices."""
import os
import random
import resource
import socket
import struct
import time

import pytest
import wire
from confluent_kafka import Producer
from unharmed import neighbour, port, unharmed  # noqa: F401
from waiting import until
from wire import batch, end_offset, int32, outcome, record

MEBIBYTE = 1 << 20


def latency(port, count=50):
    """The median seconds that a small request takes on a connection of its own."""
    with wire.Connection(port) as connection:
        took = []
        for _ in range(count):
            start = time.monotonic()
            assert connection.ask(wire.api_versions_request()) is not None
            took.append(time.monotonic() - start)
    return sorted(took)[count // 2]


def test_a_request_written_byte_by_byte_is_answered(port):
    with wire.Connection(port) as connection:
        for byte in wire.metadata_request():
            connection.send(bytes([byte]))
            time.sleep(0.001)
        assert connection.receive() is not None


def test_slow_writers_keep_nobody_waiting(port):
    slow = [wire.Connection(port) for _ in range(200)]
    whole = wire.produce_request("nowhere", batch(record()))
    for at in range(20):
        for connection in slow:
            connection.send(whole[at:at + 1])
        assert outcome(port, wire.api_versions_request()) is not None
    for connection in slow:
        connection.send(whole[20:])
    for connection in slow:
        assert wire.Produced(connection.receive()).error == wire.UNKNOWN_TOPIC_OR_PARTITION
        connection.socket.close()


@pytest.mark.parametrize("seed", [int(os.environ.get("MOLDAU_SEED", "1"))])
def test_requests_cut_into_pieces_anywhere_are_answered_in_order(port, topic, seed):
    chance, name = random.Random(seed), topic()
    whole = b"".join(
        wire.produce_request(name, batch(*(record(n) for n in range(chance.randrange(1, 20)))), correlation=number)
        for number in range(40))
    cuts = sorted(chance.sample(range(1, len(whole)), 100))
    with wire.Connection(port) as connection:
        for low, high in zip([0] + cuts, cuts + [len(whole)]):
            connection.send(whole[low:high])
            time.sleep(0.001)
        told = [wire.Produced(connection.receive()) for _ in range(40)]
    assert [each.correlation for each in told] == list(range(40)) and not any(each.error for each in told)


def pipeline(name, count):
    """Requests of three kinds, numbered, and the numbers of those that produce."""
    frames, producing = [], []
    for number in range(count):
        if number % 3 == 0:
            frames.append(wire.produce_request(name, batch(record()), correlation=number, acks=(-1, 1)[number % 2]))
            producing.append(number)
        elif number % 3 == 1:
            frames.append(wire.metadata_request(name, correlation=number))
        else:
            frames.append(wire.api_versions_request(correlation=number))
    return b"".join(frames), producing


def test_fifty_requests_in_one_write_are_answered_in_order(port, topic):
    name = topic()
    frames, producing = pipeline(name, 50)
    with wire.Connection(port) as connection:
        connection.send(frames)
        answers = [connection.receive() for _ in range(50)]
    assert [wire.Reader(each).int32() for each in answers] == list(range(50))
    told = [wire.Produced(answers[number]) for number in producing]
    assert [(each.error, each.base_offset) for each in told] == [(0, n) for n in range(len(told))]


def test_a_fetch_that_waits_is_answered_before_what_follows_it(port, topic):
    name = topic()
    with wire.Connection(port) as connection:
        waiting = wire.fetch_request(name, max_wait=300, correlation=1)
        connection.send(waiting + wire.api_versions_request(correlation=2))
        assert [wire.Reader(connection.receive()).int32() for _ in range(2)] == [1, 2]


def test_silence_between_requests_without_acknowledgement(port, topic):
    name = topic()
    with wire.Connection(port) as connection:
        for _ in range(20):
            connection.send(wire.produce_request(name, batch(record()), acks=0))
        answer = connection.ask(wire.api_versions_request(correlation=99))
        assert wire.Reader(answer).int32() == 99
    assert end_offset(port, name) == 20


def test_a_good_request_before_a_bad_one_is_answered(port):
    with wire.Connection(port) as connection:
        connection.send(wire.api_versions_request(correlation=5) + wire.request(999, 0) + wire.metadata_request())
        answer = connection.receive()
        assert answer is None or wire.Reader(answer).int32() == 5
        assert answer is None or connection.receive() is None


def test_a_client_that_says_no_more_may_still_be_answered(port, topic):
    with wire.Connection(port) as connection:
        connection.send(wire.metadata_request(topic()))
        connection.socket.shutdown(socket.SHUT_WR)
        while connection.receive() is not None:
            pass


def test_clients_that_vanish_in_mid_request_are_forgotten(broker, port, topic):
    name = topic()
    whole = wire.produce_request(name, batch(record(value=bytes(100_000))))
    for number in range(100):
        with wire.Connection(port) as connection:
            connection.send(whole[:len(whole) * number // 100])
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert end_offset(port, name) == 0
    if broker.process:
        assert until(lambda: connections_of(broker.process.pid) < 40)


def connections_of(pid):
    count = 0
    for each in os.listdir(f"/proc/{pid}/fd"):
        try:
            count += os.readlink(f"/proc/{pid}/fd/{each}").startswith("socket:")
        except OSError:
            pass
    return count


@pytest.fixture(scope="module")
def big_topic(broker, make_topic):
    """64 MiB that don't compress."""
    name = make_topic()
    producer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 50, "batch.size": 1_000_000})
    payload = random.Random(1).randbytes(MEBIBYTE // 4)
    for _ in range(256):
        producer.produce(name, payload)
    assert producer.flush(60) == 0
    return name


def test_readers_that_never_read_hold_nobody_up(broker, port, big_topic):
    before = latency(port)
    greedy = [wire.Connection(port) for _ in range(40)]
    for connection in greedy:
        connection.send(b"".join(wire.fetch_request(big_topic, max_bytes=60 * MEBIBYTE) for _ in range(10)))
    assert latency(port) < before * 10 + 0.05
    if broker.process:
        assert broker.anonymous_mb() < 300
    for connection in greedy:
        connection.socket.close()


def test_a_reader_that_reads_late_gets_all(port, big_topic):
    with wire.Connection(port, timeout=30) as connection:
        for number in range(3):
            connection.send(wire.fetch_request(big_topic, max_bytes=50 * MEBIBYTE, correlation=number))
        assert latency(port) < 1
        for number in range(3):
            answer = connection.receive()
            assert wire.Reader(answer).int32() == number and len(answer) > 40 * MEBIBYTE


def test_a_reader_that_vanishes_in_mid_answer_is_forgotten(port, big_topic):
    for _ in range(20):
        with wire.Connection(port) as connection:
            connection.send(wire.fetch_request(big_topic, max_bytes=50 * MEBIBYTE))
            assert connection.socket.recv(1000)
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_three_thousand_idle_connections_harm_nobody(broker, port):
    count, (soft, hard) = 3000, resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 500:
        pytest.skip(f"this process may open {hard} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 500), hard))
    before = broker.anonymous_mb() if broker.process else 0
    idle = []
    try:
        for _ in range(count):
            idle.append(wire.Connection(port))
        for connection in idle:
            connection.send(wire.api_versions_request())
        assert all(connection.receive() is not None for connection in idle)
        assert latency(port) < 0.2
        if broker.process:
            assert broker.anonymous_mb() < before + 200
    finally:
        for connection in idle:
            connection.socket.close()


def test_frames_announced_and_never_sent_cost_nothing(broker, port):
    if not broker.process:
        pytest.skip("Apache Kafka would take the memory at once")
    waiting = [wire.Connection(port) for _ in range(300)]
    before = broker.anonymous_mb()
    for connection in waiting:
        connection.send(int32(100 * MEBIBYTE) + b"\0\0\0\x08")
    assert latency(port) < 0.2
    assert broker.anonymous_mb() < before + 50
    for connection in waiting:
        connection.socket.close()


def test_many_big_frames_at_once_are_bounded(broker, port, topic):
    """Forty clients send 20 MiB each, slowly enough to overlap; the broker may make them wait."""
    if not broker.process:
        pytest.skip("the memory of a broker started elsewhere is not known")
    name = topic()
    body = wire.produce_request(name, bytes(20 * MEBIBYTE))
    many = [wire.Connection(port, timeout=30) for _ in range(40)]
    for connection in many:
        connection.socket.setblocking(False)
    sent = [0] * len(many)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(at < len(body) - 1 for at in sent):
        for number, connection in enumerate(many):
            try:
                sent[number] += connection.socket.send(body[sent[number]:min(len(body) - 1, sent[number] + (1 << 18))])
            except BlockingIOError:
                pass
            except OSError:
                sent[number] = len(body)
        assert broker.anonymous_mb() < 600
    for connection in many:
        connection.socket.close()
    assert until(lambda: broker.anonymous_mb() < 300)
