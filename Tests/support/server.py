"""A process that speaks Kafka's protocol on a port of 127.0.0.1."""
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

API_VERSIONS = bytes.fromhex("0000000e 0012 0000 00000001 0004") + b"test"
# Below those that the kernel gives to outgoing connections: none of them takes a port while its server restarts.
PORTS = range(10000, 32000)
handed_out = set()


def free_ports(count=2):
    """Neighbouring ports that nobody listens on."""
    while True:
        first = random.choice(PORTS)
        ports = range(first, first + count)
        if handed_out.isdisjoint(ports) and all(map(is_free, ports)):
            handed_out.update(ports)
            return ports


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


class Server:
    """Its output goes to `log`. A subclass has `launch`, which spawns it and doesn't wait."""

    def __init__(self, port, log):
        self.port = port
        self.log = pathlib.Path(log)
        self.process = None

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    def spawn(self, command, environment=None):
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def start(self, timeout=90):
        self.launch()
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.tail()}")
            if self.answers():
                return self
            time.sleep(0.01)
        raise RuntimeError(f"the server does not answer:\n{self.tail()}")

    def answers(self):
        """Whether a request is answered. Listening says little: a killed ring keeps its socket a while."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(API_VERSIONS)
                return len(connection.recv(4)) == 4
        except OSError:
            return False

    def stop(self, timeout=60):
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise RuntimeError(f"the server did not stop:\n{self.tail()}")
        return self.process.returncode if self.process else None

    def kill(self):
        """As `kill -9`. The process is gone when this returns."""
        self.process.kill()
        self.process.wait()

    def freeze(self):
        """It does nothing any more until it is killed."""
        self.process.send_signal(signal.SIGSTOP)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def cpu_seconds(self):
        """User and system time of all its threads so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
