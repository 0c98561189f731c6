"""`doctor` as a person calls it whose set-up has one fault: the row that finds it, and what it says to do."""

import json
import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
import requests

from reconcile.cli.console import Terminal
from reconcile.model.ci.forge_settings import CheckState
from reconcile.services.caller import ProjectChoice
from reconcile.services.doctor.installation import results_of
from reconcile.services.doctor.installation_checks import CHECKS
from reconcile.services.doctor.surroundings import Packages, Surroundings
from tests.support.command_line import CommandResult
from tests.support.project import SETTINGS, Project
from tests.support.shop import Shop

TEAM = "contacts: [{email: grace.odell@example.com, roles: [customer]}]"


@pytest.fixture
def team(project: Project) -> Project:
    project.declare(TEAM)
    return project


def doctor(
    project: Project, *arguments: str, **environment: str
) -> tuple[CommandResult, Mapping[str, tuple[str, str]]]:
    """How the command ended, and the state and the sentences of each row that is not ok."""
    done = project.run("doctor", "--format", "json", *arguments, environment=environment)
    rows = json.loads(done.out)["results"]
    told = {
        row["name"]: (row["state"], " ".join([*row["detail"], row["remedy"]]))
        for row in rows
        if row["state"] != "ok"
    }
    return done, MappingProxyType(told)


def test_a_good_set_up_is_a_line_for_each_row(team: Project, shop: Shop) -> None:
    """Outside of Git it warns; no secret is shown, nothing is written, and nobody is read but in a list."""
    done = team.run("doctor")
    assert (done.code, done.err) == (0, "")
    assert f"{len(CHECKS) - 1} checks ok, 1 warning, 0 missing, 0 unknown." in done.out
    assert "  ~ git            warning  no commit is checked out here" in done.out
    assert "may read and write" in done.out
    assert not any(secret in done.out for secret in team.environment.values())
    assert {method for method, _ in shop.requests()} == {"GET"}
    assert not (team.root / ".reconcile").exists()
    assert "GET /api/v2/roles.json" in team.run("doctor", "--verbose").err
    assert max(map(len, done.out.splitlines())) <= 110


def test_a_configuration_that_is_not_there_or_broken_is_a_row(team: Project) -> None:
    """That is what the command is for; what needs it is not looked at, and the rest is."""
    team.configure("version: 1\ntimezone: Mars\ntargets: [\n")
    done, told = doctor(team)
    assert done.code == 3
    assert told["configuration"][0] == "missing"
    assert told["roles"] == ("unknown", "not looked at: token first ")
    assert told["declarations"] == ("unknown", "not looked at: target first ")
    (team.root / "reconcile.yaml").unlink()
    done, told = doctor(team)
    assert (done.code, done.err) == (3, "")
    assert "reconcile init" in told["configuration"][1]


def test_problems_of_declarations_are_cut_and_masked_in_a_log(team: Project) -> None:
    """The account is looked at all the same."""
    lines = [f"  - {{email: a{n}@example.com, rolls: []}}" for n in range(6)]
    team.declare("\n".join(["contacts:", *lines]))
    done, told = doctor(team)
    assert done.code == 3
    assert set(told) == {"declarations", "git"}
    assert "unknown-key" in told["declarations"][1]
    assert "'reconcile validate' has them all" in told["declarations"][1]
    assert "a0@example.com" not in team.run("doctor", environment={"CI": "true"}).out


def test_an_unknown_target_names_the_others(team: Project) -> None:
    """As every command says it."""
    done, told = doctor(team, "--target", "shap")
    assert done.code == 3
    assert "it has: local" in told["target"][1]


CREDENTIALS = '{"client_id": "the-client", "private_key": "the-key"}'


def test_credentials_are_never_shown_whatever_is_wrong(team: Project) -> None:
    """A file that others can read, and a key that the account does not know."""
    file = team.root / "credentials.json"
    file.write_text(CREDENTIALS, encoding="utf-8")
    bare = {"EVANCE_CLIENT_ID": "", "EVANCE_PRIVATE_KEY": ""}
    done, told = doctor(team, **bare)
    assert "EVANCE_CLIENT_ID" in told["credentials"][1]
    for mode, row in ((0o644, "credentials"), (0o600, "token")):
        file.chmod(mode)
        done, told = doctor(team, EVANCE_CREDENTIALS=str(file), **bare)
        assert (done.code, told[row][0]) == (3, "missing")
        assert "the-key" not in done.said
        assert "the-client" not in done.said
    assert "reachable" not in told, "the account answers, and refuses"


def test_an_account_that_does_not_answer_is_told_apart_from_one_that_refuses(team: Project) -> None:
    """Without a second try."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    team.configure(SETTINGS.format(url=f"http://127.0.0.1:{port}"))
    done, told = doctor(team)
    assert (done.code, told["reachable"][0]) == (3, "missing")
    assert f"no connection to 127.0.0.1:{port}" in told["reachable"][1]
    assert told["token"] == ("unknown", "not looked at: reachable first ")


def test_offline_asks_nobody(team: Project, shop: Shop) -> None:
    """Everything on this machine is looked at, and nothing is missing."""
    done, told = doctor(team, "--offline")
    assert done.code == 0
    assert {name for name, (state, _) in told.items() if state == "unknown"} == {
        check.name for check in CHECKS if check.asks
    }
    assert requests.get(f"{shop.access.url}/_sandbox/requests", timeout=10).json()["requests"] == []


def _client(shop: Shop, scopes: str) -> dict[str, str]:
    url = f"{shop.access.url}/_sandbox/clients"
    client = requests.post(url, json={"scopes": scopes}, timeout=10).json()
    return {"EVANCE_CLIENT_ID": client["client_id"], "EVANCE_PRIVATE_KEY": client["private_key"]}


def test_a_scope_that_is_lacking_is_named(team: Project, shop: Shop) -> None:
    """One that writes is not asked for: a credential for plans has none."""
    done, told = doctor(team, **_client(shop, "contacts.readonly"))
    assert (done.code, told["scopes"][0], told["roles"][0]) == (3, "missing", "missing")
    assert told["scopes"][1].startswith("not granted: roles.readonly")
    done, told = doctor(team, **_client(shop, "contacts.readonly roles.readonly"))
    assert (done.code, set(told)) == (0, {"git"})
    assert "it can't write" in done.out


def test_clocks_that_are_apart_are_told(team: Project, shop: Shop) -> None:
    """By how much; an account without a clock is unknown."""
    url = f"{shop.access.url}/_sandbox/faults"
    requests.put(url, json={"faults": ["server-clock:date=off,seconds=-900"]}, timeout=10).raise_for_status()
    done, told = doctor(team)
    assert (done.code, told["clock"][0]) == (3, "missing")
    assert "15 minutes ahead of" in told["clock"][1]
    requests.put(url, json={"faults": ["server-clock:date=absent"]}, timeout=10).raise_for_status()
    done, told = doctor(team)
    assert (done.code, told["clock"][0]) == (0, "unknown")


def test_what_stops_every_write_is_a_warning(team: Project) -> None:
    """The kill switch, and a state folder that others can look into."""
    state = team.root / ".reconcile"
    state.mkdir(mode=0o755)
    state.chmod(0o755)
    (state / "KILL").touch()
    done, told = doctor(team, "--offline")
    assert done.code == 0
    assert told["kill-switch"][0] == told["state-folder"][0] == "warning"
    assert "chmod 700" in told["state-folder"][1]


def test_the_age_of_what_was_read_is_told(team: Project) -> None:
    """Where plans have kept any of it."""
    cache = team.root / ".reconcile" / "cache"
    cache.mkdir(mode=0o700, parents=True)
    (team.root / ".reconcile").chmod(0o700)
    said = "  = state-folder   ok       .reconcile/ is yours alone, and not under Git\n"
    assert said in team.run("doctor", "--offline").out
    (cache / "contacts-shop-0.sqlite3").touch()
    os.utime(
        cache / "contacts-shop-0.sqlite3", (0, datetime(2026, 11, 23, 9, 12, 33, tzinfo=UTC).timestamp())
    )
    told = team.run("doctor", "--offline").out.partition(said)[2].splitlines()[0].strip()
    assert (
        told
        == ".reconcile/cache/ has what commands have read, the newest of 2026-11-23 09:12 (Europe/London)"
    )


@pytest.mark.parametrize("option", [("--repository", "a/b"), ("--branch", "main"), ("--in-preview",)])
def test_what_is_about_a_forge_needs_ci(option: tuple[str, ...], team: Project) -> None:
    """64, and what to give."""
    done = team.run("doctor", *option)
    assert (done.code, done.out) == (64, "")
    assert "give --ci" in done.err


def test_markdown_has_what_is_not_in_order(team: Project) -> None:
    """For the summary of a step."""
    done = team.run("doctor", "--offline", "--format", "markdown", "--target", "shap")
    assert done.code == 3
    assert "| target | missing | `reconcile.yaml has no target" in done.out
    assert "| python |" not in done.out


@pytest.mark.parametrize(
    ("python", "packages", "said"),
    [
        ((3, 10, 14), {"icalendar": "6.1"}, {"python": "install Python 3.11"}),
        ((3, 11, 0), {"icalendar": "6.0.5"}, {"packages": "icalendar>=6.1 (there is 6.0.5)"}),
        ((3, 14, 1), {}, {"packages": "icalendar>=6.1 (there is none)"}),
        ((3, 11, 0), {"icalendar": "6.1.0rc1"}, {}),
        ((3, 11, 0), {"icalendar": "10"}, {}),
    ],
)
def test_an_old_python_or_package_is_found(
    python: tuple[int, ...], packages: dict[str, str], said: dict[str, str], tmp_path: Path
) -> None:
    """By their numbers, not by their text."""
    choice = ProjectChoice(tmp_path / "reconcile.yaml", None, None, None, lambda: datetime.now(UTC))
    with ExitStack() as stack:
        there = Surroundings(
            choice, Terminal(), os.environ, stack, python, Packages(("icalendar>=6.1",), packages)
        )
        rows = [row for row in results_of(there, offline=True) if row.name in {"python", "packages"}]
    missing = {
        row.name: " ".join([*row.detail, row.remedy]) for row in rows if row.state is CheckState.MISSING
    }
    assert set(missing) == set(said)
    assert all(text in missing[name] for name, text in said.items())
