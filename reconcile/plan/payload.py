"""The exact body of a write: the full target of every managed facet.

``accessRoles`` replaces all grants, so it lists every role to keep; what is missing is dropped
(Evance help: Updating a Contact).
"""

from typing import Any

from reconcile.model import Declaration, Fields, Grant, Payload, State, atom


def update_payload(target: State) -> Payload:
    """The body of an update: all roles, all tags, the declared profile fields, the whole address."""
    body: dict[str, Any] = dict(sorted((target.profile or {}).items()))
    if target.address is not None:
        body["address"] = dict(sorted(target.address.items()))
    if target.roles is not None:
        body["accessRoles"] = [_role(grant) for grant in target.roles]
    if target.tags is not None:
        body["tags"] = {"contact": list(target.tags)}
    return {"contact": body}


def create_payload(declaration: Declaration, target: State) -> Payload:
    """The body that adds a contact: who it is, then the same as an update."""
    who: Fields = {"type": declaration.type, "email": declaration.email, "reference": declaration.reference}
    body = update_payload(target)["contact"]
    return {"contact": {**{name: value for name, value in who.items() if value}, **body}}


def _role(grant: Grant) -> str | dict[str, str]:
    """One grant as it is written.

    Only an active grant states its status. Any other goes without one, the only form that does not force an
    approval: as a bare reference, or with its expiry where it has one, since a bare reference would lose it.
    """
    expires = {"expires": atom(grant.expires)} if grant.expires is not None else {}
    if grant.active:
        return {"reference": grant.reference, **expires, "status": grant.status}
    return {"reference": grant.reference, **expires} if expires else grant.reference
