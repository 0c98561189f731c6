"""The lists of an account as text for a terminal, and as CSV for spreadsheets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from reconcile.clock import utc_text, zoned_text
from reconcile.model.contact import ACTIVE, Identity
from reconcile.model.reports.account_lists import (
    NOT_TOLD,
    ContactList,
    HeldRole,
    ListedContact,
    ListedRole,
    ListHead,
    RoleHolder,
    RoleList,
)
from reconcile.render.escape import TERMINAL
from reconcile.render.layout import PLAIN, TextLayout, join_blocks
from reconcile.render.wording.names import contact_id, named_with_id
from reconcile.render.wording.operation_text import end_text
from reconcile.text import count, listed, verb_form

from .csv_text import csv_text
from .text_table import Row, TextTable

CONTACT_COLUMNS = ("CONTACT", "ID", "TYPE", "REFERENCE", "ROLES", "TAGS")


def contact_list_text(contacts: ContactList, layout: TextLayout = PLAIN) -> str:
    """A sentence and a table: a row for each contact."""
    text = _HeadText(contacts.head, layout)
    number, total = len(contacts.contacts), contacts.head.total
    which = f"{number:,} of {count(total, 'contact')}" if number != total else count(total, "contact")
    rows = [_contact_row(row, contacts.head.timezone) for row in contacts.contacts]
    table = TextTable(CONTACT_COLUMNS, rows).lines(layout) if rows else []
    return join_blocks([text.headline(which), table, text.doubts()])


def _contact_row(row: ListedContact, timezone: str) -> Row:
    who, name = row.contact, TERMINAL.name
    called = who.email or who.reference
    return (
        [name(called) if called else contact_id(who, TERMINAL)],
        [name(who.id)],
        [name(who.type)] if who.type else [],
        [name(who.reference)] if who.reference else [],
        [f"({NOT_TOLD})"] if row.roles is None else [_role_text(held, timezone) for held in row.roles],
        [f"({NOT_TOLD})"] if row.tags is None else list(map(name, row.tags)),
    )


def _named(contact: Identity) -> str:
    """A contact's name with its id; ``contact 3`` where the account tells no more."""
    nameless = not (contact.email or contact.reference)
    return contact_id(contact, TERMINAL) if nameless else named_with_id(contact, TERMINAL)


def _role_text(held: HeldRole, timezone: str) -> str:
    """A role, and how it is held where that is not plainly active for ever."""
    how = _holding_text(held, timezone)
    return TERMINAL.name(held.grant.reference) + (f" ({how})" if how else "")


def _holding_text(held: HeldRole, timezone: str) -> str:
    end = _end_text(held.grant.expires, timezone) if held.grant.expires else ""
    if held.expired:
        return f"expired {end}".rstrip()
    status = "" if held.holding == ACTIVE else _how(held.holding)
    return ", ".join(filter(None, (status, end and f"until {end}")))


@dataclass(frozen=True, slots=True)
class _HeadText:
    """What stands above and below a list: what was asked, and what may be missing."""

    head: ListHead
    layout: TextLayout

    def headline(self, which: str) -> list[str]:
        """``4 of 30 contacts at sandbox.evance.me with role trade-account, as of …``."""
        criteria = "; ".join(self._criteria())
        asked = f" with {criteria}" if criteria else ""
        as_of = zoned_text(self.head.as_of, self.head.timezone)
        return self.layout.wrap("", f"{which} at {TERMINAL.name(self.head.account)}{asked}, as of {as_of}")

    def _criteria(self) -> Iterator[str]:
        asked = self.head.asked
        for noun, values in (("role", asked.roles), ("tag", asked.tags), ("type", asked.types)):
            if values:
                yield f"{noun} {' or '.join(map(TERMINAL.name, values))}"
        if asked.status:
            yield f"status {asked.status}"
        if asked.expires_within is not None:
            yield f"an expiry within {count(asked.expires_within, 'day')}"

    def doubts(self) -> list[str]:
        """Who may belong in the list, too; nothing is guessed."""
        lines = [f"  ! the account could not be listed whole: {TERMINAL.prose(self.head.gap)}; list it again"]
        rows = lines if self.head.gap else []
        uncertain = self.head.uncertain
        if uncertain:
            verb = verb_form(len(uncertain), "was", "were")
            rows = [*rows, f"{count(len(uncertain), 'contact')} {verb} not told in full by the account:"]
        for row in uncertain:
            name = _named(row.contact)
            rows += self.layout.wrap("  ? ", f"{name}: {TERMINAL.prose(row.reason)}")
        return rows


def role_list_text(roles: RoleList, layout: TextLayout = PLAIN) -> str:
    """A sentence, and for each role a headline with how many hold it, and who."""
    text = _HeadText(roles.head, layout)
    which = f"{count(len(roles.roles), 'role')} among {count(roles.head.total, 'contact')}"
    blocks = [_role_block(row, roles.head.timezone, layout) for row in roles.roles]
    return join_blocks([text.headline(which), *blocks, text.doubts()])


def _role_block(row: ListedRole, timezone: str, layout: TextLayout) -> list[str]:
    groups = list(row.by_holding())
    numbers = ", ".join(f"{len(holders):,} {_how(holding)}" for holding, holders in groups)
    title = TERMINAL.quote(row.role.title) if row.role.title else ""
    parts = (numbers or "held by nobody", title, ", ".join(_marks(row)))
    lines = layout.wrap_painted("", TERMINAL.name(row.role.reference) + "  ", " · ".join(filter(None, parts)))
    for holding, holders in groups:
        lines += layout.wrap(f"  {_how(holding):<8}  ", _holders_text(holders, timezone))
    return lines


def _holders_text(holders: Iterable[RoleHolder], timezone: str) -> str:
    """The first holders, and how many more there are."""
    named = [_holder_text(holder, timezone) for holder in holders]
    return listed(named, rest="; 'reconcile list --role' and --format csv have them all")


def _holder_text(holder: RoleHolder, timezone: str) -> str:
    name, expires = _named(holder.contact), holder.held.grant.expires
    return f"{name} until {_end_text(expires, timezone)}" if expires else name


def _end_text(expires: datetime, timezone: str) -> str:
    """The last day, or the time; the headline names the zone."""
    return end_text(expires, timezone).removesuffix(f" ({timezone})")


def _how(holding: str) -> str:
    """How a role is held, in words; the account's own word may be anything."""
    return holding if holding == NOT_TOLD else TERMINAL.name(holding)


def _marks(row: ListedRole) -> Iterator[str]:
    if not row.in_account:
        yield "not among the account's roles"
    if row.role.asks:
        yield f"approval by {TERMINAL.name(row.role.approval)}"
    for mark in ("protected", "privileged", "ignored"):
        if getattr(row, mark):
            yield mark


CONTACT_HEADER = (
    "email",
    "id",
    "type",
    "reference",
    "roles",
    "roles_not_active",
    "roles_expired",
    "tags",
    "not_told",
)

ROLE_HEADER = ("role", "title", "status", "expires", "email", "id", "type", "reference", "not_told")


def contact_list_csv(contacts: ContactList) -> str:
    """A row for each contact; those that the account did not tell in full stand at the end, with why."""
    rows = [_contact_cells(row) for row in contacts.contacts]
    known = {row.contact.id for row in contacts.contacts}
    others = [one for one in contacts.head.uncertain if one.contact.id not in known]
    return csv_text(CONTACT_HEADER, [*rows, *([*_who(one.contact), *[""] * 4, one.reason] for one in others)])


def _who(contact: Identity) -> list[str]:
    return [contact.email, contact.id, contact.type, contact.reference or ""]


def _contact_cells(row: ListedContact) -> list[str]:
    roles = row.roles or ()
    active = [held.grant.reference for held in roles if held.holding == ACTIVE]
    expired = [held.grant.reference for held in roles if held.expired]
    others = [held for held in roles if held.holding != ACTIVE and not held.expired]
    waiting = [f"{held.grant.reference} ({held.holding})" for held in others]
    cells = [active, waiting, expired, row.tags or (), row.untold]
    return [*_who(row.contact), *(", ".join(cell) for cell in cells)]


def role_list_csv(roles: RoleList) -> str:
    """A row for each role and holder; a role that nobody holds has one without a holder."""
    rows = [cells for row in roles.roles for cells in _role_cells(row)]
    others = (["", "", "", "", *_who(one.contact), one.reason] for one in roles.head.uncertain)
    return csv_text(ROLE_HEADER, [*rows, *others])


def _role_cells(row: ListedRole) -> Iterator[list[str]]:
    named = [row.role.reference, row.role.title]
    if not row.holders:
        yield [*named, *[""] * 7]
    for _, holders in row.by_holding():
        for holder in holders:
            expires = holder.held.grant.expires
            how = [holder.held.holding, utc_text(expires) if expires else ""]
            yield [*named, *how, *_who(holder.contact), ""]
