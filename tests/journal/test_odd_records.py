"""What else may stand where a record is read or written: said, with what to do, never passed over."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount

TEAM = "contacts: [{email: tom.wherry@example.com, tags: [ipswich]}]\n"


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def no_file(path: Path) -> None:
    """It was deleted."""


@pytest.mark.parametrize("put", [os.mkfifo, Path.mkdir, link_to_itself, no_file])
@pytest.mark.parametrize("command", [("plan",), ("history", "--verify")])
def test_what_is_no_file_is_no_record(
    sandbox_account: SandboxAccount, put: Callable[[Path], None], command: tuple[str, ...]
) -> None:
    """A pipe would be waited for without end; a check of the journals must not call that whole."""
    checkout = sandbox_account.checkout(TEAM)
    assert checkout.apply().code == 0
    (file,) = (checkout.state / "records").iterdir()
    file.unlink()
    put(file)
    done = checkout.run(*command)
    assert (done.code, f"{file}: the record of run" in done.err) == (1, True), done.said
    assert "history --retire" in done.err


@pytest.fixture
def unable(sandbox_account: SandboxAccount) -> Checkout:
    """A checkout in which no record can be written."""
    checkout = sandbox_account.checkout(TEAM)
    checkout.state.mkdir()
    (checkout.state / "records").write_text("no folder")
    return checkout


def assert_forgetful(done: CommandResult) -> None:
    assert done.code == 4, done.said
    assert "the record of this run can't be written" in done.err
    assert "File exists" in done.err


def test_a_run_whose_record_cannot_be_written_is_not_done(
    sandbox_account: SandboxAccount, unable: Checkout
) -> None:
    """Later runs would take a stranger for the person; a run that finds nothing to do says so, too."""
    assert_forgetful(unable.apply())
    assert sandbox_account.user("tom.wherry@example.com")["tags"] == ["ipswich"]
    assert_forgetful(unable.apply())
    (unable.state / "records").unlink()
    assert unable.apply().code == 0
    assert len(unable.lines("record")) == 1
