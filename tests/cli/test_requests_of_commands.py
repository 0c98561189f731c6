"""What each command asks the account for, counted in the sandbox's own log: nothing twice."""

from collections import Counter

import pytest

from tests.support.sandbox.sandbox_account import PAGE, SandboxAccount

DECLARED = """\
contacts:
  - {email: grace.odell@example.com, tags: [as-it-was]}
  - {id: "36", tags: [as-it-was]}
"""

KINDS = {
    "/admin/oauth/token.json": "token",
    "/api/v2/roles.json": "roles",
    "/api/v2/contacts.json": "list",
}


def asked(account: SandboxAccount) -> Counter[str]:
    """How often each kind of thing was asked for; a search has the path of the list."""
    return Counter(KINDS.get(one["path"], "contact") for one in account.requests())


@pytest.mark.parametrize(
    ("command", "telling", "most"),
    [
        ("plan", "yes", {"roles": 1, "list": None, "contact": 0}),
        ("plan", "no", {"roles": 1, "list": None, "contact": 2}),
        ("drift", "yes", {"roles": 1, "list": None, "contact": 0}),
        ("list contacts", "yes", {"list": None}),
        ("list roles", "yes", {"roles": 1, "list": None}),
        ("explain grace.odell@example.com", "yes", {"list": 1}),
        ("explain grace.odell@example.com", "no", {"list": 1, "contact": 1}),
        ("explain 36", "no", {"contact": 1}),
        ("import --all --dry-run", "yes", {"roles": 1, "list": None}),
        ("import --id 13 --dry-run", "no", {"roles": 1, "list": 1, "contact": 1}),
    ],
)
def test_nothing_is_asked_for_twice(
    sandbox_account: SandboxAccount, command: str, telling: str, most: dict[str, int | None]
) -> None:
    """One token, and at most so many of each kind; None are the pages of the list, each once."""
    sandbox_account.control("PUT", "switches", {"switches": {"v2_nested_read": telling}})
    checkout = sandbox_account.checkout(DECLARED)
    most = {kind: most.get(kind, 0) for kind in ("roles", "list", "contact")}
    pages = -(-len(sandbox_account.holds()) // PAGE)
    sandbox_account.control("DELETE", "requests")
    done = checkout.run(*command.split())
    assert done.code in (0, 2, 3), done.said
    counted = asked(sandbox_account)
    assert counted["token"] == 1
    assert counted["list"] == most["list"] or (most["list"] is None and counted["list"] == pages), counted
    assert counted["roles"] <= (most["roles"] or 0), counted
    assert counted["contact"] <= (most["contact"] or 0), counted
