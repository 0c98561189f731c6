"""Rows of the list that tell another value than the contact itself must not reach an account or a file."""

import json

import pytest

from tests.support.sandbox.random_entries import PEOPLE
from tests.support.sandbox.remembering_checkout import RememberingCheckout
from tests.support.sandbox.sandbox_account import SandboxAccount


@pytest.fixture
def misled(sandbox_account: SandboxAccount) -> RememberingCheckout:
    """Contacts that are as declared, at an account nobody has probed, whose rows have mixed fields."""
    entries = [
        {"id": int(id_), "profile": {"position": f"P{id_}", "department": f"D{id_}"}} for id_ in PEOPLE
    ]
    checkout = RememberingCheckout.of(sandbox_account, json.dumps({"contacts": entries}), facets="")
    assert checkout.run("apply", "--yes").code == 0
    switches = {"v2_rows": "mixed", "v2_nested_read": "sets"}
    sandbox_account.control("PUT", "switches", {"switches": switches})
    return checkout


def test_an_apply_reads_the_contact_and_writes_nothing(misled: RememberingCheckout) -> None:
    """The plan shows what the rows tell; what is written is what the contact itself lacks."""
    assert len(json.loads(misled.run("plan", "--format", "json").out)["changes"]) == len(PEOPLE)
    done = misled.run("apply", "--yes")
    assert done.code == 0
    assert "Applied: 0 contacts written" in done.out
    assert misled.account.writes() == []


def test_nothing_is_adopted_that_the_contact_itself_does_not_tell(misled: RememberingCheckout) -> None:
    """Adopted, the wrong values would be declared, and the next apply would write them."""
    file = next((misled.checkout.root / "contacts").iterdir())
    before = file.read_bytes()
    done = misled.run("drift", "--adopt")
    assert file.read_bytes() == before
    assert "the account's list tells otherwise than the contact itself" in done.said
    assert "'reconcile probe'" in done.said
