"""Every fault of the sandbox at every point of a run, one contact after the other and several at a time."""

import itertools

import pytest

from tests.support.sandbox.full_change import (
    DECLARED,
    READS,
    BeforeAndAfter,
    assert_code_is_right,
    assert_converges,
    assert_journal_agrees,
    assert_old_or_new,
    both_ends,
)
from tests.support.sandbox.sandbox_account import FakeClock, SandboxAccount

POINTS = {
    "token": "path=/admin/oauth/*,n=1",
    "roles page": "path=/api/v2/roles.json,n=1",
    "list page": "path=/api/v2/contacts.json,n=2",
    "contact read": "method=GET,path=/api/contacts/*,n=3",
    "read before write": f"method=GET,path=/api/contacts/*,n={READS + 3}",
    "write": "method=POST,path=/api/contacts/*,n=2",
    "read-back": f"method=GET,path=/api/contacts/*,n={READS + 4}",
    "creation": "method=POST,path=/api/contacts.json,n=1",
}

FAULTS = [
    "latency:ms=20",
    "status:code=429",
    "status:code=429,retry-after=seconds",
    "status:code=429,retry-after=date",
    "status:code=500",
    "status:code=502",
    "status:code=503,retry-after=seconds",
    "status:code=503,retry-after=date",
    "status:code=500,when=after",
    "status:code=503,when=after",
    "reset:when=before",
    "reset:when=after",
    "truncate:how=json",
    "truncate:how=wire",
    "html:code=200",
    "html:code=502",
    "html:code=200,when=after",
    "html:code=502,when=after",
    "expire-token",
]

WORKERS = [1, 4]

EVERY = [*itertools.product(FAULTS, POINTS, WORKERS)]

UNDONE = ("status:code=50", "reset:when=before", "html:")
"""Faults that keep a contact from being created, after which nobody can tell whether it yet will be."""


def in_short(place: int) -> bool:
    """A slanted part of the table: every fault, every point and both modes are in it."""
    return place % 7 == 0


@pytest.fixture(scope="module")
def ends(running_sandbox: SandboxAccount) -> BeforeAndAfter:
    return both_ends(running_sandbox)


@pytest.mark.parametrize(
    ("fault", "point", "workers"),
    [
        pytest.param(*one, marks=() if in_short(place) else pytest.mark.long)
        for place, one in enumerate(EVERY)
    ],
)
def test_one_fault_heals(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter, fault: str, point: str, workers: int
) -> None:
    """A fault that strikes once costs time and nothing else. Only a creation may be left open."""
    checkout = sandbox_account.checkout(DECLARED, workers=workers)
    sandbox_account.upset(f"{fault}{',' if ':' in fault else ':'}{POINTS[point]}")
    done = checkout.apply()
    found = assert_old_or_new(sandbox_account, ends)
    assert_journal_agrees(checkout, ends, found)
    assert_code_is_right(done, sandbox_account, ends, found)
    lost = point == "creation" and fault.startswith(UNDONE) and "when=after" not in fault
    assert done.code == (4 if lost else 0), done.said
    assert_converges(sandbox_account, checkout, ends)


LASTING = [
    ("status:code=503,path=/admin/oauth/*", 1),
    ("status:code=503,path=/api/v2/roles.json", 1),
    ("html:code=200,path=/api/v2/contacts.json", 1),
    ("reset,method=GET,path=/api/contacts/*", 1),
    ("status:code=403,method=POST", 1),
    ("status:code=422,method=POST", 1),
    ("status:code=429,method=POST", 1),
    ("status:code=503,method=POST", 4),
    ("status:code=503,when=after,method=POST", 0),
    ("reset:when=before,method=POST", 4),
    ("reset:when=after,method=POST", 0),
    ("truncate:how=json,method=POST", 0),
    ("truncate:how=wire,method=POST", 0),
    ("html:code=200,when=after,method=POST", 0),
    ("expire-token:method=POST", 1),
    (f"status:code=403,method=GET,path=/api/contacts/*,n={READS + 4}", 4),
    (f"status:code=404,method=GET,path=/api/contacts/*,n={READS + 2}", 4),
]


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize(("fault", "code"), LASTING)
def test_a_fault_that_lasts_ends_the_run_in_order(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter, fault: str, code: int, workers: int
) -> None:
    """The exit code says whether anything was written; the next run in quiet does what is left."""
    checkout = sandbox_account.checkout(DECLARED, workers=workers)
    sandbox_account.upset(fault if ":" in fault else fault.replace(",", ":", 1))
    done = checkout.apply()
    found = assert_old_or_new(sandbox_account, ends)
    assert_journal_agrees(checkout, ends, found)
    assert_code_is_right(done, sandbox_account, ends, found)
    assert done.code == code, done.said
    assert_converges(sandbox_account, checkout, ends)


MIXTURE = (
    "latency:ms=2,jitter=2,p=0.3",
    "status:code=503,p=0.05",
    "status:code=500,when=after,p=0.05",
    "status:code=429,retry-after=seconds,p=0.05",
    "reset:when=before,p=0.03",
    "reset:when=after,p=0.05",
    "truncate:how=json,p=0.03",
    "truncate:how=wire,p=0.03",
    "html:code=502,p=0.03",
    "expire-token:p=0.02",
)


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize(
    "number", [1, 2, *(pytest.param(number, marks=pytest.mark.long) for number in range(3, 40))]
)
def test_all_faults_at_once_do_no_harm(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter, number: int, workers: int
) -> None:
    """Whatever strikes whenever: old or new, a journal that agrees, a code that is right, and convergence."""
    checkout = sandbox_account.checkout(DECLARED, workers=workers)
    sandbox_account.upset(*MIXTURE, number=number)
    done = checkout.apply()
    found = assert_old_or_new(sandbox_account, ends)
    assert_journal_agrees(checkout, ends, found)
    assert_code_is_right(done, sandbox_account, ends, found)
    assert_converges(sandbox_account, checkout, ends)


@pytest.mark.parametrize(
    "retry_after", ["seconds", *(pytest.param(form, marks=pytest.mark.long) for form in ("date", "none"))]
)
def test_a_rate_limit_slows_a_run_and_nothing_else(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter, retry_after: str
) -> None:
    """More requests than the server takes: all of them get through in the end."""
    checkout = sandbox_account.checkout(DECLARED, workers=4, rate=20)  # in such a hurry that it is 500
    sandbox_account.upset(f"rate-limit:rate=20,burst=2,retry-after={retry_after}")
    done = checkout.apply(clock=FakeClock(hurry=25))
    assert done.code == 0, done.said
    assert assert_old_or_new(sandbox_account, ends) == ends.new
    assert any(one["status"] == 429 for one in sandbox_account.requests())


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("order", ["id", "newest"])
@pytest.mark.parametrize("how", ["repeat", "skip", "swap"])
def test_pages_that_shift_lose_nobody(
    sandbox_account: SandboxAccount, ends: BeforeAndAfter, how: str, order: str, workers: int
) -> None:
    """A contact that comes or goes while the list is read makes nobody else vanish."""
    sandbox_account.control("PUT", "switches", {"switches": {"list_order": order}})
    checkout = sandbox_account.checkout(DECLARED, workers=workers)
    sandbox_account.upset(f"page-shift:how={how}")
    done = checkout.apply()
    assert done.code == 0, done.said
    assert assert_old_or_new(sandbox_account, ends) == ends.new
    assert_converges(sandbox_account, checkout, ends)
