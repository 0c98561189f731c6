"""A listing is proven whole: pages that shift, repeat, skip or lie are noticed."""

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.errors import ApiError, Forbidden, ServerFailure, UnexpectedResponse
from reconcile.evance.list_pages import IdRange, ranges_over, rows_by_ranges
from reconcile.evance.listing import ListWalk, listing_of, no_progress
from reconcile.evance.reader import Reader
from reconcile.model.contact import Identity
from reconcile.model.partial_fields import FieldNeeds
from reconcile.wire.contacts_v2 import Page, read_row
from tests.support.http.account_rows import page_of, v2
from tests.support.http.fake_account import FakeReply, OpenClient, Script, SeenRequest


def ids(found: Any) -> list[str]:
    return [who.id for who in found.identities]


def numbered(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


def shifting(size: int, change: Callable[[list[dict[str, Any]]], None], *, before: int) -> Script:
    """An account that is changed once, right before it answers that many-th page."""
    rows = [v2(number) for number in range(1, size + 1)]
    lock = threading.Lock()
    asked = iter(range(1, 10_000))

    def script(seen: SeenRequest) -> FakeReply:
        with lock:
            if next(asked) == before:
                change(rows)
            return page_of(rows, seen)

    return script


def test_pages_are_asked_for_with_their_size(open_client: OpenClient) -> None:
    """Page and limit are explicit, and each page is asked for once."""
    fake_account, reader = open_client(shifting(25, lambda _rows: None, before=0), kind=Reader, page_size=10)
    assert ids(reader.listing()) == numbered(25)
    assert sorted((seen.query["page"], seen.query["limit"]) for seen in fake_account.calls) == [
        ("1", "10"),
        ("2", "10"),
        ("3", "10"),
    ]


def test_a_smaller_page_than_asked_for_is_followed(open_client: OpenClient) -> None:
    """A server with a largest page of its own is read by its count of pages."""
    rows = [v2(number) for number in range(1, 26)]
    _, reader = open_client(lambda seen: page_of(rows, seen, most=7), kind=Reader)
    assert ids(reader.listing()) == numbered(25)


@pytest.mark.parametrize("pages", [0, 1])
def test_an_empty_account_has_an_empty_listing(open_client: OpenClient, pages: int) -> None:
    """No contacts are a listing too, with one request."""
    body = {"data": [], "pagination": {"total": 0, "totalPages": pages}}
    fake_account, reader = open_client(lambda _seen: FakeReply(body=body), kind=Reader)
    assert reader.listing().identities == ()
    assert len(fake_account.calls) == 1


def test_any_order_of_the_server_gives_one_listing() -> None:
    """Identities are sorted by id as numbers, whatever the pages were like."""
    rows = [read_row(v2(number)) for number in (100, 9, 20, 1)]
    assert [who.id for who in listing_of(rows).identities] == ["1", "9", "20", "100"]


@pytest.mark.parametrize("before", [2, 3])
@pytest.mark.parametrize("where", ["front", "back"])
def test_contacts_added_meanwhile_are_in_the_listing(
    open_client: OpenClient, where: str, before: int
) -> None:
    """A contact added during the walk repeats a row or moves the total; in the end all are there, once."""

    def add(rows: list[dict[str, Any]]) -> None:
        rows.insert(0 if where == "front" else len(rows), v2(31))

    fake_account, reader = open_client(
        shifting(30, add, before=before), kind=Reader, page_size=10, concurrency=1
    )
    assert ids(reader.listing()) == numbered(31)
    assert len(fake_account.calls) <= 6


def test_a_contact_deleted_meanwhile_is_noticed(open_client: OpenClient) -> None:
    """A deletion makes the next page skip a row: the list is walked again and nothing is missing."""
    fake_account, reader = open_client(
        shifting(30, lambda rows: rows.pop(0), before=2), kind=Reader, page_size=10, concurrency=1
    )
    assert ids(reader.listing()) == numbered(30)[1:]
    assert len(fake_account.calls) > 3


def test_a_listing_that_never_settles_says_so(open_client: OpenClient) -> None:
    """A server that repeats rows instead of the rest is given up after some walks, with both numbers."""
    first = [v2(number) for number in range(1, 11)]

    def script(_seen: SeenRequest) -> FakeReply:
        return FakeReply(body={"data": first, "pagination": {"total": 20, "totalPages": 2}})

    fake_account, reader = open_client(script, kind=Reader)
    found = reader.listing()
    assert ids(found) == numbered(10)
    assert found.gap.startswith("its pages do not add up to its total (10 different rows seen, 20 counted)")
    assert len(fake_account.calls) <= 20


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("total", "gap"),
    [(25, "it counts 10000000 pages, which its total of 25 can't fill"), (10**9, "(25 different rows seen")],
)
@pytest.mark.parametrize("past_end", ["empty", "last"])
def test_ten_million_pages_of_nothing_are_not_followed(
    open_client: OpenClient, total: int, gap: str, past_end: str
) -> None:
    """More pages than the total needs contradict it; and a total that no page bears out ends the walk."""
    rows = [v2(number) for number in range(1, 26)]

    def script(seen: SeenRequest) -> FakeReply:
        start = (int(seen.query["page"]) - 1) * 10
        data = rows[min(start, 20) if past_end == "last" else start :][:10]
        return FakeReply(body={"data": data, "pagination": {"total": total, "totalPages": 10**7}})

    fake_account, reader = open_client(script, kind=Reader, page_size=10, concurrency=2)
    found = reader.listing()
    assert ids(found) == numbered(25)
    assert gap in found.gap
    assert len(fake_account.calls) < 60


def test_an_empty_page_too_many_is_no_gap(open_client: OpenClient) -> None:
    """Some servers count one page more than their rows fill."""
    rows = [v2(number) for number in range(1, 21)]

    def script(seen: SeenRequest) -> FakeReply:
        reply = page_of(rows, seen)
        reply.body["pagination"] |= {"totalPages": 3}
        return reply

    _, reader = open_client(script, kind=Reader, page_size=10)
    assert (ids(reader.listing()), reader.listing().gap) == (numbered(20), "")


def test_a_list_that_shrinks_below_a_page_is_walked_again(open_client: OpenClient) -> None:
    """A page that is gone when it is asked for (some servers say 404) is no error of the listing."""
    script = shifting(21, lambda rows: rows.pop(), before=3)

    def gone(seen: SeenRequest) -> FakeReply:
        reply = script(seen)
        return reply if reply.body["data"] else FakeReply(404, {"success": False})

    _, reader = open_client(gone, kind=Reader, page_size=10, concurrency=1)
    assert ids(reader.listing()) == numbered(20)


def test_a_list_that_never_holds_still_is_read_by_windows(open_client: OpenClient) -> None:
    """Pages in an order drawn anew each time can't be walked; windows of ids give the whole list."""
    rows = [v2(number * 7) for number in range(1, 200)]
    order = random.Random(1)

    def script(seen: SeenRequest) -> FakeReply:
        low, high = int(seen.query.get("id:min", 0)), int(seen.query.get("id:max", 10**9))
        within = [row for row in rows if low <= row["id"] <= high]
        return page_of(order.sample(within, len(within)), seen)

    fake_account, reader = open_client(script, kind=Reader, page_size=20)
    assert ids(reader.listing()) == [str(row["id"]) for row in rows]
    assert len(fake_account.calls) < 80


@settings(deadline=None)
@given(st.sets(st.integers(0, 10**6), max_size=60), st.sets(st.integers(0, 10**6), max_size=60), st.data())
def test_windows_give_every_row_whatever_is_known(here: set[int], known: set[int], data: Any) -> None:
    """From any idea of the ids, in any order of the rows, windows end with exactly the rows there are."""

    def fetch(windows: Any) -> Any:
        for window in windows:
            within = [number for number in here if window.holds(number)]
            shown = data.draw(st.permutations(within))[:5]
            yield window, Page(tuple((str(number), number) for number in shown), len(within), 1)

    found = rows_by_ranges(ranges_over(known, 3), fetch)
    assert found is not None
    assert set(found) == {str(number) for number in here}


@settings(deadline=None)
@given(st.sets(st.integers(0, 1000), max_size=50), st.integers(1, 7), st.integers(-5, 1005))
def test_windows_cover_each_id_once(known: set[int], size: int, number: int) -> None:
    """No id falls between two windows or into both, and none holds more of the known ones than it may."""
    windows = ranges_over(known, size)
    assert sum(window.holds(number) for window in windows) == 1
    assert all(sum(map(window.holds, known)) <= size for window in windows)


def test_a_server_that_ignores_windows_is_noticed() -> None:
    """Rows from outside a window show that the filter means nothing there."""
    page = Page((("1", None), ("2", None)), 2, 1)
    assert rows_by_ranges([IdRange(2, None)], lambda windows: ((window, page) for window in windows)) is None


def test_a_server_that_counts_without_end_is_given_up() -> None:
    """A total that no window ever reaches ends the reading."""
    page = Page((("1", None), ("2", None)), 10, 1)
    assert rows_by_ranges([IdRange()], lambda windows: ((window, page) for window in windows)) is None


@pytest.mark.parametrize("seen_rows", [9, 11])
def test_a_total_that_does_not_match_is_a_gap(open_client: OpenClient, seen_rows: int) -> None:
    """Fewer or more rows than the server counts are no whole listing; of roles it is an error."""
    rows = [v2(number) for number in range(seen_rows)]
    body = {"data": rows, "pagination": {"total": 10, "totalPages": 1}}
    _, reader = open_client(lambda _seen: FakeReply(body=body), kind=Reader)
    assert f"({seen_rows} different rows seen, 10 counted)" in reader.listing().gap
    with pytest.raises(ApiError, match=r"incomplete listing of shop\.evance\.me's roles: its pages"):
        reader.roles()


def test_an_error_on_any_page_leaves_a_gap(open_client: OpenClient) -> None:
    """What was read before is kept, the gap says what was lost, and no page is asked for in vain after it."""
    rows = [v2(number) for number in range(1, 201)]

    def script(seen: SeenRequest) -> FakeReply:
        return FakeReply(500) if seen.query["page"] == "3" else page_of(rows, seen)

    fake_account, reader = open_client(script, kind=Reader, page_size=2, concurrency=2)
    found = reader.listing()
    assert {"1", "2"} <= {who.id for who in found.identities} <= set(numbered(200)) - {"5", "6"}
    assert found.gap.startswith("a page could not be read: shop.evance.me did not list the contacts (500)")
    assert len(fake_account.calls) < 100


def test_an_error_on_the_first_page_ends_the_listing(open_client: OpenClient) -> None:
    """Nothing at all is known then: that is a failure of the account, not a gap."""
    _, reader = open_client(lambda _seen: FakeReply(500), kind=Reader)
    with pytest.raises(ServerFailure, match=r"did not list the contacts \(500\)"):
        reader.listing()


def test_a_refusal_on_any_page_ends_the_run(open_client: OpenClient) -> None:
    """A missing scope would meet every other request, too."""
    rows = [v2(number) for number in range(1, 21)]
    script = lambda seen: FakeReply(403) if seen.query["page"] == "2" else page_of(rows, seen)  # noqa: E731
    _, reader = open_client(script, kind=Reader, page_size=10)
    with pytest.raises(Forbidden):
        reader.listing()


def test_a_row_without_an_id_ends_the_listing(open_client: OpenClient) -> None:
    """A row that can't be told apart from others makes the list unusable, and the account is named."""
    body = {"data": [{"email": "a@b.example"}], "pagination": {"total": 1, "totalPages": 1}}
    _, reader = open_client(lambda _seen: FakeReply(body=body), kind=Reader)
    with pytest.raises(UnexpectedResponse, match="has no id"):
        reader.listing()


def test_rows_that_tell_everything_save_the_second_request(open_client: OpenClient) -> None:
    """Where the list carries grants and tags, no contact is read unless its profile is asked for."""
    told = {"accessRoles": {"a": {"status": "active", "expires": None}}, "tags": {"contact": ["x"]}}
    rows = [v2(1, **told), v2(2, **told), v2(3)]

    def script(seen: SeenRequest) -> FakeReply:
        if seen.path.startswith("/api/v2/"):
            return page_of(rows, seen)
        number = int(seen.path.removeprefix("/api/contacts/").removesuffix(".json"))
        return FakeReply(body={"contact": {**v2(number), **told, "phone": "1"}})

    fake_account, reader = open_client(script, kind=Reader)
    found = reader.listing()
    contacts = reader.contacts(found.identities, known=found)
    assert {contact.state.tags for contact in contacts.values()} == {("x",)}
    assert [seen.path for seen in fake_account.calls] == ["/api/v2/contacts.json", "/api/contacts/3.json"]
    contacts = reader.contacts(found.identities[:1], known=found, needs=FieldNeeds(frozenset({"phone"})))
    assert contacts["1"].state.profile["phone"] == "1"


@dataclass
class Account:
    """A list that changes while it is read, for the law below: pages of three, in any order."""

    rows: list[int]
    changes: Iterator[tuple[bool, int]]
    fresh: Iterator[int] = field(default_factory=lambda: iter(range(1000, 2000)))
    ever: set[int] = field(default_factory=set)
    order: random.Random | None = None

    def pages(self, numbers: Iterable[int]) -> Iterator[Page]:
        asked = list(numbers)
        if self.order is not None:
            self.order.shuffle(asked)
        return map(self.page, asked)

    def page(self, number: int) -> Page:
        self.ever.update(self.rows)
        adds, at = next(self.changes, (True, -1))
        if at >= 0 and adds:
            self.rows.insert(at % (len(self.rows) + 1), next(self.fresh))
        elif at >= 0 and self.rows:
            self.rows.pop(at % len(self.rows))
        self.ever.update(self.rows)
        found = tuple((str(row), row) for row in self.rows[(number - 1) * 3 : number * 3])
        return Page(found, len(self.rows), -(-len(self.rows) // 3))


additions = st.lists(st.tuples(st.just(True), st.integers(-3, 20)), max_size=12)

changes = st.lists(st.tuples(st.booleans(), st.integers(-3, 20)), max_size=12)


@settings(deadline=None)
@given(st.integers(0, 20), additions, st.randoms(use_true_random=False))
def test_what_is_proven_complete_is_complete_while_contacts_come(size: int, added: Any, order: Any) -> None:
    """However contacts are added during a walk and in whatever order pages are read: a proof means all."""
    account = Account(list(range(size)), iter(added), order=order)
    walk = ListWalk(account, no_progress)
    if walk.walk_and_prove():
        assert {int(key) for key in walk.rows} == set(account.rows)


@settings(deadline=None)
@given(st.integers(0, 20), changes)
def test_a_walk_never_shows_what_never_was(size: int, changed: Any) -> None:
    """Rows come from the server only, and a walk over a list at rest is proven at once."""
    account = Account(list(range(size)), iter(changed))
    walk = ListWalk(account, no_progress)
    walk.walk_and_prove()
    assert {int(key) for key in walk.rows} <= account.ever
    rest = ListWalk(account, no_progress)
    for _ in account.changes:
        continue
    assert rest.walk_and_prove()
    assert {int(key) for key in rest.rows} == set(account.rows)


def test_a_listing_knows_its_contacts_by_id() -> None:
    """Only rows that tell grants or tags are kept as contacts."""
    found = listing_of([read_row(v2(1)), read_row(v2(2, tags={"contact": []}))])
    assert found.identities == (
        Identity("1", "user", "c1@example.com"),
        Identity("2", "user", "c2@example.com"),
    )
    assert list(found.contacts) == ["2"]


def test_versions_are_there_where_they_are_asked_for(open_client: OpenClient) -> None:
    """Every row, an odd one too, has what tells it from an earlier one; a listing for itself has none."""
    rows = [v2(1, modifiedOn="2026-01-01T00:00:00+00:00"), v2(2, email=["x"])]
    _, reader = open_client(lambda seen: page_of(rows, seen), kind=Reader)
    first, again = reader.listing(versions=True), reader.listing(versions=True)
    assert (first.versions, list(first.versions)) == (again.versions, ["1", "2"])
    rows[0]["company"] = "Trade Ltd"
    changed = reader.listing(versions=True).versions
    assert (changed["1"] == first.versions["1"], changed["2"] == first.versions["2"]) == (False, True)
    assert reader.listing().versions == {}
