"""Generated contacts by the million: believable, repeatable from a number, quick to insert.

Names repeat as they do in life; guests repeat addresses, their own and those of users.
"""

import json
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import islice
from random import Random
from typing import Any

from .store import contacts, roles, schema

FIRST_ID = 1_001

_CHUNK = 20_000

_DAY = 86_400

_RECENT = 2_000

_KINDS = (("user", 0.72), ("guest", 0.95), ("recipient", 0.98), ("branch", 1.0))  # shares, added up

# Reference, share of users that hold it, share of those that expire (or have expired).
_SHARES = (
    ("customer", 0.96, 0.0), ("newsletter", 0.35, 0.2), ("trade-account", 0.22, 0.15),
    ("trade-gold", 0.04, 0.6), ("wholesale", 0.03, 0.1), ("preview", 0.05, 0.3),
    ("retail-only", 0.06, 0.0), ("seasonal-sale", 0.08, 1.0), ("press", 0.01, 0.2),
)  # fmt: skip


@cache
def _words() -> dict[str, Any]:
    """Names, streets and tags to choose from."""
    words: dict[str, Any] = json.loads(files("reconcile.sandbox").joinpath("names.json").read_text("utf-8"))
    return words


@dataclass(slots=True)
class Chunk:
    """Rows of some contacts, as the bulk inserts take them."""

    contacts: list[tuple[Any, ...]] = field(default_factory=list)
    addresses: list[tuple[Any, ...]] = field(default_factory=list)
    grants: list[tuple[Any, ...]] = field(default_factory=list)
    tags: list[tuple[Any, ...]] = field(default_factory=list)


def generate(db: sqlite3.Connection, count: int, number: int, now: int) -> None:
    """Fill an account that has roles but no contacts, inside the caller's transaction."""
    schema.drop_indexes(db)
    role_ids = roles.role_ids(db)
    tags = contacts.add_tags(db, _words()["tags"])
    people = _people(count, Random(number), now)  # noqa: S311 - to be repeated, not to be secret
    while some := list(islice(people, _CHUNK)):
        chunk = Chunk()
        for person in some:
            _add(chunk, person, role_ids, tags)
        contacts.insert_many(db, chunk.contacts, chunk.addresses, chunk.grants, chunk.tags)
    schema.make_indexes(db)


@dataclass(frozen=True, slots=True)
class _Person:
    """A contact to be, with chance of its own for what hangs on it."""

    contact_id: int
    kind: str
    first: str
    last: str
    email: str
    company: str | None
    created: int
    now: int
    chance: Random


def _people(count: int, chance: Random, now: int) -> Iterator[_Person]:
    words = _words()
    recent: deque[tuple[str, str, str]] = deque(maxlen=_RECENT)
    for contact_id in range(FIRST_ID, FIRST_ID + count):
        kind = _kind(chance.random())
        if kind == "guest" and recent and chance.random() < 0.6:
            first, last, email = _pick(chance, recent)
        else:
            first, last = _pick(chance, words["first"]), _pick(chance, words["last"])
            domain = _pick(chance, words["domains"])
            email = f"{_plain(first)}.{_plain(last)}{contact_id}@{domain}"
        if kind in ("user", "guest"):
            recent.append((first, last, email))
        trading = kind == "branch" or chance.random() < 0.3
        company = f"{last} {_pick(chance, words['trades'])}" if trading and kind != "recipient" else None
        created = now - int(chance.random() * 7 * 365 * _DAY)
        yield _Person(contact_id, kind, first, last, email, company, created, now, chance)


def _kind(roll: float) -> str:
    return next(kind for kind, share in _KINDS if roll < share)


def _add(chunk: Chunk, person: _Person, roles: dict[str, int], tags: list[int]) -> None:
    chance, named = person.chance, person.kind in ("user", "guest")
    first, last = (person.first, person.last) if named else (None, None)
    registered = person.kind == "user" and chance.random() < 0.9
    reference = f"C-{person.contact_id}" if chance.random() < 0.5 else None
    verified = registered and chance.random() < 0.95
    names = (first, last, person.email, person.email.casefold(), person.company, reference)
    times = (person.created, person.created)
    chunk.contacts.append((person.contact_id, person.kind, *names, registered, verified, *times))
    if chance.random() < 0.5:
        chunk.addresses.append((person.contact_id, *_place(chance)))
    if person.kind == "user":
        chunk.grants.extend(_grants(person, roles))
    if chance.random() < 0.4:
        chosen = {int(chance.random() ** 2 * len(tags)) for _ in range(1 + int(chance.random() * 3))}
        chunk.tags.extend((person.contact_id, tags[one]) for one in sorted(chosen))


def _grants(person: _Person, roles: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    chance = person.chance
    for reference, share, expiring in _SHARES:
        if chance.random() >= share:
            continue
        lapse = person.now + int((chance.random() - 0.25) * 600 * _DAY)
        expires = lapse if chance.random() < expiring else None
        waits = reference.startswith("trade") and chance.random() < 0.05
        status, awaits = ("pending", "admin") if waits else ("active", None)
        yield person.contact_id, roles[reference], status, awaits, expires, person.created


def _place(chance: Random) -> tuple[str, ...]:
    city, region, area = _pick(chance, _words()["towns"])
    number = int(chance.random() * 200) + 1
    letters = _pick(chance, "ABDEFGHJLN") + _pick(chance, "ABDEFGHJLN")
    postcode = f"{area}{number % 20 + 1} {number % 9 + 1}{letters}"
    return f"{number} {_pick(chance, _words()['streets'])}", city, region, "GB", postcode


def _pick(chance: Random, options: Sequence[Any]) -> Any:
    """One of the options; `Random.choice` takes thrice the time, and it is called by the million."""
    return options[int(chance.random() * len(options))]


def _plain(name: str) -> str:
    return name.casefold().replace("'", "").replace("â", "a").replace("ë", "e")
