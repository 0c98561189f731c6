"""Journals that no run wrote, though every hash in them is right: each is told by its file and line."""

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.journal.hash_chain import BrokenChain, HashChain, read_entries
from reconcile.journal.history import run_history
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lineage import check_lineage, read_runs, unfollowed_runs
from reconcile.journal.run_changes import run_changes
from tests.support.command_line import run_command
from tests.support.shop import NOW

CORPUS = Path(__file__).parent.parent / "cases/documents/journals"

SAMPLES = [
    read_entries(path)
    for folder in ("partly", "created-and-reverted", "allowance", "three-runs", "killed-and-resumed")
    for path in sorted((CORPUS / folder).glob("*.jsonl"))
]

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        [-1, 0, 10**15, 10**400, -(10**400), 1.5, float("1e300"), "", "x", "9999-12-31T23:59:59Z"]
    ),
    st.sampled_from(
        ["0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-23", "\ud800", "\x00", "x" * 5_000]
    ),
    st.sampled_from([[], {}, [[]], [{}], {"": None}, [None], ["x"], {"x": {"y": [1]}}]),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value within a value of JSON's types."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield (*path, key)
        yield from places(member, (*path, key))


def holder(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@st.composite
def odd_journals(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """The kinds and contents of a journal with one to three values changed or taken away."""
    lines: list[Any] = [
        [entry.kind, deepcopy(dict(entry.content))] for entry in draw(st.sampled_from(SAMPLES))
    ]
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(lines))))
        inner = holder(lines, path[:-1])
        if isinstance(inner, dict) and draw(st.booleans()):
            del inner[path[-1]]
        else:
            inner[path[-1]] = deepcopy(draw(ODD))  # a later round may change what is within it
    return [(line[0], line[1]) for line in lines if isinstance(line, list) and len(line) == 2]


def write(path: Path, lines: list[tuple[str, Any]]) -> None:
    path.unlink(missing_ok=True)
    chain = HashChain(path)
    for kind, content in lines:
        chain.append(kind, content)
    chain.close()


def use(folder: Path) -> None:
    """Ask all that guards, drift, revert and history ask of the journals in a folder."""
    runs = read_runs(folder)
    check_lineage(runs)
    unfollowed_runs(folder / "new.jsonl")
    for account in {one.account for one in runs}:
        past = run_history(folder, account)
        _ = (past.contacts_before, past.read_remembered(), past.recent_losses(NOW, 8_760))
    for one in runs:
        use_run(one)


def use_run(one: JournaledRun) -> None:
    _ = (one.begun_at, one.machine_time, one.retired, one.ended, one.complete, one.due, one.own, one.in_doubt)
    for changes in run_changes(one):
        _ = (changes.label, changes.before, changes.steps)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


def told_of(folder: Path) -> str | None:
    """What is told of the journals when all of them is asked; None when nothing is wrong."""
    try:
        use(folder)
    except BrokenChain as error:
        return str(error)
    return None


@settings(deadline=None, max_examples=150)
@given(lines=odd_journals())
def test_a_sealed_journal_with_odd_content_is_told_by_file_and_line(
    folder: Path, lines: list[tuple[str, Any]]
) -> None:
    """Whatever a value is: it is read, or the error says where it stands and what is wrong."""
    file = folder / "20261123T090000Z-abcdef.jsonl"
    with suppress(TypeError, ValueError):  # what is not JSON can't be sealed either
        write(file, lines)
    told = told_of(folder)
    assert told is None or re.match(rf"{re.escape(str(file))}:\d+: this line is ", told), told


def project(folder: Path) -> Path:
    """A project with a folder for journals."""
    (folder / "reconcile.yaml").write_text("version: 1\n", encoding="utf-8")
    (folder / "contacts").mkdir()
    (folder / "contacts/a.yaml").write_text("contacts: [{id: 13, tags: [x]}]\n", encoding="utf-8")
    runs = folder / ".reconcile/runs"
    runs.mkdir(parents=True)
    return runs


def pipe(path: Path) -> None:
    os.mkfifo(path)


def local_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


NOT_FILES: list[Callable[[Path], None]] = [pipe, local_socket, device, Path.mkdir]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", NOT_FILES, ids=["pipe", "socket", "device", "folder"])
@pytest.mark.parametrize("command", ["plan", "history"])
def test_what_is_no_file_among_the_journals_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], command: str
) -> None:
    """It is neither waited for nor read without end."""
    monkeypatch.chdir(tmp_path)
    make(Path(os.path.relpath(project(tmp_path) / "a.jsonl")))
    done = run_command(command, environment={}, folder=tmp_path)
    assert done.code == 1, done.said
    assert "a.jsonl: this is a folder, a pipe or a device, no journal; move it out of the folder" in done.err


@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"kind":' + b"[" * 100_000 + b"]" * 100_000 + b"}"])
def test_a_line_that_is_nested_without_end_is_told(tmp_path: Path, nested: bytes) -> None:
    """It is a line like others that no run wrote."""
    runs = project(tmp_path)
    (runs / "a.jsonl").write_bytes(nested + b"\n")
    done = run_command("plan", environment={}, folder=tmp_path)
    assert done.code == 1, done.said
    assert "a.jsonl:1: this line is not what was written" in done.err
