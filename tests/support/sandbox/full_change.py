"""A change of everything at once, to an account where much must survive, and what must be true after it."""

from dataclasses import dataclass

from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import Account, Checkout, SandboxAccount

DECLARED = """\
contacts:
  - email: mei.tan@example.org            # trade-account goes; wholesale waits and must go on waiting
    roles: [customer, wholesale]
  - email: rosalind.keane@example.com     # press goes; the tags are not managed
    roles: [customer, preview]
  - email: harriet@mowbraydesign.example.net   # vip goes, auto:imported is ignored; the roles are not managed
    tags: [trade]
  - email: liam.orourke@example.com       # fields only
    profile: {phone: "01632 960999"}
    address: {line1: 4 Sorrel Mews, city: Ipswich, countryCode: GB, zip: IP4 1LN}
  - email: lucy.fenwick@example.org       # newsletter lasts longer
    roles: [customer, {reference: newsletter, expires: 2027-06-30}, preview]
  - email: carys.pugh@example.org         # undeclared trade-account and ignored tag stay
    manage: {roles: additive}
    roles: [newsletter]
    tags: [trade, vip]
  - email: tom.wherry@example.com         # staff-discount is ignored and stays
    roles: [customer, press]
    tags: [ipswich]
  - email: new.customer@example.com
    reference: NEW-1                      # proves after a lost answer which contact was created
    create: true
    type: user
    profile: {firstname: Nina, lastname: New}
    roles: [customer]
  - email: grace.odell@example.com        # as declared
    roles: [customer]
"""

READS = 8
"""The declared contacts that exist: each is read once for the plan."""

CHANGED = 8

NEW = "new.customer@example.com"


@dataclass(frozen=True)
class BeforeAndAfter:
    """The account before the change, and after one that met no trouble; new contacts by their e-mail."""

    old: Account
    new: Account


def by_person(account: Account) -> Account:
    """With the contact that was made under its e-mail: its id is whatever was free."""
    return {NEW if state["email"] == NEW else number: state for number, state in account.items()}


def both_ends(sandbox_account: SandboxAccount) -> BeforeAndAfter:
    sandbox_account.reset()
    old = sandbox_account.holds()
    checkout = sandbox_account.checkout(DECLARED)
    done = checkout.apply()
    assert done.code == 0, done.said
    assert f"Applied: {CHANGED} contacts" in done.out
    return BeforeAndAfter(by_person(old), by_person(sandbox_account.holds()))


def without_visitors(account: Account) -> Account:
    """Without the guests that come and go while a list is read."""
    return {number: state for number, state in account.items() if not state["email"].startswith("passer-by")}


def assert_old_or_new(sandbox_account: SandboxAccount, ends: BeforeAndAfter) -> Account:
    """Each contact is wholly as before or wholly as declared, and nobody else was touched."""
    found = without_visitors(by_person(sandbox_account.holds()))
    for number in {*ends.old, *found}:
        state = found.get(number)
        assert state in (ends.old.get(number), ends.new.get(number)), number
    return found


def assert_journal_agrees(checkout: Checkout, ends: BeforeAndAfter, found: Account) -> None:
    """What the journal calls applied is so on the server, and what it calls not written is not."""
    for record in checkout.journals():
        for line in record.outcomes:
            number = NEW if line.email == NEW else line.contact
            match line.outcome:
                case "applied" | "already as declared":
                    assert found.get(number) == ends.new[number], line
                case "not written" | "not tried" | "skipped: changed meanwhile":
                    assert found.get(number) == ends.old.get(number), line
                case other:
                    assert other == "not confirmed", line


def assert_code_is_right(
    done: CommandResult, sandbox_account: SandboxAccount, ends: BeforeAndAfter, found: Account
) -> None:
    """0: all as declared. 1 and 3: nothing written. 4: something is left, or was not confirmed."""
    match done.code:
        case 0:
            assert found == ends.new, done.said
        case 1 | 3:
            assert found == ends.old, done.said
            assert not any(one["wrote"] for one in sandbox_account.writes()), done.said
        case other:
            assert other == 4, done.said
            assert "not as declared" in done.err


def assert_converges(sandbox_account: SandboxAccount, checkout: Checkout, ends: BeforeAndAfter) -> None:
    """In quiet, the next apply finishes, and after it there is nothing left to do."""
    sandbox_account.calm()
    again = checkout.apply()
    assert again.code == 0, again.said
    assert without_visitors(by_person(sandbox_account.holds())) == ends.new
    before = len(sandbox_account.writes())
    last = checkout.apply()
    assert (last.code, "No changes" in last.out) == (0, True), last.said
    assert len(sandbox_account.writes()) == before
