"""The kill switch stops everything and fails closed; a freeze lets pass what takes access away, if at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconcile.model.settings import ApplySettings
from reconcile.services.planning.write_permission import WritePermission
from tests.faults.test_killed import await_request
from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import APPLY, AS_OF, SandboxAccount, ended

BOTH = """\
contacts:
  - {email: rosalind.keane@example.com, roles: [customer, preview]}
  - {email: elin.sorensen@example.org, roles: [customer, press]}
"""

READ_BACK = "/api/contacts/36.json"

FREEZE = "apply: {freeze: [{starts: 2026-11-20, expires: 2026-11-30, reason: Sale}], revoke-in-freeze: %s}\n"


def refused(sandbox_account: SandboxAccount, done: CommandResult, hint: str) -> None:
    assert done.code == 3, done.said
    assert hint in done.err
    assert sandbox_account.writes() == []


@pytest.mark.parametrize("word", ["1", "true", "yes", "on", "ture", " 2 ", "KILL"])
def test_any_word_turns_the_kill_switch_on(sandbox_account: SandboxAccount, word: str) -> None:
    """A misspelt "true" is taken for one: it fails closed."""
    checkout = sandbox_account.checkout(BOTH)
    checkout.environment["RECONCILE_KILL"] = word
    refused(sandbox_account, checkout.apply(), "RECONCILE_KILL")


@pytest.mark.parametrize("word", ["", "0", "false", "no", "off", "OFF"])
def test_the_words_for_off_leave_it_off(sandbox_account: SandboxAccount, word: str) -> None:
    """So a variable that is always set can be used."""
    checkout = sandbox_account.checkout(BOTH)
    checkout.environment["RECONCILE_KILL"] = word
    assert checkout.apply().code == 0


def test_the_kill_switch_in_the_configuration_stops_everything(sandbox_account: SandboxAccount) -> None:
    """Not one request for a contact is sent."""
    refused(
        sandbox_account,
        sandbox_account.checkout(BOTH, settings="apply: {stop: true}\n").apply(),
        "stop: true",
    )


def empty(path: Path) -> None:
    path.touch()


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def endless(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("make", [empty, dangling, endless, Path.mkdir])
def test_anything_of_that_name_is_the_kill_switch(sandbox_account: SandboxAccount, make: object) -> None:
    """A file, a folder, a link to nothing: somebody meant to stop it."""
    assert callable(make)
    checkout = sandbox_account.checkout(BOTH)
    checkout.state.mkdir()
    make(checkout.state / "KILL")
    refused(sandbox_account, checkout.apply(), "KILL is there")


def test_a_kill_switch_that_can_not_be_looked_at_is_on(tmp_path: Path) -> None:
    """A name that is too long for the system: nobody can say that the switch is off."""
    permission = WritePermission(ApplySettings(), {}, tmp_path / ("x" * 300), lambda: datetime.now(UTC))
    reason = permission.kill_reason()
    assert reason is not None
    assert "can't be looked at" in reason


def test_a_kill_switch_that_is_thrown_in_the_middle_stops_the_run(sandbox_account: SandboxAccount) -> None:
    """The write under way comes to its end, and nothing else is begun."""
    checkout = sandbox_account.checkout(BOTH)
    sandbox_account.upset(f"latency:ms=1000,method=GET,path={READ_BACK},n=3")
    with checkout.started(APPLY) as process:
        await_request(sandbox_account, "POST")
        (checkout.state / "KILL").touch()
        done = ended(process)
    assert done.code == 4, done.said
    assert "the run was stopped: the kill switch" in done.err
    assert "press" not in sandbox_account.user("rosalind.keane@example.com")["roles"]
    assert "press" not in sandbox_account.user("elin.sorensen@example.org")["roles"]


@pytest.mark.parametrize("as_of", ["2026-11-20T00:00:00Z", AS_OF, "2026-11-30T23:59:59Z"])
def test_nothing_is_applied_in_a_freeze(sandbox_account: SandboxAccount, as_of: str) -> None:
    """From the first second of its first day to the last of its last."""
    checkout = sandbox_account.checkout(BOTH, settings=FREEZE % "false")
    refused(sandbox_account, checkout.apply(as_of=as_of), "frozen until 2026-12-01 00:00 (UTC): Sale")


@pytest.mark.parametrize("as_of", ["2026-11-19T23:59:59Z", "2026-12-01T00:00:00Z"])
def test_before_and_after_a_freeze_all_is_applied(sandbox_account: SandboxAccount, as_of: str) -> None:
    """A second earlier or later it does not hold."""
    assert sandbox_account.checkout(BOTH, settings=FREEZE % "false").apply(as_of=as_of).code == 0


def test_revocations_pass_a_freeze_that_exempts_them(sandbox_account: SandboxAccount) -> None:
    """Who should lose access loses it; who should gain some waits, which the exit code tells."""
    checkout = sandbox_account.checkout(BOTH, settings=FREEZE % "true")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert "elin.sorensen@example.org (contact 38): not tried: frozen until" in done.err
    assert roles_of(sandbox_account) == {"rosalind": {"customer", "preview"}, "elin": {"customer"}}
    again = checkout.apply()
    assert again.code == 3, again.said


def test_a_freeze_by_the_environment(sandbox_account: SandboxAccount) -> None:
    """For a pipeline that knows more than the repository."""
    checkout = sandbox_account.checkout(BOTH)
    checkout.environment["RECONCILE_FREEZE"] = "yes"
    refused(sandbox_account, checkout.apply(), "RECONCILE_FREEZE")


def roles_of(sandbox_account: SandboxAccount) -> dict[str, set[str]]:
    people = {"rosalind": "rosalind.keane@example.com", "elin": "elin.sorensen@example.org"}
    return {name: set(sandbox_account.user(email)["roles"]) for name, email in people.items()}
