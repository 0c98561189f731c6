"""Generated contacts by the million: believable, repeatable from a number, quick to insert.

Names repeat as they do in life; guests repeat e-mail addresses, their own and those of users.
"""

import json
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import islice
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from reconcile.sandbox.store import contacts, roles, schema

FIRST_ID = 1_001

_CHUNK_SIZE = 20_000
"""Number of contacts that are inserted together."""

_DAY = 86_400

_RECENT_PEOPLE = 2_000
"""Maximum number of people whose address a guest may repeat, then the oldest are forgotten."""

_LONDON = ZoneInfo("Europe/London")

_REJECTED, _WAITING = 0.01, 0.05
"""Share of the applications that were rejected; and that share with those that wait added to it."""

_KINDS = (("user", 0.72), ("guest", 0.95), ("recipient", 0.98), ("branch", 1.0))
"""Types, each with its share of the contacts added to the shares before it."""

_ROLE_SHARES = (
    ("customer", 0.96, 0.0), ("newsletter", 0.35, 0.2), ("trade-account", 0.22, 0.15),
    ("trade-gold", 0.04, 0.6), ("wholesale", 0.03, 0.1), ("preview", 0.05, 0.3),
    ("retail-only", 0.06, 0.0), ("seasonal-sale", 0.08, 1.0), ("press", 0.01, 0.2),
)  # fmt: skip
"""Reference, share of the users who hold it, and share of those grants that expire (or have expired)."""


@cache
def _words() -> dict[str, Any]:
    """Names, streets and tags to choose from."""
    text = files("reconcile.sandbox.seeds").joinpath("names.json").read_text("utf-8")
    words: dict[str, Any] = json.loads(text)
    return words


@dataclass(slots=True)
class Chunk:
    """Rows of some contacts, in the form in which the store inserts many."""

    contacts: list[tuple[Any, ...]] = field(default_factory=list)
    addresses: list[tuple[Any, ...]] = field(default_factory=list)
    grants: list[tuple[Any, ...]] = field(default_factory=list)
    tags: list[tuple[Any, ...]] = field(default_factory=list)


def generate(db: sqlite3.Connection, count: int, number: int, now: int) -> None:
    """Fill an account that has roles but no contacts, inside the caller's transaction."""
    schema.drop_indexes(db)
    role_ids = roles.ids(db)
    tag_ids = contacts.add_tags(db, _words()["tags"])
    people = _people(count, Random(number), now)  # noqa: S311 - it must repeat; it guards no secret
    while some := list(islice(people, _CHUNK_SIZE)):
        chunk = Chunk()
        for person in some:
            _add(chunk, person, role_ids, tag_ids)
        contacts.insert_many(db, chunk.contacts, chunk.addresses, chunk.grants, chunk.tags)
    schema.make_indexes(db)


@dataclass(frozen=True, slots=True)
class _Person:
    """A contact to be, and the chance that decides the rest of it."""

    contact_id: int
    kind: str
    first_name: str
    last_name: str
    email: str
    company: str | None
    created: int
    now: int
    chance: Random


def _people(count: int, chance: Random, now: int) -> Iterator[_Person]:
    words = _words()
    recent: deque[tuple[str, str, str]] = deque(maxlen=_RECENT_PEOPLE)
    for contact_id in range(FIRST_ID, FIRST_ID + count):
        kind = _kind(chance.random())
        if kind == "guest" and recent and chance.random() < 0.6:
            first, last, email = _pick(chance, recent)
        else:
            first, last = _pick(chance, words["first"]), _pick(chance, words["last"])
            domain = _pick(chance, words["domains"])
            email = f"{_in_address(first)}.{_in_address(last)}{contact_id}@{domain}"
        if kind in ("user", "guest"):
            recent.append((first, last, email))
        in_trade = kind == "branch" or chance.random() < 0.3
        company = f"{last} {_pick(chance, words['trades'])}" if in_trade and kind != "recipient" else None
        created = now - int(chance.random() * 7 * 365 * _DAY)
        yield _Person(contact_id, kind, first, last, email, company, created, now, chance)


def _kind(roll: float) -> str:
    return next(kind for kind, share in _KINDS if roll < share)


def _add(chunk: Chunk, person: _Person, role_ids: dict[str, int], tag_ids: list[int]) -> None:
    chance = person.chance
    chunk.contacts.append(_contact_row(person))
    if chance.random() < 0.5:
        chunk.addresses.append((person.contact_id, *_address(chance)))
    if person.kind == "user":
        chunk.grants.extend(_grants(person, role_ids))
    if chance.random() < 0.4:
        chosen = {int(chance.random() ** 2 * len(tag_ids)) for _ in range(1 + int(chance.random() * 3))}
        chunk.tags.extend((person.contact_id, tag_ids[place]) for place in sorted(chosen))


def _contact_row(person: _Person) -> tuple[Any, ...]:
    chance, has_names = person.chance, person.kind in ("user", "guest")
    first, last = (person.first_name, person.last_name) if has_names else (None, None)
    registered = person.kind == "user" and chance.random() < 0.9
    reference = f"C-{person.contact_id}" if chance.random() < 0.5 else None
    verified = registered and chance.random() < 0.95
    names = (first, last, person.email, person.email.casefold(), person.company, reference)
    return (
        person.contact_id, person.kind, *names, registered, verified, person.created, person.created,
    )  # fmt: skip


def _grants(person: _Person, role_ids: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    chance = person.chance
    for reference, share, share_that_expires in _ROLE_SHARES:
        if chance.random() >= share:
            continue
        end = _end(chance.random(), person.now)
        expires = end if chance.random() < share_that_expires else None
        status, awaits = _answer(chance.random()) if reference.startswith("trade") else ("active", None)
        yield person.contact_id, role_ids[reference], status, awaits, expires, person.created


def _answer(roll: float) -> tuple[str, str | None]:
    """What the shop answered to an application for trade terms, and whom a waiting one waits for."""
    if roll < _REJECTED:
        return "rejected", None
    return ("pending", "admin") if roll < _WAITING else ("active", None)


def _end(roll: float, now: int) -> int:
    """When access ends: with a day of the shop three times out of four, since people choose days.

    The roll alone decides whether it has ended, whatever time of the day it is.
    """
    end = now + int((roll - 0.25) * 600 * _DAY)
    if int(roll * 4_000) % 4 == 0:
        return end
    moment = datetime.fromtimestamp(end, _LONDON)
    day = moment.date() + timedelta(days=end > now)
    return int(datetime(day.year, day.month, day.day, tzinfo=_LONDON).timestamp())


def _address(chance: Random) -> tuple[str, ...]:
    city, region, area = _pick(chance, _words()["towns"])
    number = int(chance.random() * 200) + 1
    letters = _pick(chance, "ABDEFGHJLN") + _pick(chance, "ABDEFGHJLN")
    postcode = f"{area}{number % 20 + 1} {number % 9 + 1}{letters}"
    return f"{number} {_pick(chance, _words()['streets'])}", city, region, "GB", postcode


def _pick(chance: Random, options: Sequence[Any]) -> Any:
    """One of the options. `Random.choice` takes three times as long, and this is called by the million."""
    return options[int(chance.random() * len(options))]


def _in_address(name: str) -> str:
    """A name in the form in which it stands in an e-mail address."""
    return name.casefold().replace("'", "").replace("â", "a").replace("ë", "e")
