"""Whatever makes a write wait, the contact is read again before it: what others wrote is not lost."""

import pytest

from tests.support.sandbox.sandbox_account import FakeClock, SandboxAccount

ROSALIND = "rosalind.keane@example.com"  # 36, holds customer, press and preview

DECLARED = f"contacts:\n  - {{email: {ROSALIND}, roles: [customer, preview, newsletter]}}\n"

PATH = "/api/contacts/36.json"


def exchanges(sandbox_account: SandboxAccount) -> list[tuple[str, int]]:
    """What was said about the contact, after the reading for the plan."""
    return [(one["method"], one["status"]) for one in sandbox_account.requests() if one["path"] == PATH][1:]


def test_a_grant_given_while_a_token_is_renewed_is_kept(sandbox_account: SandboxAccount) -> None:
    """A 401, a slow token, and somebody grants an ignored role meanwhile: it is carried along."""
    checkout = sandbox_account.checkout(DECLARED)
    sandbox_account.upset(
        f"status:code=401,method=POST,path={PATH},n=1",
        "status:code=503,retry-after=seconds,path=/admin/oauth/*,n=2",
        "writer:contact=36,grant=staff-tools,path=/admin/oauth/*,n=3",
    )
    done = checkout.apply()
    assert done.code == 0, done.said
    assert exchanges(sandbox_account) == [
        ("GET", 200),
        ("POST", 401),
        ("GET", 200),
        ("POST", 200),
        ("GET", 200),
    ]
    assert set(sandbox_account.user(ROSALIND)["roles"]) == {
        "customer",
        "preview",
        "newsletter",
        "staff-tools",
    }


@pytest.mark.parametrize("fault", ["status:code=429", "status:code=401"])
def test_a_write_that_is_never_taken_comes_to_its_end(sandbox_account: SandboxAccount, fault: str) -> None:
    """The looks are bounded, and nothing was written."""
    checkout = sandbox_account.checkout(DECLARED)
    sandbox_account.upset(f"{fault},method=POST")
    done = checkout.apply()
    assert done.code in (1, 4), done.said
    assert not any(one["wrote"] for one in sandbox_account.requests())
    assert len(exchanges(sandbox_account)) <= 32


def test_pauses_of_many_workers_let_every_write_through(sandbox_account: SandboxAccount) -> None:
    """A server that takes less than eight workers ask for: they wait for each other, and all is done."""
    people = "".join(f"  - {{id: {number}, tags: [seen]}}\n" for number in range(13, 53))
    checkout = sandbox_account.checkout(f"contacts:\n{people}", workers=8, rate=20)
    sandbox_account.upset("rate-limit:rate=100,burst=2,retry-after=seconds")
    done = checkout.apply(clock=FakeClock(hurry=25))
    assert done.code == 0, done.said
    refused = [one for one in sandbox_account.requests() if one["status"] == 429]
    assert 0 < len(refused) < 100


MOVED = f"contacts:\n  - {{email: {ROSALIND}, profile: {{email: r.keane@exmaple.com}}}}\n"


def test_who_is_made_an_administrator_meanwhile_keeps_the_address(sandbox_account: SandboxAccount) -> None:
    """The guards looked when the run began; the mailbox that is written later would get what they protect."""
    checkout = sandbox_account.checkout(MOVED)
    sandbox_account.upset(f"writer:contact=36,grant=administrator,path={PATH},n=2")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert (
        f"{ROSALIND} (contact 36): skipped: changed meanwhile: its email stays, since it now holds admin"
        in done.err
    )
    assert not any(one["wrote"] for one in sandbox_account.requests())


def test_who_would_lose_the_last_role_by_now_keeps_it(sandbox_account: SandboxAccount) -> None:
    """The plan left a role that nobody declares; taken meanwhile, it leaves nothing behind the revocation."""
    sandbox_account.outside("36", grant="staff-tools")
    later = "[{reference: press, starts: 2027-02-01}]"
    checkout = sandbox_account.checkout(f"contacts: [{{email: {ROSALIND}, roles: {later}}}]\n")
    sandbox_account.upset(f"writer:contact=36,revoke=staff-tools,path={PATH},n=2")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert (
        f"{ROSALIND} (contact 36): skipped: changed meanwhile: it would now lose its last role, which the "
        "guard last-role did not count; plan again" in done.err
    )
    assert not any(one["wrote"] for one in sandbox_account.requests())
    assert checkout.apply().code == 3
    assert checkout.apply("--allow", "last-role=1").code == 0
