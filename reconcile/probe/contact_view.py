"""A contact as v1 showed it at one moment, read leniently: a probe must see what the client refuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Grant
from reconcile.wire.access_roles import EXPIRY_KEYS, ROLES_KEY, read_grants
from reconcile.wire.sets import TAGS_KEY


class Unanswerable(Exception):
    """A question that can't be answered, and why."""


@dataclass(frozen=True)
class ContactView:
    """One reading of the contact; ``raw`` is the JSON under ``contact``."""

    raw: Mapping[str, Any]

    @cached_property
    def grants(self) -> dict[str, Grant]:
        """The grants by reference; Unanswerable when they have an unknown form."""
        try:
            grants = read_grants(self.raw, str(self.raw.get("id")))
        except UnexpectedResponse as error:
            raise Unanswerable(f"the roles have an unknown form: {error}") from None
        if grants is None:
            raise Unanswerable("the contact is shown without its roles")
        return {grant.reference: grant for grant in grants}

    def inner(self, reference: str) -> Mapping[str, Any]:
        """What is shown within one grant; Unanswerable when the contact does not hold it."""
        roles = self.raw.get(ROLES_KEY)
        items = roles.items() if isinstance(roles, dict) else [("", item) for item in roles or ()]
        for key, item in items:
            details = item if isinstance(item, dict) else {}
            if reference in (key, item if isinstance(item, str) else details.get("reference")):
                return details
        raise Unanswerable(f"the role {reference} was granted but is not shown")

    def status(self, reference: str) -> str:
        """The status of a grant; Unanswerable when it is not shown."""
        status = self.held(reference).status
        if not status:
            raise Unanswerable("the account does not tell the status of a grant")
        return status

    def expiry(self, reference: str) -> str | None:
        """When a grant expires, as text; None is perpetual. Unanswerable when it is not shown."""
        self.held(reference)
        inner = self.inner(reference)
        key = next((key for key in EXPIRY_KEYS if key in inner), None)
        if key is None:
            raise Unanswerable("the account does not tell when a grant expires")
        return inner[key] or None

    def held(self, reference: str) -> Grant:
        """A grant that must be there by now; Unanswerable when it is not."""
        if reference not in self.grants:
            raise Unanswerable(f"the role {reference} was granted but is not shown")
        return self.grants[reference]

    @property
    def tags(self) -> tuple[str, ...] | None:
        """The tags, sorted, from any form in which they are shown; None when they are not shown."""
        shown = self.raw.get(TAGS_KEY)
        values = shown.get("contact") if isinstance(shown, dict) else shown
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            return None
        return tuple(sorted(values))
