"""Runs our own ``.gitlab-ci.yml``: the file as the commit has it, its rules, stages, needs, artifacts, manual
jobs, variables of environments, protected variables on protected branches alone, retries, resource groups.

What it does not do: fetch the tool and the image, wait, run jobs side by side. It changes the clock alone.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from tests.support.forge.fake_gitlab import PROJECT, FakeGitLab
from tests.support.forge.git_command import git

from .event import Event
from .machine import Machine, commands, commands_after
from .pipeline_file import JobText, PipelineFile

FILE = ".gitlab-ci.yml"


@dataclass(frozen=True)
class ProjectVariable:
    """A variable of the project: for which environments, and whether for protected branches alone."""

    name: str
    value: str = field(repr=False)
    environment: str = "*"
    protected: bool = False


@dataclass
class Pipeline:
    """A pipeline: the state of each of its jobs, what they printed, and the archives that they left."""

    id: int
    commit: str
    event: Event
    jobs: list[JobText]
    states: dict[str, str]
    logs: dict[str, str] = field(default_factory=dict)
    archives: dict[str, bytes] = field(default_factory=dict)

    @property
    def log(self) -> str:
        """What all of its jobs printed."""
        return "".join(self.logs.values())

    def job(self, name: str) -> JobText:
        return next(job for job in self.jobs if job.name == name)

    def earlier(self, job: JobText) -> list[JobText]:
        """The jobs that it waits for and whose artifacts it gets."""
        if job.needs is not None:
            return [self.job(name) for name in job.needs]
        return [other for other in self.jobs[: self.jobs.index(job)] if other.stage != job.stage]


@dataclass
class GitLabRunner:
    """A project with its repository, its variables, and the stand-in, by whose time all goes."""

    bare: Path
    fake_gitlab: FakeGitLab
    folder: Path
    variables: list[ProjectVariable]
    protected: tuple[str, ...] = ("main",)
    visibility: str = "private"
    resource_groups: list[tuple[str, str]] = field(default_factory=list)
    machines: int = 0

    def start(self, commit: str, event: Event) -> Pipeline | None:
        """A new pipeline, run as far as it goes by itself; None when the file lets none begin."""
        file = PipelineFile.read(git("show", f"{commit}:{FILE}", at=self.bare))
        predefined = self._predefined(commit, event)
        if not file.makes_pipeline({**predefined, **self._project(event, "")}):
            return None
        jobs = file.jobs(predefined, self._project(event, ""))
        if not jobs:
            return None
        states = {job.name: "created" for job in jobs}
        number = self.fake_gitlab.began(commit, event.ref, event.source, event.number, event.by)
        pipeline = Pipeline(number, commit, event, jobs, states)
        self._go_on(pipeline)
        return pipeline

    def play(self, pipeline: Pipeline, name: str) -> str:
        """Somebody starts a manual job; what it printed."""
        assert pipeline.states[name] == "manual", pipeline.states
        return self._again(pipeline, name)

    def retry(self, pipeline: Pipeline, name: str) -> str:
        """Somebody starts a job again that has ended; what it printed this time."""
        assert pipeline.states[name] in ("success", "failed"), pipeline.states
        return self._again(pipeline, name)

    def _again(self, pipeline: Pipeline, name: str) -> str:
        self._carry_out(pipeline, pipeline.job(name))
        for other, state in pipeline.states.items():
            if state == "skipped":
                pipeline.states[other] = "created"
        self._go_on(pipeline)
        return pipeline.logs[name]

    def _go_on(self, pipeline: Pipeline) -> None:
        for job in pipeline.jobs:
            if pipeline.states[job.name] == "created":
                self._begin(pipeline, job)
        self.fake_gitlab.ended(pipeline.id, _status(pipeline))

    def _begin(self, pipeline: Pipeline, job: JobText) -> None:
        waits = [_passes(pipeline, other) for other in pipeline.earlier(job)]
        if job.when == "always" or all(waits):
            if job.when == "manual":
                pipeline.states[job.name] = "manual"
                self.fake_gitlab.job_began(pipeline.id, job.name, "manual")
            else:
                self._carry_out(pipeline, job)
        else:
            pipeline.states[job.name] = "skipped"

    def _carry_out(self, pipeline: Pipeline, job: JobText) -> None:
        if job.resource_group:
            self.resource_groups.append((job.resource_group, job.name))
        self.machines += 1
        machine = Machine(self.folder / f"{self.machines}-{job.name.replace(' ', '-')}", self.fake_gitlab.now)
        machine.folder.mkdir(parents=True)
        archives = [pipeline.archives.get(other.name) for other in pipeline.earlier(job)]
        kept = [archive for archive in archives if archive is not None]
        machine.prepare(job, self.bare, pipeline.commit, kept)
        number = self.fake_gitlab.job_began(pipeline.id, job.name)
        variables = self._of_job(pipeline, job, number)
        good, log = machine.run(commands(job), variables)
        after = {**variables, "CI_JOB_STATUS": "success" if good else "failed"}
        log += machine.run(commands_after(job), after)[1]  # which changes no result, as on GitLab
        archive = machine.leave(job, succeeded=good)
        pipeline.archives.pop(job.name, None)
        if archive is not None:
            pipeline.archives[job.name] = archive
        pipeline.states[job.name] = "success" if good else "failed"
        pipeline.logs[job.name] = log
        self.fake_gitlab.wait(seconds=20)
        self.fake_gitlab.job_ended(number, pipeline.states[job.name], archive, log)

    def _of_job(self, pipeline: Pipeline, job: JobText, number: int) -> dict[str, str]:
        own = {
            "CI_PIPELINE_ID": str(pipeline.id),
            "CI_PIPELINE_URL": f"https://gitlab.example/example/shop/-/pipelines/{pipeline.id}",
            "CI_JOB_ID": str(number),
            "CI_JOB_NAME": job.name,
            "CI_JOB_STAGE": job.stage,
            "CI_JOB_URL": f"https://gitlab.example/example/shop/-/jobs/{number}",
        }
        return {**job.variables, **own, **self._project(pipeline.event, job.environment)}

    def _predefined(self, commit: str, event: Event) -> dict[str, str]:
        return {
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.fake_gitlab.api.url,
            "CI_PROJECT_ID": event.source_project,
            "CI_PROJECT_PATH": "example/shop",
            "CI_PROJECT_URL": "https://gitlab.example/example/shop",
            "CI_PROJECT_VISIBILITY": self.visibility,
            "CI_SERVER_URL": "https://gitlab.example",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": commit,
            "CI_COMMIT_REF_PROTECTED": str(self._is_protected(event)).lower(),
            "CI_PIPELINE_SOURCE": event.source,
            "GITLAB_USER_LOGIN": event.by,
            **event.variables,
        }

    def _project(self, event: Event, environment: str) -> dict[str, str]:
        """The project's variables that a job gets; one for a certain environment beats one for all."""
        return {
            variable.name: variable.value
            for variable in sorted(self.variables, key=lambda variable: len(variable.environment))
            if self._reaches(variable, event, environment)
        }

    def _reaches(self, variable: ProjectVariable, event: Event, environment: str) -> bool:
        here = variable.environment == "*" or fnmatchcase(environment, variable.environment)
        fork = event.source_project != PROJECT
        return here and not fork and (not variable.protected or self._is_protected(event))

    def _is_protected(self, event: Event) -> bool:
        return event.number is None and event.branch in self.protected


def _passes(pipeline: Pipeline, job: JobText) -> bool:
    """Whether a job lets those go on that wait for it."""
    state = pipeline.states[job.name]
    return state == "success" or (job.allow_failure and state in ("manual", "failed", "skipped"))


def _status(pipeline: Pipeline) -> str:
    """The pipeline's state as a whole."""
    states = [(state, pipeline.job(name).allow_failure) for name, state in pipeline.states.items()]
    if any(state == "failed" and not lenient for state, lenient in states):
        return "failed"
    return "manual" if ("manual", False) in states else "success"
