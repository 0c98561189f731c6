"""GitLab's pipeline as its page shows it: which jobs run when, what they get, and how the tool is started."""

import re
from pathlib import Path

import pytest

from tests.support.forge.gitlab_ci.page import pipeline_text
from tests.support.forge.gitlab_ci.pipeline_file import JobText, PipelineFile
from tests.support.forge.gitlab_ci.rules import holds

ROOT = Path(__file__).parent.parent

ON = {"RECONCILE_ENABLED": "true"}

BRANCH = {"CI_COMMIT_BRANCH": "main"}

REQUEST = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
}

HOURLY = {"CI_PIPELINE_SOURCE": "schedule", "CI_PIPELINE_SCHEDULE_DESCRIPTION": "reconcile clock"}

DAILY = {"CI_PIPELINE_SOURCE": "schedule", "CI_PIPELINE_SCHEDULE_DESCRIPTION": "reconcile drift"}


def jobs(event: dict[str, str], project: dict[str, str]) -> list[JobText]:
    file, predefined = PipelineFile.read(pipeline_text()), {"CI_DEFAULT_BRANCH": "main", **event}
    return file.jobs(predefined, project) if file.makes_pipeline({**predefined, **project}) else []


@pytest.mark.parametrize(
    ("event", "project", "names"),
    [
        (REQUEST, ON, ["validate", "plan shop", "comment", "reviewed"]),
        (REQUEST, {}, ["validate"]),
        (REQUEST | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "77"}, ON, ["validate"]),
        # A fork's own pipeline: the project is the fork.
        (REQUEST | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "77", "CI_PROJECT_ID": "77"}, ON, ["validate"]),
        (REQUEST | {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "other"}, ON, []),
        (BRANCH | {"CI_PIPELINE_SOURCE": "push"}, ON, ["preview shop", "apply shop"]),
        (BRANCH | {"CI_PIPELINE_SOURCE": "web"}, ON, ["preview shop", "apply shop"]),
        (BRANCH | {"CI_PIPELINE_SOURCE": "push"}, {}, []),
        (BRANCH | {"CI_PIPELINE_SOURCE": "trigger"}, ON, []),
        ({"CI_COMMIT_TAG": "main", "CI_PIPELINE_SOURCE": "push"}, ON, []),
        ({"CI_COMMIT_BRANCH": "change", "CI_PIPELINE_SOURCE": "push"}, ON, []),
        (BRANCH | HOURLY, ON, ["clock shop"]),
        (BRANCH | DAILY, ON, ["drift shop"]),
    ],
)
def test_jobs_run_when_they_should(event: dict[str, str], project: dict[str, str], names: list[str]) -> None:
    """A fork is validated and nothing else, wherever its pipeline runs; a tag is no branch."""
    assert [job.name for job in jobs(event, project)] == names


def test_what_writes_is_alone_and_is_not_cut_off() -> None:
    """One group for both jobs that write; only they are in an environment with the credential that writes."""
    found = [
        job for event in ({"CI_PIPELINE_SOURCE": "push"}, HOURLY, DAILY) for job in jobs(BRANCH | event, ON)
    ]
    writing = {job.name: job.resource_group for job in found if job.resource_group}
    assert writing == {"apply shop": "reconcile-write-shop", "clock shop": "reconcile-write-shop"}
    environments = {job.name: job.environment for job in [*found, *jobs(REQUEST, ON)] if job.environment}
    assert environments == {
        "plan shop": "reconcile-plan-shop",
        "preview shop": "reconcile-preview-shop",
        "apply shop": "reconcile-apply-shop",
        "clock shop": "reconcile-clock-shop",
        "drift shop": "reconcile-preview-shop",
    }
    assert [job.name for job in found if job.keys["interruptible"]] == []


def test_what_a_preview_has_kept_is_not_taken_for_what_the_apply_keeps() -> None:
    """The job that applies begins with the files of the preview, and may be cut off before it keeps any."""
    found = {job.name: job for job in jobs(BRANCH | {"CI_PIPELINE_SOURCE": "push"}, ON)}
    first, *_ = found["apply shop"].script("script").splitlines()
    assert first.startswith("rm -rf ")
    kept = {path.strip('"') for path in first.split()[2:]}
    assert kept == set(found["apply shop"].keys["artifacts"]["paths"])


@pytest.mark.parametrize("event", [REQUEST, BRANCH | {"CI_PIPELINE_SOURCE": "push"}, BRANCH | HOURLY])
def test_what_a_commit_has_where_jobs_leave_their_work_is_not_taken_for_theirs(event: dict[str, str]) -> None:
    """A plan under Git would be kept as the job's own when it fails early; and what a preview says is run."""
    leaving = [job for job in jobs(event, ON) if "out" in str(job.keys.get("artifacts", {}).get("paths"))]
    first = {job.name: job.script("script").splitlines()[0] for job in leaving if job.when != "manual"}
    assert len(first) == 1
    assert set(first.values()) == {"rm -rf out"}


def test_somebody_starts_what_applies_a_merge_and_nobody_has_to() -> None:
    """A manual job that may stay undone: a preview with nothing to write leaves the pipeline passed."""
    found = {job.name: job for job in jobs(BRANCH | {"CI_PIPELINE_SOURCE": "push"}, ON)}
    assert [(job.when, job.allow_failure) for job in found.values()] == [
        ("on_success", False),
        ("manual", True),
    ]
    assert "WHOLE" not in found["preview shop"].variables
    (by_hand, _) = jobs(BRANCH | {"CI_PIPELINE_SOURCE": "web"}, ON)
    assert by_hand.variables["WHOLE"] == "--whole"


def test_nothing_of_the_checkout_is_run_as_code() -> None:
    """Python is isolated, the tool is installed as on GitHub, and no variable says what is fetched."""
    before = jobs(REQUEST, ON)[0].script("before_script")
    started = re.findall(r"\bpython -[^\n]*", pipeline_text().partition("# What a merge")[0])
    assert started == ['python -I -m reconcile "$@"; }']  # the one function that every script has
    *fetched, installed, _function = before.splitlines()
    assert [line for line in [*fetched, installed] if "$" in line] == []
    path = installed.split()[-1].removeprefix("/opt/tool/")
    assert (ROOT / path).stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ('$A == "x"', True),
        ('$A != "x" || $A', True),
        ("$MISSING", False),
        ("$MISSING == null", True),
        ('$MISSING == ""', False),
        ("$EMPTY", False),
        ('$A == "y" && $MISSING == null || $A =~ /^X$/i', True),
        ('$A == "y" && ($MISSING == null || $A =~ /x/)', False),
        ("$A !~ /x/", False),
    ],
)
def test_the_stand_in_reads_conditions_as_gitlab_does(condition: str, *, held: bool) -> None:
    """By "Job rules" of GitLab's documentation: a variable that is not defined equals null alone."""
    assert holds(condition, {"A": "x", "EMPTY": ""}) is held
