"""``list`` tells what the sandbox says of its own account, however the server shows it and whoever comes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.sandbox import running, seed, show
from tests.support.project import AS_OF, project_for
from tests.support.shop import NOW, Shop

SERVERS: dict[str, dict[str, Any]] = {
    "contact by contact": {},
    "all in the list": {"switches": {"v2_nested_read": "yes"}},
    "ends as dates, grants as lists": {
        "switches": {"v2_nested_read": "yes", "grant_shape": "array", "expired_grants": "plain"}
    },
    "a moving list": {
        "switches": {"v2_nested_read": "yes", "list_order": "newest", "max_limit": 5},
        "faults": ["page-shift:how=repeat"],
    },
    "awkward": {"profile": "awkward", "switches": {"v2_ids": "same"}},
}

Holding = tuple[str, str, bool]
"""The id of a contact, and how it holds a role: its status as the sandbox has it, and if that is over."""


def held(path: Path) -> dict[str, set[Holding]]:
    """Who holds each role, by the sandbox's own inspection."""
    found: dict[str, set[Holding]] = {row["reference"]: set() for row in show(path, "roles")}
    for contact in show(path, "contacts"):
        for role, grant in dict(contact["accessRoles"] or {}).items():
            over = bool(grant["expires"]) and grant["expires"] <= AS_OF.replace("Z", "+00:00")
            found[role].add((str(contact["id"]), grant["status"], over))
    return found


def listed(roles: dict[str, Any]) -> dict[str, set[Holding]]:
    return {
        row["reference"]: {(one["id"], one["status"], one["expired"]) for one in row["holders"]}
        for row in roles["roles"]
    }


def without_words(holders: dict[str, set[Holding]]) -> dict[str, set[Holding]]:
    """Servers have words of their own for what waits and what is over: active or not is what they share."""
    return {
        role: {(id_, "" if over else str(status == "active"), over) for id_, status, over in those}
        for role, those in holders.items()
    }


@pytest.mark.parametrize("server", SERVERS)
@settings(max_examples=2)
@given(number=st.integers(1, 10**6), tag=st.sampled_from(["vip", "trade", "*"]))
def test_roles_and_contacts_are_those_of_the_account(
    server: str, number: int, tag: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("account")
    path = folder / "sandbox.sqlite3"
    seed(path, contacts=12, seed=number, now=NOW)
    with running(path, now=NOW, **SERVERS[server]) as access:
        project = project_for(Shop(path, access), folder)

        def told(*words: str) -> dict[str, Any]:
            done = project.run("list", *words, "--as-of", AS_OF, "--format", "json")
            assert done.code == 0, done.err
            found: dict[str, Any] = json.loads(done.out)
            assert found["complete"]
            return found

        roles = told("roles")
        expected = held(path)
        assert without_words(listed(roles)) == without_words(expected)
        role = max(expected, key=lambda name: len(expected[name]))
        contacts = told("--role", role, "--status", "active", "--tag", tag)
    tags = {str(row["id"]): row["tags"]["contact"] for row in show(path, "contacts")}
    wanted = {
        id_ for id_, status, over in expected[role] if status == "active" and not over and has(tags[id_], tag)
    }
    assert {contact["id"] for contact in contacts["contacts"]} == wanted


def has(tags: list[str], wanted: str) -> bool:
    return bool(tags) if wanted == "*" else wanted in [tag.strip().lower() for tag in tags]
