"""Digests: one SHA-256 over canonical JSON, so that equal contents have equal digests on every machine."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from reconcile.clock import utc_text
from reconcile.documents.json_text import digest_of
from reconcile.documents.plan import plan_document
from reconcile.model.contact import Contact, Grant
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.plan import Plan
from reconcile.model.settings import Policy, WarningSettings

_NOT_COVERED = {"digest", "notes", "source", "message"}
"""Keys of the plan's JSON that the digest leaves out: itself, notes, and wording (messages and the lines of
files, which move when somebody edits a comment)."""


def plan_digest(plan: Plan) -> str:
    """The digest of everything in a plan but itself, notes and wording."""
    return digest_of(_covered(plan_document(plan)))


def _covered(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: item if key == "payload" else _covered(item)
            for key, item in value.items()
            if key not in _NOT_COVERED
        }
    return [_covered(item) for item in value] if isinstance(value, list) else value


def fingerprint(contact: Contact) -> str:
    """What a live contact is recognised by: its identity and its whole role and tag set."""
    identity, state = contact.identity, contact.state
    return digest_of(
        {
            "id": identity.id,
            "type": identity.type,
            "email": identity.email,
            "reference": identity.reference,
            "roles": None if state.roles is None else [_grant(grant) for grant in state.roles],
            "tags": None if state.tags is None else list(state.tags),
        }
    )


def _grant(grant: Grant) -> list[Any]:
    return [grant.reference, grant.status, _instant(grant.expires), grant.readable]


def declarations_digest(declarations: Iterable[Declaration]) -> str:
    """The digest of what is declared, whatever the files, their order and their comments."""
    return digest_of(sorted((_declaration(entry) for entry in declarations), key=repr))


def _declaration(entry: Declaration) -> dict[str, Any]:
    return {
        "id": entry.id,
        "reference": entry.reference,
        "email": entry.email,
        "present": entry.present,
        "create": entry.create,
        "type": entry.type,
        "roles": None if entry.roles is None else sorted(map(_declared_grant, entry.roles)),
        "tags": None if entry.tags is None else sorted(map(_declared_tag, entry.tags)),
        "profile": None if entry.profile is None else dict(entry.profile),
        "address": None if entry.address is None else dict(entry.address),
        "modes": sorted((facet.value, mode.value) for facet, mode in entry.modes),
    }


def _declared_grant(grant: DeclaredGrant) -> list[str]:
    return [grant.reference, grant.status or "", *_window(grant)]


def _declared_tag(tag: DeclaredTag) -> list[str]:
    return [tag.value, *_window(tag)]


def _window(item: DeclaredGrant | DeclaredTag) -> list[str]:
    window = item.window
    return [
        _instant(window.starts) or "",
        _instant(window.expires) or "",
        item.reason or "",
        item.bundle or "",
    ]


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else utc_text(instant)


def config_digest(policy: Policy, account: str) -> str:
    """The digest of what steers fold and guards, and of the account it is for; warnings steer neither."""
    steering = asdict(replace(policy, judgement=WarningSettings()))
    return digest_of({"account": account, "policy": {**steering, "guards": policy.guards.complete()}})
