"""Where a CI job runs: the forge, the repository, the commit, the pull request, and a link to the run."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.errors import UsageError

from .evidence import Evidence
from .protocol import Forge


@dataclass(frozen=True, slots=True)
class CiEnvironment:
    """What the environment variables of a job tell.

    ``author`` is the login that our comments have. ``head`` is the commit at the head of the pull request,
    ``base`` the branch that it goes to. ``blob`` is the address of the repository's files at the commit,
    ``run`` that of this run, ``run_id`` its number and ``attempt`` how often it was started. ``branch`` is
    the short name of what the job runs for, ``ref`` its full one (``refs/heads/main``). ``repository`` is
    ``owner/name`` or the project's path, ``event`` what started the job, ``actor`` who started this attempt.
    ``visibility`` is ``private``, ``internal`` or ``public``; empty where the job is not told.
    """

    forge: Forge
    evidence: Evidence
    author: str
    commit: str
    branch: str
    blob: str
    run: str
    number: int | None = None
    head: str | None = None
    run_id: int | None = None
    attempt: int = 1
    ref: str = ""
    repository: str = ""
    event: str = ""
    actor: str = ""
    base: str | None = None
    default_branch: str = ""
    visibility: str = ""

    @property
    def pull_request(self) -> int:
        """The number of the pull request; UsageError when the job is for none."""
        if self.number is None:
            raise UsageError("this job belongs to no pull request: name it with --pull-request")
        return self.number


def required_variable(environment: Mapping[str, str], name: str) -> str:
    """The value of a variable, without blanks around it; UsageError when it is missing or empty."""
    value = environment.get(name, "").strip()
    if not value:
        raise UsageError(
            f"{name} is not set: this command runs in a CI job, which sets it or must be given it"
        )
    return value


def optional_number(text: str) -> int | None:
    """The number that a text is; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() else None
