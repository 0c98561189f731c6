"""Questions about the rows of the v2 list: what they tell of a contact, rightly and in time."""

from contextlib import suppress
from secrets import token_hex
from typing import Any

from reconcile.errors import UnexpectedResponse
from reconcile.model.facets import MANAGED, Facet
from reconcile.model.settings import Capabilities, FacetSource, UpdateMethod
from reconcile.probe.question import Answer, Decision, Question, facets_answer, facets_in
from reconcile.probe.restore import address
from reconcile.probe.scratch import FAR, TEXT_FIELDS, ScratchContact, Unanswerable, active
from reconcile.wire.fields import PROFILE_FIELDS, read_address
from reconcile.wire.roles_and_tags import ROLES_KEY, TAGS_KEY, read_grants, read_tags
from reconcile.wire.values import Json

from .listing import listed_row
from .updates import LINE, MARK

TRICKY = "{mark} & Söhne's “{name}”, longer than most {name}s are, {token}"
"""A text that a list may cut, escape or put under another field."""


def ask_list_shows(scratch: ScratchContact) -> Answer:
    """What a row of the list tells that agrees with the contact, before a change and right after it."""
    row = listed_row(scratch)
    before = _agreeing(row, scratch.look().raw)
    shown = scratch.must(_changes(scratch)).raw
    later = listed_row(scratch)
    after = _agreeing(later, shown)
    if later == row and after != before:
        return Answer("none", "a row of the list was as before although the contact had changed")
    answer = facets_answer([facet for facet in after if facet in before])
    return Answer(answer, f"of roles, tags, profile and address a row tells, and tells rightly: {answer}")


def _changes(scratch: ScratchContact) -> dict[str, Any]:
    """Text fields, the reference, a line of the address and a role: as many of these as there are."""
    fields: dict[str, Any] = {name: _text(name) for name in TEXT_FIELDS if name in scratch.snapshot.v1}
    if "reference" in scratch.snapshot.v1:
        fields["reference"] = f"{MARK}-{token_hex(4)}"
    if scratch.snapshot.v1.get("address"):
        fields["address"] = {**address(scratch.snapshot, names=False), LINE: _text(LINE)}
    with suppress(Unanswerable):
        fields[ROLES_KEY] = [*scratch.carried(), active(scratch.role(), FAR)]
    if not fields:
        raise Unanswerable("nothing of the contact can be changed and be seen")
    return fields


def _text(name: str) -> str:
    return TRICKY.format(mark=MARK, name=name, token=token_hex(4))


def _agreeing(row: Json, shown: Json) -> list[Facet]:
    """The facets of which the row tells something, and all that it tells as the contact itself does."""
    agreements = {
        Facet.ROLES: ROLES_KEY in row and _same_set(row, shown, ROLES_KEY),
        Facet.TAGS: TAGS_KEY in row and _same_set(row, shown, TAGS_KEY),
        Facet.PROFILE: _same_profile(row, shown),
        Facet.ADDRESS: "address" in row and _same_address(row, shown),
    }
    return [facet for facet, agrees in agreements.items() if agrees]


def _same_set(row: Json, shown: Json, key: str) -> bool:
    parse = {ROLES_KEY: read_grants, TAGS_KEY: read_tags}[key]
    try:
        return parse(row, "") == parse(shown, "")
    except UnexpectedResponse:
        return False


def _same_profile(row: Json, shown: Json) -> bool:
    return all((row[key] or None) == (shown.get(name) or None) for key, name in _told_fields(row, shown))


def _same_address(row: Json, shown: Json) -> bool:
    told = read_address(row)
    return told is not None and told == read_address(shown)


def _told_fields(row: Json, shown: Json) -> list[tuple[str, str]]:
    """The fields of the profile that a row tells: the names in v2 and in v1, which differ in letter case."""
    names = ((key, PROFILE_FIELDS[key.casefold()].name) for key in row if key.casefold() in PROFILE_FIELDS)
    return [(key, name) for key, name in names if name in shown]


def ask_list_fields(scratch: ScratchContact) -> Answer:
    """How many fields of the profile a row of the list tells, of those that the contact itself tells."""
    row, shown = listed_row(scratch), scratch.look().raw
    told = {name for _, name in _told_fields(row, shown)}
    missing = [
        field.name for field in PROFILE_FIELDS.values() if field.name in shown and field.name not in told
    ]
    rest = f"not: {', '.join(missing)}" if missing else "all of them"
    return Answer(f"{len(told)} of {len(told) + len(missing)}", f"fields of the profile in a row; {rest}")


def _source(facet: Facet) -> Decision:
    """Decides where a facet is read: in the rows of the list if they tell it rightly."""

    def source(answer: str, _known: Capabilities, _configured: UpdateMethod) -> FacetSource:
        return FacetSource.LIST if facet in facets_in(answer) else FacetSource.CONTACT

    return Decision(f"{facet}_from", source)


QUESTIONS = (
    Question(
        "list-shows",
        "Does the v2 list tell roles, tags, profile and address as the contact itself does?",
        ask_list_shows,
        tuple(_source(facet) for facet in MANAGED),
    ),
    Question("list-fields", "How much of the profile does a row of the v2 list tell?", ask_list_fields),
)
