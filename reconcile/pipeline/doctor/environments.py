"""The environments of each target: who may use them, whom they wait for, which secrets lie where.

GitHub creates an environment that a job names and that is not there, without any rule (GitHub docs:
"Managing environments for deployment"), so one that is missing is one that every branch may use.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconcile.model.ci.forge_settings import Environment, Unread

from .finding import FOUND_NOTHING_MISSING, CheckFinding, SetUp, missing, not_read, together

CREDENTIAL = ("EVANCE_CLIENT_ID", "EVANCE_PRIVATE_KEY")
"""The secrets of a credential for the account."""

JOURNAL_KEY, JOURNAL_KEY_BEFORE = "RECONCILE_JOURNAL_KEY", "RECONCILE_JOURNAL_KEY_BEFORE"
"""The secret that signs what runs leave; while it is rotated, the one before, which is good for reading."""

ENABLED = "RECONCILE_ENABLED"
"""The variable that switches on all jobs but the validation."""


@dataclass(frozen=True, slots=True)
class EnvironmentRole:
    """What one of a target's environments is for. ``main_only``: no other branch and no tag may use it."""

    name: str
    secrets: tuple[str, ...] = CREDENTIAL
    main_only: bool = True

    def of(self, target: str) -> str:
        """Its name for a target."""
        return f"reconcile-{self.name}-{target}"


PLAN = EnvironmentRole("plan", main_only=False)
PREVIEW, APPLY, CLOCK = (
    EnvironmentRole(name, (*CREDENTIAL, JOURNAL_KEY)) for name in ("preview", "apply", "clock")
)
APPROVE = EnvironmentRole("approve", ())
"""Its reviewers have seen the preview; apply itself waits for nobody, since the clock waits for it."""

ROLES = (PLAN, PREVIEW, APPROVE, APPLY, CLOCK)


def _each(
    judge: Callable[[str, EnvironmentRole, Environment, SetUp], CheckFinding], *roles: EnvironmentRole
) -> Callable[[SetUp], CheckFinding]:
    """The check that judges these environments of each target, as far as they are there."""

    def find(setup: SetUp) -> CheckFinding:
        environments = setup.settings.environments
        if isinstance(environments, Unread):
            return not_read(environments)
        return together(
            judge(name, role, environments[name], setup)
            for name, role in _named(setup, roles)
            if name in environments
        )

    return find


def _named(setup: SetUp, roles: tuple[EnvironmentRole, ...]) -> Iterator[tuple[str, EnvironmentRole]]:
    """Environments are known in lower case: GitHub tells no letter case apart in their names."""
    return ((role.of(target).lower(), role) for target in setup.targets for role in roles)


def environments_there(setup: SetUp) -> CheckFinding:
    """Each target has its five."""
    environments = setup.settings.environments
    if isinstance(environments, Unread):
        return not_read(environments)
    names = [name for name, _ in _named(setup, ROLES) if name not in environments]
    return missing(f"there is no environment {name}" for name in names)


def _only_main(name: str, _role: EnvironmentRole, found: Environment, setup: SetUp) -> CheckFinding:
    branch = setup.settings.branch
    if found.branches is None and not found.protected_only:
        return missing([f"{name}: every branch and tag may use it"])
    if found.protected_only:
        return missing([f"{name}: every protected branch may use it; name {branch} alone"])
    others = [pattern for pattern in found.branches or () if pattern != branch]
    sentences = [f"{name}: the branches '{pattern}' may use it, too" for pattern in others]
    sentences += [f"{name}: the tags '{tag}' may use it, and a tag is nobody's merge" for tag in found.tags]
    if branch not in (found.branches or ()):
        sentences.append(f"{name}: the branch {branch} may not use it")
    return missing(sentences)


only_main_may_use = _each(_only_main, PREVIEW, APPROVE, APPLY, CLOCK)


def _open_to_pull_requests(
    name: str, _role: EnvironmentRole, found: Environment, _setup: SetUp
) -> CheckFinding:
    if found.branches is None and not found.protected_only:
        return FOUND_NOTHING_MISSING
    return missing([f"{name}: only some branches may use it, and pull requests come from any"])


open_to_pull_requests = _each(_open_to_pull_requests, PLAN)


def _reviewed(name: str, _role: EnvironmentRole, found: Environment, setup: SetUp) -> CheckFinding:
    if found.reviewers:
        lets_itself = [] if found.prevents_self_review else [f"{name}: who started a run may let it go on"]
        admins = [f"{name}: administrators may let it go on unreviewed"] if found.admins_bypass else []
        return missing([*lets_itself, *admins])
    if setup.require_review:
        return CheckFinding(
            remarks=(f"{name}: no reviewers; the approving review of the pull request is the last look",)
        )
    return missing([f"{name}: no reviewers, and 'ci: {{require-review: false}}' asks for no review either"])


reviewers_see_the_preview = _each(_reviewed, APPROVE)


def _runs_at_once(name: str, _role: EnvironmentRole, found: Environment, _setup: SetUp) -> CheckFinding:
    return missing([f"{name}: its jobs wait, for people or for a time"] if found.waits else [])


nobody_is_waited_for = _each(_runs_at_once, PREVIEW, APPLY, CLOCK)


def _has_secrets(name: str, role: EnvironmentRole, found: Environment, _setup: SetUp) -> CheckFinding:
    if isinstance(found.secrets, Unread):
        return not_read(found.secrets)
    lacking = [secret for secret in role.secrets if secret not in found.secrets]
    return missing(f"{name}: the secret {secret} is not there" for secret in lacking)


secrets_there = _each(_has_secrets, *ROLES)


def _has_no_journal_key(name: str, _role: EnvironmentRole, found: Environment, _setup: SetUp) -> CheckFinding:
    if isinstance(found.secrets, Unread):
        return not_read(found.secrets)
    keys = [key for key in (JOURNAL_KEY, JOURNAL_KEY_BEFORE) if key in found.secrets]
    return missing(f"{name}: {key} lies here, where every branch can read it" for key in keys)


_plan_has_no_journal_key = _each(_has_no_journal_key, PLAN)


def secrets_in_their_places(setup: SetUp) -> CheckFinding:
    """Nothing that gives access lies where a workflow on any branch can read it."""
    return together([_repository_has_none(setup), _plan_has_no_journal_key(setup), _others_have_none(setup)])


def _repository_has_none(setup: SetUp) -> CheckFinding:
    names = setup.settings.repository_secrets
    if isinstance(names, Unread):
        return not_read(names)
    return missing(
        f"the secret {name} is the repository's own: a workflow on any branch reads it"
        for name in _ours(names)
    )


def _others_have_none(setup: SetUp) -> CheckFinding:
    """No environment that the pipeline does not use, such as an earlier version's, has a secret of it."""
    environments = setup.settings.environments
    if isinstance(environments, Unread):
        return not_read(environments)
    used = {name for name, _ in _named(setup, ROLES)}
    others = [(name, found.secrets) for name, found in environments.items() if name not in used]
    return missing(
        f"{name}: {secret} lies here, and no job uses this environment"
        for name, secrets in others
        if isinstance(secrets, frozenset)
        for secret in _ours(secrets)
    )


def _ours(names: frozenset[str]) -> list[str]:
    return sorted(name for name in names if name.startswith(("EVANCE_", JOURNAL_KEY)))


def enabled(setup: SetUp) -> CheckFinding:
    """The pipeline is switched on."""
    variables = setup.settings.variables
    if isinstance(variables, Unread):
        return not_read(variables)
    return missing([] if variables.get(ENABLED) == "true" else [f"the variable {ENABLED} is not 'true'"])
