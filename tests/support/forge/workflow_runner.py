"""Runs the steps of our own workflow files, as far as they use GitHub: checkouts from a bare repository, the
commands as they stand there, artifacts to the stand-in. What it changes is the clock of the commands alone.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.forge.fake_github import REPOSITORY, TOKEN, FakeGitHub
from tests.support.forge.git_command import git
from tests.support.forge.workflow_expressions import filled, holds

ROOT = Path(__file__).parents[3]

_TIMED = re.compile(r"^reconcile (plan|apply|drift)\b")

Row = dict[str, Any]


@dataclass
class StepResult:
    """How the jobs of a run ended, and what its steps said and summarised."""

    jobs: dict[str, str] = field(default_factory=dict)
    logs: str = ""
    summary: str = ""


@dataclass
class WorkflowRunner:
    """A forge's runner: where the bare repository and the stand-in are, and what time it is."""

    bare: Path
    fake_github: FakeGitHub
    folder: Path
    as_of: str
    secrets: dict[str, dict[str, str]]
    variables: dict[str, str] = field(default_factory=lambda: {"RECONCILE_TARGET": "shop"})
    visibility: str = "private"

    def run(self, workflow: str, *, event: Row, sha: str, ref: str, trigger: str, **told: Any) -> StepResult:
        """One run of a workflow, its jobs one after the other; told to the stand-in when it ends."""
        document = yaml.safe_load((ROOT / ".github" / "workflows" / workflow).read_text(encoding="utf-8"))
        run = self.fake_github.ran(
            workflow, told.pop("head", sha), status="in_progress", conclusion=None, event=trigger, **told
        )
        seen = {"private": self.visibility != "public", "visibility": self.visibility}
        event = {**event, "repository": seen}
        github = {"event": event, "repository": REPOSITORY, "token": TOKEN, "sha": sha, "ref_name": ref}
        result = StepResult()
        for name, job in document["jobs"].items():
            needed = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            failed = any(result.jobs[other] != "success" for other in needed)
            contexts: Row = {"github": github, "vars": self.variables, "steps": {}}
            contexts["secrets"] = self.secrets.get(job.get("environment", ""), {})
            if holds(job.get("if"), contexts, failed=failed):
                _Job(self, run, job, contexts, self.folder / f"{run}-{name}", result).carry_out(name)
            else:
                result.jobs[name] = "skipped"
        row = next(row for row in self.fake_github.runs if row["id"] == run)
        good = not {"failure"} & set(result.jobs.values())
        row.update(status="completed", conclusion="success" if good else "failure")
        return result


@dataclass
class _Job:
    """One job on a machine of its own: a folder to work in, and another for what is temporary."""

    runner: WorkflowRunner
    run: int
    job: Row
    contexts: Row
    folder: Path
    result: StepResult
    path: str = os.environ["PATH"]
    failed: bool = False

    def carry_out(self, name: str) -> None:
        self.work.mkdir(parents=True)
        self.temp.mkdir()
        (self.temp / "reconcile").symlink_to(sys.prefix)
        (self.temp / "event.json").write_text(json.dumps(self.contexts["github"]["event"]))
        for step in self.job["steps"]:
            if holds(step.get("if"), self.contexts, failed=self.failed):
                self._step(step)
            elif "id" in step:
                self.contexts["steps"][step["id"]] = {"outcome": "skipped", "outputs": {}}
        self.result.jobs[name] = "failure" if self.failed else "success"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    def _step(self, step: Row) -> None:
        uses, inputs = step.get("uses", ""), step.get("with", {})
        inputs = {key: filled(str(value), self.contexts) for key, value in inputs.items()}
        match uses.partition("@")[0]:
            case "actions/checkout":
                self._check_out(inputs)
            case "actions/upload-artifact":
                self._upload(inputs)
            case "":
                self._command(step)
            case action:
                self.path = f"{self.work / action / 'bin'}:{self.path}"

    def _check_out(self, inputs: Row) -> None:
        folder = self.work / inputs.get("path", ".")
        git("clone", "--quiet", "--no-checkout", str(self.runner.bare), str(folder), at=self.folder)
        git("fetch", "--quiet", "origin", "+refs/pull/*:refs/pull/*", at=folder)
        git("checkout", "--quiet", inputs.get("ref", self.contexts["github"]["sha"]), at=folder)

    def _upload(self, inputs: Row) -> None:
        paths = [self.work / path for path in inputs["path"].split()]
        files = {path.name: path.read_bytes() for path in paths if path.is_file()}
        root = Path(os.path.commonpath(paths))  # as the action names the files of several paths
        for folder in [path for path in paths if path.is_dir()]:
            assert inputs.get("include-hidden-files") == "True"
            members = [file for file in folder.rglob("*") if file.is_file()]
            files |= {str(file.relative_to(root)): file.read_bytes() for file in members}
        if files:
            self.runner.fake_github.left(self.run, inputs["name"], files)
        else:
            assert inputs["if-no-files-found"] == "ignore"

    def _command(self, step: Row) -> None:
        assert "${{" not in step["run"]
        output, summary = self.temp / "output", self.temp / "summary"
        output.write_text("")
        summary.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._timed(step["run"])],
            cwd=self.work,
            env=self._environment(step, output, summary),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.result.logs += f"# {step['name']}\n{done.stdout}{done.stderr}"
        self.result.summary += summary.read_text(encoding="utf-8")
        self.failed |= done.returncode != 0
        if "id" in step:
            pairs = (line.partition("=") for line in output.read_text(encoding="utf-8").splitlines())
            outputs = {key: value for key, _, value in pairs}
            outcome = "failure" if done.returncode else "success"
            self.contexts["steps"][step["id"]] = {"outcome": outcome, "outputs": outputs}

    def _timed(self, command: str) -> str:
        return _TIMED.sub(rf"reconcile \1 --as-of {self.runner.as_of}", command)

    def _environment(self, step: Row, output: Path, summary: Path) -> dict[str, str]:
        github, api = self.contexts["github"], self.runner.fake_github.api.url
        told = {**self.job.get("env", {}), **step.get("env", {})}
        return {
            **{name: filled(str(value), self.contexts) for name, value in told.items()},
            "PATH": self.path,
            "HOME": str(self.temp),
            "CI": "true",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_API_URL": api,
            "GITHUB_SHA": github["sha"],
            "GITHUB_REF_NAME": github["ref_name"],
            "GITHUB_RUN_ID": str(self.run),
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
        }


def tool_into(folder: Path) -> None:
    """Put the composite action into a repository, where the workflows look for it."""
    shutil.copytree(ROOT / ".github" / "actions", folder / ".github" / "actions")
