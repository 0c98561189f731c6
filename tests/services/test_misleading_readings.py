"""What could make an earlier reading mislead a plan: changes that no row of the list shows."""

import json
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from tests.support.sandbox.random_entries import PEOPLE
from tests.support.sandbox.remembering_checkout import RememberingCheckout
from tests.support.sandbox.sandbox_account import SandboxAccount

GRACE, TOM, _ = PEOPLE

HOUR = timedelta(hours=1)


@pytest.fixture
def settled(sandbox_account: SandboxAccount) -> RememberingCheckout:
    """A checkout that declares roles that two contacts hold, after a first plan; one grant waits."""
    sandbox_account.control("PATCH", f"contacts/{GRACE}", {"grant": "press"})
    sandbox_account.control("PATCH", f"contacts/{TOM}", {"grant": "trade-account", "status": "pending"})
    entries = [
        {"id": int(GRACE), "roles": ["customer", "press"]},
        {"id": int(TOM), "roles": ["customer", "trade-account"]},
    ]
    declared = json.dumps({"contacts": entries})
    checkout = RememberingCheckout.of(sandbox_account, declared)
    checkout.run("plan")
    checkout.wait(HOUR)
    return checkout


def role(settled: RememberingCheckout, reference: str) -> dict[str, Any]:
    roles = settled.call("GET", "/api/v2/roles.json")["data"]
    found: dict[str, Any] = next(role for role in roles if role["reference"] == reference)
    return found


def test_a_role_that_was_deleted_and_made_anew_has_no_holders(settled: RememberingCheckout) -> None:
    """It is called as before, and all its grants went with the first one."""
    before = role(settled, "press")
    settled.call("DELETE", f"/api/v2/roles/{before['id']}.json")
    made = {key: before[key] for key in ("reference", "title", "approvalMethod")}
    settled.call("POST", "/api/v2/roles.json", {"data": made})
    assert role(settled, "press")["title"] == before["title"]
    done = settled.assert_same_as_without("plan", "--format", "json")
    assert [change["contact"]["id"] for change in json.loads(done.out)["changes"]] == [GRACE]


def test_an_approval_is_seen_though_it_moves_nothing(settled: RememberingCheckout) -> None:
    """A probe can't approve a grant, so whoever has one that waits is read each time."""
    settled.run("plan")
    assert settled.reads() == [TOM]
    settled.account.control("PUT", "switches", {"switches": {"modified_by_approval": "no"}})
    settled.account.control("POST", f"contacts/{TOM}/roles/trade-account/approve")
    settled.assert_same_as_without("plan", "--format", "json")


def test_a_link_leads_the_readings_nowhere(settled: RememberingCheckout, tmp_path: Path) -> None:
    """A branch may hold one, to a folder that Git does not ignore."""
    cache, elsewhere = settled.checkout.state / "cache", tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    rmtree(cache)
    cache.symlink_to(elsewhere)
    settled.assert_same_as_without("plan", "--format", "json")
    assert list(elsewhere.iterdir()) == []
    assert elsewhere.stat().st_mode & 0o777 == 0o755
