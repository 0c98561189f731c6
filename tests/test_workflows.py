"""The workflow files: valid, pinned, with the least permissions, and no untrusted value in a command."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

ACTION = ROOT / ".github" / "actions" / "reconcile" / "action.yml"

PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

BIN = Path(sys.executable).parent


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> Iterator[dict[str, Any]]:
    document = loaded(path)
    for job in document["jobs"].values() if "jobs" in document else [document["runs"]]:
        yield from job.get("steps", [])


def valid(schema: str, path: Path) -> None:
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_valid(path: Path) -> None:
    """By the published JSON Schema of GitHub's workflows."""
    valid("github-workflows", path)


def test_the_action_is_valid_and_each_input_says_what_it_is() -> None:
    """By the published JSON Schema of GitHub's actions."""
    valid("github-actions", ACTION)
    assert all(entry["description"] for entry in loaded(ACTION)["inputs"].values())


def test_the_example_for_gitlab_is_valid(tmp_path: Path) -> None:
    """By GitLab's published CI schema, as it stands on the page."""
    page = (ROOT / "docs" / "gitlab-ci.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml \.gitlab-ci\.yml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(example, encoding="utf-8")
    valid("gitlab-ci", path)


def test_zizmor_finds_nothing() -> None:
    """At its pedantic level, offline; what is ignored has its reason beside it."""
    command = [
        str(BIN / "zizmor"),
        "--offline",
        "--persona=pedantic",
        "--no-progress",
        "--color=never",
        ".github",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for path in (*WORKFLOWS, ACTION):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "zizmor: ignore" in line:
                assert re.search(r"zizmor: ignore\[[a-z-]+\] \w+", line), line


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_full_commit(path: Path) -> None:
    """With its version beside it; but for our own, which come with the checkout or at the same commit."""
    uses = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    foreign = [line for line in uses if not re.match(r"uses: [$.]/", line)]
    assert [line for line in foreign if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_no_expression_stands_inside_a_command(path: Path) -> None:
    """Values come through the environment, where a shell does not read them as code."""
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_gives_nothing_away(path: Path) -> None:
    """No permission at the top, the least in each job, no token left in a checkout, no foreign trigger."""
    document = loaded(path)
    assert document["permissions"] == {}
    triggers = document[True]  # what YAML 1.1 makes of the key `on`
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers)
    for name, job in document["jobs"].items():
        makes_a_release = (path.name, name) == ("release.yml", "release")
        assert job["permissions"].get("contents", "read") == ("write" if makes_a_release else "read")
        assert "uses" in job or job["timeout-minutes"] <= 120
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


READERS = {"reconcile-plan", "reconcile-preview"}

ENVIRONMENTS = {*READERS, "reconcile-approve", "reconcile-apply", "reconcile-clock"}

CALLERS, CALLED = (
    ("plan.yml", "apply.yml", "drift.yml"),
    sorted(path.name for path in WORKFLOWS if path.name.startswith("reconcile-")),
)


def pipeline_jobs(*names: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The jobs of workflows, each with the environment that it uses, without the target."""
    for name in names:
        for job in loaded(ROOT / ".github" / "workflows" / name)["jobs"].values():
            yield job.get("environment", "").partition("-${{")[0], job


def test_secrets_lie_in_environments_and_reach_single_steps() -> None:
    """Each target has its own; the credential that writes is given to what writes alone."""
    for environment, job in pipeline_jobs(*CALLED):
        assert "secrets" not in str(job.get("env", {}))
        assert environment in {"", *ENVIRONMENTS}
        secret = [step for step in job.get("steps", []) if "secrets." in str(step)]
        assert bool(secret) == (environment in ENVIRONMENTS - {"reconcile-approve"})
        for step in secret:
            writes = step["name"] in {"Apply", "Apply what is due"}
            credential = "EVANCE_PRIVATE_KEY" in step["env"]
            assert writes == (credential and environment not in READERS), step["name"]


def test_no_called_workflow_insists_on_a_secret_that_lies_in_an_environment() -> None:
    """GitHub hands an empty value on from the caller, and refuses a run that misses a required one."""
    for name in CALLED:
        called = loaded(ROOT / ".github" / "workflows" / name)[True]["workflow_call"] or {}
        assert not any(secret["required"] for secret in called.get("secrets", {}).values())


def test_the_key_of_the_journals_stays_on_main() -> None:
    """No job that a branch can run has it, nor has a caller of one."""
    for name in ("plan.yml", "reconcile-plan.yml", "reconcile-review.yml"):
        assert "JOURNAL_KEY" not in (ROOT / ".github" / "workflows" / name).read_text()


def test_what_reviewers_let_through_has_no_credential_and_holds_no_queue() -> None:
    """A job that waits may hold its concurrency group: the one that writes comes after it."""
    jobs = loaded(ROOT / ".github" / "workflows" / "reconcile-apply-target.yml")["jobs"]
    assert "concurrency" not in jobs["approve"]
    assert jobs["approve"]["permissions"] == {}
    assert "approve" in jobs["apply"]["needs"]
    assert "if" not in jobs["apply"]  # skipped with the one before it


def test_one_job_at_a_time_writes_to_an_account() -> None:
    """None is cut off, none takes the place of another that waits; whatever only reads does not wait."""
    groups = []
    for environment, job in pipeline_jobs(*CALLED):
        assert ("concurrency" in job) == (environment in {"reconcile-apply", "reconcile-clock"})
        if "concurrency" in job:
            groups.append(re.sub(r"(inputs|matrix)", "", job["concurrency"]["group"]))
            assert (job["concurrency"]["cancel-in-progress"], job["concurrency"]["queue"]) == (False, "max")
    assert groups == ["reconcile-write-${{ .target }}"] * 2


def test_one_target_that_fails_stops_no_other() -> None:
    """Every matrix goes on; what must say something does so whatever became of the jobs before it."""
    for _, job in pipeline_jobs(*CALLED):
        assert job.get("strategy", {}).get("fail-fast", False) is False
    jobs = loaded(ROOT / ".github" / "workflows" / "reconcile-clock.yml")["jobs"]
    assert jobs["compare"]["if"].startswith("(!cancelled())")


def test_a_check_that_is_required_is_not_skipped_job_by_job() -> None:
    """GitHub takes a skipped job for a passed one: a review must not renew the checks of the plan so."""
    jobs = loaded(ROOT / ".github" / "workflows" / "plan.yml")["jobs"]
    assert jobs["plan"]["if"].startswith("github.event_name != 'pull_request_review'")
    planned = loaded(ROOT / ".github" / "workflows" / "reconcile-plan.yml")["jobs"]
    assert "if" not in planned["validate"]
    assert planned["planned"]["if"] == "always()"


def test_a_declarations_only_repository_has_three_short_files() -> None:
    """They hand on secrets by name: no workflow gets all of a repository."""
    for name in CALLERS:
        text = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 45
        for job in loaded(ROOT / ".github" / "workflows" / name)["jobs"].values():
            assert job["uses"].startswith("$/.github/workflows/reconcile-")
            assert "steps" not in job
            assert job.get("secrets") != "inherit"
            assert all(value == f"${{{{ secrets.{key} }}}}" for key, value in job.get("secrets", {}).items())


def test_plans_and_journals_are_kept_in_a_private_repository_alone() -> None:
    """Elsewhere others read artifacts; what is masked may be read by them."""
    for step in (step for name in CALLED for step in steps(ROOT / ".github" / "workflows" / name)):
        if step.get("uses", "").startswith("actions/upload-artifact@"):
            masked = step["with"]["name"].startswith(("reconcile-section-", "reconcile-page-"))
            private = "github.event.repository.visibility == 'private'" in step["if"]
            assert private != masked
            numbered = step["with"]["name"].endswith("-${{ github.run_attempt }}")
            assert numbered != masked == ("overwrite" in step["with"])


def test_a_release_runs_no_code_where_it_may_sign_publish_or_write() -> None:
    """Dependencies and our own code run in the job that may only read; its files are handed on."""
    jobs = loaded(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert jobs["build"]["permissions"] == {"contents": "read"}
    for name, allowed in {
        "attest": {"contents": "read", "id-token": "write", "attestations": "write"},
        "publish": {"contents": "read", "id-token": "write"},
        "release": {"contents": "write"},
    }.items():
        assert jobs[name]["permissions"] == allowed
        ran = [step["run"].split()[:3] for step in jobs[name]["steps"] if "run" in step]
        assert ran == ([["gh", "release", "create"]] if name == "release" else [])
        used = {step["uses"].partition("@")[0] for step in jobs[name]["steps"] if "uses" in step}
        assert "actions/checkout" not in used


def test_a_release_is_published_without_a_password_after_a_person_let_it() -> None:
    """The index trusts one workflow with one environment; what comes before may not ask it."""
    path = ROOT / ".github" / "workflows" / "release.yml"
    jobs = loaded(path)["jobs"]
    assert "secrets." not in path.read_text(encoding="utf-8")
    assert {name: job["environment"] for name, job in jobs.items() if "environment" in job} == {
        "publish": "release"
    }
    assert [jobs[name].get("needs") for name in ("attest", "publish", "release")] == [
        "build",
        "attest",
        "publish",
    ]
    commands = [step["run"].split()[:2] for step in jobs["build"]["steps"] if "run" in step]
    assert commands == [["python", "tools/check_release.py"], ["make", "dist"]]


def test_the_page_names_every_command() -> None:
    """docs/ci.md has a row for each step."""
    from reconcile.cli.commands.ci.group import ci

    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert [name for name in ci.commands if f"| `reconcile ci {name}" not in page] == []
