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
    before_end = sizes(journal)[-2]
    sandbox_account.reset()
    checkout = sandbox_account.checkout(TWO)
    with checkout.started(("-c", SMALL_FILES, str(before_end - 1), "apply")) as process:
        done = ended(process)
    assert len(sandbox_account.writes()) == 2
    assert done.code == 4, done.said
    assert "the journal lacks the outcome of 1 contact" in done.err
    again = checkout.apply(as_of="2026-11-23T09:00:01Z")
    assert again.code == 0, again.said
    assert "was cut off while it wrote elin.sorensen@example.org" in again.err


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
