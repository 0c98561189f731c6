"""Runs workflow files as GitHub does: the caller as the run's commit has it, and the workflows that it calls;
needs and outputs, matrices, environments with secrets, branches and reviewers, concurrency groups, attempts.

What it does not do: fetch the tool's wheels, and run jobs side by side. It changes the clock alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.forge.fake_github import BOT, REPOSITORY, FakeGitHub
from tests.support.forge.git_command import git

from .expressions import filled
from .machine import Machine
from .run import WorkflowRun
from .scope import Job, Leg, Scope
from .workflow_file import Row, WorkflowFile


@dataclass
class Environment:
    """Secrets, whether only main can use it, and whether its reviewers are asked."""

    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    only_main: bool = True
    reviewers: bool = False


@dataclass
class Concurrency:
    """Which job held a group while it ran, and what waited at that time."""

    group: str
    job: str
    waiting: tuple[str, ...]


@dataclass
class WorkflowRunner:
    """A repository's runners: where it is, the stand-in that is told what they do, its environments.

    ``before_step`` is called with the names of a job and of its step: what happens meanwhile. With
    ``processes`` our own command runs in processes of its own, as the action starts it, which takes longer.
    """

    bare: Path
    fake_github: FakeGitHub
    folder: Path
    environments: dict[str, Environment]
    variables: dict[str, str] = field(default_factory=lambda: {"RECONCILE_ENABLED": "true"})
    visibility: str = "private"
    processes: bool = False
    before_step: Callable[[str, str], None] = field(default=lambda _job, _step: None)
    concurrency: list[Concurrency] = field(default_factory=list)
    machines: int = 0

    @property
    def as_of(self) -> str:
        """The time, for the commands as for the forge."""
        return self.fake_github.time

    def start(
        self,
        workflow: str,
        event_name: str,
        event: Row,
        *,
        sha: str,
        ref: str,
        head: str | None = None,
        head_branch: str = "main",
        actor: str = "ann",
    ) -> WorkflowRun:
        """A new run, as far as it goes by itself. ``head`` is the commit that the API names for it."""
        file = WorkflowFile.of_commit(workflow, self.reader(sha))
        seen = {
            "private": self.visibility != "public",
            "visibility": self.visibility,
            "default_branch": "main",
        }
        github: Row = {
            "event": {**event, "repository": {"full_name": REPOSITORY, **seen}},
            "event_name": event_name,
            "repository": REPOSITORY,
            "sha": sha,
            "ref": ref,
            "ref_name": ref.removeprefix("refs/heads/").removeprefix("refs/tags/").removeprefix("refs/pull/"),
            "actor": actor,
        }
        told = {"event": event_name, "head_branch": head_branch, "status": "in_progress", "conclusion": None}
        told["actor"] = {"login": actor}
        number = self.fake_github.ran(workflow, head or sha, **told)
        run = WorkflowRun(number, Scope(file), github)
        self._advance(run)
        return run

    def reader(self, commit: str) -> Callable[[str], str]:
        """Reads files of a commit."""
        return lambda path: git("show", f"{commit}:{path}", at=self.bare) + "\n"

    def approve(self, run: WorkflowRun, environment: str) -> None:
        """Its reviewers let a waiting job go on."""
        assert environment in run.waiting, run.jobs
        run.approved.add(environment)
        self._advance(run)

    def reject(self, run: WorkflowRun, environment: str) -> None:
        """Its reviewers refuse it."""
        for leg in run.legs:
            if leg.environment == environment and leg.result == "waiting":
                leg.result = "failure"
        self._advance(run)

    def again(self, run: WorkflowRun, *, failed: bool = False) -> None:
        """Start a run once more: all of its jobs, or those that failed and those that follow."""
        run.attempt = self.fake_github.again(run.id)
        run.approved.clear()
        run.logs = run.summary = ""
        run.scope.restart(failed=failed)
        self._advance(run)

    def _advance(self, run: WorkflowRun) -> None:
        """Run what can run, until everything has ended or waits for people."""
        row = self.fake_github.run(run.id)
        while self._decide(run, run.scope) or self._run_next(run):
            pass
        called = {file.path: {"path": f"{file.path}@main", "ref": ""} for file in run.scope.files()}
        row["referenced_workflows"] = list(called.values())
        if run.result == "waiting":
            row.update(status="waiting", updated_at=self.fake_github.time)
        else:
            self.fake_github.ended(run.id, run.result)

    def _decide(self, run: WorkflowRun, scope: Scope) -> bool:
        """Decide what is ready, here and in what is called; whether there was something."""
        decided = False
        for job in list(scope.ready()):
            scope.decide(self._contexts(run), job)
            decided = True
        called = [leg for job in scope.jobs.values() for leg in job.legs or [] if isinstance(leg, Scope)]
        return sum(self._decide(run, leg) for leg in called) > 0 or decided

    def _contexts(self, run: WorkflowRun) -> Row:
        return {"github": {**run.github, "run_attempt": str(run.attempt)}, "vars": self.variables}

    def _run_next(self, run: WorkflowRun) -> bool:
        """Carry out one leg that can; whether there was one."""
        for scope, job, leg in run.scope.legs():
            if leg.result == "waiting" and leg.environment not in run.approved:
                continue
            if leg.result in ("", "waiting"):
                self._leg(run, scope, job, leg)
                return True
        return False

    def _leg(self, run: WorkflowRun, scope: Scope, job: Job, leg: Leg) -> None:
        environment = self.environments.get(leg.environment, Environment(only_main=False))
        if environment.only_main and run.github["ref"] != "refs/heads/main":
            leg.result = "failure"
            run.logs += f"{run.github['ref']} is not allowed to deploy to {leg.environment}\n"
        elif environment.reviewers and leg.environment not in run.approved:
            leg.result = "waiting"
            self.fake_github.began_job(run.id, leg.name, "waiting")
        else:
            self._carry_out(run, scope, job, leg, environment)

    def _carry_out(
        self, run: WorkflowRun, scope: Scope, job: Job, leg: Leg, environment: Environment
    ) -> None:
        contexts = {**scope.contexts(self._contexts(run), job), "matrix": leg.matrix}
        contexts["secrets"] = dict(self._secrets(scope, environment))
        self.machines += 1
        token = self._token(run, scope, job)
        contexts["github"] = {**contexts["github"], "token": token}
        self._hold(run, job, leg, contexts)
        machine = Machine(
            runner=self,
            run=run,
            job=job.text,
            contexts=contexts,
            token=token,
            folder=self.folder / str(self.machines),
            row=self.fake_github.began_job(run.id, leg.name),
            before_step=lambda step: self.before_step(leg.name, step),
        )
        machine.carry_out()
        leg.result = "failure" if machine.failed else "success"
        outputs = job.text.get("outputs", {})
        leg.outputs = {name: filled(value, contexts) for name, value in outputs.items()}
        leg.logs = machine.logs
        run.logs += machine.logs
        run.summary += machine.summary
        self.fake_github.ended_job(machine.row, leg.result)
        del self.fake_github.logins[token]

    def _secrets(self, scope: Scope, environment: Environment) -> Iterator[tuple[str, str]]:
        """The environment's; in a workflow that was called those that were handed on, by their names."""
        for name, value in environment.secrets.items():
            if scope.secrets is None or name in scope.secrets:
                yield name, value

    def _token(self, run: WorkflowRun, scope: Scope, job: Job) -> str:
        """The token of one job: it may do what the job is permitted, in a fork's pull request only read."""
        token = f"ghs_{run.id}_{self.machines}"
        self.fake_github.logins[token] = BOT
        head = run.github["event"].get("pull_request", {}).get("head", {}).get("repo", {})
        permitted = scope.permitted(job)
        fork = head.get("full_name", REPOSITORY) != REPOSITORY
        self.fake_github.granted[token] = dict.fromkeys(permitted, "read") if fork else permitted
        return token

    def _hold(self, run: WorkflowRun, job: Job, leg: Leg, contexts: Row) -> None:
        if "concurrency" in job.text:
            group = filled(job.text["concurrency"]["group"], contexts)
            self.concurrency.append(Concurrency(group, leg.name, tuple(run.waiting)))
