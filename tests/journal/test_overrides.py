"""Overrides in the declarations, and what earlier runs say to guards: an entry lifts once."""

import re

import pytest

from tests.support.sandbox.sandbox_account import AS_OF, Checkout, FakeClock, ProcessKilled, SandboxAccount

GRACE, ELIN, PIPPA = "grace.odell@example.com", "elin.sorensen@example.org", "pippa@rowe.example.org"

LATER = "roles: [{reference: press, starts: 2027-02-01}]"

STRIPPED = f"contacts:\n  - {{email: {GRACE}, {LATER}}}\n  - {{email: {ELIN}, {LATER}}}\n"

LEAVER = f"contacts: [{{email: {PIPPA}, state: absent}}]\n"


def allow(checkout: Checkout, text: str) -> None:
    """Paste a text into a file of its own, and fill in why."""
    filled = text.replace('reason: ""', "reason: Agreed with the shop")
    (checkout.root / "contacts" / "allow.yaml").write_text(filled, encoding="utf-8")


def pasted(text: str) -> str:
    """The text to paste, as it stands in what was printed."""
    found = re.search(r"^allow:\n(?:[ ]{2}.*\n?)+", text, re.MULTILINE)
    assert found, text
    return found[0]


@pytest.fixture
def lifted(sandbox_account: SandboxAccount) -> Checkout:
    """A checkout whose plan takes the last role of two contacts, and an entry for just these."""
    checkout = sandbox_account.checkout(STRIPPED)
    named = f"[{{email: {GRACE}}}, {{id: {number(sandbox_account, ELIN)}}}]"
    allow(checkout, f"allow: [{{guard: last-role, contacts: {named}, until: 2026-11-30, reason: agreed}}]\n")
    return checkout


def regrant(sandbox_account: SandboxAccount, *emails: str, role: str = "customer") -> None:
    """Somebody gives the role back, so that the plan would take it once more."""
    for email in emails:
        sandbox_account.outside(number(sandbox_account, email), grant=role)


def number(sandbox_account: SandboxAccount, email: str) -> str:
    return next(key for key, state in sandbox_account.holds().items() if state["email"] == email)


def test_the_text_of_a_refusal_lifts_it_once(sandbox_account: SandboxAccount) -> None:
    """A leaver who is a last holder: refused, pasted, applied; then the entry lifts no more."""
    checkout = sandbox_account.checkout(LEAVER)
    refused = checkout.apply()
    assert refused.code == 3
    assert "last-role" not in refused.err
    text = pasted(refused.err)
    pippa = number(sandbox_account, PIPPA)
    assert f"contacts: [{{id: {pippa}}}]" in text
    (checkout.root / "contacts" / "allow.yaml").write_text(text, encoding="utf-8")
    assert "write a reason [wrong-type]" in checkout.apply().err
    allow(checkout, text)
    plan = " ".join(checkout.plan().out.split())
    assert f"guard last-holder is lifted for contact {pippa}, through 2026-11-30" in plan
    assert plan.index("is lifted") < plan.index("loses access")
    assert checkout.apply().code == 0
    assert "is not new, so it lifts nothing any more: delete it" in " ".join(checkout.plan().out.split())
    regrant(sandbox_account, PIPPA, role="seasonal-sale")
    again = checkout.apply()
    assert again.code == 3
    assert "allow.yaml:2 is not new" in again.err
    allow(checkout, pasted(again.err))
    assert checkout.apply().code == 0


def test_the_text_of_a_masked_plan_is_the_same(sandbox_account: SandboxAccount) -> None:
    """A comment names nobody, and holds what lifts the guard nevertheless; so does the page."""
    checkout = sandbox_account.checkout(LEAVER)
    markdown = checkout.plan("--format", "markdown").out
    assert "pippa" not in markdown
    text = pasted(markdown)
    assert text == pasted(checkout.plan().out)
    for line in text.splitlines():
        assert line.strip().replace('"', "&quot;") in checkout.plan("--format", "html").out
    allow(checkout, text)
    assert "last-holder is lifted" in checkout.plan("--format", "markdown").out.replace("`", "")


def test_an_entry_is_used_up_by_the_run_that_carries_it(
    sandbox_account: SandboxAccount, lifted: Checkout
) -> None:
    """Also by way of a saved plan, which does not lift what it shows as lifted."""
    saved = str(lifted.saved())
    assert lifted.apply(saved).code == 0
    regrant(sandbox_account, GRACE, ELIN)
    done = lifted.apply(saved)
    assert done.code == 3, done.said
    assert "last-role" in done.err


def test_an_explanation_knows_what_is_lifted(sandbox_account: SandboxAccount, lifted: Checkout) -> None:
    """Nobody is told that an apply would be refused which is not; without the entry it would be."""
    explained = ("explain", GRACE, "--as-of", AS_OF)
    assert "refused" not in lifted.run(*explained).out
    (lifted.root / "contacts" / "allow.yaml").unlink()
    assert "An apply now would be refused" in lifted.run(*explained).out


def test_an_entry_that_was_deleted_lifts_nothing_when_it_is_back(
    sandbox_account: SandboxAccount, lifted: Checkout
) -> None:
    """It was carried once, although the last record does not have it; so was that of a retired run."""
    file = lifted.root / "contacts" / "allow.yaml"
    entry = file.read_text(encoding="utf-8")
    assert lifted.apply().code == 0
    file.unlink()
    assert lifted.apply().code == 0
    file.write_text(entry, encoding="utf-8")
    regrant(sandbox_account, GRACE, ELIN)
    assert "allow.yaml:1 is not new" in lifted.apply().err
    for run in lifted.journals():
        assert lifted.run("history", "--retire", run.name, "--yes").code == 0
    done = lifted.apply()
    assert done.code == 3, done.said
    assert "allow.yaml:1 is not new" in done.err


def test_an_entry_ends_with_its_last_day(sandbox_account: SandboxAccount, lifted: Checkout) -> None:
    """Until then it lifts, by the time of the write; later the refusal says why it does not."""
    done = lifted.apply(as_of="2026-12-01T00:00:00Z")
    assert done.code == 3
    assert "allow.yaml:1 ended at 2026-12-01 00:00 (UTC)" in done.err
    assert "[allow-ended]" in done.err
    assert sandbox_account.writes() == []
    assert lifted.apply(as_of="2026-11-30T23:59:59Z").code == 0


def test_a_run_that_wrote_nothing_leaves_the_entry(sandbox_account: SandboxAccount, lifted: Checkout) -> None:
    """Its first reading was forbidden: nobody has lost anything by it yet."""
    sandbox_account.upset(
        f"status:code=403,method=GET,path=/api/contacts/{number(sandbox_account, ELIN)}.json,n=2"
    )
    assert lifted.apply().code == 1
    assert sandbox_account.writes() == []
    sandbox_account.calm()
    done = lifted.apply()
    assert done.code == 0, done.said


def test_a_run_that_was_cut_off_is_finished_with_its_entry(
    sandbox_account: SandboxAccount, lifted: Checkout
) -> None:
    """One of the two contacts is written, then the process is gone; after that it is used up."""
    with pytest.raises(ProcessKilled):
        lifted.apply(clock=killed_after_first_write(sandbox_account))
    assert len(sandbox_account.writes()) == 1
    done = lifted.apply()
    assert done.code == 0, done.said
    assert [sandbox_account.user(email)["roles"] for email in (GRACE, ELIN)] == [{}, {}]
    regrant(sandbox_account, GRACE, ELIN)
    assert lifted.apply().code == 3


def test_a_run_that_left_something_undone_is_finished_with_its_entry(
    sandbox_account: SandboxAccount, lifted: Checkout
) -> None:
    """Whoever was not written is still to be."""
    sandbox_account.upset(
        f"status:code=422,method=POST,path=/api/contacts/{number(sandbox_account, ELIN)}.json"
    )
    assert lifted.apply().code == 4
    sandbox_account.calm()
    assert lifted.apply().code == 0
    regrant(sandbox_account, GRACE, ELIN)
    assert lifted.apply().code == 3


def test_an_entry_lifts_nothing_for_somebody_else(sandbox_account: SandboxAccount, lifted: Checkout) -> None:
    """One contact more would lose its last role: that was not agreed, and no part of it is written."""
    lifted.declare(f"{STRIPPED}  - {{email: lucy.fenwick@example.org, {LATER}}}\n")
    done = lifted.apply()
    assert done.code == 3, done.said
    assert sandbox_account.writes() == []
    lucy = number(sandbox_account, "lucy.fenwick@example.org")
    assert f"contacts: [{{id: {lucy}}}]" in pasted(done.err)


class _Watch(FakeClock):
    """Kills the process at the first look at the time after a write."""

    def __init__(self, sandbox_account: SandboxAccount) -> None:
        super().__init__()
        self._sandbox_account = sandbox_account

    def monotonic(self) -> float:
        if self._sandbox_account.writes():
            raise ProcessKilled
        return super().monotonic()


def killed_after_first_write(sandbox_account: SandboxAccount) -> FakeClock:
    return _Watch(sandbox_account)


def shrink(sandbox_account: SandboxAccount) -> None:
    """Somebody else deletes the 40 newest contacts, but for the one that is declared."""
    for contact in sorted({*sandbox_account.holds()} - {"36"}, key=int)[-40:]:
        sandbox_account.control("DELETE", f"contacts/{contact}")


def test_a_shrinking_that_is_refused_stays_refused(sandbox_account: SandboxAccount) -> None:
    """A plan of nothing in between must not make the small account the one that later runs go by."""
    one = "contacts: [{id: 36, roles: [customer, preview, newsletter%s]}]\n"
    checkout = sandbox_account.checkout(one % "")
    assert checkout.apply().code == 0
    shrink(sandbox_account)
    checkout.declare(one % ", press")
    assert checkout.apply().code == 3
    checkout.declare((one % "").replace("newsletter", "{reference: newsletter, reason: the same}"))
    assert checkout.apply().code == 0
    checkout.declare(one % ", press")
    done = checkout.apply()
    assert done.code == 3, done.said
    assert "shrunk: 40 contacts fewer than at the last run" in done.err
