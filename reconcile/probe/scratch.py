"""The scratch contact: how it is written and read, and what of it must be brought back."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconcile.errors import NotFound
from reconcile.evance.prober import Prober, ProbeReply
from reconcile.model.contact import Grant, Role
from reconcile.model.settings import UpdateMethod
from reconcile.wire.access_roles import ROLES_KEY
from reconcile.wire.values import atom_text

from .contact_view import ContactView, Unanswerable
from .snapshot import Snapshot

FAR = "2099-07-01T12:00:00+00:00"
"""An expiry in a summer, where time zones show themselves."""

NEARER = "2098-07-01T12:00:00+00:00"

PAST = "2001-07-01T12:00:00+00:00"

TEXT_FIELDS = ("position", "department", "division")
"""Fields that mean nothing to a shop, the first choice first."""

NO_METHOD = {404, 405, 501}
"""How a server says that it does not take a verb at an address that is right."""

RoleItem = str | dict[str, Any]
"""One item of a written ``accessRoles``."""


def active(reference: str, expires: str | None = None) -> dict[str, Any]:
    """A grant as an object that asks for no approval."""
    until = {} if expires is None else {"expires": expires}
    return {"reference": reference, **until, "status": "active"}


@dataclass(slots=True)
class ScratchContact:
    """One contact under probe. ``kept`` are the grants it came with, None when they can't be read whole.

    ``free`` are the roles that it may be given for a while. ``touched`` are the keys written so far: they are
    brought back even where no difference shows, since what is hidden may have changed.
    """

    prober: Prober
    snapshot: Snapshot
    kept: tuple[Grant, ...] | None
    free: Sequence[Role]
    sleep: Callable[[float], None] = time.sleep
    touched: set[str] = field(default_factory=set)
    verbs: list[UpdateMethod] = field(default_factory=lambda: [UpdateMethod.POST, UpdateMethod.PUT])

    def look(self) -> ContactView:
        """Read the contact."""
        return ContactView(self.prober.contact_as_shown())

    def look_v2(self) -> Mapping[str, Any]:
        """Read the contact in v2; Unanswerable when it is not known there."""
        if self.snapshot.v2 is None:
            raise Unanswerable("the contact could not be found in v2")
        row = self.prober.met_in_v2(str(self.snapshot.v2["id"]))
        if row is None:
            raise NotFound(f"contact {self.snapshot.contact} was met in v2 but is not there any more")
        return row

    def write(self, fields: Mapping[str, Any], *, token: str | None = None) -> ProbeReply:
        """Update the contact by the first verb that the account takes."""
        self.touched |= set(fields)
        reply = self.prober.change(self.verbs[0], fields, token=token)
        if reply.status in NO_METHOD and len(self.verbs) > 1:
            reply = self.prober.change(self.verbs[1], fields, token=token)
            if reply.accepted:
                self.verbs.reverse()
        return reply

    def write_by(self, verb: UpdateMethod, fields: Mapping[str, Any]) -> ProbeReply:
        """Update the contact by that verb and no other."""
        self.touched |= set(fields)
        return self.prober.change(verb, fields)

    def write_v2(self, fields: Mapping[str, Any], touched: str) -> ProbeReply:
        """Update the contact through v2; Unanswerable when it is not known there."""
        self.look_v2()
        self.touched.add(touched)
        return self.prober.change_v2(fields)

    def must(self, fields: Mapping[str, Any]) -> ContactView:
        """Update the contact as a question needs it, and read it; Unanswerable when the account refuses."""
        reply = self.write(fields)
        if not reply.accepted:
            raise Unanswerable(f"the account refused an update of {', '.join(fields)} ({reply.status})")
        return self.look()

    def grant(self, *items: RoleItem) -> ProbeReply:
        """Send the grants it came with and these. Unanswerable when they could not be brought back."""
        return self.write({ROLES_KEY: [*self.carried(), *items]})

    def holding(self, *items: RoleItem) -> ContactView:
        """The contact once it holds these besides its own grants; Unanswerable when the account refuses."""
        return self.must({ROLES_KEY: [*self.carried(), *items]})

    def carried(self) -> list[RoleItem]:
        """Its own grants as they are sent; Unanswerable when they can't be read: they could not come back."""
        if self.kept is None:
            raise Unanswerable(
                "the roles of the contact can't be read whole, so they could not be brought back: take a "
                "contact without roles"
            )
        return [
            active(grant.reference, atom_text(grant.expires) if grant.expires else None)
            for grant in self.kept
        ]

    def role(self, number: int = 0) -> str:
        """A role to give and take, one that asks for no approval if there is one."""
        return self._nth(sorted(self.free, key=lambda role: role.approval != "none"), number)

    def role_by_approval(self) -> str:
        """A role that waits for an approval, by the shop if there is such a one, else by e-mail."""
        waiting = [role for role in self.free if role.approval != "none"]
        return self._nth(sorted(waiting, key=lambda role: role.approval != "admin"), 0)

    def _nth(self, roles: Sequence[Role], number: int) -> str:
        if number >= len(roles):
            raise Unanswerable("the account has no role of that kind that the contact may be given")
        return roles[number].reference

    def text_field(self) -> str:
        """A text field of no importance; Unanswerable when none is shown."""
        for name in TEXT_FIELDS:
            if name in self.snapshot.v1:
                return name
        raise Unanswerable(f"the contact is shown without any of {', '.join(TEXT_FIELDS)}")
