"""Declarations that Hypothesis draws: entries of three people, as values and as they stand in a file."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.support.sandbox.sandbox_account import atom
from tests.support.shop import NOW

PEOPLE = {"32": "grace.odell@example.com", "9": "tom.wherry@example.com", "18": "carys.pugh@example.org"}

ROLES = ["customer", "newsletter", "press", "trade-account"]

TAGS = ["vip", "trade"]

IGNORED = ("staff-", "auto:")

Entry = dict[str, Any]
"""Roles with days from now on as their windows, tags, fields; `by` is how the contact is named."""

days = st.integers(-5, 10)

grants = st.fixed_dictionaries(
    {"reference": st.sampled_from(ROLES)},
    optional={"starts": days, "expires": days, "status": st.just("active")},
).filter(lambda grant: grant.get("starts", -9) < grant.get("expires", 99))

entries = st.fixed_dictionaries(
    {"by": st.sampled_from(["id", "email"])},
    optional={
        "roles": st.lists(grants, unique_by=lambda grant: grant["reference"], max_size=3),
        "tags": st.lists(st.sampled_from(TAGS), unique=True),
        "phone": st.sampled_from(["01473 1", "01473 2"]),
        "city": st.sampled_from(["Ipswich", "Diss"]),
        "additive": st.booleans(),
    },
)

people = st.sampled_from([*PEOPLE])


def declared(wanted: Mapping[str, Entry]) -> str:
    """The file that declares these entries, by the id of the contact that each is about at first."""
    return json.dumps({"contacts": [_written(number, entry) for number, entry in wanted.items()]})


def _written(number: str, entry: Entry) -> Entry:
    out: Entry = {"id": int(number)} if entry["by"] == "id" else {"email": PEOPLE[number]}
    if "roles" in entry:
        out["roles"] = [
            {key: atom(day(value)) if isinstance(value, int) else value for key, value in grant.items()}
            for grant in entry["roles"]
        ]
    if "tags" in entry:
        out["tags"] = entry["tags"]
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


def open_grants(entry: Entry, now: datetime) -> dict[str, str | None]:
    """The declared roles whose window is open, with their expiries."""
    return {
        grant["reference"]: day(grant["expires"]).isoformat() if "expires" in grant else None
        for grant in entry["roles"]
        if day(grant.get("starts", -99)) <= now < day(grant.get("expires", 999))
    }


def unjustified(entry: Entry, operation: Mapping[str, Any], now: datetime) -> bool:
    """Whether an operation does what the entry does not say."""
    facet, item, removes = operation["facet"], operation["item"], operation["action"] == "remove"
    if facet in ("profile", "address"):
        field = {"profile": "phone", "address": "city"}[facet]
        return item != field or operation["after"] != entry.get(field)
    if facet not in entry or item.startswith(IGNORED):
        return True
    if facet == "tags":
        return bool(removes and entry.get("additive")) or removes == (item in entry["tags"])
    mentioned = {grant["reference"] for grant in entry["roles"]}
    stays = bool(entry.get("additive")) and item not in mentioned
    return removes == (item in open_grants(entry, now)) or (removes and stays)


def has_boundary(entry: Entry, item: tuple[str, str], after: datetime | None, now: datetime) -> bool:
    """Whether a window of the item begins or ends between two instants."""
    windows = [grant for grant in entry.get("roles", ()) if ("roles", grant["reference"]) == item]
    moments = [day(grant[key]) for grant in windows for key in ("starts", "expires") if key in grant]
    return any((after is None or after < moment) and moment <= now for moment in moments)


def not_as_declared(entry: Entry, state: Mapping[str, Any], now: datetime) -> list[str]:
    """What of a contact is not as its entry says, in words."""
    wrong = [*_wrong_roles(entry, state, now), *_wrong_tags(entry, state)]
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
    asked = open_grants(entry, now)
    closed = {grant["reference"] for grant in entry["roles"]} - {*asked}
    spare = {name for name in held if name not in asked and not name.startswith(IGNORED)}
    wrong = [
        f"role {name} until {held.get(name, 'nothing')}"
        for name in asked
        if held.get(name, "") != asked[name]
    ]
    return wrong + [f"spare role {name}" for name in spare if name in closed or not entry.get("additive")]


def _wrong_tags(entry: Entry, state: Mapping[str, Any]) -> list[str]:
    if "tags" not in entry:
        return []
    tags, asked = {tag for tag in state["tags"] if not tag.startswith(IGNORED)}, {*entry["tags"]}
    right = asked <= tags if entry.get("additive") else asked == tags
    return [] if right else [f"tags {sorted(tags)}"]
