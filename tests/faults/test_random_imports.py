"""Random accounts over HTTP: what is imported is planned without a change, whatever people have typed."""

import json
import random
import re
from typing import Any

import pytest

from reconcile.sandbox import seed
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.sandbox.sandbox_account import AS_OF, SandboxAccount
from tests.support.shop import NOW

CONTACTS, EDITS = 25, 30

TEXTS = [text for name, text in HOSTILE.items() if name not in {"surrogates", "long", "long-hostile"}]

ROLES = ["customer", "trade-account", "newsletter", "press", "preview", "staff-discount"]

POLICIES = [
    "",
    "manage: {roles: additive, tags: additive}\n",
    "manage: {roles: authoritative, tags: additive}\nundeclared: refuse\n",
]

PROFILES: list[dict[str, Any]] = [
    {"profile": "documented", "switches": {}},
    {"profile": "documented", "switches": {"v2_nested_read": "yes", "empty_map": "array"}},
    {"profile": "awkward", "switches": {"v2_ids": "same"}},
    {"profile": "hostile", "switches": {"v2_ids": "same", "grant_keys": "full", "tags_read": "list"}},
]


def edit(chance: random.Random, *, names: bool) -> dict[str, str]:
    """What somebody changes of a contact; ``names``: also by what its entry would know it."""
    text, other = chance.choice(TEXTS), str(chance.randrange(1001, 1001 + CONTACTS))
    named = [
        {"email": text},
        {"email": f"Shared{chance.randrange(3)}@example.com"},
        {"reference": chance.choice([text, "GB-1", other])},
    ]
    held = [
        {"tag": text},
        {"firstname": text, "lastname": text},
        {"grant": chance.choice(ROLES), "status": chance.choice(["pending", "rejected", text, "active"])},
        {"grant": chance.choice(ROLES), "expires": chance.choice(ENDS)},
        {"revoke": chance.choice(ROLES)},
    ]
    return chance.choice([*held, *(named if names else ())])


ENDS = ["2027-01-31T00:00:00+00:00", "2027-07-01T00:00:00+01:00", "2027-01-31T10:00:01+00:00", AS_OF]


def numbers(short: int, full: int) -> list[object]:
    return [pytest.param(number, marks=() if number < short else pytest.mark.long) for number in range(full)]


def upset(account: SandboxAccount, chance: random.Random, *, names: bool) -> None:
    """People change some contacts; an address that is another user's is refused."""
    contacts = sorted(account.holds())
    for _ in range(EDITS):
        url = f"{account.access.url}/_sandbox/contacts/{chance.choice(contacts)}"
        assert account.session.patch(url, json=edit(chance, names=names), timeout=10).status_code in (
            204,
            400,
        )


@pytest.mark.parametrize("number", numbers(4, 60))
def test_the_plan_right_after_an_import_is_empty(sandbox_account: SandboxAccount, number: int) -> None:
    """In all layouts and modes, under all profiles, after more changes, too; another one writes nothing."""
    chance = random.Random(number)
    seed(sandbox_account.path, contacts=CONTACTS, seed=number, now=NOW)
    sandbox_account.control("PUT", "switches", PROFILES[number % len(PROFILES)])
    checkout = sandbox_account.checkout(
        "contacts: []\n", workers=4, settings=POLICIES[number % len(POLICIES)]
    )
    for names in (True, False):
        upset(sandbox_account, chance, names=names)
        layout = chance.choice(["single", "by-role", "by-tag"])
        bundles = chance.choice([(), ("--bundles",)])
        done = checkout.run("import", "--all", "--verbose", "--layout", layout, *bundles, "--as-of", AS_OF)
        assert done.code == 0, done.said
        assert "a fault of reconcile" not in done.out
        again = checkout.run("import", "--all", "--as-of", AS_OF)
        assert (again.code, "Nothing to write" in again.out) == (0, True), again.said
        plan = checkout.plan("--format", "json")
        assert plan.code == 0, plan.said
        assert differing(json.loads(plan.out)) - left_out(done.out) == set(), done.said


def differing(plan: dict[str, Any]) -> set[str]:
    """The contacts that a plan changes or sets aside."""
    return {row["contact"]["id"] for row in (*plan["changes"], *plan["set_aside"])}


def left_out(report: str) -> set[str]:
    """The contacts that an import names under those that it leaves out."""
    return set(re.findall(r"\(contact (\d+)\)", report.partition("\nLeft out")[2]))
