"""One job on a machine of its own: its steps as they stand in the file, as far as they use GitHub."""

import io
import json
import os
import re
import shlex
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.command_line import CommandResult, run_command
from tests.support.forge.fake_github import REPOSITORY
from tests.support.forge.git_command import git
from tests.support.forge.isolated_tool import install_tool
from tests.support.forge.timed_commands import is_timed, with_time

from .expressions import COMMON, Contexts, filled, holds
from .workflow_file import ROOT, Row

if TYPE_CHECKING:
    from .run import WorkflowRun
    from .runner import WorkflowRunner


@dataclass
class Machine:
    """A folder to work in, another for what is temporary, and how the steps went."""

    runner: "WorkflowRunner"
    run: "WorkflowRun"
    job: Row
    contexts: Row
    token: str
    folder: Path
    row: Row
    failed: bool = False
    logs: str = ""
    summary: str = ""
    path: str = os.environ["PATH"]
    before_step: Callable[[str], None] = field(default=lambda _name: None)

    def carry_out(self) -> None:
        """Run the steps, one after the other; the contexts have what they hand on."""
        self.work.mkdir(parents=True)
        self.temp.mkdir()
        (self.temp / "event.json").write_text(json.dumps(self.contexts["github"]["event"]))
        self.contexts |= {"steps": {}}
        for step in self.job["steps"]:
            self.before_step(step["name"])
            if holds(step.get("if"), self.contexts, self._functions(), good=not self.failed):
                self.runner.fake_github.step(self.row, step["name"], None)
                good, outputs = self._step(step)
                self._ended(step, "success" if good else "failure", outputs)
                self.failed |= not good
            else:
                self.runner.fake_github.step(self.row, step["name"], "skipped")
                self._ended(step, "skipped", {})

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    def _functions(self) -> Mapping[str, Callable[..., object]]:
        return {
            **COMMON,
            "always": lambda: True,
            "cancelled": lambda: False,
            "failure": lambda: self.failed,
            "success": lambda: not self.failed,
            "hashFiles": lambda path: "a-hash" if (self.work / path).exists() else "",
        }

    def _ended(self, step: Row, outcome: str, outputs: dict[str, str]) -> None:
        told = self.row["steps"][-1]
        told.update(status="completed", conclusion=outcome, completed_at=self.runner.fake_github.time)
        if "id" in step:
            self.contexts["steps"][step["id"]] = {"outcome": outcome, "outputs": outputs}

    def _step(self, step: Row) -> tuple[bool, dict[str, str]]:
        uses = step.get("uses", "").partition("@")[0]
        inputs = {key: self._filled(value) for key, value in step.get("with", {}).items()}
        match uses:
            case "actions/checkout":
                self._check_out(inputs)
            case "actions/upload-artifact":
                return self._upload(inputs), {}
            case "actions/download-artifact":
                return self._download(inputs), {}
            case "$/.github/actions/reconcile":
                self._set_up()
            case "":
                return self._command(step)
            case other:
                raise AssertionError(f"no stand-in for {other}")
        return True, {}

    def _filled(self, value: object) -> str:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return filled(text, self.contexts, self._functions())

    def _check_out(self, inputs: Row) -> None:
        """The commit of the run, or another ref; the clone reaches as far back as it was asked for."""
        assert inputs["persist-credentials"] == "false"
        folder, source = self.work / inputs.get("path", "."), f"file://{self.runner.bare}"
        folder.mkdir(parents=True, exist_ok=True)
        depth = inputs.get("fetch-depth", "1")
        limit = [] if depth == "0" else ["--depth", depth]
        git("init", "--quiet", ".", at=folder)
        git("remote", "add", "origin", source, at=folder)
        wanted = inputs.get("ref") or self.contexts["github"]["sha"]
        refs = [wanted] if limit else [wanted, "+refs/heads/*:refs/remotes/origin/*"]
        git("fetch", "--quiet", "--no-tags", *limit, "origin", *refs, at=folder)
        git("checkout", "--quiet", "--detach", "FETCH_HEAD" if limit else wanted, at=folder)

    def _set_up(self) -> None:
        """What the action does, but for fetching wheels; its command gets the time of the tests."""
        install_tool(self.temp / "reconcile")
        command = ROOT / ".github" / "actions" / "reconcile" / "bin" / "reconcile"
        timed = self.temp / "bin" / "reconcile"
        timed.parent.mkdir()
        timed.write_text(
            f'#!/bin/sh\n{with_time(self.runner.as_of)}\nexec {shlex.quote(str(command))} "$@"\n',
            encoding="utf-8",
        )
        timed.chmod(0o755)
        self.path = f"{timed.parent}:{self.path}"

    def _upload(self, inputs: Row) -> bool:
        """The files below a folder, or a single file."""
        path = self.work / inputs["path"]
        members = sorted(path.rglob("*")) if path.is_dir() else [path]
        root = path if path.is_dir() else path.parent
        files = {str(file.relative_to(root)): file.read_bytes() for file in members if file.is_file()}
        if not files:
            self.logs += f"{inputs['path']}: no files were found\n"
            return inputs["if-no-files-found"] == "ignore"
        self.runner.fake_github.left(
            self.run.id,
            inputs["name"],
            files,
            days=int(inputs["retention-days"]),
            overwrite=inputs.get("overwrite") == "true",
        )
        return True

    def _download(self, inputs: Row) -> bool:
        """An artifact of this run by its name; or all that fit a pattern, each into a folder of its name."""
        found = [row for row in self.runner.fake_github.artifacts if row["run"] == self.run.id]
        if "name" in inputs:
            rows = [row for row in found if row["name"] == inputs["name"]]
            for row in rows:
                self._unpack(row["id"], self.work / inputs["path"])
            return bool(rows)
        for row in found:
            if fnmatchcase(row["name"], inputs["pattern"]):
                self._unpack(row["id"], self.work / inputs["path"] / row["name"])
        return True

    def _unpack(self, artifact: int, folder: Path) -> None:
        with zipfile.ZipFile(io.BytesIO(self.runner.fake_github.archives[artifact])) as opened:
            opened.extractall(folder)

    def _command(self, step: Row) -> tuple[bool, dict[str, str]]:
        assert "${{" not in step["run"]
        for name in ("output", "summary"):
            (self.temp / name).write_text("")
        quick = not self.runner.processes and not re.search(r"[|>]", step["run"])
        done = (self._in_this_process if quick else self._in_a_shell)(step["run"], self._environment(step))
        self.logs += f"# {step['name']}\n{done.out}{done.err}"
        self.summary += (self.temp / "summary").read_text(encoding="utf-8")
        return done.code == 0, dict(self._outputs())

    def _in_a_shell(self, script: str, environment: dict[str, str]) -> CommandResult:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.work,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return CommandResult(done.returncode, done.stdout, done.stderr)

    def _in_this_process(self, script: str, environment: dict[str, str]) -> CommandResult:
        """What a shell does, but for our own command: it says only how that is called, at the end of all."""
        called = self.temp / "called"
        called.unlink(missing_ok=True)
        reconcile = f"reconcile() {{ printf '%s\\0' \"$@\" > {shlex.quote(str(called))}; }}\n"
        done = self._in_a_shell(reconcile + script, environment)
        if done.code or not called.exists():
            return done
        arguments = called.read_text(encoding="utf-8").removesuffix("\0").split("\0")
        timed = ["--as-of", self.runner.as_of] if is_timed(arguments) else []
        return run_command(*arguments, *timed, environment=environment, folder=self.work)

    def _outputs(self) -> Iterator[tuple[str, str]]:
        for line in (self.temp / "output").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            yield name, value

    def _environment(self, step: Row) -> dict[str, str]:
        github: Contexts = self.contexts["github"]
        told = {**self.job.get("env", {}), **step.get("env", {})}
        return {
            **{name: self._filled(value) for name, value in told.items()},
            "PATH": self.path,
            "HOME": str(self.temp),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_API_URL": self.runner.fake_github.api.url,
            "GITHUB_SHA": github["sha"],
            "GITHUB_REF": github["ref"],
            "GITHUB_REF_NAME": github["ref_name"],
            "GITHUB_RUN_ID": str(self.run.id),
            "GITHUB_RUN_ATTEMPT": str(self.run.attempt),
            "GITHUB_EVENT_NAME": github["event_name"],
            "GITHUB_ACTOR": github["actor"],
            "GITHUB_TRIGGERING_ACTOR": github["actor"],
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
        }
