"""A file system of its own on a loop device, whose power can be cut."""
import os
import pathlib
import shutil
import subprocess
import time


class Unavailable(Exception):
    """Why no such file system can be had here."""


def _run(*command):
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.returncode}")


class LoopFileSystem:
    def __init__(self, directory, kind, size="2G"):
        self.image, self.path = pathlib.Path(directory) / f"{kind}.image", pathlib.Path(directory) / kind
        if os.geteuid() != 0:
            raise Unavailable("only root may mount")
        for tool in (f"mkfs.{kind}", "mount", "truncate"):
            if not shutil.which(tool):
                raise Unavailable(f"{tool} is not installed")
        _run("truncate", "-s", size, self.image)
        _run(f"mkfs.{kind}", "-q", self.image)
        self.path.mkdir(parents=True)
        self.mount()

    def mount(self):
        _run("mount", "-o", "loop,noatime", self.image, self.path)

    def unmount(self):
        """A process that was killed a moment ago may hold its files a little longer."""
        deadline = time.monotonic() + 20
        while True:
            try:
                return _run("umount", self.path)
            except Unavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def cut_power(self, log_flushed=False):
        """What was not synced is lost. With `log_flushed` the journal is kept: names and sizes without their data."""
        if not shutil.which("xfs_io"):
            raise Unavailable("xfs_io is not installed")
        _run("xfs_io", "-x", "-c", "shutdown -f" if log_flushed else "shutdown", self.path)

    def remove(self):
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True)
        self.image.unlink(missing_ok=True)
