"""Items of a written `accessRoles`: references, or objects that may bring an expiry and `active`.

Source: Evance help, Updating a Contact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.sandbox.clock import from_atom
from reconcile.sandbox.refusals import REQUIRED, Problem, Refused, refuse_if
from reconcile.sandbox.switches import RequestContext

from .fields import text_problem

OMITTED = -1
"""An expiry that was not named, which is not the same as none."""


@dataclass(frozen=True, slots=True)
class WrittenRole:
    """One item of `accessRoles`: `expires` is `OMITTED` when not named, `active` skips the role's rules."""

    reference: str
    expires: int | None = OMITTED
    active: bool = False


def read_written_roles(value: object, context: RequestContext) -> list[WrittenRole] | None:
    """The items of a written `accessRoles`; None when the key counts as absent.

    Raises Refused (422) with every wrong item at once.
    """
    if isinstance(value, dict):
        if context.switches.map_write == "ignore":
            return None
        value = _from_map(value) if context.switches.map_write == "accept" else value
    if not isinstance(value, list):
        raise Refused(422, Problem("accessRoles", "must be an array"))
    parsed = [_read_item(item, context) for item in value]
    refuse_if([item for item in parsed if isinstance(item, Problem)])
    return [item for item in parsed if isinstance(item, WrittenRole)]


def _from_map(value: dict[str, Any]) -> list[Any]:
    """The read form as items of the written one: the key is the reference."""
    grants = {reference: grant if isinstance(grant, dict) else {} for reference, grant in value.items()}
    return [
        {**{key: grant[key] for key in ("expires", "status") if key in grant}, "reference": reference}
        for reference, grant in grants.items()
    ]


def _read_item(item: object, context: RequestContext) -> WrittenRole | Problem:
    match item:
        case str():
            return text_problem("accessRoles", item) or WrittenRole(item)
        case dict():
            return _read_object(item, context)
        case _:
            return Problem("accessRoles", "an item must be a reference or an object")


def _read_object(item: Mapping[str, Any], context: RequestContext) -> WrittenRole | Problem:
    reference, status = item.get("reference"), item.get("status")
    if not isinstance(reference, str):
        return Problem("accessRoles", "an object must name a reference", REQUIRED)
    if problem := text_problem("accessRoles", reference):
        return problem
    if status not in (None, "active") and context.switches.other_status == "reject":
        return Problem("accessRoles", f"status of {reference} may only be active")
    expires = _read_expires(reference, item, context)
    return expires if isinstance(expires, Problem) else WrittenRole(reference, expires, status == "active")


def _read_expires(reference: str, item: Mapping[str, Any], context: RequestContext) -> int | Problem | None:
    if "expires" not in item:
        return OMITTED
    expires = item["expires"]
    if expires is None and context.switches.null_expires == "perpetual":
        return None
    try:
        instant = from_atom(expires) if isinstance(expires, str) else None
    except ValueError:
        instant = None
    if instant is None:
        return Problem("accessRoles", f"expires of {reference} is not an ATOM date-time")
    if instant <= context.now and context.switches.past_expires == "reject":
        return Problem("accessRoles", f"expires of {reference} has passed")
    return instant
