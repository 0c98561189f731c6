"""The scratch contact: how it was before the first write, how it is shown, and what is written to it."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from reconcile.errors import NotFound, ReconcileError, UnexpectedResponse
from reconcile.evance.prober import Prober, ProbeReply
from reconcile.model.contact import Grant, Role
from reconcile.model.settings import UpdateMethod
from reconcile.wire.roles_and_tags import EXPIRY_KEYS, ROLES_KEY, TAGS_KEY, read_grants
from reconcile.wire.values import atom_text

ShownContact = Mapping[str, Any]

MOVED_BY_WRITES = frozenset({"modifiedOn"})
"""What every write moves and nobody can bring back."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The contact as both versions of the API showed it; ``v2`` is None where it is not known there."""

    account: str
    contact: str
    taken: str
    v1: ShownContact
    v2: ShownContact | None

    def differences(self, v1: ShownContact, v2: ShownContact | None) -> tuple[str, ...]:
        """The keys whose value has changed, sorted; those of v2 only where v1 does not have them."""
        keys = set(changed_keys(self.v1, v1))
        if self.v2 is not None and v2 is not None:
            in_v1 = {key.lower() for key in self.v1}
            keys |= {f"{key} (v2)" for key in changed_keys(self.v2, v2) if key.lower() not in in_v1}
        return tuple(sorted(keys))


def changed_keys(before: ShownContact, now: ShownContact) -> list[str]:
    """The keys whose values differ, except those that every write moves."""
    keys = (set(before) | set(now)) - MOVED_BY_WRITES
    return [key for key in keys if _plain(before.get(key)) != _plain(now.get(key))]


def _plain(value: object) -> object:
    """A value in which the order of a list does not count."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=repr)
    return value


def save_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the snapshot where only its owner can read it; FileExistsError when there is one already."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(snapshot), file)
        file.flush()
        os.fsync(file.fileno())


def load_snapshot(path: Path, account: str, contact: str) -> Snapshot | None:
    """The snapshot that a probe left when it was killed; None when there is none.

    ReconcileError: the file can't be read, or is of another contact.
    """
    if not path.exists():
        return None
    try:
        snapshot = Snapshot(**json.loads(path.read_bytes()))
    except (ValueError, TypeError, RecursionError):
        raise ReconcileError(
            f"{path} should tell how contact {contact} was before an earlier probe, but can't be read: look "
            "at the contact, put it right by hand, and delete the file"
        ) from None
    if (snapshot.account, snapshot.contact) != (account, contact):
        raise ReconcileError(
            f"{path} is of contact {snapshot.contact} at {snapshot.account}: finish that probe first"
        )
    return snapshot


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

    def send_grants(self, *items: RoleItem) -> ProbeReply:
        """Send the grants it came with and these. Unanswerable when they could not be brought back."""
        return self.write({ROLES_KEY: [*self.carried(), *items]})

    def give(self, *items: RoleItem) -> ContactView:
        """The contact once it holds these besides its own grants; Unanswerable when the account refuses."""
        return self.must({ROLES_KEY: [*self.carried(), *items]})

    def take_back_roles(self) -> None:
        """Leave the contact its own grants alone; Unanswerable when the account refuses."""
        self.give()

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
