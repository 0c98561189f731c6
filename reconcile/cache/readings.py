"""Contacts as they were read one by one, kept until the account's list shows that they have moved.

Where the list does not tell a contact's roles, its reading costs a request, ten minutes for 3,000 contacts at
five requests a second. The list tells something else of each contact: when it was last modified. Where every
change moves that time (``modified_on`` of the capabilities, which a probe finds out), a contact whose row has
not changed is as it was read. That needs all of this:

* **The row that was listed before the reading.** A change between the two moves the row, so the next list
  shows another one, although the reading may hold the change already. With the row listed afterwards a change
  in between would be lost for good.
* **A row that was a minute old.** ``modifiedOn`` has whole seconds: a second change within the same second
  leaves it as it is. And an account may be served by several machines, whose clocks differ: by one that is
  behind, a later change might get a time that another one had given before. A minute is far more than servers
  drift that keep their clocks at all. Both times are the server's own; where it tells none, nothing is kept.
* **The same roles and capabilities.** A role that is renamed, deleted, made anew or asks for an approval
  changes what its holders have, and moves none of them; the capabilities say how an answer is understood.
* **No grant that waits, and none that has ended since.** A probe can't approve one, so nobody knows whether
  that moves its holder; and the clock moves nobody, but the account may show a lapsed grant otherwise.
* **A day at most since all were read.** If the capabilities are wrong after all, then for a day.

Each reading carries what it rests on, so that one of an earlier time, put back, is judged by the same rules.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from reconcile.clock import ServerTime
from reconcile.model.contact import Contact, Role
from reconcile.model.settings import Capabilities

from .store import CacheStore

FORM = "1"
"""To be changed with what a reading consists of: a test holds the two together."""

MINIMUM_ROW_AGE = 60.0
"""Number of seconds that a row must have been unchanged at the time of the reading."""

LONGEST = 24 * 3600.0
"""Maximum number of seconds for which readings are believed, then everybody is read again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A contact as it was read.

    ``row`` is the digest of the row that was listed before. ``read`` is the server's time before the reading,
    ``whole`` that of the last reading of everybody, both in seconds since 1970. ``basis`` is the digest of
    what else it rests on.
    """

    contact: Contact
    row: bytes
    read: float
    whole: float
    basis: bytes

    def holds(self, row: bytes, modified: datetime | None, basis: bytes, now: ServerTime) -> bool:
        """Whether the contact is still so, by its row as listed now and the time of its last change."""
        return (
            self.row == row
            and self.basis == basis
            and modified is not None
            and modified.timestamp() + MINIMUM_ROW_AGE < self.read
            and self.whole <= self.read <= now.latest < self.whole + LONGEST
            and not self._has_lapsed_since(now)
            and not self._has_waiting_grant(now)
        )

    def _has_lapsed_since(self, now: ServerTime) -> bool:
        begin, end = self.read - MINIMUM_ROW_AGE, now.latest + MINIMUM_ROW_AGE
        ends = (grant.expires for grant in self.contact.state.roles or ())
        return any(expires is not None and begin <= expires.timestamp() <= end for expires in ends)

    def _has_waiting_grant(self, now: ServerTime) -> bool:
        """A grant of any other word than active may wait, unless it has lapsed."""
        grants = self.contact.state.roles or ()
        return any(not grant.active and grant.held(now.instant) for grant in grants)


def basis_of(roles: Sequence[Role], capabilities: Capabilities) -> bytes:
    """The digest of what all readings of an account rest on."""
    return hashlib.blake2b(repr((sorted(roles), capabilities)).encode(), digest_size=16).digest()


def read_readings(store: CacheStore) -> dict[str, Reading]:
    """The readings by the ids of the contacts."""
    readings: dict[str, Reading] = {}
    for name, value in store.read().items():
        with suppress(msgspec.MsgspecError):
            readings[name.decode()] = _decoder().decode(value)
    return readings


def keep_readings(store: CacheStore, new: Mapping[str, Reading], gone: Iterable[str]) -> None:
    """Keep these readings, and those of the ids that are ``gone`` no longer."""
    encoded: dict[bytes, bytes] = {}
    for number, reading in new.items():
        with suppress(UnicodeEncodeError):  # half of a surrogate pair, which JSON can hold and no file
            encoded[number.encode()] = msgspec.msgpack.encode(reading)
    store.update(encoded, (number.encode() for number in gone))


@cache
def _decoder() -> "msgspec.msgpack.Decoder[Any]":
    return msgspec.msgpack.Decoder(Reading)
