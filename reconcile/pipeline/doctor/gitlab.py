"""The checks of a project at GitLab, as rows: docs/gitlab-ci.md has the set-up that they look for."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconcile.model.ci.forge_settings import CheckResult, CiVariable, GitLabSettings, Unread

from .environments import CREDENTIAL, ENABLED, JOURNAL_KEY, ROLES
from .finding import Check, CheckFinding, missing, not_read

NO_ONE = "no_one_allowed"
"""The least role that may set variables of a pipeline, where nobody may."""


@dataclass(frozen=True, slots=True)
class GitLabSetUp:
    """What is judged: the project's settings, and the targets that the pipeline works on."""

    settings: GitLabSettings
    targets: tuple[str, ...]


def _private(setup: GitLabSetUp) -> CheckFinding:
    return missing([] if setup.settings.private else ["the project is not private"])


def _branch(setup: GitLabSetUp) -> CheckFinding:
    branch, protected = setup.settings.branch, setup.settings.protected
    if isinstance(protected, Unread):
        return not_read(protected)
    found = [row for row in protected if row.name == branch]
    if not found:
        return missing([f"{branch} is not protected"])
    pushed = [f"{branch}: these may push: {', '.join(row.pushed_by)}" for row in found if row.pushed_by]
    forced = [f"{branch}: it may be pushed over by force" for row in found if row.may_be_forced]
    return missing([*pushed, *forced])


def _others(setup: GitLabSetUp) -> CheckFinding:
    protected, tags = setup.settings.protected, setup.settings.protected_tags
    if isinstance(protected, Unread):
        return not_read(protected)
    if isinstance(tags, Unread):
        return not_read(tags)
    branches = [row.name for row in protected if row.name != setup.settings.branch]
    found = [*(f"the branch {name}" for name in branches), *(f"the tag {name}" for name in tags)]
    return missing(f"{what} is protected: its pipelines read the protected variables" for what in found)


def _must_succeed(setup: GitLabSetUp) -> CheckFinding:
    fails = ["a merge request can be merged although its pipeline failed"]
    results = ["merged results pipelines run for a commit that nobody merges"]
    settings = setup.settings
    return missing(
        (fails if not settings.must_succeed else []) + (results if settings.merged_results else [])
    )


def _pipeline_variables(setup: GitLabSetUp) -> CheckFinding:
    role = setup.settings.pipeline_variables
    if not role:
        return CheckFinding(unread=("this GitLab does not tell who may set variables of a pipeline",))
    return missing([] if role == NO_ONE else [f"who is {role} or more may set variables of a pipeline"])


Judge = Callable[[GitLabSetUp, tuple[CiVariable, ...]], list[str]]


def _variables(judge: Judge) -> Callable[[GitLabSetUp], CheckFinding]:
    def find(setup: GitLabSetUp) -> CheckFinding:
        variables = setup.settings.variables
        return not_read(variables) if isinstance(variables, Unread) else missing(judge(setup, variables))

    return find


def _there(setup: GitLabSetUp, variables: tuple[CiVariable, ...]) -> list[str]:
    """Every environment of every target finds its secrets."""
    wanted = [(role.of(target), name) for target in setup.targets for role in ROLES for name in role.secrets]
    return [
        f"{name} is not there for {environment}"
        for environment, name in wanted
        if not any(row.name == name and fnmatchcase(environment, row.environment) for row in variables)
    ]


def _in_their_places(setup: GitLabSetUp, variables: tuple[CiVariable, ...]) -> list[str]:
    """What only the branch may use is protected; a credential is for one environment, and masked."""
    plans = {ROLES[0].of(target) for target in setup.targets}
    told = []
    for row in variables:
        secret = row.name in CREDENTIAL or row.name.startswith(JOURNAL_KEY)
        if secret and not row.protected and not (row.name in CREDENTIAL and row.environment in plans):
            told.append(
                f"{row.name} for {row.environment} is not protected: pipelines of every branch read it"
            )
        if row.name in CREDENTIAL and "*" in row.environment:
            told.append(f"{row.name} for {row.environment} is given to more than one environment")
        if secret and not row.masked:
            told.append(f"{row.name} for {row.environment} is not masked")
    return told


def _enabled(_setup: GitLabSetUp, variables: tuple[CiVariable, ...]) -> list[str]:
    return [] if any(row.name == ENABLED for row in variables) else [f"there is no variable {ENABLED}"]


CHECKS: tuple[Check[GitLabSetUp], ...] = (
    Check(
        "visibility",
        "the project's visibility",
        "declarations name people, and plans and journals are artifacts",
        "Settings > General > Visibility > Private",
        _private,
    ),
    Check(
        "branch",
        "the protection of the branch",
        "whoever may push applies what nobody else has looked at",
        "Settings > Repository > Protected branches: Allowed to push: No one; no force push",
        _branch,
    ),
    Check(
        "other-protected",
        "other protected branches, and protected tags",
        "whoever may push there has the credential that writes, and the key that signs",
        "Settings > Repository: unprotect them, or keep the pipeline in a project without them",
        _others,
    ),
    Check(
        "must-succeed",
        "the settings of merge requests",
        "what failed or was not approved is merged; nothing of it is applied then",
        "Settings > Merge requests: Pipelines must succeed; no merged results pipelines",
        _must_succeed,
    ),
    Check(
        "pipeline-variables",
        "the least role that may set variables of a pipeline",
        "they beat every other variable: a pipeline speaks to another server, with your credential",
        "Settings > CI/CD > Variables > Minimum role to use pipeline variables: No one allowed",
        _pipeline_variables,
    ),
    Check(
        "secrets",
        "names and environments of the variables",
        "the jobs of that environment stop for want of it",
        "Settings > CI/CD > Variables: add it for that environment",
        _variables(_there),
    ),
    Check(
        "secret-places",
        "names, environments and protection of the variables",
        "a pipeline of any branch reads it: whoever may push has the account, or signs false journals",
        "Settings > CI/CD > Variables: protected and masked, for that environment alone",
        _variables(_in_their_places),
    ),
    Check(
        "enabled",
        "the names of the variables",
        "nothing but the validation runs",
        f"Settings > CI/CD > Variables: {ENABLED} = true",
        _variables(_enabled),
    ),
)


def examine_gitlab(setup: GitLabSetUp) -> tuple[CheckResult, ...]:
    """What each check comes to, in the order of the table."""
    return tuple(check.result(setup) for check in CHECKS)
