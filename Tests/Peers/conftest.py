"""Apache Kafka and we, one after the other on the same data. Skipped where Kafka is not at hand."""
import os
import pathlib
import shutil
import sys
import tarfile
import tempfile

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "Interop")]

from broker import Broker  # noqa: E402
from apache_kafka import Kafka  # noqa: E402


@pytest.fixture
def directory():
    made = tempfile.mkdtemp(prefix="moldau-peers-")
    yield pathlib.Path(made)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def start_ours(directory):
    """Starts one of our brokers on a directory: start_ours(data)."""
    started = []

    def start(data, *settings):
        name = f"moldau-{len(started)}"
        broker = Broker(directory / name, data=data, settings=settings)
        started.append(broker)
        return broker.start()
    yield start
    for broker in started:
        if broker.alive():
            broker.kill()


@pytest.fixture
def start_kafka(directory):
    """Starts an Apache Kafka broker on a directory: start_kafka(data, "name=value", …)."""
    script = os.environ.get("MOLDAU_KAFKA")
    if not script:
        pytest.skip("MOLDAU_KAFKA names no script that starts Apache Kafka (START DIRECTORY PORT NAME=VALUE…)")
    started = []

    def start(data, *settings):
        kafka = Kafka(script, data, directory / f"kafka-{len(started)}.log", settings)
        started.append(kafka)
        return kafka.start()
    yield start
    for kafka in started:
        if kafka.alive():
            kafka.kill()


@pytest.fixture(scope="session")
def kafka_tool():
    """The script that runs one of Kafka's own tools: TOOL NAME ARGUMENTS…"""
    script = os.environ.get("MOLDAU_KAFKA_TOOL")
    if not script:
        pytest.skip("MOLDAU_KAFKA_TOOL names no script that runs Apache Kafka's tools (TOOL NAME ARGUMENTS)")
    return script


@pytest.fixture
def golden(directory):
    """Unpacks a data directory that Kafka wrote: golden("clean"), golden("torn")."""
    def unpack(name):
        with tarfile.open(TESTS / "LogEngineTests" / "Golden" / f"{name}.tar.gz") as archive:
            archive.extractall(directory, filter="data")
        return directory / name
    return unpack
