"""Apache Kafka beside us: a broker started by the script that MOLDAU_KAFKA names, its tools by MOLDAU_KAFKA_TOOL."""
import os
import pathlib
import signal
import socket
import subprocess
import time

from broker import API_VERSIONS, free_port


def free_pair():
    """A port whose neighbour, the controller's, is free too."""
    while True:
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


class Kafka:
    """A broker on `data`, which it formats when it is empty."""

    def __init__(self, script, data, log):
        self.script, self.data, self.log = script, pathlib.Path(data), pathlib.Path(log)
        self.port = free_pair()
        self.process = None

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    def start(self, timeout=90):
        environment = dict(os.environ, KAFKA_HEAP=os.environ.get("KAFKA_HEAP", "-Xms256m -Xmx512m"))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.script, str(self.data), str(self.port)], stdout=log, stderr=log, env=environment)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"Kafka ended with {self.process.returncode}:\n{self.tail()}")
            if self.answers():
                return self
            time.sleep(0.1)
        raise RuntimeError(f"Kafka does not answer:\n{self.tail()}")

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(API_VERSIONS)
                return len(connection.recv(4)) == 4
        except OSError:
            return False

    def stop(self, timeout=60):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"Kafka did not stop:\n{self.tail()}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""
