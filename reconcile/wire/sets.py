"""The sets of a contact, ``accessRoles`` and ``tags``, as both versions of the API show and take them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import State
from reconcile.model.facets import Facet, tag_key

from .access_roles import ROLES_KEY, read_grants, written_grant
from .values import Json

Items = TypeVar("Items")

TAGS_KEY = "tags"

SET_KEYS = {Facet.ROLES: ROLES_KEY, Facet.TAGS: TAGS_KEY}
"""The key of each set in a body."""

SETS_BY_KEY = {key: facet for facet, key in SET_KEYS.items()}


def read_sets(body: Json, number: str) -> State:
    """The sets of a contact and nothing else; None stands for a set that is missing or has an unknown form.

    So what needs such a set is refused, and what does not manage it goes on.
    """
    return State(roles=_if_known(read_grants, body, number), tags=_if_known(read_tags, body, number))


def _if_known(parse: Callable[[Json, str], Items | None], body: Json, number: str) -> Items | None:
    try:
        return parse(body, number)
    except UnexpectedResponse:
        return None


def written_sets(target: State) -> dict[str, Any]:
    """The sets of a target as they are written; one that is None is left out, so that it stays as it is."""
    body: dict[str, Any] = {}
    if target.roles is not None:
        body[ROLES_KEY] = [written_grant(grant) for grant in target.roles]
    if target.tags is not None:
        body[TAGS_KEY] = written_tags(target.tags)
    return body


def read_tags(body: Json, number: str) -> tuple[str, ...] | None:
    """The contact tags, sorted by key; None when the key is missing: they were not read.

    The form is ``{"contact": ["..."]}``; an empty array stands for no tags, as PHP writes an empty map.
    """
    value = body.get(TAGS_KEY)
    if value is None:
        return None
    tags = value.get("contact") if isinstance(value, dict) else value
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise UnexpectedResponse(f"contact {number}: `tags` has a form that is not documented")
    if isinstance(value, list) and value:
        raise UnexpectedResponse(f"contact {number}: `tags` has a form that is not documented")
    return tuple(sorted(set(tags), key=lambda tag: (tag_key(tag), tag)))


def written_tags(tags: Sequence[str]) -> dict[str, list[str]]:
    """Tags as they are written: the whole set."""
    return {"contact": list(tags)}
