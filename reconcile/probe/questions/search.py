"""Questions about the search in v1. They only read."""

from secrets import token_hex

from reconcile.probe.contact_view import Unanswerable
from reconcile.probe.question import Answer, Question
from reconcile.probe.scratch import ScratchContact
from reconcile.wire.contacts_v1 import CONTACTS_V1

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


QUESTIONS = (
    Question("search-no-hit", "What is a search answered that finds nobody?", ask_search_no_hit),
    Question("search-email", "Does a search by e-mail compare the whole address?", ask_search_email),
    Question("v1-list", "Can contacts be listed in v1?", ask_v1_list),
)
