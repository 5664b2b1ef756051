"""Brokers that are killed, on the file systems that can be had."""
import os
import pathlib
import random
import shutil
import sys
import tempfile

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "Interop")]

from broker import Broker  # noqa: E402
from filesystem import LoopFileSystem, Unavailable  # noqa: E402


@pytest.fixture
def directory():
    made = tempfile.mkdtemp(prefix="moldau-crash-")
    yield pathlib.Path(made)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def place(request, directory):
    """A directory for data on the file system that the parameter names: `here`, `xfs` or `ext4`."""
    kind = getattr(request, "param", "here")
    if kind == "here":
        yield directory
        return
    try:
        made = LoopFileSystem(directory, kind)
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield made.path
    made.remove()


@pytest.fixture
def broker(directory, place):
    made = Broker(directory, data=place / "data")
    yield made
    if made.alive():
        made.kill()


@pytest.fixture
def xfs(directory):
    """An XFS whose power can be cut."""
    try:
        made = LoopFileSystem(directory, "xfs", "1G")
    except Unavailable as reason:
        pytest.skip(str(reason))
    if not shutil.which("xfs_io"):
        made.remove()
        pytest.skip("xfs_io is not installed")
    yield made
    made.remove()


@pytest.fixture
def chance():
    """Randomness whose seed a failing test shows; MOLDAU_SEED repeats it."""
    seed = int(os.environ.get("MOLDAU_SEED") or random.randrange(1 << 32))
    print(f"MOLDAU_SEED={seed}")
    return random.Random(seed)


@pytest.fixture(scope="session")
def rounds():
    """How often a story is repeated: MOLDAU_ROUNDS, 50 with MOLDAU_SOAK, or a few."""
    return int(os.environ.get("MOLDAU_ROUNDS") or (50 if os.environ.get("MOLDAU_SOAK") else 6))
