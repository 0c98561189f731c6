"""The forges that are known, as one table: how a job of each is recognised, and its environment read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconcile.errors import UsageError
from reconcile.model.record import Provenance

from .environment import CiEnvironment
from .github.environment import read_github_environment, read_github_provenance
from .gitlab.environment import read_gitlab_environment, read_gitlab_provenance


@dataclass(frozen=True, slots=True)
class ForgeSpec:
    """One forge. A job runs there when ``variable`` is set in its environment and not empty.

    ``read_provenance`` needs no token, and no variable but that one.
    """

    name: str
    variable: str
    read_environment: Callable[[Mapping[str, str]], CiEnvironment]
    read_provenance: Callable[[Mapping[str, str]], Provenance]


FORGES: list[ForgeSpec] = [
    ForgeSpec("GitHub", "GITHUB_REPOSITORY", read_github_environment, read_github_provenance),
    ForgeSpec("GitLab", "CI_PROJECT_ID", read_gitlab_environment, read_gitlab_provenance),
]
"""In the order in which they are looked for."""


def ci_environment(environment: Mapping[str, str]) -> CiEnvironment:
    """The environment of this job. UsageError names the first variable that is missing."""
    for forge in FORGES:
        if environment.get(forge.variable):
            return forge.read_environment(environment)
    names, variables = zip(*((forge.name, forge.variable) for forge in FORGES), strict=True)
    raise UsageError(f"this is no job of {' or '.join(names)}: neither {' nor '.join(variables)} is set")


def job_provenance(environment: Mapping[str, str]) -> Provenance | None:
    """Who started this job and where its log is, without its commit; None where no forge runs it."""
    forge = next((forge for forge in FORGES if environment.get(forge.variable)), None)
    return forge.read_provenance(environment) if forge else None
