"""A broker process on a directory of its own, which survives restarts."""
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
API_VERSIONS = bytes.fromhex("0000000e 0012 0000 00000001 0004") + b"test"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """Keeps its log in `directory`, and its data there too unless `data` says where."""

    def __init__(self, directory, port=None, settings=(), cores=None, data=None):
        self.directory = pathlib.Path(directory)
        self.data = pathlib.Path(data) if data else self.directory / "data"
        self.log = self.directory / "broker.log"
        self.port = port or free_port()
        self.controller_port = free_port()
        self.settings = list(settings)
        cores = cores or os.environ.get("MOLDAU_CORES")
        if cores:
            self.settings.append(f"moldau.cores={cores}")
        self.process = None

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    def launch(self):
        """Starts the process and doesn't wait for it."""
        command = [str(ROOT / "bin" / "moldau"), "server-start", "--data", str(self.data)]
        settings = [
            f"listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}",
            "group.initial.rebalance.delay.ms=200",
        ] + self.settings
        for setting in settings:
            command += ["--override", setting]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def start(self, timeout=60):
        self.launch()
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the broker ended with {self.process.returncode}:\n{self.tail()}")
            if self.answers():
                return self
            time.sleep(0.01)
        raise RuntimeError(f"the broker does not answer:\n{self.tail()}")

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
                raise RuntimeError(f"the broker did not stop:\n{self.tail()}")
        return self.process.returncode if self.process else None

    def kill(self):
        """As `kill -9`. The process is gone when this returns."""
        self.process.kill()
        self.process.wait()

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def resident_mb(self):
        return self._status("VmRSS")

    def anonymous_mb(self):
        """Memory of its own; VmRSS would count mapped log files as well."""
        return self._status("RssAnon")

    def peak_resident_mb(self):
        return self._status("VmHWM")

    def _status(self, field):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        return 0
