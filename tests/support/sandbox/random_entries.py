"""Declarations that Hypothesis draws: entries of three people, as values and as they stand in a file."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.support.sandbox.account_changes import Item
from tests.support.sandbox.sandbox_account import atom
from tests.support.shop import NOW

PEOPLE = {"32": "grace.odell@example.com", "9": "tom.wherry@example.com", "18": "carys.pugh@example.org"}

ROLES = ["customer", "newsletter", "press", "trade-account"]

TAGS = ["vip", "trade"]

SETS = {"roles", "tags"}

IGNORED = ("staff-", "auto:")

Entry = dict[str, Any]
"""Roles and tags with days from now on as their windows, fields; `by` is how the contact is named."""

days = st.integers(-5, 10)

grants = st.fixed_dictionaries(
    {"reference": st.sampled_from(ROLES)},
    optional={"starts": days, "expires": days, "status": st.just("active")},
).filter(lambda grant: grant.get("starts", -9) < grant.get("expires", 99))

tags = st.fixed_dictionaries(
    {"value": st.sampled_from(TAGS)}, optional={"starts": days, "expires": days}
).filter(lambda tag: tag.get("starts", -9) < tag.get("expires", 99))

entries = st.fixed_dictionaries(
    {"by": st.sampled_from(["id", "email"])},
    optional={
        "roles": st.lists(grants, unique_by=lambda grant: grant["reference"], max_size=3),
        "tags": st.lists(tags, unique_by=lambda tag: tag["value"]),
        "phone": st.sampled_from(["01473 1", "01473 2"]),
        "city": st.sampled_from(["Ipswich", "Diss"]),
        "additive": st.booleans(),
    },
)

people = st.sampled_from([*PEOPLE])


def declared(wanted: Mapping[str, Entry]) -> str:
    """The file that declares these entries, each on a line of its own.

    They are given by the id of the contact that each is about at first.
    """
    lines = ",\n".join(json.dumps(_written(number, entry)) for number, entry in wanted.items())
    return f'{{"contacts": [\n{lines}\n]}}'


def _written(number: str, entry: Entry) -> Entry:
    out: Entry = {"id": int(number)} if entry["by"] == "id" else {"email": PEOPLE[number]}
    for facet in SETS & entry.keys():
        out[facet] = [
            {key: atom(day(value)) if isinstance(value, int) else value for key, value in item.items()}
            for item in entry[facet]
        ]
    if "phone" in entry:
        out["profile"] = {"phone": entry["phone"]}
    if "city" in entry:
        out["address"] = {"city": entry["city"]}
    if entry.get("additive"):
        out["manage"] = {"roles": "additive", "tags": "additive"}
    return out


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def first_role(entry: Entry) -> str:
    """A role that the entry mentions, if it does any."""
    return next((str(grant["reference"]) for grant in entry.get("roles", ())), ROLES[0])


def windows(entry: Entry) -> dict[Item, tuple[datetime | None, datetime | None]]:
    """When each declared role and tag starts and ends."""
    return {
        (facet, item.get("reference") or item["value"]): _ends(item)
        for facet in sorted(SETS)
        for item in entry.get(facet, ())
    }


def _ends(item: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    starts, expires = (day(item[key]) if key in item else None for key in ("starts", "expires"))
    return starts, expires


def open_items(entry: Entry, facet: str, now: datetime) -> dict[str, str | None]:
    """The declared items of a facet whose window is open, with their ends."""
    return {
        name: expires.isoformat() if expires else None
        for (of, name), (starts, expires) in windows(entry).items()
        if of == facet and (starts is None or starts <= now) and (expires is None or now < expires)
    }


def unjustified(entry: Entry, operation: Mapping[str, Any], now: datetime) -> bool:
    """Whether an operation does what the entry does not say."""
    facet, item, removes = operation["facet"], operation["item"], operation["action"] == "remove"
    if facet in ("profile", "address"):
        field = {"profile": "phone", "address": "city"}[facet]
        return item != field or operation["after"] != entry.get(field)
    if facet not in entry or item.startswith(IGNORED):
        return True
    stays = bool(entry.get("additive")) and (facet, item) not in windows(entry)
    return removes == (item in open_items(entry, facet, now)) or (removes and stays)


def has_boundary(entry: Entry, item: Item, after: datetime | None, now: datetime) -> bool:
    """Whether a window of the item begins or ends between two instants."""
    moments = [moment for moment in windows(entry).get(item, ()) if moment is not None]
    return any((after is None or after < moment) and moment <= now for moment in moments)


def not_as_declared(entry: Entry, state: Mapping[str, Any], now: datetime) -> list[str]:
    """What of a contact is not as its entry says, in words."""
    wrong = [*_wrong_roles(entry, state, now), *_wrong_tags(entry, state, now)]
    wrong += [f"phone {state['phone']}"] if state["phone"] != entry.get("phone", state["phone"]) else []
    city = state["address"].get("city")
    return wrong + ([f"city {city}"] if city != entry.get("city", city) else [])


def _wrong_roles(entry: Entry, state: Mapping[str, Any], now: datetime) -> list[str]:
    if "roles" not in entry:
        return []
    held = {
        name: expires
        for name, (_, expires) in state["roles"].items()
        if expires is None or datetime.fromisoformat(expires) > now
    }
    asked = open_items(entry, "roles", now)
    closed = {name for facet, name in windows(entry) if facet == "roles"} - {*asked}
    spare = {name for name in held if name not in asked and not name.startswith(IGNORED)}
    wrong = [
        f"role {name} until {held.get(name, 'nothing')}"
        for name in asked
        if held.get(name, "") != asked[name]
    ]
    return wrong + [f"spare role {name}" for name in spare if name in closed or not entry.get("additive")]


def _wrong_tags(entry: Entry, state: Mapping[str, Any], now: datetime) -> list[str]:
    if "tags" not in entry:
        return []
    held = {tag for tag in state["tags"] if not tag.startswith(IGNORED)}
    asked = {*open_items(entry, "tags", now)}
    spare = held - asked
    if entry.get("additive"):
        spare &= {name for facet, name in windows(entry) if facet == "tags"}
    return [f"tags {sorted(held)}"] if spare or not asked <= held else []
