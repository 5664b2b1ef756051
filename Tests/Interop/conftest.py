"""Starts a broker for the session, or takes the one that MOLDAU_BOOTSTRAP names."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """A broker process on a directory of its own, which survives restarts."""

    def __init__(self, directory, port=None, settings=(), cores=None):
        self.directory = pathlib.Path(directory)
        self.port = port or free_port()
        self.settings = list(settings)
        if cores:
            self.settings.append(f"moldau.cores={cores}")
        self.process = None
        self.log = self.directory / "broker.log"

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    def start(self, timeout=20):
        data = self.directory / "data"
        command = [str(ROOT / "bin" / "moldau"), "server-start", "--data", str(data)]
        settings = [
            f"listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{free_port()}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}",
            "group.initial.rebalance.delay.ms=200",
        ] + self.settings
        for setting in settings:
            command += ["--override", setting]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the broker ended with {self.process.returncode}:\n{self.tail()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"the broker does not listen:\n{self.tail()}")

    def stop(self, timeout=20):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise RuntimeError(f"the broker did not stop:\n{self.tail()}")
        return self.process.returncode if self.process else None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def resident_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0


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
    running = Broker(directory, cores=os.environ.get("MOLDAU_CORES")).start()
    yield running
    alive = running.process.poll() is None
    code = running.stop()
    log = running.tail(200)
    shutil.rmtree(directory, ignore_errors=True)
    assert alive, f"the broker ended during the tests with {code}:\n{log}"
    assert code == 0, f"the broker stopped with {code}:\n{log}"


@pytest.fixture
def topic(broker, admin):
    """Makes topics with names of their own: topic(partitions, **configs)."""
    def make(partitions=1, **config):
        from confluent_kafka.admin import NewTopic
        name = f"t-{uuid.uuid4().hex[:12]}"
        settings = {key.replace("_", "."): str(value) for key, value in config.items()}
        for future in admin.create_topics([NewTopic(name, partitions, 1, config=settings)]).values():
            future.result(20)
        return name
    return make


@pytest.fixture(scope="session")
def admin(broker):
    from confluent_kafka.admin import AdminClient
    return AdminClient({"bootstrap.servers": broker.bootstrap})


@pytest.fixture
def group():
    return f"g-{uuid.uuid4().hex[:12]}"
