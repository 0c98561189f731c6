"""The forges that are known, as one table: how a job of each is recognised, and its environment read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconcile.errors import UsageError

from .environment import CiEnvironment
from .github.environment import read_github_environment
from .gitlab.environment import read_gitlab_environment


@dataclass(frozen=True, slots=True)
class ForgeSpec:
    """One forge. A job runs there when ``variable`` is set in its environment and not empty."""

    name: str
    variable: str
    read_environment: Callable[[Mapping[str, str]], CiEnvironment]


FORGES: list[ForgeSpec] = [
    ForgeSpec("GitHub", "GITHUB_REPOSITORY", read_github_environment),
    ForgeSpec("GitLab", "CI_PROJECT_ID", read_gitlab_environment),
]
"""In the order in which they are looked for."""


def ci_environment(environment: Mapping[str, str]) -> CiEnvironment:
    """The environment of this job. UsageError names the first variable that is missing."""
    for forge in FORGES:
        if environment.get(forge.variable):
            return forge.read_environment(environment)
    names, variables = zip(*((forge.name, forge.variable) for forge in FORGES), strict=True)
    raise UsageError(f"this is no job of {' or '.join(names)}: neither {' nor '.join(variables)} is set")
