"""Examines how a project's pipeline is set up at its forge, and what is at hand here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconcile.errors import ApiError, UsageError
from reconcile.forge.client import ForgeClient
from reconcile.forge.github.settings import GitHubSettings
from reconcile.forge.gitlab.settings import GitLabSettingsReader
from reconcile.model.ci.forge_settings import DoctorReport
from reconcile.pipeline.doctor.finding import SetUp
from reconcile.pipeline.doctor.gitlab import GitLabSetUp, examine_gitlab
from reconcile.pipeline.doctor.table import examine
from reconcile.services.accounts import open_reader
from reconcile.services.caller import Console
from reconcile.services.project import Project

from .action_pins import unpinned_actions

API = "https://api.github.com"

TOKENS = ("RECONCILE_DOCTOR_TOKEN", "GITHUB_TOKEN")
"""The variables with a token, the one that may read more first."""

GITLAB_TOKENS = ("RECONCILE_DOCTOR_TOKEN", "RECONCILE_GITLAB_READ_TOKEN")

WRITING_SCOPE = "contacts"


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """What is asked: which repository and branch (None: as the job's variables or the forge say).

    ``in_preview``: the credential at hand is the one of previews, which must not write.
    """

    repository: str | None = None
    branch: str | None = None
    in_preview: bool = False


def examine_forge(
    project: Project, request: DoctorRequest, environment: Mapping[str, str], console: Console
) -> DoctorReport:
    """The report. UsageError says what is missing in the call; ForgeError that the forge tells nothing."""
    at_gitlab = not environment.get("GITHUB_REPOSITORY") and environment.get("CI_API_V4_URL")
    if at_gitlab:
        return _examine_gitlab(project, request, environment)
    return _examine_github(project, request, environment, console)


def _examine_gitlab(project: Project, request: DoctorRequest, environment: Mapping[str, str]) -> DoctorReport:
    name = request.repository or environment.get("CI_PROJECT_ID", "").strip()
    if not name:
        raise UsageError("name the project: --repository GROUP/NAME (in a job, CI_PROJECT_ID does)")
    client = ForgeClient(environment["CI_API_V4_URL"], _token(environment, GITLAB_TOKENS))
    settings = GitLabSettingsReader(client, name).read(request.branch)
    targets = tuple(target.name for target in project.settings.ci_targets)
    return DoctorReport(name, settings.branch, examine_gitlab(GitLabSetUp(settings, targets)))


def _examine_github(
    project: Project, request: DoctorRequest, environment: Mapping[str, str], console: Console
) -> DoctorReport:
    github = _github(request, environment)
    settings = github.read(request.branch)
    targets = project.settings.ci_targets
    root, prefix = _checkout(project)
    credential, may_write = _credential(project, environment, console)
    setup = SetUp(
        settings=settings,
        targets=tuple(target.name for target in targets),
        folders=tuple(dict.fromkeys(prefix + project.settings.folder(target) for target in targets)),
        prefix=prefix,
        require_review=project.settings.ci.require_review,
        unpinned=unpinned_actions(root),
        credential=credential,
        may_write=may_write,
        must_only_read=request.in_preview,
    )
    return DoctorReport(github.repository, settings.branch, examine(setup))


def _github(request: DoctorRequest, environment: Mapping[str, str]) -> GitHubSettings:
    name = request.repository or environment.get("GITHUB_REPOSITORY", "").strip()
    if not name:
        raise UsageError("name the repository: --repository OWNER/NAME (in a job, GITHUB_REPOSITORY does)")
    return GitHubSettings(
        ForgeClient(environment.get("GITHUB_API_URL") or API, _token(environment, TOKENS)), name
    )


def _checkout(project: Project) -> tuple[Path, str]:
    """The top of the checkout, and what leads from there to the configuration: empty, or it ends in ``/``."""
    folder = project.choice.config.resolve().parent
    root = next((path for path in (folder, *folder.parents) if (path / ".git").exists()), folder)
    within = folder.relative_to(root).as_posix()
    return root, "" if within == "." else f"{within}/"


def _token(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if environment.get(name, "").strip():
            return environment[name].strip()
    raise UsageError(
        f"no token: set {names[0]} to one that may read the settings; at GitHub, 'gh auth token' prints an "
        "administrator's; at GitLab, it needs the role Maintainer and the scope api"
    )


def _credential(
    project: Project, environment: Mapping[str, str], console: Console
) -> tuple[str, bool | None]:
    """The account that the credential at hand is for (none: empty), and whether it may write there."""
    at_hand = environment.get("EVANCE_CLIENT_ID") or environment.get("EVANCE_CREDENTIALS")
    if not at_hand or project.target.embedded:
        return "", None
    try:
        with open_reader(project, console) as account:
            return account.connection.account, account.grants(WRITING_SCOPE)
    except ApiError as error:
        console.note(f"The credential was not tried out: {error}")
        return project.target.account or project.target.name, None
