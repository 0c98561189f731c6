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

WORKFLOWS = sorted(
    path for folder in ("workflows", "callers") for path in (ROOT / ".github" / folder).glob("*.yml")
)

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


WRITERS = {"preview", "plan", "apply", "clock", "drift"}


@pytest.mark.parametrize("name", ["plan.yml", "apply.yml", "drift.yml"])
def test_secrets_lie_in_environments_and_reach_single_steps(name: str) -> None:
    """The credential that writes is given to `apply` alone, in environments that only main can use."""
    document = loaded(ROOT / ".github" / "workflows" / name)
    for job_name, job in document["jobs"].items():
        assert "secrets" not in str(job.get("env", {}))
        secret = [step for step in job["steps"] if "secrets." in str(step)]
        assert bool(secret) == (job_name in WRITERS)
        for step in secret:
            assert job["environment"] in {"reconcile-plan", "reconcile-apply", "reconcile-clock"}
            writes = step["run"].startswith("reconcile apply")
            assert writes == (job["environment"] != "reconcile-plan")


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


def test_apply_is_never_cancelled() -> None:
    """A newer merge waits; a run that writes comes to its end."""
    for name in ("apply.yml", "drift.yml"):
        assert loaded(ROOT / ".github" / "workflows" / name)["concurrency"]["cancel-in-progress"] is False


def test_the_page_names_every_command() -> None:
    """docs/ci.md has a row for each step."""
    from reconcile.cli.commands.ci.group import ci

    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert [name for name in ci.commands if f"| `reconcile ci {name}" not in page] == []
