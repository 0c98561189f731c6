"""``history`` says who started each run, what it did to whom, and how it ended; any short name will do."""

import getpass
import json
from typing import Any

import pytest

from tests.support.repository import Repository
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount

ROSALIND = "rosalind.keane@example.com"

SWAP = f"contacts:\n  - {{email: {ROSALIND}, roles: [customer, preview, newsletter]}}\n"
"""Contact 36 gains ``newsletter`` and loses ``press``."""

JOB = {
    "GITHUB_REPOSITORY": "example/shop",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_RUN_ID": "5",
    "GITHUB_ACTOR": "ann",
    "GITHUB_TRIGGERING_ACTOR": "ben",
    "GITHUB_REF": "refs/pull/12/merge",
}


@pytest.fixture
def applied(sandbox_account: SandboxAccount, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A checkout with one run, which wrote contact 36."""
    for name in ("GITHUB_REPOSITORY", "CI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)
    checkout = sandbox_account.checkout(SWAP)
    assert checkout.apply().code == 0
    return checkout


def told(checkout: Checkout, *arguments: str) -> Any:
    done = checkout.run("history", *arguments, "--format", "json")
    assert done.code == 0, done.said
    return json.loads(done.out)


def test_a_run_is_told_contact_by_contact(applied: Checkout) -> None:
    """Who, when and how it ended at the head; below it each item that the run changed."""
    run = applied.journals()[0]
    done = applied.run("history", "last")
    assert done.code == 0, done.said
    head, block = done.out.split("\n\n")
    assert head.startswith(f"Run {run.name} at {run.account} (target local)\nBegan ")
    assert f"as of 2026-11-23 09:00 (UTC), by {getpass.getuser()}." in head
    assert "1 contact: roles +1 -1" in head
    assert "Ended: complete. It left a record for later runs." in head
    lines = [line.split(maxsplit=3) for line in block.splitlines()]
    assert lines[0] == [ROSALIND, "(contact", "36)"]
    assert ["+", "role", "newsletter", "by the role's own rules, perpetual"] in lines
    assert ["-", "role", "press", "not declared"] in lines


def test_the_list_and_its_json_say_the_same(applied: Checkout) -> None:
    """A line a run, the newest last; in JSON with every operation, unmasked."""
    applied.declare(SWAP.replace("newsletter", "press"))
    assert applied.apply(as_of="2026-11-23T09:00:01Z").code == 0
    first, second = applied.journals()
    headline, _, *rows = applied.run("history").out.splitlines()
    assert headline == f"2 runs at {first.account}, the newest last (UTC)"
    assert [row.split()[0] for row in rows] == [run.name.rpartition("-")[2] for run in (first, second)]
    assert all(row.endswith("1 contact: roles +1 -1   complete") for row in rows)
    runs = told(applied)["runs"]
    assert [run["run"] for run in runs] == [first.name, second.name]
    assert runs[0]["counts"]["roles_granted"] == 1
    (contact,) = runs[0]["contacts"]
    assert (contact["contact"]["email"], contact["outcome"]) == (ROSALIND, "applied")
    assert told(applied, "--limit", "1")["earlier"] == 1
    about = told(applied, "--contact", ROSALIND.upper())["runs"]
    assert [run["run"] for run in about] == [first.name, second.name]
    nobody = applied.run("history", "--contact", "nobody@example.com")
    assert (nobody.code, "no run on this checkout has written nobody@example.com" in nobody.err) == (64, True)


def test_any_short_name_of_a_run_will_do(applied: Checkout) -> None:
    """The beginning and the end, as long as no other run is called so; else all of them are named."""
    (run,) = applied.journals()
    for name in (run.name, run.name[-6:], run.name[-6:-2], run.name[-4:], run.name[:8], "last"):
        assert told(applied, name)["run"]["run"] == run.name
    assert json.loads(applied.run("show", "last", "--format", "json").out) == told(applied, "last")
    short = applied.run("history", run.name[-3:])
    assert (short.code, "give 4 characters or more" in short.err) == (64, True), short.said
    other = run.path.with_stem(f"{run.name[:-1]}z")
    other.write_bytes(b"")
    several = applied.run("revert", run.name[:8])
    assert (several.code, f"means several runs: {run.name}, {other.stem}" in several.err) == (64, True)
    unknown = applied.run("apply", "--acknowledge", "zzzz")
    assert (unknown.code, "there is no run 'zzzz'" in unknown.err) == (64, True), unknown.said


def test_a_file_goes_before_a_run_of_its_name(applied: Checkout, tmp_path: Any, monkeypatch: Any) -> None:
    """What has been saved is what somebody means."""
    applied.saved("last")
    monkeypatch.chdir(applied.root)
    assert applied.run("show", "last").out.startswith("No changes. 1 contact")
    plan = applied.run("show", "last", "--format", "html")
    assert plan.code == 0, plan.said


def test_a_run_of_a_pipeline_knows_who_started_it(
    sandbox_account: SandboxAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login, the pull request and the address of the job, from its environment; the commit from Git."""
    for name, value in JOB.items():
        monkeypatch.setenv(name, value)
    checkout = sandbox_account.checkout(SWAP)
    (checkout.root / ".gitignore").write_text(".reconcile/\n")
    commit = Repository.at(checkout.root).commit()
    assert checkout.apply().code == 0
    assert told(checkout, "last")["run"]["provenance"] == {
        "actor": "ben",
        "commit": commit,
        "dirty": False,
        "pull_requests": [12],
        "run": "https://github.com/example/shop/actions/runs/5",
    }
    assert f"  ben  {commit[:7]} #12  " in checkout.run("history").out


def test_a_log_of_a_pipeline_names_nobody(applied: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contacts are masked there, and so is what was asked about; who started a run is no contact."""
    monkeypatch.setenv("CI", "true")
    for arguments in (("history", "last"), ("history", "--contact", ROSALIND)):
        said = applied.run(*arguments).out
        assert "(contact 36)" in said
        assert "rosalind" not in said.casefold()
        assert "keane" not in said.casefold()
        assert "sha256" not in said


def test_contradictions_are_refused(applied: Checkout) -> None:
    """Each option says what it goes with."""
    for words in ("last --contact 36", "--verify --limit 2", "--yes", "last --verify"):
        assert applied.run("history", *words.split()).code == 64
    assert applied.run("show", "last", "--format", "html").code == 64
