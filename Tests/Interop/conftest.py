"""Starts a broker for the session, or takes the one that MOLDAU_BOOTSTRAP names."""
import os
import pathlib
import shutil
import sys
import tempfile
import uuid

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from broker import Broker  # noqa: E402
from waiting import until  # noqa: E402


@pytest.fixture(scope="session")
def broker():
    """The session's broker. It must live through every test: bad input included."""
    outside = os.environ.get("MOLDAU_BOOTSTRAP")
    if outside:
        class Outside:
            bootstrap = outside
            port = int(outside.rsplit(":", 1)[1])
            process = None
        yield Outside()
        return
    directory = tempfile.mkdtemp(prefix="moldau-interop-")
    running = Broker(directory).start()
    yield running
    alive = running.alive()
    code = running.stop()
    log = running.tail(200)
    shutil.rmtree(directory, ignore_errors=True)
    assert alive, f"the broker ended during the tests with {code}:\n{log}"
    assert code == 0, f"the broker stopped with {code}:\n{log}"


@pytest.fixture(scope="session")
def make_topic(admin):
    """Makes topics with names of their own: make_topic(partitions, **configs)."""
    def make(partitions=1, **config):
        from confluent_kafka.admin import NewTopic
        name = f"t-{uuid.uuid4().hex[:12]}"
        settings = {key.replace("_", "."): str(value) for key, value in config.items()}
        for future in admin.create_topics([NewTopic(name, partitions, 1, config=settings)]).values():
            future.result(20)
        assert until(lambda: name in admin.list_topics(timeout=10).topics)
        return name
    return make


@pytest.fixture
def topic(make_topic):
    return make_topic


@pytest.fixture(scope="session")
def admin(broker):
    from confluent_kafka.admin import AdminClient
    return AdminClient({"bootstrap.servers": broker.bootstrap})


@pytest.fixture
def group():
    return f"g-{uuid.uuid4().hex[:12]}"
