"""The question what moves a contact's ``modifiedOn``.

A plan need not read a contact anew whose row has not moved since. So only what was seen counts: each change
is made alone, in a later second than the one before it, and must move ``modifiedOn`` in the contact and, at
once, in its row of the list. One change that does not move it, or that brought another change with it, leaves
its facet out. A list that is late, or a ``modifiedOn`` that moves by itself, leaves out all of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from reconcile.model.facets import Facet
from reconcile.model.settings import Capabilities, UpdateMethod
from reconcile.probe.question import Answer, Decision, Question, facets_answer, facets_in
from reconcile.probe.restore import address
from reconcile.probe.scratch import FAR, NEARER, ScratchContact, Unanswerable, active, changed_keys
from reconcile.wire.roles_and_tags import ROLES_KEY, TAGS_KEY, written_tags
from reconcile.wire.values import parse_atom

from .listing import listed_row
from .tags import held_tags
from .updates import LINE, MARK

Fields = Mapping[str, Any]

LATER_SECOND = 1.1
"""Seconds to wait, since ``modifiedOn`` has whole ones."""


class Untrustworthy(Exception):
    """What makes ``modifiedOn`` of no use at all."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The facets whose changes all moved ``modifiedOn``, those with one that did not, and the open ones."""

    moving: tuple[Facet, ...]
    still: tuple[Facet, ...]
    open: Mapping[Facet, str]


def ask_modified(scratch: ScratchContact) -> Answer:
    """Roles, tags, fields and address are changed one by one, each in a later second of the clock."""
    try:
        moved = _moved(scratch)
    except Untrustworthy as reason:
        return Answer("none", str(reason))
    if not moved.moving and not moved.still:
        raise Unanswerable("; ".join(moved.open.values()))
    return Answer(facets_answer(moved.moving), "; ".join(_clauses(moved)))


def _clauses(moved: Moved) -> Iterator[str]:
    if moved.moving:
        yield f"`modifiedOn` moves with a change of {', '.join(moved.moving)}"
    if moved.still:
        yield f"it does not move with every change of {', '.join(moved.still)}"
    for facet, reason in moved.open.items():
        yield f"{facet} is open: {reason}"


def _moved(scratch: ScratchContact) -> Moved:
    _refuse_one_that_moves_by_itself(scratch)
    seen: dict[Facet, bool] = {}
    still_open: dict[Facet, str] = {}
    for facet, changes in _CHANGES.items():
        try:
            seen[facet] = all(_moves(scratch, fields) for fields in changes(scratch))
        except Unanswerable as reason:
            still_open[facet] = str(reason)
    moving = tuple(facet for facet, moves in seen.items() if moves)
    return Moved(moving, tuple(facet for facet in seen if facet not in moving), still_open)


def _moves(scratch: ScratchContact, fields: Fields) -> bool:
    """Whether an update of these fields, and of nothing else, moves ``modifiedOn``."""
    before, moment = scratch.look().raw, _listed_moment(scratch)
    _await_later_second(scratch, moment)
    changed = set(changed_keys(before, scratch.must(fields).raw))
    listed = _listed_moment(scratch)
    if listed != scratch.look_v2().get("modifiedOn"):
        raise Untrustworthy("a row of the list told another `modifiedOn` than the contact itself")
    if not changed:
        raise Unanswerable(f"an update of {', '.join(fields)} changed nothing")
    if others := sorted(changed - set(fields)):
        raise Unanswerable(f"an update of {', '.join(fields)} also changed {', '.join(others)}")
    return listed != moment


def _refuse_one_that_moves_by_itself(scratch: ScratchContact) -> None:
    moment = _listed_moment(scratch)
    scratch.sleep(LATER_SECOND)
    if _listed_moment(scratch) != moment:
        raise Untrustworthy("`modifiedOn` moves although nobody changes the contact")


def _await_later_second(scratch: ScratchContact, moment: str) -> None:
    """Wait, unless the server's clock already shows a later second than that of the last change."""
    told, changed_at = scratch.prober.server_time(), parse_atom(moment)
    if told is None or changed_at is None or told.earliest < changed_at.timestamp() + 1:
        scratch.sleep(LATER_SECOND)


def _listed_moment(scratch: ScratchContact) -> str:
    moment = listed_row(scratch).get("modifiedOn")
    if not isinstance(moment, str):
        raise Untrustworthy("the rows of the list tell no `modifiedOn`")
    return moment


def _roles(scratch: ScratchContact) -> Iterator[Fields]:
    """A role is given, gets another expiry, and is taken away."""
    role, kept = scratch.role(), scratch.carried()
    scratch.take_back_roles()
    yield {ROLES_KEY: [*kept, active(role, FAR)]}
    yield {ROLES_KEY: [*kept, active(role, NEARER)]}
    yield {ROLES_KEY: kept}


def _tags(scratch: ScratchContact) -> Iterator[Fields]:
    """A tag that the contact came with is taken away, and given back."""
    held = held_tags(scratch)
    scratch.must({TAGS_KEY: written_tags(held)})
    yield {TAGS_KEY: written_tags(held[1:])}
    yield {TAGS_KEY: written_tags(held)}


def _profile(scratch: ScratchContact) -> Iterator[Fields]:
    """A text field gets another text, and so does the reference where one is shown."""
    yield {scratch.text_field(): f"{MARK} {token_hex(4)}"}
    if "reference" in scratch.snapshot.v1:
        yield {"reference": f"{MARK}-{token_hex(4)}"}


def _address(scratch: ScratchContact) -> Iterator[Fields]:
    """A line of the address gets another text; the others are sent as they are."""
    if not scratch.snapshot.v1.get("address"):
        raise Unanswerable("the contact has no address: give it one")
    yield {"address": {**address(scratch.snapshot, names=False), LINE: f"{MARK} {token_hex(4)}"}}


_CHANGES: Mapping[Facet, Callable[[ScratchContact], Iterator[Fields]]] = {
    Facet.ROLES: _roles,
    Facet.TAGS: _tags,
    Facet.PROFILE: _profile,
    Facet.ADDRESS: _address,
}


def _modified_on(answer: str, _known: Capabilities, _configured: UpdateMethod) -> tuple[Facet, ...]:
    return facets_in(answer)


QUESTIONS = (
    Question(
        "modified",
        "Which changes of a contact move its `modifiedOn`?",
        ask_modified,
        (Decision("modified_on", _modified_on),),
    ),
)
