"""Each check of `doctor --ci`, against a stand-in for GitHub's settings: one lack is found by one check."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from reconcile.forge.client import ForgeClient
from reconcile.forge.github.settings import GitHubSettings
from reconcile.model.ci.forge_settings import CheckResult, CheckState
from reconcile.pipeline.doctor.code_owners import owner_lines, owners_of
from reconcile.pipeline.doctor.finding import SetUp
from reconcile.pipeline.doctor.table import CHECKS, examine
from tests.support.forge.fake_settings import (
    ADMIN_TOKEN,
    REPOSITORY,
    WORKFLOW_TOKEN,
    FakeSettings,
    environment,
    ruleset,
    serve_settings,
)


@pytest.fixture
def settings() -> Iterator[FakeSettings]:
    """The settings of a repository, as they should be."""
    with serve_settings() as settings:
        yield settings


def set_up(settings: FakeSettings, token: str = ADMIN_TOKEN) -> SetUp:
    """What is judged, read with that token; the rest is as it should be."""
    read = GitHubSettings(ForgeClient(settings.api.url, token), REPOSITORY).read()
    return SetUp(read, ("local",), credential="example.evance.me", may_write=False, must_only_read=True)


def not_ok(setup: SetUp) -> dict[str, CheckResult]:
    """The checks that are not ok, by name."""
    return {result.name: result for result in examine(setup) if result.state is not CheckState.OK}


@pytest.mark.parametrize("source", ["protection", "ruleset"])
def test_nothing_is_missing_where_all_is_as_it_should_be(source: str, settings: FakeSettings) -> None:
    """By a branch protection and by a ruleset alike."""
    if source == "ruleset":
        settings.protection, settings.rules = None, ruleset()
    assert not_ok(set_up(settings)) == {}


def test_what_a_workflow_may_not_read_is_unknown_and_not_missing(settings: FakeSettings) -> None:
    """Each says which permission a token needs for it."""
    found = not_ok(set_up(settings, WORKFLOW_TOKEN))
    assert {result.state for result in found.values()} == {CheckState.UNKNOWN}
    needs = {name: result.detail for name, result in found.items()}
    assert needs["review"] == needs["workflow-token"] == needs["forks"] == ("Administration: read",)
    assert needs["secrets"] == ("Environments: read",)
    assert needs["secret-places"] == ("Secrets: read", "Environments: read")
    assert needs["enabled"] == ("Variables: read",)
    assert not {"visibility", "environments", "environment-branches", "reviewers", "code-owners"} & set(found)


def test_a_workflow_is_told_by_rulesets_what_they_ask_for(settings: FakeSettings) -> None:
    """But who may bypass them."""
    settings.protection, settings.rules, settings.bypass = None, ruleset(), None
    found = not_ok(set_up(settings, WORKFLOW_TOKEN))
    assert "review" not in found
    assert found["bypass"].state is CheckState.UNKNOWN


def test_an_unprotected_branch_is_known_to_be_unprotected(settings: FakeSettings) -> None:
    """The branch itself says so to every token."""
    settings.protection = None
    assert not_ok(set_up(settings, WORKFLOW_TOKEN))["review"].state is CheckState.MISSING


def test_a_ruleset_that_somebody_may_bypass(settings: FakeSettings) -> None:
    """Unless the branch's protection asks for the same of everybody."""
    settings.rules, settings.bypass = ruleset(), [{"actor_type": "RepositoryRole"}]
    assert not_ok(set_up(settings)) == {}
    settings.protection = None
    assert not_ok(set_up(settings))["bypass"].detail == ("these need not obey: RepositoryRole",)


Change = Callable[[FakeSettings], Any]


def _without(key: str) -> Change:
    return lambda settings: settings.protection.pop(key) and None  # type: ignore[union-attr]


def _reviews(**changes: object) -> Change:
    return lambda settings: settings.protection["required_pull_request_reviews"].update(changes)  # type: ignore[index]


def _in(name: str, **changes: object) -> Change:
    return lambda settings: settings.environment(f"reconcile-{name}-local").update(changes)


def _sets(**changes: object) -> Change:
    def change(settings: FakeSettings) -> None:
        for name, value in changes.items():
            setattr(settings, name, value)

    return change


def _owns(line: str) -> Change:
    def change(settings: FakeSettings) -> None:
        settings.owners[".github/CODEOWNERS"] += f"{line}\n"

    return change


KEYED = ["EVANCE_CLIENT_ID", "EVANCE_PRIVATE_KEY", "RECONCILE_JOURNAL_KEY"]

SELECTED = {"protected_branches": False, "custom_branch_policies": True}

LACKS: dict[str, tuple[Change, dict[str, str]]] = {
    "internal": (_sets(visibility="internal"), {"visibility": "the repository is not private"}),
    "no review": (
        _without("required_pull_request_reviews"),
        {"review": "", "stale-reviews": "", "last-push": "", "code-owner-review": "", "bypass": ""},
    ),
    "stale": (_reviews(dismiss_stale_reviews=False), {"stale-reviews": ""}),
    "last push": (_reviews(require_last_push_approval=False), {"last-push": ""}),
    "owners' review": (_reviews(require_code_owner_reviews=False), {"code-owner-review": ""}),
    "somebody may bypass": (
        _reviews(bypass_pull_request_allowances={"users": [{"login": "ann"}], "teams": [], "apps": []}),
        {"bypass": "some users"},
    ),
    "checks": (_without("required_status_checks"), {"required-checks": "'Reviewed' is not required"}),
    "one check": (
        lambda settings: settings.protection["required_status_checks"]["contexts"].remove("plan / Planned"),
        {"required-checks": "the check 'Planned' is not required"},
    ),
    "force": (
        lambda settings: settings.protection.update(allow_force_pushes={"enabled": True}),
        {"history": ""},
    ),
    "administrators": (_without("enforce_admins"), {"bypass": "administrators"}),
    "no environment": (
        lambda settings: settings.environments.pop() and None,  # type: ignore[func-returns-value]
        {"environments": "there is no environment reconcile-clock-local"},
    ),
    "any branch applies": (
        _in("apply", deployment_branch_policy=None, patterns=[]),
        {"environment-branches": "reconcile-apply-local: every branch and tag may use it"},
    ),
    "a tag called main": (
        _in("clock", patterns=[{"name": "main", "type": "branch"}, {"name": "main", "type": "tag"}]),
        {"environment-branches": "the tags 'main' may use it"},
    ),
    "a pattern": (
        _in("clock", patterns=[{"name": "main", "type": "branch"}, {"name": "release/*", "type": "branch"}]),
        {"environment-branches": "the branches 'release/*' may use it, too"},
    ),
    "plan of main alone": (
        _in("plan", deployment_branch_policy=SELECTED, patterns=[{"name": "main", "type": "branch"}]),
        {"plan-environment": ""},
    ),
    "own review": (
        lambda settings: settings.environment("reconcile-approve-local")["protection_rules"][0].update(
            prevent_self_review=False
        ),
        {"reviewers": "who started a run may let it go on"},
    ),
    "administrators let it go on": (
        _in("approve", can_admins_bypass=True),
        {"reviewers": "administrators may let it go on unreviewed"},
    ),
    "reviewers of apply": (
        lambda settings: settings.environment("reconcile-apply-local").update(
            protection_rules=settings.environment("reconcile-approve-local")["protection_rules"]
        ),
        {"waiting": "reconcile-apply-local"},
    ),
    "a timer": (
        _in("clock", protection_rules=[{"type": "wait_timer", "wait_timer": 30}]),
        {"waiting": "reconcile-clock-local"},
    ),
    "no key": (_in("apply", secrets=KEYED[:2]), {"secrets": "RECONCILE_JOURNAL_KEY is not there"}),
    "key in plan": (
        _in("plan", secrets=KEYED),
        {"secret-places": "reconcile-plan-local: RECONCILE_JOURNAL_KEY"},
    ),
    "credential of all": (
        _sets(secrets=["EVANCE_PRIVATE_KEY", "OTHER"]),
        {"secret-places": "the secret EVANCE_PRIVATE_KEY is the repository's own"},
    ),
    "an environment of an earlier version": (
        lambda settings: settings.environments.append(environment("reconcile-apply", "EVANCE_PRIVATE_KEY")),
        {"secret-places": "reconcile-apply: EVANCE_PRIVATE_KEY lies here, and no job uses this environment"},
    ),
    "key of the organisation": (
        _sets(organization_secrets=["RECONCILE_JOURNAL_KEY_BEFORE"]),
        {"secret-places": "RECONCILE_JOURNAL_KEY_BEFORE"},
    ),
    "switched off": (_sets(variables={}), {"enabled": "RECONCILE_ENABLED"}),
    "no owners": (_sets(owners={}), {"code-owners": "main has no CODEOWNERS"}),
    "owned by nobody": (_owns("/reconcile.yaml"), {"code-owners": "nobody owns reconcile.yaml"}),
    "a hole": (_owns("/.github/workflows/"), {"code-owners": "nobody owns .github/"}),
    "unknown owner": (
        _sets(owner_errors=[{"line": 2, "kind": "Unknown owner", "column": 1}]),
        {"code-owners": "line 2: Unknown owner"},
    ),
    "token": (
        _sets(
            workflow_token={"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True}
        ),
        {"workflow-token": "workflows may create and approve pull requests"},
    ),
    "forks": (
        lambda settings: settings.forks.update(send_secrets_and_variables=True),
        {"forks": "gets the secrets"},
    ),
}
"""What is changed, which checks then miss something, and what they say."""


@pytest.mark.parametrize("lack", LACKS)
def test_a_lack_is_found_by_its_check_and_by_no_other(lack: str, settings: FakeSettings) -> None:
    """What is said names the place."""
    change, expected = LACKS[lack]
    change(settings)
    found = not_ok(set_up(settings))
    assert set(found) == set(expected)
    for name, words in expected.items():
        assert found[name].state is CheckState.MISSING
        assert words in " ".join(found[name].detail)


def test_where_reviewers_can_not_be_had_the_approving_review_is_the_last_look(settings: FakeSettings) -> None:
    """Without either, nobody has looked."""
    settings.environment("reconcile-approve-local")["protection_rules"] = []
    setup = set_up(settings)
    assert not_ok(setup) == {}
    assert not_ok(replace(setup, require_review=False))["reviewers"].state is CheckState.MISSING


def test_what_the_checkout_and_the_credential_lack(settings: FakeSettings) -> None:
    """An account that does not tell what a token may do is no lack."""
    setup = set_up(settings)
    assert set(not_ok(replace(setup, unpinned=(".github/workflows/a.yml: 'a/b@v1'",)))) == {"action-pins"}
    writes = replace(setup, may_write=True)
    assert not_ok(writes)["credential"].state is CheckState.MISSING
    assert not_ok(replace(writes, must_only_read=False)) == {}
    assert not_ok(replace(setup, may_write=None))["credential"].state is CheckState.UNKNOWN


def test_each_target_has_its_own_environments(settings: FakeSettings) -> None:
    """A second target without any is told of five."""
    found = not_ok(replace(set_up(settings), targets=("local", "other")))
    assert len(found["environments"].detail) == 5


def test_a_project_in_a_folder_of_the_repository(settings: FakeSettings) -> None:
    """Its files are looked for where they lie."""
    found = not_ok(replace(set_up(settings), prefix="shop/", folders=("shop/contacts/",)))
    assert [line.rpartition(" ")[2] for line in found["code-owners"].detail] == [
        "shop/reconcile.yaml",
        "shop/evance.capabilities.yaml",
        "shop/.reconcile/",
        "shop/contacts/",
    ]


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "contacts/a.yaml", True),
        ("/contacts/", "contacts/deep/a.yaml", True),
        ("contacts/", "shop/contacts/a.yaml", True),
        ("/contacts/", "shop/contacts/a.yaml", False),
        ("contacts/*", "contacts/a.yaml", True),
        ("contacts/*", "contacts/deep/a.yaml", False),
        ("/contacts/**", "contacts/deep/a.yaml", True),
        ("**/contacts", "shop/contacts/a.yaml", True),
        ("*.yaml", "contacts/a.yaml", True),
        ("/*.yaml", "contacts/a.yaml", False),
        ("/.github", ".github/workflows/plan.yml", True),
        ("/reconcile.yaml", "reconcile.yaml", True),
        ("/reconcile.yaml", "reconcile-yaml", False),
    ],
)
def test_patterns_match_as_github_says(pattern: str, path: str, matches: bool) -> None:  # noqa: FBT001
    """GitHub docs, "About code owners"."""
    assert bool(owners_of(owner_lines(f"{pattern} @a"), path)) is matches


def test_the_last_line_that_matches_counts() -> None:
    """Also when it names nobody; comments count for nothing."""
    lines = owner_lines("* @all\n/contacts/ @shop # ours\n# /contacts/ @nobody\n/contacts/open/\n")
    assert owners_of(lines, "contacts/a.yaml") == ("@shop",)
    assert owners_of(lines, "contacts/open/a.yaml") == ()
    assert owners_of(lines, "README.md") == ("@all",)


def test_every_check_can_fail() -> None:
    """A row that nothing above makes miss something would guard nothing."""
    elsewhere = {"action-pins", "credential"}
    assert {name for _, expected in LACKS.values() for name in expected} | elsewhere == {
        check.name for check in CHECKS
    }


def test_what_the_page_gives_to_copy_has_nothing_missing(settings: FakeSettings) -> None:
    """The ruleset and the code owners of docs/ci.md."""
    page = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
    rules, owners = (fenced(page, name) for name in ("ruleset.json", ".github/CODEOWNERS"))
    settings.protection = None
    settings.rules = [{"ruleset_id": 7, **rule} for rule in json.loads(rules)["rules"]]
    settings.owners = {".github/CODEOWNERS": owners}
    assert not_ok(set_up(settings)) == {}


def fenced(page: str, file: str) -> str:
    """The content of a file that a page gives, wherever its fence stands in a list."""
    found = re.search(rf"^ *```\w+ {re.escape(file)}\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)
    assert found
    return dedent(found[1])
