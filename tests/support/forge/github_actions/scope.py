"""A workflow that is being run, or called by another one: its jobs, each with the legs of its matrix."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Union

from .expressions import COMMON, expanded, filled, holds
from .workflow_file import Row, WorkflowFile

UNFINISHED = ("", "waiting")


@dataclass
class Leg:
    """A job that runs on a machine. ``result`` is empty before it ran, ``waiting`` for its reviewers."""

    name: str
    matrix: dict[str, str]
    result: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    environment: str = ""
    logs: str = ""


@dataclass
class Job:
    """A job of a workflow. ``legs`` is None before it was decided whether it runs; empty when it does not."""

    id: str
    text: Row
    legs: list[Union[Leg, "Scope"]] | None = None

    @property
    def needs(self) -> list[str]:
        needed = self.text.get("needs", [])
        return [needed] if isinstance(needed, str) else list(needed)

    @property
    def result(self) -> str:
        """``success``, ``failure`` or ``skipped``; empty while it goes on."""
        if self.legs is None:
            return ""
        results = [leg.result for leg in self.legs]
        if not results:
            return "skipped"
        if any(result in UNFINISHED for result in results):
            return ""
        return "failure" if "failure" in results else "success" if "success" in results else "skipped"

    @property
    def outputs(self) -> dict[str, str]:
        """Those of the leg that ended last: a matrix has no outputs of each of its legs."""
        return self.legs[-1].outputs if self.legs else {}


@dataclass
class Scope:
    """A workflow with what it was given. ``name`` is how its jobs are called before their own name.

    ``secrets`` are the names of those that were handed on; None: all, as in a workflow that nobody called.
    ``granted`` is what its jobs may be permitted at most; None: no limit.
    """

    file: WorkflowFile
    name: str = ""
    matrix: dict[str, str] = field(default_factory=dict)
    inputs: Row = field(default_factory=dict)
    secrets: frozenset[str] | None = None
    granted: dict[str, str] | None = None
    jobs: dict[str, Job] = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = {name: Job(name, text) for name, text in self.file.jobs.items()}

    @property
    def result(self) -> str:
        results = [job.result for job in self.jobs.values()]
        if "" in results:
            return ""
        return "failure" if "failure" in results else "success" if "success" in results else "skipped"

    @property
    def outputs(self) -> dict[str, str]:
        return {}

    def ready(self) -> Iterator[Job]:
        """The jobs that are not decided yet, and whose forerunners have ended."""
        for job in self.jobs.values():
            if job.legs is None and all(self.jobs[name].result for name in job.needs):
                yield job

    def contexts(self, run: Row, job: Job) -> Row:
        """What an expression of a job may name, without its matrix."""
        needs = {
            name: {"result": self.jobs[name].result, "outputs": self.jobs[name].outputs} for name in job.needs
        }
        return {**run, "needs": needs, "inputs": self.inputs, "matrix": {}}

    def decide(self, run: Row, job: Job) -> None:
        """Let a job run, in as many legs as its matrix has, or skip it."""
        contexts = self.contexts(run, job)
        states = {self.jobs[name].result for name in self._forerunners(job)}
        functions = {
            **COMMON,
            "always": lambda: True,
            "cancelled": lambda: False,
            "failure": lambda: "failure" in states,
            "success": lambda: states <= {"success"},
        }
        job.legs = []
        if holds(job.text.get("if"), contexts, functions, good=states <= {"success"}):
            job.legs += [self._leg(job, {**contexts, "matrix": row}) for row in self._rows(job, contexts)]

    def _forerunners(self, job: Job) -> set[str]:
        """The jobs that it needs, and those that these need: one that was skipped skips what follows."""
        return {name for other in job.needs for name in (other, *self._forerunners(self.jobs[other]))}

    def _rows(self, job: Job, contexts: Row) -> list[dict[str, str]]:
        matrix = job.text.get("strategy", {}).get("matrix")
        if matrix is None:
            return [{}]
        ((name, values),) = matrix.items()
        told = expanded(values, contexts) if isinstance(values, str) else values
        assert told, "GitHub fails a job whose matrix is empty"
        return [{name: value} for value in told]

    def _leg(self, job: Job, contexts: Row) -> Union[Leg, "Scope"]:
        shown = filled(job.text.get("name", job.id), contexts)
        name = " / ".join(part for part in (self.name, shown) if part)
        if "uses" in job.text:
            return self._called(job, contexts, name)
        environment = filled(job.text.get("environment", ""), contexts)
        return Leg(name, contexts["matrix"], environment=environment)

    def _called(self, job: Job, contexts: Row, name: str) -> "Scope":
        """The workflow that a job calls, with what it hands on; GitHub starts no run with an unfit call."""
        file = self.file.called(job.text["uses"])
        wanted = file.triggers["workflow_call"] or {}
        given = {key: _value(value, contexts) for key, value in job.text.get("with", {}).items()}
        assert set(given) == set(wanted.get("inputs", {})), f"{file.name}: other inputs"
        declared, passed = wanted.get("secrets", {}), frozenset(job.text.get("secrets", {}))
        required = {key for key, told in declared.items() if told.get("required")}
        assert required <= passed <= set(declared), f"{file.name}: other secrets"
        known = passed if self.secrets is None else passed & self.secrets
        return Scope(file, name, contexts["matrix"], given, known, self.permitted(job))

    def permitted(self, job: Job) -> dict[str, str]:
        """What a job's token may do; a call can hand on no more than it has."""
        told = dict(job.text.get("permissions", self.file.document["permissions"]))
        if self.granted is not None:
            more = [key for key, level in told.items() if not _at_most(level, self.granted.get(key, "none"))]
            assert not more, f"{self.file.name}: {job.id} asks for more than its caller has: {more}"
        return told

    def legs(self) -> Iterator[tuple["Scope", Job, Leg]]:
        """Every leg on a machine, here and in what is called."""
        for job in self.jobs.values():
            for leg in job.legs or []:
                if isinstance(leg, Scope):
                    yield from leg.legs()
                else:
                    yield self, job, leg

    def files(self) -> Iterator[WorkflowFile]:
        """The workflows that are called."""
        for job in self.jobs.values():
            for leg in job.legs or []:
                if isinstance(leg, Scope):
                    yield leg.file
                    yield from leg.files()

    def restart(self, *, failed: bool) -> None:
        """Forget how its jobs went, for another attempt; with ``failed`` of those that failed or follow."""
        forgotten = {name for name, job in self.jobs.items() if not failed or job.result != "success"}
        for name, job in self.jobs.items():
            if not failed or self._forerunners(job) & forgotten:
                job.legs = None
            elif name in forgotten:
                job.legs = self._kept(job)

    def _kept(self, job: Job) -> list[Union[Leg, "Scope"]] | None:
        """The legs that succeeded stay; what was called goes on where it failed. None: to be decided anew."""
        if not job.legs:
            return None
        for leg in job.legs:
            if isinstance(leg, Scope):
                leg.restart(failed=True)
            elif leg.result != "success":
                leg.result = ""
        return job.legs


_LEVELS = ("none", "read", "write")


def _at_most(level: str, limit: str) -> bool:
    return _LEVELS.index(level) <= _LEVELS.index(limit)


def _value(value: Any, contexts: Row) -> Any:
    return expanded(value, contexts) if isinstance(value, str) else value
