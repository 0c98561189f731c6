"""Brings about, over HTTP, the live account that a case file describes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from .account import Account, Refused, call, token_for

FIRST_IDS = 12
"""So many ids are used up in the template for cases whose contacts have later ones."""

NAMES = {"firstname": "Case", "lastname": "Contact"}


class Unreachable(Exception):
    """A state that no request and no switch of the sandbox brings about."""


def read_case(path: Path) -> dict[str, Any]:
    """A case file."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def bring_about(case: Mapping[str, Any], account: Account) -> None:
    """Add the roles and contacts of a case. Unreachable: the sandbox can't be brought to that."""
    live = case.get("live", [])
    if any("roles" in entry.get("unread", "") for entry in live):
        raise Unreachable("no switch of the sandbox leaves all roles unread")
    emails = [entry.get("email", "").casefold() for entry in live if entry.get("type", "user") == "user"]
    if len(set(emails)) < len(emails):
        account.switch(email_case="exact")
    token = token_for(account)
    try:
        _add_roles(case, account, token)
        last = next_id(live) - 1
        for entry in sorted(live, key=lambda entry: int(entry["id"])):
            if int(entry["id"]) > last + 1:
                use_up(int(entry["id"]), account.server.told["url"], token)
            _add_contact(entry, account, token)
            last = int(entry["id"])
    except Refused as refusal:
        raise Unreachable(str(refusal)) from refusal
    _hide(live, account)


def _hide(live: list[dict[str, Any]], account: Account) -> None:
    """Turn the switches by which a server tells less than it holds."""
    told = [status for entry in live for status in entry.get("roles", {}).values()]
    if "unreadable" in told:
        account.switch(grant_keys="name")
    if any("tags" in entry.get("unread", "") for entry in live):
        account.switch(tags_read="none")


def _add_roles(case: Mapping[str, Any], account: Account, token: str) -> None:
    """Those of the account; one that somebody waits for asks an admin."""
    held = [item for entry in case.get("live", []) for item in entry.get("roles", {}).items()]
    waiting = {name for name, told in held if told.startswith(("pending", "rejected"))}
    named = case.get("roles") or sorted({name for name, _ in held} | set(_declared_roles(case)))
    for name in named:
        method = "admin" if name in waiting else "none"
        body = {"data": {"title": name, "reference": name, "approvalMethod": method}}
        call(account.server.told["url"], "POST", "/api/v2/roles.json", body, token)


def _declared_roles(case: Mapping[str, Any]) -> Iterator[str]:
    """Every role that the declarations name, in bundles too; none of those that can't be read."""
    try:
        content = yaml.safe_load(case.get("declare", ""))
    except (yaml.YAMLError, ValueError):
        return
    yield from _roles_in(content)


def _roles_in(value: Any) -> Iterator[str]:
    """The references in every `roles` list, however deep."""
    if isinstance(value, list):
        for item in value:
            yield from _roles_in(item)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        items = inner if key == "roles" and isinstance(inner, list) else []
        found = (item.get("reference") if isinstance(item, dict) else item for item in items)
        yield from (one for one in found if isinstance(one, str))
        yield from _roles_in(inner)


def add_contact(entry: Mapping[str, Any], account: Account, token: str | None = None) -> str:
    """Add a contact that is described as in a case file; its id."""
    url, token = account.server.told["url"], token or token_for(account)
    body = {"contact": {**_fields(entry), "accessRoles": list(_grants(entry))}}
    return str(call(url, "POST", "/api/contacts.json", body, token)["contact"]["id"])


def _add_contact(entry: Mapping[str, Any], account: Account, token: str) -> None:
    added = add_contact(entry, account, token)
    if added != entry["id"]:
        raise Unreachable(f"contact {entry['id']} would have the id {added}")
    for name, told in entry.get("roles", {}).items():
        if told == "rejected":
            account.control("POST", f"contacts/{added}/roles/{name}/reject")


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    kind = entry.get("type", "user")
    needed = {"company": "Case Ltd"} if kind == "branch" else NAMES
    who = {key: entry[key] for key in ("email", "reference") if key in entry}
    more = {"address": entry["address"]} if "address" in entry else {}
    tags = {"tags": {"contact": entry.get("tags", [])}}
    return {"type": kind, **needed, **who, **entry.get("profile", {}), **more, **tags}


def _grants(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, told in entry.get("roles", {}).items():
        status, _, until = told.partition(" until ")
        if status not in ("active", "pending", "rejected", "unreadable", "expired"):
            raise Unreachable(f"the sandbox has no grant that is {status}")
        grant = {"reference": name, "expires": until.replace("Z", "+00:00") or None}
        yield grant if status in ("pending", "rejected") else {**grant, "status": "active"}


def next_id(live: list[dict[str, Any]]) -> int:
    """The id that the first contact gets in the template for these: see `FIRST_IDS`."""
    return FIRST_IDS + 1 if all(int(entry["id"]) > FIRST_IDS for entry in live) else 1


def use_up(number: int, url: str, token: str) -> None:
    """Add and take away contacts until the next one has that id, or a later one."""
    person = {"type": "guest", **NAMES, "email": "nobody@example.com"}
    used = 0
    while used < number - 1:
        used = int(call(url, "POST", "/api/contacts.json", {"contact": person}, token)["contact"]["id"])
        call(url, "DELETE", f"/api/contacts/{used}.json", None, token)


def declared_contacts(text: str) -> list[str]:
    """How each declared contact can be named: by its e-mail, reference or id."""
    try:
        content = yaml.safe_load(text)
        entries = content["contacts"]
        names = [entry.get("email") or entry.get("reference") or entry.get("id") for entry in entries]
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return list(dict.fromkeys(str(name) for name in names if name))
