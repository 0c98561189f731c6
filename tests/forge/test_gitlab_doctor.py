"""Each check of `doctor --ci` at GitLab, against a stand-in: one lack is found by one check."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconcile.forge.client import ForgeClient
from reconcile.forge.gitlab.settings import GitLabSettingsReader
from reconcile.model.ci.forge_settings import CheckResult, CheckState
from reconcile.pipeline.doctor.gitlab import CHECKS, GitLabSetUp, examine_gitlab
from tests.support.forge.fake_lab_settings import (
    DEVELOPER,
    MAINTAINER,
    FakeLabSettings,
    serve_gitlab_settings,
    variable,
)


@pytest.fixture
def lab() -> Iterator[FakeLabSettings]:
    """The settings of a project, as they should be."""
    with serve_gitlab_settings() as lab:
        yield lab


def not_ok(lab: FakeLabSettings, token: str = MAINTAINER) -> dict[str, CheckResult]:
    """The checks that are not ok, by name."""
    settings = GitLabSettingsReader(ForgeClient(lab.api.url, token), "7").read()
    results = examine_gitlab(GitLabSetUp(settings, ("local",)))
    return {result.name: result for result in results if result.state is not CheckState.OK}


def test_nothing_is_missing_where_all_is_as_it_should_be(lab: FakeLabSettings) -> None:
    """As docs/gitlab-ci.md has it."""
    assert not_ok(lab) == {}


def test_what_a_developer_may_not_read_is_unknown(lab: FakeLabSettings) -> None:
    """The variables are told to maintainers alone."""
    found = not_ok(lab, DEVELOPER)
    assert {name: result.state for name, result in found.items()} == dict.fromkeys(
        ("secrets", "secret-places", "enabled"), CheckState.UNKNOWN
    )


def test_an_older_gitlab_without_a_setting(lab: FakeLabSettings) -> None:
    """What it does not tell is unknown."""
    del lab.project["ci_pipeline_variables_minimum_override_role"]
    assert not_ok(lab)["pipeline-variables"].state is CheckState.UNKNOWN


Change = Callable[[FakeLabSettings], Any]


def _set(**changes: object) -> Change:
    return lambda lab: lab.project.update(changes)


LACKS: dict[str, tuple[Change, dict[str, str]]] = {
    "internal": (_set(visibility="internal"), {"visibility": "not private"}),
    "unprotected": (lambda lab: lab.branches.clear(), {"branch": "main is not protected"}),
    "forced": (lambda lab: lab.branches[0].update(allow_force_push=True), {"branch": "by force"}),
    "a release branch": (
        lambda lab: lab.branches.append({**lab.branches[0], "name": "release-*"}),
        {"other-protected": "the branch release-* is protected"},
    ),
    "tags": (lambda lab: lab.tags.append({"name": "v*"}), {"other-protected": "the tag v* is protected"}),
    "failed": (_set(only_allow_merge_if_pipeline_succeeds=False), {"must-succeed": "failed"}),
    "merged results": (_set(merge_pipelines_enabled=True), {"must-succeed": "nobody merges"}),
    "variables by developers": (
        _set(ci_pipeline_variables_minimum_override_role="developer"),
        {"pipeline-variables": "who is developer or more"},
    ),
    "no key": (
        lambda lab: lab.variables.remove(variable("RECONCILE_JOURNAL_KEY")),
        {"secrets": "RECONCILE_JOURNAL_KEY is not there for reconcile-apply-local"},
    ),
    "a key for all": (
        lambda lab: lab.variables[8].update(protected=False),
        {"secret-places": "RECONCILE_JOURNAL_KEY for * is not protected"},
    ),
    "a credential for all": (
        lambda lab: lab.variables.append(variable("EVANCE_PRIVATE_KEY")),
        {"secret-places": "given to more than one environment"},
    ),
    "in the log": (lambda lab: lab.variables[3].update(masked=False), {"secret-places": "is not masked"}),
    "switched off": (lambda lab: lab.variables.pop(), {"enabled": "RECONCILE_ENABLED"}),
}
"""What is changed, which checks then miss something, and what they say."""


@pytest.mark.parametrize("lack", LACKS)
def test_a_lack_is_found_by_its_check_and_by_no_other(lack: str, lab: FakeLabSettings) -> None:
    """What is said names the place."""
    change, expected = LACKS[lack]
    change(lab)
    found = not_ok(lab)
    assert set(found) == set(expected)
    for name, words in expected.items():
        assert found[name].state is CheckState.MISSING
        assert words in " ".join(found[name].detail)


def test_every_check_can_fail() -> None:
    """A row that nothing above makes miss something would guard nothing."""
    assert {name for _, expected in LACKS.values() for name in expected} == {check.name for check in CHECKS}
