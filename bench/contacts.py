"""The contacts that are measured with: as the account tells them, and as files declare them.

They are the same in every run. Roles, windows and tags of a contact depend on its number alone and repeat
after VARIANTS contacts, so that a million of them are written in seconds.
"""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

ROLES = ("customer", "trade-account", "newsletter", "preview", "wholesale")

TAGS = ("ipswich", "vip", "trade", "spring", "north", "south")

VARIANTS = 9_973

YEAR = date.today().year + 1  # noqa: DTZ011 - any year will do that is not over while the bench runs

ONE_IN_A_HUNDRED = 100

PER_FILE = 100


@dataclass(frozen=True, slots=True)
class Holding:
    """What a contact has: its roles with their last day (empty: without end), and its tags, both sorted."""

    roles: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]

    @property
    def json(self) -> str:
        """The members ``accessRoles`` and ``tags`` of a contact in either version of the API."""
        roles = {role: _grant(role, last_day) for role, last_day in self.roles}
        tags = {"contact": self.tags} if self.tags else []
        return f'"accessRoles":{_compact(roles)},"tags":{_compact(tags)}'


def _grant(role: str, last_day: str) -> dict[str, str | None]:
    expires = f"{last_day[:8]}16T00:00:00+00:00" if last_day else None
    return {"name": role.title(), "status": "active", "expires": expires}


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


@cache
def _holding(variant: int) -> Holding:
    chance = random.Random(variant)
    roles = sorted(chance.sample(ROLES, chance.randint(1, 2)))
    tags = sorted(chance.sample(TAGS, chance.randint(0, 2)))
    last_days = [f"{YEAR}-0{chance.randint(1, 2)}-15" if chance.random() < 0.2 else "" for _ in roles]
    return Holding(tuple(zip(roles, last_days, strict=True)), tuple(tags))


@cache
def _holding_json(variant: int) -> str:
    return _holding(variant).json


def row_v2(number: int, *, full: bool) -> str:
    """A contact as the list of v2 tells it, with roles and tags where the list is full."""
    held = f",{_holding_json(number % VARIANTS)}" if full else ""
    return (
        f'{{"id":{number},"type":"user","firstName":"Ann","lastName":"Smith{number % 97}",'
        f'"email":"person{number}@example.com","company":"Company {number % 997}","reference":null,'
        f'"createdOn":"2025-01-01T00:00:00+00:00","modifiedOn":"2026-01-01T00:00:00+00:00"{held}}}'
    )


def contact_v1(number: int) -> str:
    """The same contact as v1 tells it when it is asked for alone."""
    return (
        f'{{"contact":{{"id":"{number}","type":"user","firstname":"Ann","lastname":"Smith{number % 97}",'
        f'"email":"person{number}@example.com","company":"Company {number % 997}","reference":null,'
        f'"created":"2025-01-01T00:00:00+00:00","modifiedOn":"2026-01-01T00:00:00+00:00",'
        f"{_holding_json(number % VARIANTS)}}}}}"
    )


def changes(number: int) -> bool:
    """True for one contact in a hundred, which is declared with a tag that it has not."""
    return number % ONE_IN_A_HUNDRED == 7


def _entry(number: int, *, changed: bool, profile: bool) -> Iterator[str]:
    holding = _holding(number % VARIANTS)
    yield f"  - email: person{number}@example.com\n"
    if any(last_day for _, last_day in holding.roles):
        yield "    roles:\n"
        for role, last_day in holding.roles:
            yield f"      - {{reference: {role}, expires: {last_day}}}\n" if last_day else f"      - {role}\n"
    else:
        yield f"    roles: [{', '.join(role for role, _ in holding.roles)}]\n"
    yield f"    tags: [{', '.join((*holding.tags, *(('extra',) if changed else ())))}]\n"
    if profile:
        yield "    profile: {firstname: Ann}\n"
    elif number % 3 == 0:
        yield "    manage: {tags: authoritative}\n"


def declare(folder: Path, declared: int, *, profile: bool = False, changed: bool = True) -> None:
    """Write the declarations of that many contacts; one in a hundred differs if ``changed``."""
    folder.mkdir(parents=True)
    for first in range(1, declared + 1, PER_FILE):
        numbers = range(first, min(declared + 1, first + PER_FILE))
        lines = (
            line
            for number in numbers
            for line in _entry(number, changed=changed and changes(number), profile=profile)
        )
        (folder / f"{first:08}.yaml").write_text("contacts:\n" + "".join(lines), encoding="utf-8")


def declare_apart(folder: Path, declared: int, *, profile: bool, changed: bool) -> None:
    """The same in a process of its own: the peak of who starts a command is the least that one can have."""
    call = f"declare(Path({str(folder)!r}), {declared}, profile={profile}, changed={changed})"
    code = f"from pathlib import Path; from bench.contacts import declare; {call}"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)
