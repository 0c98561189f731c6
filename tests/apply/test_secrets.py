"""No key and no token is ever said or stored, whatever goes wrong and however much is asked to be said."""

import pytest

from tests.faults.test_fault_matrix import FAULTS, LASTING, MIXTURE, POINTS
from tests.support.sandbox.full_change import DECLARED, READS
from tests.support.sandbox.sandbox_account import FakeClock, ProcessKilled, SandboxAccount

SAYING_MUCH = ("--verbose",)


def secrets(sandbox_account: SandboxAccount) -> set[str]:
    """The private key, and every token that the account has ever given."""
    return {sandbox_account.access.private_key, *sandbox_account.control("GET", "tokens")["tokens"]}


def assert_kept(sandbox_account: SandboxAccount, found: set[str], *texts: str) -> None:
    for secret in found:
        assert len(secret) >= 40
        assert not any(secret in text or secret[:20] in text for text in texts)
    assert not any("bearer " in text.lower() or "client_secret" in text for text in texts)


WRITING = ["write", "read before write", "read-back", "token"]

ONCE = [f"{fault}{',' if ':' in fault else ':'}{POINTS[point]}" for fault in FAULTS for point in WRITING]

LASTINGLY = [fault if ":" in fault else fault.replace(",", ":", 1) for fault, _ in LASTING]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=() if place % 6 == 0 else pytest.mark.long)
        for place, fault in enumerate([*LASTINGLY, *ONCE])
    ],
)
def test_no_fault_brings_a_secret_to_light(sandbox_account: SandboxAccount, fault: str) -> None:
    """In output, in errors, in the journal, in a saved plan: at the most talkative setting."""
    checkout = sandbox_account.checkout(DECLARED, workers=4)
    checkout.saved()
    found = secrets(sandbox_account)
    sandbox_account.upset(fault)
    done = checkout.apply(*SAYING_MUCH)
    found |= secrets(sandbox_account)
    assert len(found) >= 2
    assert_kept(sandbox_account, found, done.out, done.err, checkout.text())


def test_a_crash_does_not_bring_a_secret_to_light(sandbox_account: SandboxAccount) -> None:
    """An exception that nobody catches is printed with its chain: there is no secret in any of it."""
    import traceback

    checkout = sandbox_account.checkout(DECLARED, workers=4)
    sandbox_account.upset(*MIXTURE)
    for fuse in range(5, 150, 25):
        try:
            done = checkout.apply(*SAYING_MUCH, clock=FakeClock(fuse=fuse))
            said = done.said
        except ProcessKilled as error:
            said = "".join(traceback.format_exception(error))
        assert_kept(sandbox_account, secrets(sandbox_account), said, checkout.text())


def test_credentials_that_are_refused_are_not_shown(sandbox_account: SandboxAccount) -> None:
    """Wrong ones are secrets all the same: they may be those of another account."""
    checkout = sandbox_account.checkout(DECLARED)
    canary = "c0ffee" * 10 + "beef"
    checkout.environment["EVANCE_PRIVATE_KEY"] = canary
    done = checkout.apply(*SAYING_MUCH)
    assert done.code == 1, done.said
    assert_kept(sandbox_account, {canary}, done.out, done.err, checkout.text())


@pytest.mark.parametrize("reads", [1, READS + 1])
def test_an_answer_that_quotes_the_token_is_not_repeated(sandbox_account: SandboxAccount, reads: int) -> None:
    """Error pages of any kind, in each form that the account may give its errors."""
    checkout = sandbox_account.checkout(DECLARED)
    for form in ("oauth", "envelope", "empty"):
        sandbox_account.control("PUT", "switches", {"switches": {"auth_errors": form}})
        sandbox_account.upset(
            f"expire-token:method=GET,path=/api/contacts/*,n={reads}", "expire-token:method=POST"
        )
        done = checkout.apply(*SAYING_MUCH)
        assert done.code in (1, 4), done.said
        assert_kept(sandbox_account, secrets(sandbox_account), done.out, done.err, checkout.text())
