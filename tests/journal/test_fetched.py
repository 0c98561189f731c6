"""A job of a pipeline has a window of the journals: what should be in it and is not there is missed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconcile.errors import ReconcileError
from reconcile.journal.fetched import (
    FETCHED_FILE,
    FetchedRuns,
    UnkeptAttempt,
    fetched_file,
    read_fetched,
    write_fetched,
)
from reconcile.journal.hash_chain import HashChain, read_entries
from reconcile.journal.history import run_history
from tests.support.sandbox.sandbox_account import AS_OF, SandboxAccount

ACCOUNT = "example.evance.me"

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

WINDOW = FetchedRuns(ACCOUNT, since=NOW - timedelta(hours=30))


def run_name(hours_ago: int) -> str:
    return f"{NOW - timedelta(hours=hours_ago):%Y%m%dT%H%M%SZ}-{hours_ago:06x}"


def write_journal(state: Path, hours_ago: int, *, follows: int | None = None, record: str = "") -> None:
    """A run that wrote nothing; it follows another one, and tells of a record's file."""
    name, begun = run_name(hours_ago), NOW - timedelta(hours=hours_ago)
    chain = HashChain(state / "runs" / f"{name}.jsonl")
    at = f"{begun:%Y-%m-%dT%H:%M:%SZ}"
    known = (
        [] if follows is None else [{"run": run_name(follows), "line": 1, "hash": "0", "account": ACCOUNT}]
    )
    told = {"account": ACCOUNT, "target": "shop", "tool_version": "0", "changes": 0, "config": "c", "at": at}
    chain.append("begin", {**told, "follows": known})
    if record:
        line = {"at": at, "declarations": "d", "config": "c", "entries": 0, "file": record, "digest": "x"}
        chain.append("record", line)
    chain.append("end", {"complete": True, "stopped": None})
    chain.close()


def missing(state: Path, *, recent: bool = True) -> tuple[str, ...]:
    return run_history(state, ACCOUNT).missing_journals(NOW, 24, recent=recent)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The journals of a run that follows one within the window, and of one that follows one before it."""
    state = tmp_path / ".reconcile"
    write_journal(state, 1, follows=20)
    write_journal(state, 2, follows=40)
    return state


def test_what_lies_before_the_window_is_not_missed(state: Path) -> None:
    """Nor is it a note: each window begins somewhere. Without a window each journal should be there."""
    runs = state / "runs"
    assert (missing(runs), missing(runs, recent=False)) == ((run_name(20),), (run_name(40),))
    write_fetched(state, WINDOW)
    assert (missing(runs), missing(runs, recent=False)) == ((run_name(20),), ())


def test_a_gap_in_the_window_that_no_guard_counts_is_a_note(state: Path) -> None:
    """The record is older than the guards' hours, and a run since then is gone: that is worth knowing."""
    write_fetched(state, replace(WINDOW, since=NOW - timedelta(hours=50)))
    assert missing(state / "runs", recent=False) == (run_name(40),)


def test_an_attempt_that_kept_nothing_is_missed(state: Path) -> None:
    """Once, be it that a later run names it, too; and by no window whose signatures nobody checked."""
    began = NOW - timedelta(hours=20, minutes=5)
    known = UnkeptAttempt(7, 1, began, began + timedelta(hours=1))
    unknown = UnkeptAttempt(8, 2, began - timedelta(hours=2), began - timedelta(hours=1))
    write_fetched(state, replace(WINDOW, unkept=(known, unknown)))
    told = "attempt 2 of the forge's run 8, which began to write at 2026-11-22 10:55 UTC"
    assert missing(state / "runs") == (run_name(20), told)
    write_fetched(state, replace(WINDOW, verified=False, unkept=(unknown,)))
    assert missing(state / "runs") == ()


def test_a_record_that_was_not_kept_is_missed_and_passed_over(tmp_path: Path) -> None:
    """Its upload failed: nobody can put it back into a job's folder. The record before it still counts."""
    state = tmp_path / ".reconcile"
    write_journal(state, 3, record="old.json")
    write_journal(state, 2, record="lost.json")
    write_journal(state, 1, record="lost.json")
    write_fetched(state, WINDOW)
    past = run_history(state / "runs", ACCOUNT)
    told = tuple(f"the record of run {run_name(hours)}" for hours in (2, 3))
    assert past.missing_journals(NOW, 24, recent=True) == told
    assert past.read_remembered().record is None
    (state / FETCHED_FILE).unlink()
    with pytest.raises(ReconcileError, match="put the file back"):
        run_history(state / "runs", ACCOUNT).read_remembered()


def test_what_was_fetched_is_known_by_its_content(state: Path) -> None:
    """A journal that has grown is another one."""
    path = state / "runs" / f"{run_name(1)}.jsonl"
    content = path.read_bytes()
    write_fetched(state, replace(WINDOW, files=(fetched_file(path.name, content),)))
    read = read_fetched(state)
    assert read is not None
    assert read.has(path.name, content)
    assert not read.has(path.name, content + b"{}\n")
    assert len(read_entries(path)) == 2


@pytest.mark.parametrize("content", ["", "[]", '{"account": 1}', "[" * 100_000])
def test_another_file_of_that_name_is_an_error(state: Path, content: str) -> None:
    """Nothing is guessed of what may be missing."""
    (state / FETCHED_FILE).write_text(content)
    with pytest.raises(ReconcileError, match="this is not what 'reconcile ci journals' writes"):
        run_history(state / "runs", ACCOUNT)


@pytest.mark.parametrize("fetched", [True, False])
def test_a_pipeline_asks_an_account_without_a_run_for_nothing(
    sandbox_account: SandboxAccount, *, fetched: bool
) -> None:
    """A merge may have named that account: the hourly run has a credential, and nobody has let it through."""
    checkout = sandbox_account.checkout("contacts:\n  - {email: grace.odell@example.com, tags: [spring]}\n")
    if fetched:
        write_fetched(checkout.state, FetchedRuns("another.evance.me", None))
    done = checkout.run("apply", "--due", "--yes", "--as-of", AS_OF)
    assert (done.code, "no run at" in done.said) == (0, fetched), done.said
    assert bool(sandbox_account.requests()) is not fetched
