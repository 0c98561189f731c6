"""`doctor --ci` as a command, against stand-ins for GitHub's settings and for the account."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from reconcile.pipeline.doctor.gitlab import CHECKS as GITLAB_CHECKS
from reconcile.pipeline.doctor.table import CHECKS
from tests.support.command_line import CommandResult
from tests.support.forge.fake_lab_settings import MAINTAINER, serve_gitlab_settings
from tests.support.forge.fake_settings import (
    ADMIN_TOKEN,
    REPOSITORY,
    WORKFLOW_TOKEN,
    FakeSettings,
    serve_settings,
)
from tests.support.project import SETTINGS, Project
from tests.support.shop import Shop


@dataclass(frozen=True)
class ExaminedProject:
    """A project whose repository is set up as it should be, until a test changes something."""

    settings: FakeSettings
    project: Project
    shop: Shop

    def run(self, *arguments: str, scopes: str = "contacts.readonly", **other: str) -> CommandResult:
        url = f"{self.shop.access.url}/_sandbox/clients"
        client = requests.post(url, json={"scopes": f"{scopes} roles.readonly"}, timeout=10).json()
        environment = {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": self.settings.api.url,
            "GITHUB_TOKEN": WORKFLOW_TOKEN,
            "RECONCILE_DOCTOR_TOKEN": ADMIN_TOKEN,
            "EVANCE_CLIENT_ID": client["client_id"],
            "EVANCE_PRIVATE_KEY": client["private_key"],
        }
        return self.project.run("doctor", *arguments, environment={**environment, **other})


@pytest.fixture
def examined(shop: Shop, project: Project) -> Iterator[ExaminedProject]:
    """A project for a shop, in a repository of its own."""
    (project.root / ".git").mkdir()
    with serve_settings() as settings:
        yield ExaminedProject(settings, project, shop)


def test_a_good_set_up(examined: ExaminedProject) -> None:
    """The secrets are told by name; the token and the credential stand nowhere."""
    done = examined.run("--ci")
    assert done.code == 0, done.said
    assert f"{len(CHECKS)} checks ok, 0 missing, 0 unknown." in done.out
    assert "can't write contacts" in done.out
    assert ADMIN_TOKEN not in done.said


def test_what_is_missing_has_its_cost_and_its_remedy(examined: ExaminedProject) -> None:
    """In every format, with exit code 3."""
    examined.settings.secrets = ["EVANCE_PRIVATE_KEY"]
    text, table = examined.run("--ci"), examined.run("--ci", "--format", "markdown")
    assert (text.code, table.code) == (3, 3)
    for done in (text, table):
        assert "EVANCE_PRIVATE_KEY is the repository's own" in done.out
        assert "whoever may push has the account" in done.out
        assert "gh secret delete NAME" in done.out
    rows = json.loads(examined.run("--ci", "--format", "json").out)["results"]
    assert [row["name"] for row in rows if row["state"] == "missing"] == ["secret-places"]


def test_in_the_preview_it_warns_and_refuses_only_where_that_is_configured(examined: ExaminedProject) -> None:
    """There the credential must not write."""
    done = examined.run("--ci", "--in-preview", scopes="contacts")
    assert done.code == 0
    assert "can write contacts" in done.out
    assert "not set up as the pipeline relies on it: credential" in done.err
    assert examined.run("--ci", scopes="contacts").code == 0, "by hand it may be the one that writes"
    configured = SETTINGS.format(url=examined.shop.access.url)
    examined.project.configure(f"{configured}ci: {{doctor: refuse}}\n")
    assert examined.run("--ci", "--in-preview", scopes="contacts").code == 3
    done = examined.run("--ci", "--in-preview")
    assert (done.code, done.out) == (0, ""), "nothing to say, nothing said"


def test_a_forge_that_tells_nothing_stops_no_preview(examined: ExaminedProject) -> None:
    """Unless the preview shall be refused for what is missing."""
    unknown = ("--ci", "--in-preview", "--repository", "example/other")
    done = examined.run(*unknown)
    assert (done.code, "Nobody has looked" in done.err) == (0, True)
    configured = SETTINGS.format(url=examined.shop.access.url)
    examined.project.configure(f"{configured}ci: {{doctor: refuse}}\n")
    assert examined.run(*unknown).code == 1


def test_a_workflows_own_token_is_told_how_to_know_more(examined: ExaminedProject) -> None:
    """What it may not read is no lack."""
    done = examined.run("--ci", RECONCILE_DOCTOR_TOKEN="")
    assert done.code == 0, done.said
    assert "RECONCILE_DOCTOR_TOKEN" in done.out
    assert "the token may not read it (it needs Administration: read)" in done.out


def test_actions_that_are_not_pinned_are_named_with_their_file(examined: ExaminedProject) -> None:
    """Those of the checkout, wherever the configuration lies in it."""
    workflows = examined.project.root / ".github" / "workflows"
    workflows.mkdir(parents=True)
    uses = ["a/b@v4", f"a/b@{'0' * 40} # v4", "./.github/actions/c", "$/.github/d", "docker://alpine:3"]
    workflows.joinpath("x.yml").write_text("".join(f"      - uses: {action}\n" for action in uses))
    done = examined.run("--ci")
    assert done.code == 3
    assert done.out.count("is not pinned") == 2
    assert ".github/workflows/x.yml: 'a/b@v4' is not pinned" in done.out


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (("--branch", "main"), {}, "give --ci"),
        (("--ci", "--repository", "no"), {}, "owner/name"),
        (("--ci",), {"GITHUB_REPOSITORY": ""}, "--repository OWNER/NAME"),
        (("--ci",), {"GITHUB_REPOSITORY": "", "CI_API_V4_URL": "https://lab.example"}, "GROUP/NAME"),
        (("--ci",), {"GITHUB_TOKEN": "", "RECONCILE_DOCTOR_TOKEN": ""}, "gh auth token"),
    ],
)
def test_a_wrong_call_says_what_to_give(
    arguments: tuple[str, ...], environment: dict[str, str], message: str, examined: ExaminedProject
) -> None:
    """With exit code 64, before any request."""
    done = examined.run(*arguments, **environment)
    assert done.code == 64
    assert message in done.err
    assert examined.settings.api.calls == []


def test_a_repository_that_nobody_knows(examined: ExaminedProject) -> None:
    """The forge tells nothing: that is a failure, and no report."""
    done = examined.run("--ci", "--repository", "example/other")
    assert (done.code, done.out) == (1, "")
    assert "the token may not see it" in done.err


def test_a_project_at_gitlab(examined: ExaminedProject) -> None:
    """Its own checks, from its own settings; no value of a variable is shown."""
    with serve_gitlab_settings() as lab:
        told = {"GITHUB_REPOSITORY": "", "CI_API_V4_URL": lab.api.url, "CI_PROJECT_ID": "7"}
        done = examined.run("--ci", RECONCILE_DOCTOR_TOKEN=MAINTAINER, **told)
        assert done.code == 0, done.said
        assert f"{len(GITLAB_CHECKS)} checks ok, 0 missing, 0 unknown." in done.out
        assert "a-secret-value" not in done.said
        lab.branches[0]["push_access_levels"] = [
            {"access_level": 40, "access_level_description": "Maintainers"}
        ]
        done = examined.run("--ci", RECONCILE_DOCTOR_TOKEN=MAINTAINER, **told)
        assert (done.code, "main: these may push: Maintainers" in done.out) == (3, True)
