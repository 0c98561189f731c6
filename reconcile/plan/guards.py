"""Guards: what refuses a plan before its first write. They count people and access, not rows."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from reconcile.model import ChangeAction, Operation, Part, Policy, Verdict, email_key

from .draft import Draft


def judge(drafts: Sequence[Draft], policy: Policy) -> tuple[Verdict, ...]:
    """The verdict of every guard on the changes that a plan would make, in the order of their names."""
    return tuple(guard(drafts, policy) for guard in _GUARDS)


def _creating(drafts: Sequence[Draft], policy: Policy) -> Verdict:
    created = [draft for draft in drafts if draft.action is ChangeAction.CREATE]
    return _count("creating", "contacts would be created", _labels(created), policy.guards.creating)


def _granting(drafts: Sequence[Draft], policy: Policy) -> Verdict:
    privileged = policy.guards.granting_roles
    gaining = [draft for draft in drafts if any(_gains(step, privileged) for step in draft.operations)]
    return _count(
        "granting", "contacts would gain a privileged role", _labels(gaining), policy.guards.granting
    )


def _gains(step: Operation, privileged: Sequence[str]) -> bool:
    """True when the step gives a privileged role, or makes one active that waited for approval."""
    gives = step.part is Part.ROLES and (step.before is None or step.bypasses_approval)
    return gives and _matches(step.item, privileged)


def _last_role(drafts: Sequence[Draft], policy: Policy) -> Verdict:
    stripped = [draft for draft in drafts if draft.changes and draft.roles_before and not draft.roles_after]
    return _count(
        "last-role", "contacts would lose their last role", _labels(stripped), policy.guards.last_role
    )


def _losing_access(drafts: Sequence[Draft], policy: Policy) -> Verdict:
    """Trips only above both limits: a share alone would stop small accounts, a number alone large ones."""
    losing = _labels([draft for draft in drafts if any(step.revokes for step in draft.operations)])
    declared = len(drafts)
    share = int(policy.guards.losing_access_share * declared)
    limit = max(policy.guards.losing_access_contacts, share)
    return _count("losing-access", f"of {declared} contacts would lose a role", losing, limit)


def _protected(drafts: Sequence[Draft], policy: Policy) -> Verdict:
    touched = {
        f"role {step.item} of {draft.label}"
        for draft in drafts
        for step in draft.operations
        if step.part is Part.ROLES and _matches(step.item, policy.protect.roles)
    }
    touched |= {draft.label for draft in drafts if draft.changes and _is_protected(draft, policy)}
    return _count("protected", "protected roles or contacts would be touched", tuple(sorted(touched)), 0)


def _is_protected(draft: Draft, policy: Policy) -> bool:
    who = draft.identity
    names = {email_key(who.email), email_key(who.reference or ""), who.id} - {""}
    return any(email_key(name) in names for name in policy.protect.contacts)


def _unreadable(drafts: Sequence[Draft], policy: Policy) -> Verdict:  # noqa: ARG001 - one signature for all
    found = tuple(f"{draft.label}: {what}" for draft in drafts for what in draft.unreadable)
    return _count("unreadable", "items to be kept could not be read and are not guessed", found, 0)


_GUARDS: tuple[Callable[[Sequence[Draft], Policy], Verdict], ...] = (
    _creating,
    _granting,
    _last_role,
    _losing_access,
    _protected,
    _unreadable,
)


def _count(guard: str, what: str, subjects: tuple[str, ...], limit: int) -> Verdict:
    found = len(subjects)
    message = f"{found} {what}; the limit is {limit}"
    return Verdict(guard, found <= limit, message, found, limit, subjects)


def _labels(drafts: Sequence[Draft]) -> tuple[str, ...]:
    return tuple(sorted(draft.label for draft in drafts))


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
