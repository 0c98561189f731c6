"""Questions about the search in v1 and the list in v2. They only read."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from secrets import token_hex
from typing import Any

from reconcile.evance.prober import ProbeReply
from reconcile.model.contact import email_key
from reconcile.model.settings import LARGEST_PAGE, Capabilities, IdSearch, SearchCase, UpdateMethod
from reconcile.probe.question import Answer, Decision, Question
from reconcile.probe.scratch import ScratchContact, Unanswerable
from reconcile.wire.contacts_v1 import CONTACTS_V1
from reconcile.wire.contacts_v2 import CONTACTS_V2

FAR_TOO_MANY = 100_000

Row = Mapping[str, Any]


def rows(scratch: ScratchContact, **params: str) -> list[Row]:
    """The rows of one page; Unanswerable when there is no list."""
    data = _listed(scratch, **params)["data"]
    return [row for row in data if isinstance(row, dict)]


def listed_row(scratch: ScratchContact) -> Row:
    """The contact's row of the list; Unanswerable when it can't be told for certain."""
    if scratch.snapshot.v2 is None:
        raise Unanswerable("the contact could not be found in v2")
    number = str(scratch.snapshot.v2["id"])
    matches = [row for row in rows(scratch, **{"id:in": number}) if str(row.get("id")) == number]
    if len(matches) != 1:
        raise Unanswerable("the list can't be asked for a single id")
    return matches[0]


def _listed(scratch: ScratchContact, **params: str) -> Mapping[str, Any]:
    reply = scratch.prober.get(CONTACTS_V2, params)
    body = reply.body or {}
    if not reply.accepted or not isinstance(body.get("data"), list):
        raise Unanswerable(f"the list of contacts was answered {reply.status}")
    return body


def _limit_told(reply: ProbeReply) -> int:
    pagination = (reply.body or {}).get("pagination")
    limit = pagination.get("limit") if isinstance(pagination, dict) else None
    if not isinstance(limit, int):
        raise Unanswerable("the list does not tell its limit")
    return limit


def ask_limit_default(scratch: ScratchContact) -> Answer:
    """The limit that the list tells when none is asked for."""
    limit = _limit_told(scratch.prober.get(CONTACTS_V2))
    return Answer(str(limit), "the limit of a page when none is asked for")


def ask_limit_above(scratch: ScratchContact) -> Answer:
    """A limit far above any page; only the scratch contact is asked for, so that the answer is short."""
    reply = _asked(scratch, FAR_TOO_MANY)
    if not reply.accepted:
        return Answer("rejected", f"a limit of {FAR_TOO_MANY} was answered {reply.status}")
    limit = _limit_told(reply)
    if limit < FAR_TOO_MANY:
        return Answer("clamped", f"a limit of {FAR_TOO_MANY} was taken as {limit}")
    return Answer("taken", f"a limit of {FAR_TOO_MANY} was taken; whether a page is as long is not known")


def _trusted_page_size(answer: str, known: Capabilities, _configured: UpdateMethod) -> int:
    """A limit that was merely taken proves nothing: the default stays."""
    return Capabilities().page_size if answer == "taken" else known.page_size


def ask_limit_largest(scratch: ScratchContact) -> Answer:
    """The largest limit: as the list tells it, or by halving where a larger one is refused."""
    reply = _asked(scratch, FAR_TOO_MANY)
    limit = _limit_told(reply) if reply.accepted else _halved(scratch)
    return Answer(str(limit), "the largest page")


def _page_size(answer: str, _known: Capabilities, _configured: UpdateMethod) -> int:
    """The largest page, within reason."""
    return max(1, min(int(answer), LARGEST_PAGE))


def _halved(scratch: ScratchContact) -> int:
    good, bad = 1, FAR_TOO_MANY
    if not _asked(scratch, good).accepted:
        raise Unanswerable("not even a page of one contact was given")
    while bad - good > 1:
        middle = (good + bad) // 2
        if _asked(scratch, middle).accepted:
            good = middle
        else:
            bad = middle
    return good


def _asked(scratch: ScratchContact, limit: int) -> ProbeReply:
    only = {} if scratch.snapshot.v2 is None else {"id:in": str(scratch.snapshot.v2["id"])}
    return scratch.prober.get(CONTACTS_V2, {"limit": str(limit), **only})


def ask_list_order(scratch: ScratchContact) -> Answer:
    """The rows of the first page, read twice."""
    first, second = (rows(scratch, page="1") for _ in range(2))
    if len(first) < 3:
        raise Unanswerable("the account has fewer than three contacts on the first page")
    if [row.get("id") for row in first] != [row.get("id") for row in second]:
        return Answer("changing", "two readings of a page had different rows, or in another order")
    orders = [name for name, fits in _ORDERS.items() if fits(first)]
    if not orders:
        return Answer("unknown", "the rows are in none of the usual orders")
    order = " or ".join(orders)
    return Answer(order, f"the rows of the first page are in the order of {order}")


def _falling(values: Sequence[Any]) -> bool:
    return all(a >= b for a, b in pairwise(values))


_ORDERS: Mapping[str, Callable[[list[Row]], bool]] = {
    "id": lambda rows: _falling([-int(row["id"]) for row in rows]),
    "newest first": lambda rows: _falling([int(row["id"]) for row in rows]),
    "last changed first": lambda rows: _falling([str(row.get("modifiedOn")) for row in rows]),
}


def ask_list_end(scratch: ScratchContact) -> Answer:
    """A page after the last one."""
    pages = _listed(scratch).get("pagination", {}).get("totalPages")
    if not isinstance(pages, int):
        raise Unanswerable("the list does not tell its number of pages")
    reply = scratch.prober.get(CONTACTS_V2, {"page": str(pages + 2)})
    if not reply.accepted:
        return Answer(str(reply.status), f"a page after the last one was answered {reply.status}")
    if (reply.body or {}).get("data") == []:
        return Answer("empty", "a page after the last one is empty")
    return Answer("rows", "a page after the last one has rows: the end must be told by counting")


SEARCH = "/api/contacts/search.json"


def ask_search_no_hit(scratch: ScratchContact) -> Answer:
    """A search for an address that nobody has."""
    reply = scratch.prober.get(SEARCH, {"email": f"nobody-{token_hex(6)}@example.com"})
    if not reply.accepted:
        return Answer(str(reply.status), f"a search that finds nobody was answered {reply.status}")
    hits = (reply.body or {}).get("contacts")
    if hits == []:
        return Answer("empty", "a search that finds nobody is answered with an empty list")
    raise Unanswerable("a search for an address that nobody has found somebody, or has another form")


def ask_search_email(scratch: ScratchContact) -> Answer:
    """The contact's own address: whole, in the other letter case, and without its first letter."""
    email = str(scratch.snapshot.v1.get("email") or "")
    if not _finds(scratch, email):
        raise Unanswerable("a search for the contact's own e-mail address did not find it")
    if _finds(scratch, email[1:]):
        return Answer("part", "a search finds any part of an address: the hits must be compared")
    if email.swapcase() != email and _finds(scratch, email.swapcase()):
        return Answer("folded", "a search compares the whole address, whatever its letter case")
    return Answer("exact", "a search compares the whole address and its letter case")


def _finds(scratch: ScratchContact, email: str) -> bool:
    reply = scratch.prober.get(SEARCH, {"email": email})
    contacts = (reply.body or {}).get("contacts")
    hits = contacts if reply.accepted and isinstance(contacts, list) else []
    return any(isinstance(hit, dict) and str(hit.get("id")) == scratch.snapshot.contact for hit in hits)


def ask_v1_list(scratch: ScratchContact) -> Answer:
    """A list of all contacts in v1."""
    reply = scratch.prober.get(CONTACTS_V1, {"perPage": "1"})
    if reply.accepted:
        return Answer("yes", "contacts can be listed in v1 too")
    return Answer("no", f"a list of contacts in v1 was answered {reply.status}")


SEARCH_QUESTIONS = (
    Question("search-no-hit", "What is a search answered that finds nobody?", ask_search_no_hit),
    Question("search-email", "Does a search by e-mail compare the whole address?", ask_search_email),
    Question("v1-list", "Can contacts be listed in v1?", ask_v1_list),
)


def ask_list_email(scratch: ScratchContact) -> Answer:
    """The contact's own address as a filter of the list: as it is, and in the other letter case."""
    email = str(scratch.snapshot.v1.get("email") or "")
    other = email.swapcase()
    if email_key(other) != email_key(email) or other == email or not _lists(scratch, email):
        raise Unanswerable("a list of the contact's own e-mail address did not show it")
    if _lists(scratch, other):
        return Answer("folded", "a list by e-mail address shows it in whatever letter case")
    return Answer("exact", "a list by e-mail address shows it in its own letter case alone")


def _lists(scratch: ScratchContact, email: str) -> bool:
    shown = rows(scratch, email=email)
    return len(shown) == 1 and email_key(str(shown[0].get("email") or "")) == email_key(email)


def ask_list_ids(scratch: ScratchContact) -> Answer:
    """The contact's own id and another one of the first page, as a filter of the list."""
    own = None if scratch.snapshot.v2 is None else str(scratch.snapshot.v2["id"])
    others = [str(row["id"]) for row in rows(scratch, page="1") if str(row.get("id")) != own]
    if own is None or not others:
        raise Unanswerable("there is no second contact to list with it")
    wanted = {own, others[0]}
    shown = rows(scratch, **{"id:in": ",".join(sorted(wanted))})
    if len(shown) == 2 and {str(row.get("id")) for row in shown} == wanted:
        return Answer("many", "a list can be asked for many contacts by their ids")
    return Answer("one", "a list that was asked for two contacts by their ids showed others, or not both")


def _id_search(answer: str, _known: Capabilities, _configured: UpdateMethod) -> IdSearch:
    return IdSearch(answer)


def _email_search(answer: str, _known: Capabilities, _configured: UpdateMethod) -> SearchCase:
    return SearchCase(answer)


LIST_QUESTIONS = (
    Question(
        "list-email",
        "Does a list by e-mail address ignore letter case?",
        ask_list_email,
        (Decision("email_search", _email_search),),
    ),
    Question(
        "list-ids",
        "Can a list be asked for many contacts by their ids?",
        ask_list_ids,
        (Decision("id_search", _id_search),),
    ),
    Question("limit-default", "How long is a page when no limit is asked for?", ask_limit_default),
    Question(
        "limit-largest", "How long can a page be?", ask_limit_largest, (Decision("page_size", _page_size),)
    ),
    Question(
        "limit-above",
        "What becomes of a limit that is too large?",
        ask_limit_above,
        (Decision("page_size", _trusted_page_size),),
    ),
    Question("list-order", "In which order is the list?", ask_list_order),
    Question("list-end", "What is a page after the last one?", ask_list_end),
)
