"""What the account's answers tell of a contact, by what is known of that account."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import PENDING, Contact, Identity
from reconcile.model.facets import SETS, Facet
from reconcile.model.settings import Capabilities, FacetSource
from reconcile.wire.contacts_v2 import read_row
from reconcile.wire.values import Json, row_id

from .connection import Connection
from .error_mapping import parse_answer
from .listing import OddRow


def contact_in_row(row: Json, connection: Connection) -> Contact | OddRow:
    """The contact of a row of the list; one odd row must not hide all others."""
    number, capabilities = parse_answer(row_id, row, connection), connection.capabilities
    try:
        contact = read_row(row)
    except UnexpectedResponse as error:
        return OddRow(number, str(error).removeprefix(f"contact {number}: "))
    return in_known_words(_without_untold_sets(contact, capabilities), capabilities)


def is_another(shown: Identity, listed: Identity) -> bool:
    """Whether a contact is not what was listed; what one of the two does not tell counts for nothing."""
    pairs = ((shown.type, listed.type), (shown.reference, listed.reference))
    return any(now and then and now != then for now, then in pairs)


def _without_untold_sets(row: Contact, capabilities: Capabilities) -> Contact:
    """A row of the list without the sets that are to be read contact by contact."""
    untold = {facet.value for facet in SETS if capabilities.source(facet) is not FacetSource.LIST}
    nothing: dict[str, Any] = dict.fromkeys(untold)
    return replace(row, state=replace(row.state, **nothing)) if untold else row


def in_known_words(contact: Contact, capabilities: Capabilities) -> Contact:
    """The contact with ``pending`` for the account's own word for a grant that waits."""
    word, roles = capabilities.pending_word, contact.state.roles
    if word == PENDING or not roles:
        return contact
    known = tuple(replace(grant, status=PENDING) if grant.status == word else grant for grant in roles)
    return replace(contact, state=replace(contact.state, roles=known))


def has_facets(contact: Contact, facets: Collection[Facet]) -> bool:
    """True when a contact was told with all that is needed of it."""
    # Both sets, whichever facets are needed: the fingerprint of a contact covers both.
    return all(contact.state.has(facet) for facet in {*SETS, *facets})
