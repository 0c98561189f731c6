"""A run that is killed leaves whole contacts, a readable journal, and work that the next one finishes."""

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.sandbox.full_change import (
    DECLARED,
    BeforeAndAfter,
    assert_converges,
    assert_journal_agrees,
    assert_old_or_new,
    both_ends,
)
from tests.support.sandbox.sandbox_account import (
    APPLY,
    AS_OF,
    Checkout,
    FakeClock,
    ProcessKilled,
    SandboxAccount,
    ended,
)

KILLABLE = str(Path(__file__).parents[1] / "support" / "sandbox" / "killable_apply.py")

PLANNING = 28
"""Steps before the first line of the journal: a token, a page of roles, four of contacts, eight reads."""

STEPS = 120
"""A few more steps than the whole run has."""


@pytest.fixture(scope="module")
def ends(running_sandbox: SandboxAccount) -> BeforeAndAfter:
    return both_ends(running_sandbox)


def assert_recovers(sandbox_account: SandboxAccount, checkout: Checkout, ends: BeforeAndAfter) -> None:
    """Whole contacts; the next apply says what it found and finishes; no lock is left."""
    found = assert_old_or_new(sandbox_account, ends)
    assert_journal_agrees(checkout, ends, found)
    doubts = {intent.email for record in checkout.journals() for intent in record.in_doubt}
    following = checkout.apply()
    assert following.code == 0, following.said
    assert {email for email in doubts if f"was cut off while it wrote {email}" in following.err} == doubts
    assert following.err.count("was cut off") == len(doubts), following.err
    assert_converges(sandbox_account, checkout, ends)
    assert not any(record.in_doubt for record in checkout.journals())
    assert all(record.ended for record in checkout.journals() if record.begun)


def spread(short: int, full: int) -> list[object]:
    """Numbers for random choices: a few in short, all of them in full."""
    return [pytest.param(number, marks=() if number < short else pytest.mark.long) for number in range(full)]


@pytest.mark.parametrize("number", spread(5, 150))
def test_a_process_that_is_killed_at_a_step_recovers(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter, number: int
) -> None:
    """Before or after a request, in the middle of a line of the journal: at any of them."""
    chance = random.Random(number)
    checkout = sandbox_account.checkout(DECLARED, workers=chance.choice([1, 4]))
    step = chance.randrange(1 if number % 10 == 9 else PLANNING, STEPS)
    with checkout.started([KILLABLE, str(step), "apply"]) as process:
        done = ended(process)
    assert done.code in (0, -signal.SIGKILL), done.said
    assert_recovers(sandbox_account, checkout, ends)


@pytest.mark.parametrize("number", spread(2, 50))
def test_a_process_that_is_killed_at_any_moment_recovers(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter, number: int
) -> None:
    """From outside, without a look at what it is doing."""
    chance = random.Random(number)
    checkout = sandbox_account.checkout(DECLARED, workers=chance.choice([1, 4]))
    sandbox_account.upset("latency:ms=15,jitter=15,path=/api/contacts*")
    with checkout.started(APPLY) as process:
        await_request(sandbox_account, "GET" if number % 5 else "POST")
        time.sleep(chance.uniform(0, 0.6))  # the moment is what is tried here
        process.kill()
        done = ended(process)
    assert done.code in (0, -signal.SIGKILL), done.said
    sandbox_account.calm()
    assert_recovers(sandbox_account, checkout, ends)


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("part", spread(5, 60))
def test_a_run_that_ends_between_two_requests_recovers(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter, part: int, workers: int
) -> None:
    """The same within this process, at points that lie evenly over the run."""
    fuse = FakeClock()
    sandbox_account.checkout(DECLARED, workers=workers).apply(clock=fuse)
    sandbox_account.reset()
    checkout = sandbox_account.checkout(DECLARED, workers=workers)
    with pytest.raises(ProcessKilled):
        checkout.apply(clock=FakeClock(fuse=random.Random(part).randrange(fuse.looks)))
    assert_recovers(sandbox_account, checkout, ends)


def test_killed_again_and_again_it_still_comes_to_its_end(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter
) -> None:
    """Each run gets a little further, and none undoes what another did."""
    checkout = sandbox_account.checkout(DECLARED, workers=1)
    for fuse in range(40, 200, 20):
        try:
            checkout.apply(clock=FakeClock(fuse=fuse))
        except ProcessKilled:
            found = assert_old_or_new(sandbox_account, ends)
            assert_journal_agrees(checkout, ends, found)
    assert_recovers(sandbox_account, checkout, ends)


LOSING = """\
contacts:
  - {email: rosalind.keane@example.com, roles: [customer, preview]}
  - {email: mei.tan@example.org, roles: [customer, wholesale]}
  - {email: harriet@mowbraydesign.example.net, roles: [customer, trade-account]}
"""

LOST = {
    "rosalind.keane@example.com": ["press"],
    "mei.tan@example.org": ["trade-account"],
    "harriet@mowbraydesign.example.net": ["press"],
}
"""The roles that those declarations take away."""


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_in_order(sandbox_account: SandboxAccount, signalled: signal.Signals) -> None:
    """The write under way comes to its end and is noted; who still holds what they should not is named."""
    checkout = sandbox_account.checkout(LOSING)
    sandbox_account.upset("latency:ms=700,method=POST,path=/api/contacts/*")
    with checkout.started(APPLY) as process:
        await_request(sandbox_account, "POST")
        process.send_signal(signalled)
        done = ended(process)
    assert done.code == 4, done.said
    lines = done.err.splitlines()
    written = len(sandbox_account.writes())  # the second one may be under way when the signal comes
    assert 1 <= written < len(LOST), done.said
    contacts = "1 contact" if written == 1 else f"{written} contacts"
    left = f"{len(LOST) - written} of {len(LOST)} contacts are not as declared"
    assert f"stopped by the user: {contacts} written, {left}" in lines, done.said
    assert done.err.count("stopped by the user") == 1  # however many contacts are left
    assert "Traceback" not in done.err
    held_too_long = {
        f"{role} of {state['email']} (contact {contact})"
        for contact, state in sandbox_account.holds().items()
        for role in LOST.get(state["email"], ())
        if role in state["roles"]
    }
    assert still_open(done) == held_too_long != set()
    assert not any(record.in_doubt for record in checkout.journals())
    assert all(record.ended for record in checkout.journals())


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_the_first_write_writes_nothing(
    sandbox_account: SandboxAccount, signalled: signal.Signals
) -> None:
    """While it still plans, it just ends, with one line."""
    checkout = sandbox_account.checkout(LOSING)
    sandbox_account.upset("latency:ms=300,method=GET,path=/api/contacts/*")
    with checkout.started((*APPLY, "--verbose")) as process:
        await_contact(process)
        process.send_signal(signalled)
        done = ended(process)
    assert done.code == 1, done.said
    assert done.err.strip().endswith("stopped by the user: nothing was written")
    assert sandbox_account.writes() == []


@pytest.mark.parametrize(
    ("command", "ending"), [("plan", ""), ("drift", ""), ("apply --yes", ": nothing was written")]
)
def test_who_interrupts_what_has_written_nothing_waits_for_no_answer(
    sandbox_account: SandboxAccount, command: str, ending: str
) -> None:
    """Every second answer would take 20 seconds: it is said at once, and the command ends with its code."""
    checkout = sandbox_account.checkout(LOSING, workers=4)
    sandbox_account.upset("latency:ms=20000,method=GET,path=/api/contacts/*,every=2")
    with checkout.process("-m", "reconcile", *command.split(), "--as-of", AS_OF, "--verbose") as process:
        await_contact(process)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        done = ended(process)
    assert time.monotonic() - begun < 10
    lines = [line for line in done.err.splitlines() if line and not line.startswith(("GET", "POST"))]
    assert (done.code, lines) == (1, ["stopping; Ctrl-C again ends at once", f"stopped by the user{ending}"])
    assert sandbox_account.writes() == []


def test_ctrl_c_again_and_again_changes_no_exit_code(sandbox_account: SandboxAccount) -> None:
    """The write under way comes to its end, which is said at once, however often somebody asks."""
    checkout = sandbox_account.checkout(LOSING)
    sandbox_account.upset("latency:ms=300,method=POST,path=/api/contacts/*")
    with checkout.started(APPLY) as process:
        await_request(sandbox_account, "POST")
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.005)
        done = ended(process)
    assert done.code == 4, done.said
    assert done.err.count("stopping: what is being written comes to its end first") == 1
    assert "Traceback" not in done.err
    assert all(record.ended for record in checkout.journals())


HANGING = """\
import time
from reconcile.cli.signals import ended_by_ctrl_c
with ended_by_ctrl_c():
    try:
        print("waiting", flush=True)
        time.sleep(60)
    finally:
        print("cleaning", flush=True)
        time.sleep(60)
"""


def test_the_second_ctrl_c_ends_a_command_that_still_cleans_up() -> None:
    """At once, and with the code that the first one would have led to."""
    with subprocess.Popen(
        [sys.executable, "-c", HANGING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(2):
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
        done = ended(process)
    assert (done.code, done.err) == (1, "stopping; Ctrl-C again ends at once\nstopped by the user\n")


def still_open(done: CommandResult) -> set[str]:
    start = "revocation still open: "
    return {line.removeprefix(start) for line in done.err.splitlines() if line.startswith(start)}


def await_contact(process: "subprocess.Popen[str]") -> None:
    """Wait until a process that says each request has read a contact.

    The account may still note what an earlier process asked for and did not wait for.
    """
    assert process.stderr is not None
    assert any("/api/contacts/" in line for line in iter(process.stderr.readline, ""))


def await_request(sandbox_account: SandboxAccount, method: str) -> None:
    """Wait until a process has been answered such a request about a contact."""
    until = time.monotonic() + 30
    while not any(
        one["method"] == method and one["path"].startswith("/api/contacts/")
        for one in sandbox_account.requests()
    ):
        assert time.monotonic() < until, "the process did not get so far"
        time.sleep(0.01)
