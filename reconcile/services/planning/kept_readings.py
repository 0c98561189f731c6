"""The readings that plans leave in the project's cache for the next ones (why they hold: ``cache/readings``).

Only the commands ``plan`` and ``drift`` import this: a test walks the imports of all the others.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconcile.clock import ServerTime, zoned_text
from reconcile.evance.connection import Connection
from reconcile.evance.listing import Listing
from reconcile.evance.reader import Reader
from reconcile.journal.durable_files import make_own_folder
from reconcile.model.contact import Contact, Identity, Role
from reconcile.model.facets import MANAGED
from reconcile.model.settings import Capabilities, Numbering
from reconcile.services.caller import Console
from reconcile.services.project import Project
from reconcile.text import count, escape_unprintable, verb_form
from reconcile.wire.contacts_v2 import RowVersion

from .earlier_readings import NO_READINGS, EarlierReadings

if TYPE_CHECKING:
    from reconcile.cache.readings import Reading
    from reconcile.cache.store import CacheStore

_KIND = "contacts"


def open_readings(project: Project, link: Connection, console: Console, *, refresh: bool) -> EarlierReadings:
    """What earlier plans have read of an account; with ``refresh`` it is only kept anew.

    Nothing is taken or kept unless every change is known to move a contact's ``modifiedOn``, and none of the
    embedded sandbox: it answers at once, and its clock shows whatever time is asked for.
    """
    if project.target.embedded or not _tells_every_change(link.capabilities):
        return NO_READINGS
    from reconcile.cache.readings import FORM  # noqa: PLC0415 - SQLite, for those accounts only
    from reconcile.cache.store import own_caches  # noqa: PLC0415

    caches = own_caches(project.state, os.environ, make_own_folder)
    if caches is None:
        return NO_READINGS
    # A sandbox may call itself as a real account does.
    subject = link.account if link.account == link.host else f"{link.account} {link.host}"
    return KeptReadings(caches.store(_KIND, subject, FORM), project, console, refresh=refresh)


def _tells_every_change(known: Capabilities) -> bool:
    return set(MANAGED) <= set(known.modified_on) and known.contact_ids is Numbering.SAME


class KeptReadings:
    """The readings of one account, for one plan."""

    wanted = True

    def __init__(self, store: "CacheStore", project: Project, console: Console, *, refresh: bool) -> None:
        self._store = store
        self._timezone = project.settings.policy.timezone
        self._console = console
        self._refresh = refresh
        self._stored: Mapping[str, Reading] = {}
        self._versions: Mapping[str, RowVersion] = {}
        self._basis = b""
        self._begun: ServerTime | None = None

    def still_true(
        self, listing: Listing, roles: Sequence[Role], account: Reader, /
    ) -> Mapping[str, Contact]:
        """By id, the contacts that are as they were read, by the list as it is now.

        Also the moment from which on contacts are read: what changes later moves their rows.
        """
        from reconcile.cache.readings import basis_of, read_readings  # noqa: PLC0415 - as above

        self._versions, self._begun = listing.versions, account.server_time()
        self._basis = basis_of(roles, account.connection.capabilities)
        self._stored = read_readings(self._store) if self._versions and self._begun else {}
        return {} if self._refresh else {id_: self._stored[id_].contact for id_ in self._holding()}

    def _holding(self) -> list[str]:
        begun, versions = self._begun, self._versions
        return [
            id_
            for id_, reading in self._stored.items()
            if begun is not None
            and (row := versions.get(id_)) is not None
            and reading.holds(row.digest, row.modified, self._basis, begun)
        ]

    def doubt(self, contacts: Sequence[Identity], /) -> None:
        """Believe no reading any more, since these contacts are not as they were read; and say so."""
        first = escape_unprintable(contacts[0].label_with_id)
        others = f" and {count(len(contacts) - 1, 'other contact')}" if contacts[1:] else ""
        self._console.note(
            f"Note: {first}{others} {verb_form(len(contacts), 'is', 'are')} not as read before, although the "
            "account's list shows no change: all contacts are read again. If this comes again, take "
            "`modified_on` out of evance.capabilities.yaml, or run 'reconcile probe' anew"
        )
        self._refresh = True

    def keep(self, taken: Mapping[str, Contact], read: Mapping[str, Contact], /) -> None:
        """Keep the contacts that were read now, and those that were taken from earlier readings."""
        if self._begun is None or not self._versions:
            return
        from reconcile.cache.readings import Reading, keep_readings  # noqa: PLC0415 - as above

        used = [self._stored[id_] for id_ in taken]
        self._note(used)
        whole = min((reading.whole for reading in used), default=self._begun.earliest)
        new = {
            id_: Reading(contact, self._versions[id_].digest, self._begun.earliest, whole, self._basis)
            for id_, contact in read.items()
            if id_ in self._versions
        }
        keep_readings(self._store, new, self._stored.keys() - taken.keys() - new.keys())

    def _note(self, used: "Sequence[Reading]") -> None:
        if not used:
            return
        oldest = datetime.fromtimestamp(min(reading.read for reading in used) // 60 * 60, UTC)
        many, when = count(len(used), "contact"), zoned_text(oldest, self._timezone)
        were, they = (verb_form(len(used), *forms) for forms in (("was", "were"), ("it was", "they were")))
        self._console.note(
            f"{many} {were} not read again: the account's list shows no change since {they} read, at {when}; "
            "--refresh reads all"
        )
