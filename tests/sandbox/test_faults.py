"""Faults on demand: what each does to a caller, when it strikes, and that it can be repeated."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from reconcile import sandbox
from reconcile.sandbox.faults.armed import FAULTS, arm
from reconcile.sandbox.faults.armed import delay as delay_of
from reconcile.sandbox.faults.responses import seconds_to_wait
from reconcile.sandbox.faults.specification import ArmedFault, Fault
from reconcile.sandbox.messages import Reply
from tests.support.sandbox.written_calls import Caller, calling
from tests.support.shop import NOW

BOB = "/api/contacts/13.json"

RENAME = {"contact": {"company": "Renamed"}}


@contextmanager
def failing(shop_file: Path, *faults: str, seed: int = 1) -> Iterator[Caller]:
    with calling(shop_file, now=NOW, faults=faults, fault_seed=seed) as caller:
        yield caller


def company(shop_file: Path) -> str | None:
    name: str | None = sandbox.show(shop_file, "contact:13")[0]["company"]
    return name


def test_latency_delays_an_answer(shop_file: Path) -> None:
    """A call takes at least the milliseconds asked for."""
    with failing(shop_file, "latency:ms=120") as caller:
        caller.token()
        began = time.monotonic()
        assert caller.call("GET", BOB).status_code == 200
        assert time.monotonic() - began >= 0.12


def test_jitter_stays_in_its_range_and_repeats() -> None:
    """Delays spread around the mean, and the same seed gives the same ones."""
    first, other = arm(["latency:ms=50,jitter=20"], 7), arm(["latency:ms=50,jitter=20"], 7)
    delays = [delay_of(first) for _ in range(200)]
    assert delays == [delay_of(other) for _ in range(200)]
    assert all(0.03 <= delay <= 0.07 for delay in delays)
    assert len(set(delays)) > 100


def test_a_rate_limit_answers_429_with_seconds(shop_file: Path) -> None:
    """Past the burst a call gets 429 and the seconds to wait."""
    with failing(shop_file, "rate-limit:rate=0.5,burst=2") as caller:
        answers = [caller.call("GET", BOB) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[2].headers["Retry-After"]) in (1, 2)


def test_a_rate_limit_may_name_a_date_or_nothing(shop_file: Path) -> None:
    """`Retry-After` comes as an HTTP date, or not at all."""
    with failing(shop_file, "rate-limit:rate=0.1,retry-after=date") as caller:
        caller.call("GET", BOB)
        moment = parsedate_to_datetime(caller.call("GET", BOB).headers["Retry-After"])
        assert 0 <= (moment - datetime.now(UTC)).total_seconds() <= 11
        caller.control("PUT", "faults", {"faults": ["rate-limit:rate=0.1,retry-after=none"]})
        caller.call("GET", BOB)
        answer = caller.call("GET", BOB)
        assert answer.status_code == 429
        assert "Retry-After" not in answer.headers


def test_a_rate_limit_lets_pass_again_with_time() -> None:
    """The bucket fills at its rate: a call that keeps to it never waits."""
    [limit] = arm(["rate-limit:rate=2"], 1)
    assert seconds_to_wait(limit, 100.0) == 0
    assert seconds_to_wait(limit, 100.1) == pytest.approx(0.4)
    assert seconds_to_wait(limit, 100.5) == 0


@pytest.mark.parametrize("code", [500, 502, 503])
def test_the_nth_request_fails(shop_file: Path, code: int) -> None:
    """`n=2` spares the first request and the third; nothing is written by the second."""
    with failing(shop_file, f"status:code={code},n=2") as caller:
        statuses = [caller.call("POST", BOB, json=RENAME).status_code for _ in range(2)]
        assert statuses == [200, code]
        assert caller.call("GET", BOB).status_code == 200


def test_failures_by_probability_repeat_with_the_seed(shop_file: Path) -> None:
    """The same seed fails the same requests, another seed others."""

    def run(seed: int) -> list[int]:
        with failing(shop_file, "status:code=500,p=0.5", seed=seed) as caller:
            return [caller.call("GET", BOB).status_code for _ in range(24)]

    first = run(1)
    assert set(first) == {200, 500}
    assert run(1) == first
    assert run(2) != first


def test_a_fault_can_be_held_to_a_verb_a_path_and_a_count(shop_file: Path) -> None:
    """Only what matches is struck, and only so often."""
    with failing(shop_file, "status:method=POST,path=/api/contacts/*,times=1") as caller:
        assert caller.call("GET", BOB).status_code == 200
        assert caller.call("POST", BOB, json=RENAME).status_code == 503
        assert caller.call("POST", BOB, json=RENAME).status_code == 200


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_refusal_may_come_after_the_write(shop_file: Path, code: int) -> None:
    """With `when=after` the status says nothing about the write, which took effect, as the log tells."""
    with failing(shop_file, f"status:code={code},when=after,method=POST") as caller:
        assert caller.call("POST", BOB, json=RENAME).status_code == code
        last = caller.control("GET", "requests").json()["requests"][-1]
    assert (last["method"], last["wrote"]) == ("POST", True)
    assert company(shop_file) == "Renamed"


def test_a_reset_before_the_write_leaves_no_trace(shop_file: Path) -> None:
    """The connection breaks and nothing was written."""
    with failing(shop_file, "reset:method=POST") as caller:
        with pytest.raises(requests.ConnectionError):
            caller.call("POST", BOB, json=RENAME)
        assert caller.call("GET", BOB).status_code == 200
    assert company(shop_file) is None


def test_a_reset_after_the_write_leaves_it_done(shop_file: Path) -> None:
    """The connection breaks although the write took effect."""
    with (
        failing(shop_file, "reset:when=after,method=POST") as caller,
        pytest.raises(requests.ConnectionError),
    ):
        caller.call("POST", BOB, json=RENAME)
    assert company(shop_file) == "Renamed"
    last = sandbox.show(shop_file, "requests")[-1]
    assert (last["method"], last["wrote"]) == ("POST", True)


def test_truncated_json_is_no_json(shop_file: Path) -> None:
    """Half a body comes as if it were whole."""
    with failing(shop_file, "truncate") as caller:
        answer = caller.call("GET", BOB)
        assert answer.status_code == 200
        with pytest.raises(requests.JSONDecodeError):
            answer.json()


def test_an_answer_may_be_cut_on_the_wire(shop_file: Path) -> None:
    """The head promises more than comes."""
    with failing(shop_file, "truncate:how=wire") as caller, pytest.raises(requests.RequestException):
        caller.call("GET", BOB)


@pytest.mark.parametrize("code", [200, 502])
def test_html_comes_instead_of_json(shop_file: Path, code: int) -> None:
    """A proxy's error page, with its status or with 200."""
    with failing(shop_file, f"html:code={code}") as caller:
        answer = caller.call("GET", BOB)
        assert answer.status_code == code
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")


def test_a_token_may_expire_in_mid_run(shop_file: Path) -> None:
    """From the n-th request on every token is void; a new one works."""
    with failing(shop_file, "expire-token:n=3") as caller:
        assert [caller.call("GET", BOB).status_code for _ in range(4)] == [200, 200, 401, 401]
        caller.tokens.clear()
        assert caller.call("GET", BOB).status_code == 200


def pages(caller: Caller) -> tuple[list[int], list[int]]:
    """Ids of the first three pages of two, and the totals they tell."""
    answers = [caller.get(f"/api/v2/contacts.json?limit=2&page={number}") for number in (1, 2, 3)]
    return [row["id"] for page in answers for row in page["data"]], [
        page["pagination"]["total"] for page in answers
    ]


def test_a_page_repeats_a_row_when_a_contact_comes(shop_file: Path) -> None:
    """Somebody was added at the front between two pages."""
    with failing(shop_file, "page-shift") as caller:
        ids, totals = pages(caller)
    assert ids == [6, 7, 7, 8, 9, 10]
    assert totals == [69, 70, 70]


def test_a_page_skips_a_row_when_a_contact_goes(shop_file: Path) -> None:
    """Somebody went from the front between two pages."""
    with failing(shop_file, "page-shift:how=skip") as caller:
        ids, totals = pages(caller)
    assert ids == [1, 6, 8, 9, 10, 13]
    assert totals == [70, 69, 69]


def test_a_row_may_be_skipped_under_an_unmoved_total(shop_file: Path) -> None:
    """One goes, another comes: the total gives nothing away."""
    with failing(shop_file, "page-shift:how=swap") as caller:
        ids, totals = pages(caller)
    assert 7 not in ids
    assert totals == [70, 70, 70]


@pytest.mark.parametrize(("how", "expected"), [("missing", [6, 8, 10]), ("repeated", [6, 6, 8, 8, 10, 10])])
def test_a_list_may_lose_rows_that_it_counts(shop_file: Path, how: str, expected: list[int]) -> None:
    """The last row of each page is not shown, and the total knows nothing of it."""
    with failing(shop_file, f"lost-row:how={how}") as caller:
        ids, totals = pages(caller)
    assert ids == expected
    assert totals == [69, 69, 69]


def test_another_writer_may_come_first(shop_file: Path) -> None:
    """Just before the second request somebody changes grants and tags of the contact."""
    with failing(shop_file, "writer:n=2,contact=13,grant=press,revoke=newsletter,tag=seen") as caller:
        before, after = (caller.get(BOB)["contact"] for _ in range(2))
    assert (set(before["accessRoles"]), before["tags"]) == ({"customer", "newsletter"}, {"contact": []})
    assert (set(after["accessRoles"]), after["tags"]) == ({"customer", "press"}, {"contact": ["seen"]})


def test_another_writer_may_come_right_after(shop_file: Path) -> None:
    """With `when=after` the change comes between a caller's read and its next write."""
    with failing(shop_file, "writer:when=after,times=1,contact=13,grant=press") as caller:
        assert "press" not in caller.get(BOB)["contact"]["accessRoles"]
        assert "press" in caller.get(BOB)["contact"]["accessRoles"]


def test_another_writer_may_change_status_expiry_names_address_and_other_tags(shop_file: Path) -> None:
    """All that the control door can do, at the request that is asked for."""
    edit = "grant=newsletter,status=rejected,expires=2027-05-01T00:00:00Z,tag=gold,tag-type=trade"
    with failing(shop_file, f"writer:contact=13,{edit},email=robert@email.com,lastname=Roe,n=1") as caller:
        contact = caller.get(BOB)["contact"]
    assert contact["accessRoles"]["newsletter"]["status"] == "rejected"
    assert contact["accessRoles"]["newsletter"]["expires"] == "2027-05-01T00:00:00+00:00"
    assert contact["tags"] == {"contact": [], "trade": ["gold"]}
    assert (contact["email"], contact["lastname"]) == ("robert@email.com", "Roe")


def test_a_change_that_breaks_a_rule_does_not_happen(shop_file: Path) -> None:
    """An address that another contact has: neither it nor the grant beside it; the request is answered."""
    with failing(shop_file, "writer:contact=13,email=grace.odell@example.com,grant=press") as caller:
        contact = caller.get(BOB)["contact"]
    assert (contact["email"], "press" in contact["accessRoles"]) == ("bob@email.com", False)


def test_a_contact_may_be_deleted_between_two_requests(shop_file: Path) -> None:
    """It is there for the first, and not for the second."""
    with failing(shop_file, "leaver:contact=13,n=1,when=after") as caller:
        assert [caller.call("GET", BOB).status_code for _ in range(2)] == [200, 404]


def test_an_address_may_change_hands_between_two_requests(shop_file: Path) -> None:
    """A search finds one contact before and another one after it."""
    fault = "newcomer:email=bob@email.com,moved-to=robert@email.com,n=1,when=after"
    with failing(shop_file, fault) as caller:
        search = "/api/contacts/search.json?email=bob@email.com"
        before, after = (
            [hit["id"] for hit in caller.get(search)["contacts"] if hit["isUser"]] for _ in range(2)
        )
    assert (before, len(after), "13" in after) == (["13"], 1, False)
    assert sandbox.show(shop_file, "contact:13")[0]["email"] == "robert@email.com"


@pytest.mark.parametrize("seconds", [-34_560_000, 7_200])
def test_the_clock_of_the_server_may_be_wrong(shop_file: Path, seconds: int) -> None:
    """The `Date` of every answer is off, that of a token and of an error, too."""
    faults = (f"server-clock:seconds={seconds}", "status:method=POST,path=/api/*")
    with failing(shop_file, *faults) as caller:
        url = f"{caller.access.url}/admin/oauth/token"
        answers = [caller.session.post(url), caller.call("GET", BOB), caller.call("POST", BOB, json=RENAME)]
    assert [answer.status_code for answer in answers[1:]] == [200, 503]
    for answer in answers:
        told = parsedate_to_datetime(answer.headers["Date"])
        assert abs((told - datetime.now(UTC)).total_seconds() - seconds) < 60


def test_the_server_may_tell_no_time(shop_file: Path) -> None:
    """An answer without a `Date`."""
    with failing(shop_file, "server-clock:date=absent") as caller:
        answer = caller.call("GET", BOB)
    assert (answer.status_code, "Date" in answer.headers) == (200, False)


def test_an_answer_may_come_from_a_cache(shop_file: Path) -> None:
    """`Age` says for how long a cache has kept it; its `Date` is as old."""
    with failing(shop_file, "server-clock:seconds=-900,age=900") as caller:
        answer = caller.call("GET", BOB)
    assert answer.headers["Age"] == "900"
    told = parsedate_to_datetime(answer.headers["Date"])
    assert 890 < (datetime.now(UTC) - told).total_seconds() < 960


def test_tokens_are_spared_unless_named(shop_file: Path) -> None:
    """Faults strike below /api/ by default, so that a run can begin."""
    with failing(shop_file, "status") as caller:
        assert caller.token()
        caller.control("PUT", "faults", {"faults": ["status:code=500,path=/admin/*"]})
        answer = caller.session.post(f"{caller.access.url}/admin/oauth/token", timeout=30)
        assert answer.status_code == 500


def test_a_new_fault_is_one_row(shop_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row from outside has its keys and strikes like the others: here the answer says how old it is."""

    def age(armed: ArmedFault, reply: Reply) -> Reply:
        date = format_datetime(NOW - timedelta(minutes=armed.number("minutes")), usegmt=True)
        return Reply(reply.status, reply.body, {**reply.headers, "Last-Modified": date})

    monkeypatch.setitem(FAULTS, "old-page", Fault("old-page", {"minutes": 60.0}, rewrite=age))
    with failing(shop_file, "old-page:minutes=90,n=2") as caller:
        dates = [caller.call("GET", BOB).headers.get("Last-Modified") for _ in range(2)]
        assert dates == [None, "Mon, 23 Nov 2026 07:30:00 GMT"]
        answer = caller.control("PUT", "faults", {"faults": ["old-page:hours=1"]})
        assert "it has" in answer.json()["message"]


@pytest.mark.parametrize(
    "text",
    [
        "thunder",
        "status:colour=red",
        "status:code",
        "status:code=99",
        "status:p=often",
        "reset:when=later",
        "rate-limit:rate=0",
        "latency:ms=inf",
        "latency:ms=nan",
        "writer:contact=x",
        "writer:expires=soon",
        "server-clock:date=late",
    ],
)
def test_a_fault_that_is_none_is_told(text: str) -> None:
    """A misspelt fault is an error that says what there is."""
    with pytest.raises(
        sandbox.SandboxError, match=r"there are|it has|key=value|is a (number|date-time)|is one of"
    ):
        arm([text], 1)
