"""A broker process on a directory of its own, which survives restarts."""
import os
import pathlib

from server import Server, free_ports

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Broker(Server):
    """Keeps its log in `directory`, and its data there too unless `data` says where."""

    def __init__(self, directory, port=None, settings=(), cores=None, data=None):
        directory = pathlib.Path(directory)
        free, controller = free_ports()
        super().__init__(port or free, directory / "broker.log")
        self.directory = directory
        self.data = pathlib.Path(data) if data else directory / "data"
        self.controller_port = controller
        self.settings = list(settings)
        cores = cores or os.environ.get("MOLDAU_CORES")
        if cores:
            self.settings.append(f"moldau.cores={cores}")

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
        self.spawn(command)

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
