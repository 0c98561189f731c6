"""What the account's answers tell of a contact, by what is known of that account."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reconcile.errors import ChangedSinceListed
from reconcile.model.contact import PENDING, Identity, State, email_key
from reconcile.model.facets import SETS, Facet
from reconcile.model.partial_fields import FieldNeeds
from reconcile.model.settings import Capabilities, FacetSource


def refuse_another(shown: Identity, listed: Identity) -> None:
    """ChangedSinceListed where a contact is not what was listed.

    v1 and v2 might number contacts differently: the e-mail tells. What one of the two does not tell of the
    type or the reference counts for nothing.
    """
    if email_key(shown.email) != email_key(listed.email):
        raise ChangedSinceListed(
            f"contact {listed.id} has another e-mail address than in the listing: if it was changed "
            "just now, run the plan again; if this stays, the two API versions number contacts "
            "differently"
        )
    pairs = ((shown.type, listed.type), (shown.reference, listed.reference))
    if any(now and then and now != then for now, then in pairs):
        raise ChangedSinceListed(
            f"contact {listed.id} has another type or reference than in the listing: it was changed "
            "just now, or the listing is out of date: run the plan again"
        )


def interpret_by(capabilities: Capabilities) -> Callable[[State], State]:
    """What makes of the sets in a row of the list those that count.

    They are told in our words, and those are left out that are to be read contact by contact.
    """
    untold: dict[str, Any] = {
        facet.value: None for facet in SETS if capabilities.source(facet) is not FacetSource.LIST
    }
    if not untold and capabilities.pending_word == PENDING:
        return _as_told
    return lambda sets: in_known_words(replace(sets, **untold), capabilities)


def _as_told(sets: State) -> State:
    return sets


def in_known_words(state: State, capabilities: Capabilities) -> State:
    """The state with ``pending`` for the account's own word for a grant that waits."""
    word, roles = capabilities.pending_word, state.roles
    if word == PENDING or not roles:
        return state
    known = tuple(replace(grant, status=PENDING) if grant.status == word else grant for grant in roles)
    return replace(state, roles=known)


def needs_from_list(needs: FieldNeeds, capabilities: Capabilities) -> FieldNeeds:
    """What a list is looked at for: without what is to be read contact by contact."""
    listed = [capabilities.source(facet) is FacetSource.LIST for facet in (Facet.PROFILE, Facet.ADDRESS)]
    return FieldNeeds(needs.profile if listed[0] else None, needs.address and listed[1])
