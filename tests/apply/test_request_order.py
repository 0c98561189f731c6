"""What goes over the wire, and in which order: reads only for commands that read, revocations first."""

import json
from pathlib import Path

import pytest

from tests.support.sandbox.full_change import DECLARED
from tests.support.sandbox.sandbox_account import SandboxAccount

MANY = """\
contacts:
  - {email: aoife@brennanfit.example.net, roles: [customer, trade-account, newsletter], tags: [trade]}
  - {email: amelia.braithwaite@example.org, tags: [spring-2026]}
  - {email: arthur@penhaligon.example.net, roles: [customer, trade-account]}
  - {email: bea.lomax@example.com, roles: [customer, newsletter, press]}
  - {email: callum.reid@example.org, roles: [customer, {reference: trade-account, expires: 2028-01-01}]}
  - {email: dev@gill-kitchens.example.net, roles: [customer, trade-account]}
  - {email: elin.sorensen@example.org, roles: [customer, press]}
  - {email: lucy.fenwick@example.org, profile: {phone: "01632 960000"}}
  - {email: zofia.nowak@example.org, roles: [customer, trade-account]}
"""

LOSING, CHANGING, GAINING = 0, 1, 2


@pytest.mark.parametrize("workers", [1, 4])
def test_revocations_come_before_changes_and_those_before_grants(
    sandbox_account: SandboxAccount, workers: int
) -> None:
    """A contact that loses access comes before every one that does not; grants come last."""
    checkout = sandbox_account.checkout(MANY, workers=workers)
    assert checkout.apply().code == 0
    kinds = {entry["contact"]: kind(entry["operations"]) for entry in checkout.lines("intent")}
    sent = [Path(one["path"]).stem for one in sandbox_account.writes()]
    assert [kinds[number] for number in sent] == sorted(kinds[number] for number in sent)
    assert {LOSING, CHANGING, GAINING} == set(kinds.values())


def kind(operations: list[dict[str, str]]) -> int:
    steps = {(step["facet"], step["action"]) for step in operations}
    if ("roles", "remove") in steps:
        return LOSING
    return GAINING if ("roles", "add") in steps else CHANGING


def test_a_run_that_fails_too_often_stops_and_names_what_is_open(sandbox_account: SandboxAccount) -> None:
    """The breaker: after so many failures in a row nothing more is sent; who still holds a role is named."""
    checkout = sandbox_account.checkout(MANY, settings="apply: {failures: 2}\n")
    sandbox_account.upset("status:code=503,method=POST")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert "the run was stopped: 2 contacts failed in a row" in done.err
    assert len({one["path"] for one in sandbox_account.writes()}) == 2
    assert done.err.count("revocation still open:") == 4
    assert "revocation still open: trade-gold of dev@gill-kitchens.example.net" in done.err


def test_a_403_stops_the_run_at_once(sandbox_account: SandboxAccount) -> None:
    """No further contact is tried with credentials that lack what it takes."""
    checkout = sandbox_account.checkout(MANY)
    sandbox_account.upset("status:code=403,method=POST,n=2")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert len(sandbox_account.writes()) == 2
    assert "lacks the scope" in done.err
    assert done.err.count("revocation still open:") == 3


@pytest.mark.parametrize(
    "command",
    [
        ["validate"],
        ["plan"],
        ["plan", "--detailed-exitcode", "--format", "json"],
        ["plan", "--format", "markdown"],
        ["plan", "--out", "plan.json"],
        ["history"],
        ["history", "--verify"],
        ["revert", "RUN"],
        ["revert", "RUN", "--out", "revert.json"],
        ["drift"],
        ["explain", "grace.odell@example.com"],
        ["explain", "arthur@penhaligon.example.net"],
        ["explain", "13", "--format", "json"],
        ["timeline"],
    ],
    ids=" ".join,
)
def test_a_command_that_reads_sends_nothing_but_reads(
    sandbox_account: SandboxAccount, command: list[str]
) -> None:
    """By the server's own log: GETs and the request for a token."""
    checkout = sandbox_account.checkout(DECLARED)
    assert checkout.apply().code == 0
    checkout.saved()
    checkout.declare(MANY)
    (run,) = (file.stem for file in (checkout.state / "runs").iterdir())
    names = {"RUN": run, **{name: str(checkout.root / name) for name in ("plan.json", "revert.json")}}
    arguments = [names.get(word, word) for word in command]
    sandbox_account.control("DELETE", "requests")
    done = checkout.run(*arguments)
    assert done.code in (0, 2), done.said
    assert {one["method"] for one in sandbox_account.requests() if "/oauth/" not in one["path"]} <= {"GET"}
    assert not any(one["wrote"] for one in sandbox_account.requests())


@pytest.mark.parametrize(
    "command",
    [["validate"], ["history"], ["history", "--verify"], ["timeline", "--days", "900"]],
    ids=" ".join,
)
def test_an_offline_command_sends_nothing_at_all(sandbox_account: SandboxAccount, command: list[str]) -> None:
    """It runs on a fork's pull request, where there are no credentials."""
    checkout = sandbox_account.checkout(DECLARED)
    assert checkout.apply().code == 0
    sandbox_account.control("DELETE", "requests")
    assert checkout.run(*command).code == 0
    assert sandbox_account.requests() == []


def test_a_json_plan_is_all_that_a_plan_prints(sandbox_account: SandboxAccount) -> None:
    """One document on standard output, whatever else there is to say."""
    done = sandbox_account.checkout(DECLARED).plan("--format", "json")
    assert len(json.loads(done.out)["changes"]) == 8
