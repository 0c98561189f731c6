"""The journal says of every write whether it took effect, and revert takes back only what did."""

import pytest

from reconcile.model.result import WriteEffect
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount

ROSALIND = "rosalind.keane@example.com"  # 36, holds customer, press and preview; tag vip

DECLARED = f"contacts: [{{email: {ROSALIND}, roles: [customer, press, preview, newsletter]}}]\n"
"""Contact 36 gains ``newsletter``."""

WRITE = "method=POST,path=/api/contacts/36.json"

READ = "method=GET,path=/api/contacts/36.json"

LATER = "2026-11-23T10:00:00Z"

TAKEN, NOT_TAKEN, UNKNOWN = (effect.value for effect in WriteEffect)


def effects(checkout: Checkout) -> list[str]:
    """The last word on each write, in the order of the intents."""
    (run,) = checkout.journals()[:1]
    return [run.effects[intent.number].effect for intent in run.intents]


def outcomes(checkout: Checkout) -> list[str]:
    return [line["outcome"] for line in checkout.lines("outcome")]


def revert(checkout: Checkout) -> int:
    undo = str(checkout.root / "undo.json")
    run = checkout.journals()[0].name
    made = checkout.run("revert", run, "--as-of", LATER, "--out", undo)
    return checkout.apply(undo, as_of=LATER).code if made.code == 0 else made.code


@pytest.mark.parametrize(
    ("fault", "told", "outcome"),
    [
        ("status:code=429,when=after", [TAKEN], "applied"),
        ("status:code=429,retry-after=seconds", [NOT_TAKEN, TAKEN], "applied"),
        ("status:code=401,when=after", [TAKEN], "applied"),
        ("status:code=422", [NOT_TAKEN], "not written"),
        ("status:code=422,when=after", [TAKEN], "applied"),
        ("status:code=403", [NOT_TAKEN], "not written"),
        ("reset:when=after", [TAKEN], "applied"),
        ("reset:when=before", [NOT_TAKEN, TAKEN], "applied"),
        ("status:code=503,when=after", [TAKEN], "applied"),
    ],
)
def test_a_reading_decides_whatever_the_answer_was(
    sandbox_account: SandboxAccount, fault: str, told: list[str], outcome: str
) -> None:
    """An answer may be lost, or come after the effect: what the contact holds is what counts."""
    checkout = sandbox_account.checkout(DECLARED)
    sandbox_account.upset(f"{fault},{WRITE},n=1")
    done = checkout.apply()
    assert (effects(checkout), outcomes(checkout)) == (told, [outcome]), done.said
    assert ("newsletter" in sandbox_account.user(ROSALIND)["roles"]) == (TAKEN in told)
    assert f"Applied: {told.count(TAKEN)} contact" in done.out


def test_a_server_that_refuses_all_that_it_does_is_found_out(sandbox_account: SandboxAccount) -> None:
    """Every write is answered 429 after its effect: each is written once, and counted as written."""
    checkout = sandbox_account.checkout("contacts: [{id: 36, tags: [seen]}, {id: 32, tags: [seen]}]\n")
    sandbox_account.upset("status:code=429,when=after,method=POST,path=/api/contacts/*")
    done = checkout.apply()
    assert done.code == 0, done.said
    assert "Applied: 2 contacts written" in done.out
    assert len(sandbox_account.writes()) == 2


def test_what_people_did_while_a_write_waited_stays_after_a_revert(sandbox_account: SandboxAccount) -> None:
    """Its first try was answered 429 and did nothing; then a role was taken and a tag was given by hand."""
    checkout = sandbox_account.checkout(f"contacts: [{{email: {ROSALIND}, profile: {{phone: '01473 1'}}}}]\n")
    before = sandbox_account.user(ROSALIND)
    sandbox_account.upset(
        f"status:code=429,retry-after=seconds,{WRITE},n=1",
        f"writer:contact=36,revoke=press,tag=by-hand,{READ},n=3",
    )
    assert checkout.apply().code == 0
    assert effects(checkout) == [NOT_TAKEN, TAKEN]
    assert revert(checkout) == 0
    held = sandbox_account.user(ROSALIND)
    assert set(held["roles"]) == {"customer", "preview"}
    assert held["tags"] == sorted([*before["tags"], "by-hand"])
    assert held["phone"] == before["phone"]


@pytest.mark.parametrize("fault", ["status:code=422", "status:code=429"])
def test_a_write_that_was_never_taken_leaves_nothing_to_revert(
    sandbox_account: SandboxAccount, fault: str
) -> None:
    """Somebody gives afterwards by hand what it was to give: that is not the run's to take."""
    checkout = sandbox_account.checkout(DECLARED)
    sandbox_account.upset(f"{fault},{WRITE}")
    assert checkout.apply().code in (1, 4)
    sandbox_account.calm()
    sandbox_account.outside("36", grant="newsletter")
    assert revert(checkout) == 64
    assert "newsletter" in sandbox_account.user(ROSALIND)["roles"]


def test_another_persons_change_beside_a_write_says_nothing_of_it(sandbox_account: SandboxAccount) -> None:
    """None of the write's own items has changed, so it was not taken, whatever else differs."""
    checkout = sandbox_account.checkout(DECLARED)
    sandbox_account.upset(
        f"status:code=429,retry-after=seconds,{WRITE},n=1", f"writer:contact=36,grant=staff-tools,{READ},n=3"
    )
    assert checkout.apply().code == 0
    assert effects(checkout) == [NOT_TAKEN, TAKEN]
    assert "staff-tools" in sandbox_account.user(ROSALIND)["roles"]


def test_half_of_a_write_is_not_known(sandbox_account: SandboxAccount) -> None:
    """Of two roles that it was to give, one is there: nobody can tell who gave it."""
    checkout = sandbox_account.checkout(
        f"contacts: [{{email: {ROSALIND}, roles: [customer, press, preview, newsletter, sample-box]}}]\n"
    )
    sandbox_account.upset(
        f"status:code=429,retry-after=seconds,{WRITE},n=1",
        f"status:code=422,{WRITE},n=2",
        f"writer:contact=36,grant=newsletter,{READ},n=3",
    )
    done = checkout.apply()
    assert done.code == 4, done.said
    assert effects(checkout) == [UNKNOWN, NOT_TAKEN]
    assert outcomes(checkout) == ["not confirmed"]


def test_a_write_that_the_run_could_not_look_at_is_looked_at_by_the_next(
    sandbox_account: SandboxAccount,
) -> None:
    """Not known is no answer for ever: the contact is read, and the finding noted."""
    checkout = sandbox_account.checkout(DECLARED)
    sandbox_account.upset(f"reset:when=before,{WRITE}", f"status:code=404,{READ},n=3")
    assert checkout.apply().code == 4
    assert effects(checkout) == [UNKNOWN]
    sandbox_account.calm()
    following = checkout.apply(as_of=LATER)
    assert following.code == 0, following.said
    assert f"could not look at {ROSALIND}: the write has not taken effect" in following.err
    assert checkout.run("revert", checkout.journals()[0].name, "--as-of", LATER).code == 64
