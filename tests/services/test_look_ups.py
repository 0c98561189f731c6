"""Whom a plan in a scope looks up, and what that costs: by the log of the sandbox."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from reconcile.errors import DeclarationError
from reconcile.evance.connection import Connection
from reconcile.evance.reader import Reader
from reconcile.model.declaration import Declaration, DeclaredTag
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Place
from reconcile.model.record import Record, RecordedEntry, Remembered
from reconcile.model.settings import Capabilities, IdSearch, Policy, SearchCase
from reconcile.sandbox import seed
from reconcile.services.planning.fresh_plan import make_fresh_plan
from tests.support.sandbox.sandbox_account import PAGE, SandboxAccount
from tests.support.sandbox.scoped_plan import Planner, against
from tests.support.shop import NOW, Shop

FOLDED = Capabilities(email_search=SearchCase.FOLDED)

LARGE, HUGE = 300, 100_000


def users(account: SandboxAccount) -> list[tuple[str, str]]:
    """Id and e-mail of each contact that can be found by its e-mail."""
    return [(id_, state["email"]) for id_, state in account.holds().items() if state["type"] == "user"]


def entry(line: int, tag: str = "as-it-was", **who: str) -> Declaration:
    place = Place("contacts/team.yaml", line)
    return Declaration(place, tags=(DeclaredTag(tag, place),), **who)  # type: ignore[arg-type]


def connection(account: SandboxAccount, known: Capabilities | None = None) -> Connection:
    link = Shop(account.path, account.access).connection
    return replace(link, capabilities=known) if known else link


def test_no_collector_walks_what_a_plan_is_made_of(sandbox_account: SandboxAccount) -> None:
    """Neither while it reads nor while it plans; afterwards the collector is on, be it after an error."""
    collecting = set()

    def note(*_: object) -> None:
        collecting.add(gc.isenabled())

    shop = connection(sandbox_account)
    context = PlanContext("sandbox", shop.account, Policy(), NOW, "1.0")
    with Reader(shop) as account:
        make_fresh_plan([entry(1, email=users(sandbox_account)[0][1])], account, context, progress=note)
        assert gc.isenabled()
        with pytest.raises(DeclarationError):
            make_fresh_plan([entry(1, email="nobody@example.com")], account, context, progress=note)
    assert collecting == {False}
    assert gc.isenabled()


def requests(account: SandboxAccount) -> Counter[str]:
    """How many requests of each kind were made since the last look."""
    counted = Counter(_kind(one["path"]) for one in account.requests())
    account.control("DELETE", "requests")
    return counted


def _kind(path: str) -> str:
    """Pages of the list and searches have one path."""
    if "/oauth/" in path:
        return "token"
    return {"/api/v2/contacts.json": "list", "/api/v2/roles.json": "roles"}.get(path, "contact")


@pytest.fixture(scope="module")
def large(running_sandbox: SandboxAccount) -> SandboxAccount:
    return seeded(running_sandbox, LARGE)


def seeded(account: SandboxAccount, contacts: int) -> SandboxAccount:
    account.reset()
    seed(account.path, contacts=contacts, now=NOW)
    account.control("DELETE", "requests")
    return account


def remembered(entries: Iterable[tuple[Declaration, str]]) -> Remembered:
    """What a run leaves that found those contacts."""
    recorded = {one.key: RecordedEntry("sha256:0", id_, NOW) for one, id_ in entries}
    return Remembered(Record("run", NOW, None, "", "", recorded))


WAYS: dict[str, Callable[[str, str], dict[str, str]]] = {
    "by e-mail": lambda _, email: {"email": email},
    "by e-mail in capitals": lambda _, email: {"email": email.upper()},
    "by id": lambda id_, _: {"id": id_},
}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_three_of_a_large_shop_take_a_handful_of_requests(
    large: SandboxAccount, way: str, *, known: bool
) -> None:
    """A token, the roles, and each contact: looked for, then read. Nobody else is asked for."""
    check_three(large, users(large), way, known=known)


def check_three(large: SandboxAccount, people: list[tuple[str, str]], way: str, *, known: bool) -> None:
    before = [entry(line, **WAYS[way](id_, email)) for line, (id_, email) in enumerate(people, 1)]
    ids = [id_ for id_, _ in people]
    planner = Planner(
        connection(large), remembered=remembered(zip(before, ids, strict=True)) if known else Remembered()
    )
    requests(large)
    plan = planner.plan([*map(changed, before[:3]), *before[3:]], against(before))
    counted = requests(large)
    assert plan.scope is not None
    assert (len(plan.scope.contacts), plan.scope.declared) == (3, len(people))
    assert sorted(change.contact.id for change in plan.changes) == sorted(ids[:3])
    assert counted["contact"] == 3
    assert counted.total() <= 14, counted


def changed(declaration: Declaration) -> Declaration:
    return replace(declaration, tags=entry(0, "changed").tags)


def pages(account: SandboxAccount) -> int:
    return -(-len(account.holds()) // PAGE)


def test_the_list_decides_once_where_letter_case_may_count(large: SandboxAccount) -> None:
    """The search passes over an address in another spelling unless a probe found that it does not.

    Then the list is read, once for everybody.
    """
    check_list_decides(large, users(large))


def check_list_decides(large: SandboxAccount, people: list[tuple[str, str]]) -> None:
    large.control("PUT", "switches", {"switches": {"v2_list_email": "case"}})
    (first, email), (second, other), *_ = people
    for id_, address in ((first, email), (second, other)):
        large.readdress(id_, address.capitalize())
    requests(large)
    wanted = [entry(1, email=email), entry(2, email=other.upper())]
    plan = Planner(connection(large)).plan(wanted, against([]))
    counted = requests(large)
    assert {change.contact.id for change in plan.changes} == {first, second}
    assert pages(large) <= counted["list"] <= pages(large) + 6
    for id_, address in ((first, email), (second, other)):
        large.readdress(id_, address)
    large.control("PUT", "switches", {"switches": {"v2_list_email": "equal"}})


def test_nobody_is_created_before_the_list_was_asked(large: SandboxAccount) -> None:
    """Unless a probe found that the search ignores letter case: then it is proof enough."""
    profile = {"firstname": "New", "lastname": "Name"}
    new = replace(entry(1, email="new@example.com"), create=True, type="user", profile=profile)
    for known, least, most in ((None, pages(large), pages(large) + 2), (FOLDED, 1, 1)):
        requests(large)
        plan = Planner(connection(large, known)).plan([new], against([]))
        assert [change.action for change in plan.changes] == ["create"]
        assert least <= requests(large)["list"] <= most


def test_a_misspelt_address_is_told_as_in_a_whole_plan(large: SandboxAccount) -> None:
    """Nobody is taken for somebody else."""
    with pytest.raises(DeclarationError, match=r"no contact has e-mail nobody@example\.com among"):
        Planner(connection(large)).plan([entry(1, email="nobody@example.com")], against([]))


def test_many_are_listed(large: SandboxAccount) -> None:
    """A bundle that changes for half of the shop takes no more requests than the list."""
    people = users(large)[: 2 * pages(large)]
    wanted = [entry(line, email=email) for line, (_, email) in enumerate(people, 1)]
    requests(large)
    plan = Planner(connection(large)).plan(wanted, against([]))
    assert len(plan.changes) == len(people)
    assert requests(large)["list"] <= pages(large) + 1


def test_an_entry_elsewhere_for_the_same_contact_is_found(large: SandboxAccount) -> None:
    """By its id or its address, in whichever of the two the scope is: it hides nothing about its people."""
    (id_, email), *others = users(large)
    rest = [entry(line, email=address) for line, (_, address) in enumerate(others[:3], 10)]
    by_email = entry(1, email=email)
    by_id = replace(by_email, email=None, id=id_, place=Place("contacts/vip.yaml", 2))
    for before in ([by_id, *rest], [by_email, *rest], rest):
        with pytest.raises(DeclarationError, match=f"this is contact {id_}, which contacts/"):
            Planner(connection(large)).plan([by_email, by_id, *rest], against(before))


def test_one_odd_person_makes_nobody_list_the_account(large: SandboxAccount) -> None:
    """Who is gone, or can't be read, stays in view for weeks: each plan asks for them, and for no list."""
    (unread, email), (_, other), *_ = users(large)
    entries = [entry(1, email=email), entry(2, email="gone@example.com"), entry(3, email=other)]
    large.upset(f"status:code=422,path=/api/contacts/{unread}.json")
    known = remembered([(entries[0], unread), (entries[1], "99999999")])
    planner = Planner(replace(connection(large), page_size=10), remembered=known)
    requests(large)
    plan = planner.plan(entries, against([]))
    counted = requests(large)
    large.calm()
    assert {one.contact.email for one in plan.set_aside} == {email, "gone@example.com"}
    assert [change.contact.email for change in plan.changes] == [other]
    assert counted.total() <= 14, counted


def check_cheaper_way(account: SandboxAccount, size: int, nested: str, id_search: IdSearch) -> None:
    """A plan of so many of known ids takes no more requests than the cheaper way, and the first page."""
    account.control("PUT", "switches", {"switches": {"v2_nested_read": nested}})
    told = nested == "yes"
    people = users(account)[:size]
    link = connection(account, Capabilities(page_size=PAGE, id_search=id_search))
    planner = Planner(replace(link, page_size=PAGE))
    requests(account)
    wanted = [entry(line, id=id_) for line, (id_, _) in enumerate(people, 1)]
    plan = planner.plan(wanted, against([]))
    counted = requests(account)
    account.control("PUT", "switches", {"switches": {"v2_nested_read": "no"}})
    assert len(plan.changes) == len(people) == size
    at_once = PAGE if told and id_search is IdSearch.MANY else 1
    by_look_ups = size if size == 1 else -(-size // at_once)
    by_list = pages(account) + (0 if told else size)
    assert counted.total() - counted["token"] - counted["roles"] <= min(by_look_ups + 1, by_list), counted
    assert (counted["list"] >= pages(account)) == (by_list < by_look_ups)


@pytest.mark.parametrize("id_search", IdSearch)
@pytest.mark.parametrize("nested", ["yes", "no"])
@pytest.mark.parametrize("size", [3, 30])
def test_the_cheaper_way_is_taken(large: SandboxAccount, size: int, nested: str, id_search: IdSearch) -> None:
    """Fifteen pages, or each by itself, or twenty at once: by what the rows of the list tell."""
    check_cheaper_way(large, size, nested, id_search)


@pytest.mark.long
@pytest.mark.parametrize(("nested", "id_search"), [("yes", "many"), ("no", "one")])
def test_the_cheaper_way_is_taken_in_a_shop_of_3000(
    running_sandbox: SandboxAccount, nested: str, id_search: str
) -> None:
    """150 pages; 1, 3, 30 and 300 contacts."""
    account = seeded(running_sandbox, 3_000)
    for size in (1, 3, 30, 300):
        check_cheaper_way(account, size, nested, IdSearch(id_search))


@pytest.mark.parametrize("answer", ["others", "not all", "refused"])
def test_ids_that_are_not_answered_together_are_asked_for_alone(large: SandboxAccount, answer: str) -> None:
    """A probe may have been right about the server of then: nobody is missed, or taken for somebody else."""
    people, page = users(large)[:5], 3 if answer == "not all" else PAGE
    large.control("PUT", "switches", {"switches": {"v2_nested_read": "yes", "max_limit": page}})
    if answer == "others":
        large.control("PUT", "switches", {"switches": {"v2_list_ids": "ignore"}})
    if answer == "refused":
        large.upset("status:code=422,path=/api/v2/contacts.json")
    link = replace(connection(large, Capabilities(id_search=IdSearch.MANY)), page_size=PAGE)
    wanted = [entry(line, id=id_) for line, (id_, _) in enumerate(people, 1)]
    plan = Planner(link).plan(wanted, against([]))
    large.calm()
    switches = {"v2_nested_read": "no", "v2_list_ids": "obey", "max_limit": PAGE}
    large.control("PUT", "switches", {"switches": switches})
    assert sorted(change.contact.id for change in plan.changes) == sorted(id_ for id_, _ in people)


@pytest.mark.long
@pytest.mark.timeout(1_500)
def test_three_of_a_huge_shop_take_no_more(running_sandbox: SandboxAccount) -> None:
    """Nor does the list, where it decides, take more than its pages and a handful."""
    huge = seeded(running_sandbox, HUGE)
    people = users(huge)
    check_three(huge, people, "by e-mail", known=False)
    check_list_decides(huge, people)
