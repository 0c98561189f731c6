"""Runs know the ones before them: a journal that was cut or taken away is found, a crash is no alarm."""

import shutil
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount

ROLES = ("customer", "preview", "press", "newsletter")

COPY = "copy-of-a-checkout"


def declare(checkout: Checkout, number: int) -> None:
    checkout.declare(f"contacts: [{{id: 36, roles: [{', '.join(ROLES[: number + 1])}]}}]\n")


def run(checkout: Checkout, number: int) -> Path:
    """One more run, which writes; its journal."""
    known = {*folder(checkout).glob("*.jsonl")}
    declare(checkout, number)
    done = checkout.apply(as_of=f"2026-11-23T09:00:{number:02}Z")
    assert done.code == 0, done.said
    (made,) = {*folder(checkout).glob("*.jsonl")} - known
    return made


def folder(checkout: Checkout) -> Path:
    return checkout.state / "runs"


def cut(path: Path, lines: int) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))


def verify(checkout: Checkout) -> CommandResult:
    return checkout.run("history", "--verify")


@pytest.fixture
def three(sandbox_account: SandboxAccount) -> tuple[Checkout, list[Path]]:
    """A checkout with three runs, each of six lines."""
    checkout = sandbox_account.checkout("")
    return checkout, [run(checkout, number) for number in (1, 2, 3)]


def test_runs_that_follow_each_other_are_whole(three: tuple[Checkout, list[Path]]) -> None:
    """Each names the one before it, and that is all there is to say."""
    checkout, _ = three
    done = verify(checkout)
    assert (done.code, done.out.count("\n")) == (0, 1), done.said
    assert done.out.startswith("3 journals are whole")
    names = [[entry["run"] for entry in begun["follows"]] for begun in checkout.lines("begin")]
    assert names == [[], *([record.name] for record in checkout.journals()[:2])]


def test_one_journal_is_told_in_the_singular(sandbox_account: SandboxAccount) -> None:
    """One journal is, three are."""
    checkout = sandbox_account.checkout("")
    run(checkout, 1)
    assert verify(checkout).out.startswith("1 journal is whole")


def test_no_journal_at_all_is_not_called_whole(sandbox_account: SandboxAccount) -> None:
    """Nobody can tell a new checkout from one whose journals are all gone."""
    done = verify(sandbox_account.checkout(""))
    assert (done.code, done.out.split(":")[0]) == (0, "There is no journal"), done.said


@pytest.mark.parametrize("number", [0, 1])
def test_a_journal_that_was_taken_away_is_missed(three: tuple[Checkout, list[Path]], number: int) -> None:
    """The first as well as one in the middle: a later run names it."""
    checkout, made = three
    made[number].unlink()
    done = verify(checkout)
    assert done.code == 1, done.said
    assert f"run {made[number].stem} is missing" in done.err


@pytest.mark.parametrize("lines", [5, 4, 3, 2, 1, 0])
def test_a_journal_that_was_longer_once_is_broken(three: tuple[Checkout, list[Path]], lines: int) -> None:
    """Cut at the end of a line it is whole by itself, but a later run knows what came after."""
    checkout, made = three
    cut(made[0], lines)
    done = verify(checkout)
    assert done.code == 1, done.said
    assert f"has lost lines: its journal had 6, now it ends after line {lines}" in done.err


def test_a_journal_that_was_written_anew_is_broken(three: tuple[Checkout, list[Path]]) -> None:
    """Another run's lines under its name are a whole chain, but not the one that was followed."""
    checkout, made = three
    shutil.copy(made[1], made[0])
    done = verify(checkout)
    assert done.code == 1, done.said
    assert f"run {made[0].stem} is not the one that it was" in done.err


@pytest.mark.parametrize(
    ("lines", "told"), [(3, "no end: it was cut off after line 3"), (1, "after line 1"), (0, "is empty")]
)
def test_a_run_that_was_cut_off_is_named_and_no_fault(
    three: tuple[Checkout, list[Path]], lines: int, told: str
) -> None:
    """A process that is killed leaves the last journal like this."""
    checkout, made = three
    cut(made[2], lines)
    done = verify(checkout)
    assert done.code == 0, done.said
    assert f"run {made[2].stem} " in done.out
    assert told in done.out


def test_what_later_runs_add_to_a_run_that_was_cut_off_is_no_fault(sandbox_account: SandboxAccount) -> None:
    """The next apply notes what it found of a write in doubt, and closes the journal."""
    checkout = sandbox_account.checkout("")
    made = [run(checkout, 1)]
    cut(made[0], 2)
    made += [run(checkout, 2), run(checkout, 3)]
    assert [record.ended for record in checkout.journals()] == [True, True, True]
    assert checkout.lines("resolved")
    done = verify(checkout)
    assert (done.code, done.out.count("\n")) == (0, 1), done.said


@pytest.fixture
def forked(sandbox_account: SandboxAccount) -> tuple[Checkout, list[Path]]:
    """Two runs that were begun from copies of one journal, brought together again."""
    checkout = sandbox_account.checkout("")
    made = [run(checkout, 1)]
    copy = Checkout(checkout.root.with_name(f"{checkout.root.name}-{COPY}"), checkout.environment)
    shutil.copytree(checkout.root, copy.root)
    made += [run(checkout, 2), run(copy, 3)]
    shutil.copy(made[2], folder(checkout))
    shutil.copytree(copy.state / "records", checkout.state / "records", dirs_exist_ok=True)
    return checkout, made


def test_jobs_side_by_side_are_told_and_no_fault(forked: tuple[Checkout, list[Path]]) -> None:
    """Two CI jobs fetched the same journals, and each left one more."""
    checkout, made = forked
    done = verify(checkout)
    assert done.code == 0, done.said
    assert f"all follow run {made[0].stem}: they were begun from copies of its journal" in done.out


@pytest.mark.parametrize("side", [1, 2])
def test_either_side_of_a_fork_is_missed(forked: tuple[Checkout, list[Path]], side: int) -> None:
    """The next run follows both, so neither can vanish."""
    checkout, made = forked
    run(checkout, 2)
    assert verify(checkout).code == 0
    (folder(checkout) / made[side].name).unlink()
    assert f"run {made[side].stem} is missing" in verify(checkout).err


def test_a_clock_that_was_set_back_makes_no_fork(sandbox_account: SandboxAccount) -> None:
    """Runs follow each other in the order in which they were begun, whatever their names say."""
    checkout = sandbox_account.checkout("")
    for number in (3, 2, 1):
        run(checkout, number)
    done = verify(checkout)
    assert (done.code, done.out.count("\n")) == (0, 1), done.said
