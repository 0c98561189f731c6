"""A large account is imported with few requests, and its plan is empty."""

import pytest

from reconcile.sandbox import seed
from reconcile.services.importing.snapshot import MOST_NAMED
from tests.support.sandbox.sandbox_account import SandboxAccount
from tests.support.shop import NOW

MOST_ON_A_PAGE = 100


@pytest.mark.parametrize(
    "size", [300, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(600)])]
)
def test_a_large_account_is_imported_by_its_list_alone(running_sandbox: SandboxAccount, size: int) -> None:
    """Where the list tells roles and tags, nobody is read but who is known by an id, for the name alone."""
    running_sandbox.reset()
    seed(running_sandbox.path, contacts=size, now=NOW)
    switches = {"profile": "documented", "switches": {"v2_nested_read": "yes"}}
    running_sandbox.control("PUT", "switches", switches)
    running_sandbox.control("DELETE", "requests")
    checkout = running_sandbox.checkout("contacts: []\n", workers=4)
    done = checkout.run("import", "--all", "--layout", "by-role", "--bundles")
    assert done.code == 0, done.said
    paths = [one["path"] for one in running_sandbox.requests()]
    assert len([path for path in paths if path.startswith("/api/v2/")]) <= size / MOST_ON_A_PAGE + 4
    read = [path for path in paths if path.startswith("/api/contacts/")]
    assert len(read) <= min(size / 5, MOST_NAMED)
    plan = checkout.run("plan", "--detailed-exitcode")
    assert plan.code == 0, plan.said
    written = sorted((checkout.root / "contacts").iterdir())
    before = [path.read_bytes() for path in written]
    again = checkout.run("import", "--all")
    assert "Nothing to write" in again.out
    assert [path.read_bytes() for path in written] == before
