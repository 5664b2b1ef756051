"""Apache Kafka beside us: a broker started by the script that MOLDAU_KAFKA names, its tools by MOLDAU_KAFKA_TOOL."""
import os
import pathlib

from server import Server, free_ports


class Kafka(Server):
    """A broker on `data`, which it formats when it is empty. Its controller listens on the next port."""

    def __init__(self, script, data, log, settings=()):
        super().__init__(free_ports()[0], log)
        self.script, self.data, self.settings = script, pathlib.Path(data), settings

    def launch(self):
        environment = dict(os.environ, KAFKA_HEAP=os.environ.get("KAFKA_HEAP", "-Xms256m -Xmx512m"))
        self.spawn([self.script, str(self.data), str(self.port), *self.settings], environment)
