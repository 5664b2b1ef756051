"""kafka-dump-log.sh of ours beside Kafka's, byte for byte."""
import os
import pathlib
import random
import subprocess

import pytest
import wire

ROOT = pathlib.Path(__file__).resolve().parents[2]


def ours(directory, *arguments):
    return subprocess.run(
        [str(ROOT / "bin" / "kafka-dump-log.sh"), *arguments], cwd=directory, capture_output=True, timeout=120)


def theirs(tool, directory, *arguments):
    return subprocess.run([tool, "dump-log", *arguments], cwd=directory, capture_output=True, timeout=120)


def compare(tool, directory, *arguments):
    our, their = ours(directory, *arguments), theirs(tool, directory, *arguments)
    assert our.returncode == their.returncode, (arguments, our.stderr, their.stderr[-500:])
    assert our.stdout == their.stdout, arguments
    if their.returncode == 0:
        assert sorted(our.stderr.splitlines()) == sorted(their.stderr.splitlines()), arguments


def files(directory, suffix, topics):
    found = [path for path in sorted(directory.rglob(f"*{suffix}")) if topics(path.parent.name)]
    return ",".join(str(path.relative_to(directory)) for path in found)


def is_users(name):
    return not name.startswith("__") and "-delete" not in name


WAYS = [
    (".log", is_users, []),
    (".log", is_users, ["--deep-iteration"]),
    (".log", is_users, ["--print-data-log"]),
    (".log", lambda name: name.startswith("__consumer"), ["--offsets-decoder"]),
    (".log", lambda name: name.startswith("__transaction"), ["--transaction-log-decoder"]),
    (".log", lambda name: name.startswith("__cluster"), ["--cluster-metadata-decoder"]),
    (".checkpoint", lambda name: name.startswith("__cluster"), ["--cluster-metadata-decoder"]),
    (".index", is_users, []),
    (".index", is_users, ["--index-sanity-check"]),
    (".timeindex", is_users, []),
    (".timeindex", is_users, ["--verify-index-only"]),
    (".snapshot", is_users, []),
    (".txnindex", is_users, []),
]


@pytest.mark.parametrize("suffix, topics, options", WAYS, ids=lambda value: str(value) if value else "plain")
def test_a_directory_of_kafkas_is_printed_alike(kafka_tool, golden, suffix, topics, options):
    directory = golden("clean")
    compare(kafka_tool, directory, "--files", files(directory, suffix, topics), *options)


@pytest.mark.parametrize("name", ["codec-none-0/00000000000000000264.log", "idempotent-0/00000000000000000000.log",
                                  "txn-0/00000000000000000000.log", "codec-lz4-0/00000000000000000000.timeindex"])
def test_a_torn_file_is_printed_alike(kafka_tool, golden, name):
    compare(kafka_tool, golden("torn"), "--files", name, *([] if "index" in name else ["--print-data-log"]))


@pytest.mark.parametrize("arguments", [["--version"], ["--files", "meta.properties"], ["--files", "nosuch.log"]])
def test_odd_arguments_end_alike(kafka_tool, golden, arguments):
    compare(kafka_tool, golden("clean"), *arguments)


def test_values_that_are_no_text_are_printed_alike(kafka_tool, tmp_path):
    seed = int(os.environ.get("MOLDAU_SEED") or random.randrange(1 << 32))
    print(f"MOLDAU_SEED={seed}")
    chance = random.Random(seed)
    leads = [0x41, 0x80, 0xA0, 0xBF, 0xC0, 0xC3, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF]
    records = []
    for number in range(2000):
        choices = [*leads, 0x80, 0x90, chance.randrange(128, 256)]
        records.append(wire.record(number, bytes(chance.choices(choices, k=chance.randrange(9)))))
    (tmp_path / "t-0").mkdir()
    (tmp_path / "t-0" / "00000000000000000000.log").write_bytes(wire.batch(*records))
    compare(kafka_tool, tmp_path, "--files", "t-0/00000000000000000000.log", "--print-data-log")


@pytest.mark.parametrize("name", [
    "idempotent-0/00000000000000000000.log", "txn-0/00000000000000000000.txnindex",
    "codec-lz4-0/00000000000000000000.index", "codec-lz4-0/00000000000000000000.timeindex",
    "idempotent-0/*.snapshot"])
def test_changed_bytes_are_told_alike(kafka_tool, golden, name):
    """Printing goes on as far as Kafka's does, and ends as Kafka's ends."""
    seed = int(os.environ.get("MOLDAU_SEED") or random.randrange(1 << 32))
    print(f"MOLDAU_SEED={seed}")
    chance, directory = random.Random(seed), golden("clean")
    path = next(directory.glob(name))
    whole = path.read_bytes()
    assert whole
    options = ["--deep-iteration"] if path.suffix == ".log" else []
    for _ in range(6):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        our = ours(directory, "--files", str(path.relative_to(directory)), *options)
        # Kafka's tool shortens an index that doesn't end with an entry.
        path.write_bytes(damaged)
        their = theirs(kafka_tool, directory, "--files", str(path.relative_to(directory)), *options)
        assert (our.returncode, our.stdout) == (their.returncode, their.stdout), (name, bytes(damaged).hex()[:200])
