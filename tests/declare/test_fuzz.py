"""Whatever a file holds, loading ends in declarations or in problems with a place, never in a traceback."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from reconcile.clock import parse_instant
from reconcile.declare.loader import load_declarations
from reconcile.declare.rules import RULES
from reconcile.declare.settings import read_settings
from reconcile.errors import DeclarationError
from reconcile.model.problem import Place, Problem, Severity
from reconcile.model.settings import Patterns, Policy, WarningSettings

ROOT = Path(__file__).parent.parent.parent

CASES = [yaml.safe_load(path.read_bytes()) for path in sorted((ROOT / "tests/cases/declare").glob("*.yaml"))]

FILES = [path.read_bytes() for path in sorted((ROOT / "contacts").rglob("*.yaml"))]


FILES += [case["declare"].encode() for case in CASES if "declare" in case]


CONFIGURATIONS = [(ROOT / "reconcile.yaml").read_bytes()]


CONFIGURATIONS += [case["configuration"].encode() for case in CASES if "configuration" in case]


TOKENS = [
    b"&a", b"*a", b"!x", b"!!python/name:x ", b"<<: ", b"? ", b": ", b"- ", b"\n", b"\r\n", b"\t", b"[", b"]",
    b"{", b"}", b"'", b'"', b"#", b"|\n", b">\n", b"%YAML 1.2\n", b"---\n", b"...\n", b"null", b"~", b"no",
    b"12:30", b"2027-02-30", b"0001-01-01", b"9999-12-31", b"2027-01-31T23:59:59-23:59", b"1e999", b"-", b"0",
    b"9" * 400, b"\x00", b"\x07", b"\xff", b"\xef\xbb\xbf", "\u202e".encode(), "é".encode(), b"a" * 2000,
    b"\\ud800", b"id: 13\n", b"create: true\n", b"state: absent\n", b"bundles: [x]\n", b"roles:\n",
]  # fmt: skip

POLICY = Policy(
    timezone="Europe/London",
    ignore=Patterns(("staff-*",), ("auto:*",)),
    judgement=WarningSettings(("trade-*",), (("customer", "press"),), 24, 90),
)

NOW = parse_instant("2026-11-23T09:00:00Z")


def mutate(data: bytes, chance: random.Random) -> bytes:
    """The file with a few changes: pieces taken out, doubled, swapped, put in."""
    for _ in range(chance.randint(1, 4)):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + chance.choice((1, 3, 20, 200)))
        data = chance.choice(CHANGES)(data, at, end, chance)
    return data


def _insert(data: bytes, at: int, _end: int, chance: random.Random) -> bytes:
    return data[:at] + chance.choice(TOKENS) + data[at:]


def _replace(data: bytes, at: int, end: int, chance: random.Random) -> bytes:
    return data[:at] + chance.choice(TOKENS) + data[end:]


def _remove(data: bytes, at: int, end: int, _chance: random.Random) -> bytes:
    return data[:at] + data[end:]


def _double(data: bytes, at: int, end: int, _chance: random.Random) -> bytes:
    return data[:end] + data[at:end] + data[end:]


def _move(data: bytes, at: int, end: int, chance: random.Random) -> bytes:
    rest = data[:at] + data[end:]
    to = chance.randrange(len(rest) + 1)
    return rest[:to] + data[at:end] + rest[to:]


def _flip(data: bytes, at: int, _end: int, chance: random.Random) -> bytes:
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


Change = Callable[[bytes, int, int, random.Random], bytes]

CHANGES: list[Change] = [_insert, _replace, _remove, _double, _move, _flip]


def check(problems: tuple[Problem, ...], file: str) -> None:
    for problem in problems:
        assert problem.rule in RULES
        assert problem.place.file in (file, "contacts")
        assert problem.message
        assert str(problem).isprintable()


def fuzz_declarations(rounds: int, root: Path) -> int:
    folder = root / "contacts"
    folder.mkdir()
    loaded = 0
    for number in range(rounds):
        chance = random.Random(number)
        (folder / "a.yaml").write_bytes(mutate(chance.choice(FILES), chance))
        problems = load(folder)
        check(problems, "contacts/a.yaml")
        loaded += all(problem.severity is Severity.WARNING for problem in problems)
    return loaded


def load(folder: Path) -> tuple[Problem, ...]:
    """What loading tells; an error that tells nothing would be none."""
    try:
        return load_declarations(folder, POLICY, root=folder.parent, now=NOW).warnings
    except DeclarationError as error:
        return error.problems or (Problem(Place(""), "", ""),)


def fuzz_configuration(rounds: int, root: Path) -> int:
    read = 0
    for number in range(rounds):
        chance = random.Random(number)
        (root / "reconcile.yaml").write_bytes(mutate(chance.choice(CONFIGURATIONS), chance))
        settings, problems = read_settings(root / "reconcile.yaml")
        assert settings or problems
        check(problems, "reconcile.yaml")
        read += not problems
    return read


def test_a_thousand_mutated_files_end_well(tmp_path: Path) -> None:
    """Some of them still load, the others tell why not."""
    assert 0 < fuzz_declarations(1_000, tmp_path) < 1_000


def test_three_hundred_mutated_configurations_end_well(tmp_path: Path) -> None:
    """The same for reconcile.yaml."""
    assert 0 < fuzz_configuration(300, tmp_path) < 300


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_fifty_thousand_mutated_files_end_well(tmp_path: Path) -> None:
    """The full count."""
    fuzz_declarations(50_000, tmp_path)
    fuzz_configuration(5_000, tmp_path)
