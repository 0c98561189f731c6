"""Whatever fails beside the account, a full disk or a reader that is gone, the exit code tells the truth."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sandbox.sandbox_account import APPLY, AS_OF, SandboxAccount, ended

TWO = """\
contacts:
  - {email: rosalind.keane@example.com, roles: [customer, preview]}
  - {email: elin.sorensen@example.org, roles: [customer, newsletter]}
"""

SMALL_FILES = """\
import resource, sys
from reconcile.cli.command_line import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
main(sys.argv[2:])
"""


def sizes(journal: Path) -> list[int]:
    """The size of a journal after each of its lines."""
    lines = journal.read_bytes().splitlines(keepends=True)
    return [sum(map(len, lines[: number + 1])) for number in range(len(lines))]


def test_an_outcome_that_does_not_fit_on_the_disk_is_no_success(sandbox_account: SandboxAccount) -> None:
    """All is written and only the last outcome is not noted: 4, it is said, and the next apply looks."""
    whole = sandbox_account.checkout(TWO)
    assert whole.apply().code == 0
    (journal,) = (whole.state / "runs").iterdir()
    before_record = sizes(journal)[-3]
    sandbox_account.reset()
    checkout = sandbox_account.checkout(TWO)
    with checkout.started(("-c", SMALL_FILES, str(before_record - 1), "apply")) as process:
        done = ended(process)
    assert len(sandbox_account.writes()) == 2
    assert done.code == 4, done.said
    assert "the journal lacks the outcome of 1 contact" in done.err
    again = checkout.apply(as_of="2026-11-23T09:00:01Z")
    assert again.code == 0, again.said
    assert "was cut off while it wrote elin.sorensen@example.org" in again.err


@pytest.mark.parametrize("size", [200, 2_000], ids=["its beginning", "the first intent"])
def test_a_journal_that_does_not_fit_on_the_disk_is_named_and_nothing_is_written(
    sandbox_account: SandboxAccount, size: int
) -> None:
    """With the file and what to do: whoever reads the log of a job has nothing else."""
    checkout = sandbox_account.checkout(TWO)
    with checkout.started(("-c", SMALL_FILES, str(size), "apply")) as process:
        done = ended(process)
    (journal,) = (checkout.state / "runs").iterdir()
    assert (done.code, sandbox_account.writes()) == (1, []), done.said
    assert f"{journal}" in done.err
    assert "File too large" in done.err
    assert size == 200 or "make room there, or get the right to write" in done.err


@pytest.mark.parametrize("arguments", [(), ("--verbose",)], ids=["", "verbose"])
def test_a_closed_standard_error_changes_no_exit_code(
    sandbox_account: SandboxAccount, arguments: tuple[str, ...]
) -> None:
    """One of two contacts is not written: 4, although nobody reads why; the other one is written."""
    checkout = sandbox_account.checkout(TWO)
    sandbox_account.upset("status:code=422,method=POST,path=/api/contacts/36.json")
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, *APPLY, "--yes", "--as-of", AS_OF, *arguments],
            cwd=checkout.root,
            env={**os.environ, **checkout.environment},
            stdout=subprocess.DEVNULL,
            stderr=writer,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writer)
    assert done.returncode == 4
    assert sorted(entry["outcome"] for entry in checkout.lines("outcome")) == ["applied", "not written"]


ROLES = "contacts: [{email: grace.odell@example.com, roles: [customer, newsletter]}]\n"

STREAMS = {
    "no input": ("<&-", "apply --yes", 0, ""),
    "no messages": ("2>&-", "apply --yes", 0, ""),
    "no results": (">&-", "apply --yes", 1, "Bad file descriptor"),
    "results on a full disk": (">/dev/full", "apply --yes", 1, "No space left on device"),
    "nothing at all": ("<&- >&- 2>&-", "apply --yes", 1, ""),
    "a wrong call": (">&-", "apply --nonsense", 64, "No such option"),
    "nobody to ask": ("<&-", "apply", 3, "there is no terminal to ask at"),
}


@pytest.mark.parametrize("case", STREAMS)
def test_closed_streams_end_with_the_documented_code(sandbox_account: SandboxAccount, case: str) -> None:
    """Without a traceback. What nobody can be shown is not applied; messages may go unread."""
    redirection, command, code, message = STREAMS[case]
    checkout = sandbox_account.checkout(ROLES)
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m reconcile {command} --as-of {AS_OF} {redirection}', sys.executable],
        cwd=checkout.root,
        env={**os.environ, **checkout.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "fault of reconcile" not in done.stderr
    assert bool(sandbox_account.writes()) == (code == 0)


def test_a_reader_that_goes_ends_the_command_quietly(sandbox_account: SandboxAccount) -> None:
    """As ``head`` does: no traceback, the code of a failure, and not Python's own."""
    checkout = sandbox_account.checkout(ROLES)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "reconcile", "plan", "--as-of", AS_OF],
        cwd=checkout.root,
        env={**os.environ, **checkout.environment},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_plan_that_does_not_fit_on_the_disk_is_a_failure_and_leaves_nothing(
    sandbox_account: SandboxAccount,
) -> None:
    """The call was right: 1, not 64. No half of a plan stays, and the one that was there is whole."""
    checkout = sandbox_account.checkout(ROLES)
    done = checkout.plan("--out", "/dev/full")
    assert done.code == 1, done.said
    assert done.err.strip() == "/dev/full: can't be written: No space left on device"
    saved = checkout.saved()
    before = saved.read_bytes()
    with checkout.started(
        ("-c", SMALL_FILES.replace("main(sys.argv[2:])", _PLAN), "100", str(saved))
    ) as process:
        ending = ended(process)
    assert ending.code == 1, ending.said
    assert "can't be written: File too large" in ending.err
    assert saved.read_bytes() == before
    assert sorted(path.name for path in checkout.root.glob("*plan*")) == ["plan.json"]


_PLAN = "main(['plan', '--out', *sys.argv[2:3], *sys.argv[4:]])"
"""A plan with the arguments of an apply, but for ``--yes``."""
