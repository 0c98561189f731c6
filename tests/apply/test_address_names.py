"""Names that an address inherits from its contact stay inherited, whatever else of the address is written."""

import pytest

from tests.support.sandbox.sandbox_account import SandboxAccount

LIAM = "liam.orourke@example.com"

MOVED = f"contacts:\n  - {{email: {LIAM}, address: {{city: Ipswich}}}}\n"

MARRIED = f"contacts:\n  - {{email: {LIAM}, profile: {{lastname: Newname}}}}\n"


@pytest.mark.parametrize("update", ["partial", "full"])
def test_an_address_follows_a_later_change_of_name(sandbox_account: SandboxAccount, update: str) -> None:
    """The city was written before, and no name with it: the address shows the new last name."""
    sandbox_account.control("PUT", "switches", {"switches": {"address_update": update}})
    checkout = sandbox_account.checkout(MOVED)
    done = checkout.apply()
    assert done.code == 0, done.said
    assert checkout.apply().code == 0
    before = sandbox_account.user(LIAM)["address"]
    checkout.declare(MARRIED)
    done = checkout.apply()
    assert done.code == 0, done.said
    after = sandbox_account.user(LIAM)["address"]
    assert before["city"] == after["city"] == "Ipswich"
    assert (before["lastname"], after["lastname"]) == ("O'Rourke", "Newname")


def test_names_of_the_address_alone_are_kept(sandbox_account: SandboxAccount) -> None:
    """A name that differs from the contact's own is the address's, and is sent as it is."""
    checkout = sandbox_account.checkout(
        f"contacts:\n  - {{email: {LIAM}, address: {{lastname: Other, city: Ipswich}}}}\n"
    )
    assert checkout.apply().code == 0
    checkout.declare(f"contacts:\n  - {{email: {LIAM}, address: {{city: Woodbridge}}}}\n")
    assert checkout.apply().code == 0
    checkout.declare(MARRIED)
    assert checkout.apply().code == 0
    address = sandbox_account.user(LIAM)["address"]
    assert (address["lastname"], address["city"]) == ("Other", "Woodbridge")
