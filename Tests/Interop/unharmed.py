"""Fixtures for tests that misbehave: a good client next door, and what must be true after each test."""
import threading

import pytest
import wire
from confluent_kafka import Producer
from waiting import until


class Neighbour(threading.Thread):
    """A good client that produces all the while."""

    def __init__(self, bootstrap, topic):
        super().__init__(daemon=True)
        self.topic, self.failures, self.acknowledged = topic, [], 0
        self.ending = threading.Event()
        self.producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 0})

    def delivered(self, error, _):
        if error:
            self.failures.append(error)
        else:
            self.acknowledged += 1

    def run(self):
        while not self.ending.is_set():
            self.producer.produce(self.topic, b"good", on_delivery=self.delivered)
            self.producer.flush(10)
            self.ending.wait(0.01)


@pytest.fixture(scope="module")
def neighbour(broker, make_topic):
    good = Neighbour(broker.bootstrap, make_topic())
    good.start()
    yield good
    good.ending.set()
    good.join(30)
    assert not good.failures, good.failures[:3]
    assert wire.end_offset(broker.port, good.topic) == good.acknowledged


@pytest.fixture(autouse=True)
def unharmed(broker, neighbour):
    """After each test: the broker lives and answers, the neighbour goes on, memory is bounded."""
    yield
    assert wire.outcome(broker.port, wire.api_versions_request()) is not None
    before = neighbour.acknowledged
    assert until(lambda: neighbour.acknowledged > before + 2)
    assert not neighbour.failures, neighbour.failures[:3]
    if broker.process:
        assert broker.alive(), broker.tail()
        assert broker.anonymous_mb() < 300


@pytest.fixture
def port(broker):
    return broker.port
