"""A run of a workflow: how far it has come, what waits for people, and what it printed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .expressions import filled
from .scope import Job, Leg, Scope
from .workflow_file import Row


@dataclass
class WorkflowRun:
    """A run. ``github`` is the context that all its attempts have; ``approved`` are environments."""

    id: int
    scope: Scope
    github: Row
    attempt: int = 1
    approved: set[str] = field(default_factory=set)
    logs: str = ""
    summary: str = ""

    @property
    def legs(self) -> Iterator[Leg]:
        return (leg for _, _, leg in self.scope.legs())

    @property
    def jobs(self) -> dict[str, str]:
        """How each job ended: by its name, such as ``apply / shop / Apply (shop)``; or that it waits."""
        return dict(self._jobs(self.scope))

    def _jobs(self, scope: Scope) -> Iterator[tuple[str, str]]:
        for job in scope.jobs.values():
            if not job.legs:
                yield " / ".join(part for part in (scope.name, _shown(scope, job)) if part), job.result
            for leg in job.legs or []:
                if isinstance(leg, Scope):
                    yield from self._jobs(leg)
                else:
                    yield leg.name, leg.result

    @property
    def waiting(self) -> list[str]:
        """The environments whose reviewers are asked."""
        return [leg.environment for leg in self.legs if leg.result == "waiting"]

    @property
    def result(self) -> str:
        """``success``, ``failure``, ``skipped``, or ``waiting``."""
        return self.scope.result or "waiting"

    def ended(self, name: str) -> str:
        """How the job ended whose name ends so: ``run.ended("Apply (shop)")``."""
        (found,) = [result for job, result in self.jobs.items() if job.rpartition(" / ")[2] == name]
        return found

    def log(self, name: str) -> str:
        """What the last attempt of a job printed."""
        (found,) = [leg.logs for leg in self.legs if leg.name.rpartition(" / ")[2] == name]
        return found


def _shown(scope: Scope, job: Job) -> str:
    """The name of a job that has not run; one with a matrix is shown as it is written."""
    if "uses" in job.text:
        return job.id
    name: str = job.text.get("name", job.id)
    return name if "matrix." in name else filled(name, {"inputs": scope.inputs})
