"""An explanation as text: what happens to each item of a contact, how it is, why, what next."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.clock import utc_text
from reconcile.model.contact import Grant
from reconcile.model.explanation import Effect, ExplainedItem, Explanation, FacetManagement
from reconcile.model.facets import MANAGED, Facet
from reconcile.model.plan import UNPLANNED_ORIGINS, Boundary, ChangeAction, Kept, OriginKind, Value

from .escape import TERMINAL, Dialect
from .layout import cells, pad, paint, wrap
from .plan_text import COLOURS
from .wording.date_text import end_text, last_day, start_text
from .wording.lines import NOUNS, WIDEST_ITEM
from .wording.operation_text import OperationText
from .wording.origin_text import OriginText
from .wording.sentences import contact_name, place_text, refusal_text

SYMBOLS = {Effect.ADD: "+", Effect.CHANGE: "~", Effect.REMOVE: "-", Effect.KEEP: "=", Effect.NONE: "·"}

_VERBS = {
    (Facet.ROLES, Effect.ADD): "granted",
    (Facet.ROLES, Effect.REMOVE): "revoked",
    (Facet.TAGS, Effect.ADD): "added",
    (Facet.TAGS, Effect.REMOVE): "removed",
    (Facet.CONTACT, Effect.ADD): "created",
}
"""What happens to an item; everything else is changed."""

_GROUPS = {Facet.ROLES: "roles", Facet.TAGS: "tags", Facet.PROFILE: "fields", Facet.ADDRESS: "fields"}


def explanation_text(found: Explanation, *, colour: bool = False, width: int | None = None) -> str:
    """The explanation as lines for a terminal, wrapped to ``width`` columns at blanks if it is given."""
    page = _ExplanationText(found, TERMINAL, width, colour)
    blocks = [page.head(), page.items(), page.closing()]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


@dataclass(frozen=True, slots=True)
class _ExplanationText:
    found: Explanation
    say: Dialect
    width: int | None
    colour: bool

    @property
    def steps(self) -> OperationText:
        return OperationText(self.found.timezone, self.say)

    @property
    def causes(self) -> OriginText:
        return OriginText(self.found, self.say)

    def head(self) -> list[str]:
        """Who it is, where that is declared, what an apply now would do, what is managed."""
        found = self.found
        label = found.contact.email or found.contact.reference or f"id {found.contact.id}"
        named = contact_name(found.contact, label, self.say)
        said = [f"{named} at {self.say.name(found.account)}, as of {utc_text(found.as_of)}", self._declared()]
        if found.source is not None:
            said.append(self._managed())
        if found.untold:
            said.append(f"Not told by the account: {', '.join(facet.value for facet in found.untold)}.")
        lines = [line for sentence in said for line in wrap("", sentence, self.width)]
        refused = (wrap("  ! ", refusal_text(one, self.say), self.width) for one in found.refused)
        return [*lines, *(self._paint(line, "!") for block in refused for line in block)]

    def _declared(self) -> str:
        source = self.found.source
        if source is None:
            return "Not declared: nothing of it is managed, and an apply leaves it as it is."
        absent = "" if self.found.present else " with 'state: absent'"
        return f"Declared at {place_text(source, self.say)}{absent}. {self._outlook()}"

    def _outlook(self) -> str:
        if self.found.refused:
            return "An apply now would be refused."
        if self.found.action is None:
            return "An apply now would change nothing."
        deed = "create" if self.found.action is ChangeAction.CREATE else "update"
        counts = self._counts()
        return f"An apply now would {deed} it{': ' if counts else ''}{counts}."

    def _counts(self) -> str:
        told = Counter(
            (_GROUPS[one.facet], _verb(one))
            for one in self.found.items
            if one.operation and one.facet in _GROUPS
        )
        groups: dict[str, list[str]] = {}
        for (group, verb), number in told.items():
            groups.setdefault(group, []).append(f"{number} {verb}")
        return " · ".join(f"{group}: {', '.join(kinds)}" for group, kinds in groups.items())

    def _managed(self) -> str:
        managed = [self._how(facet, how) for facet, how in self.found.managed.items()]
        others = [facet.value for facet in MANAGED if facet not in self.found.managed]
        said = [
            f"Managed: {', '.join(managed)}." if managed else "",
            f"Not managed: {', '.join(others)}." if others else "",
        ]
        return " ".join(filter(None, said))

    def _how(self, facet: Facet, how: FacetManagement) -> str:
        own = ", as the contact's 'manage' says" if how.by_contact else ""
        return f"{facet.value} ({how.mode}{own})" if how.mode else facet.value

    def items(self) -> list[str]:
        """Each item with what happens to it, and below it how it is, why, and when that next changes."""
        widths = [cells(_name(one, self.say)) for one in self.found.items]
        column = max((width for width in widths if width <= WIDEST_ITEM), default=0)
        return [line for one in self.found.items for line in self._item(one, column)]

    def _item(self, one: ExplainedItem, column: int) -> Iterator[str]:
        symbol, name = SYMBOLS[one.fate], _name(one, self.say)
        reason = self.say.quote(one.origin.reason) if one.origin.reason else ""
        said = "   ".join(filter(None, (self._happens(one), reason)))
        first, *rest = wrap(f"  {symbol} {pad(name, column)}  ", said, self.width)
        yield paint(first, COLOURS[symbol], 2, 4 + len(name)) if self.colour and symbol in COLOURS else first
        yield from rest
        for lead, detail in (
            ("now", self._now(one)),
            ("why", self.causes.why(one)),
            ("next", self._next(one)),
        ):
            if detail:
                yield from wrap(f"        {lead:<4}  ", detail, self.width)

    def _happens(self, one: ExplainedItem) -> str:
        """What an apply now would do with the item."""
        if one.operation is not None:
            said = self.steps.operation(one.operation)
            return f"{_verb(one)}{'' if said[:1] in {'', '('} else ':'} {said}".rstrip()
        if one.fate is Effect.KEEP:
            return self._kept(one)
        if not one.told and one.origin.kind is not OriginKind.UNMANAGED:
            return "refused: what the account does not tell is not guessed"
        if one.origin.kind in UNPLANNED_ORIGINS:
            return one.origin.kind.value
        return f"withheld: {self.steps.gone(one.origin)}"

    def _kept(self, one: ExplainedItem) -> str:
        if one.origin.kind not in UNPLANNED_ORIGINS and one.facet in NOUNS:
            return self.steps.kept(Kept(one.facet, one.item, one.target, one.origin))
        return "kept: inherited" if one.origin.kind is OriginKind.INHERITED else "kept"

    def _now(self, one: ExplainedItem) -> str:
        """How it is in the account."""
        if one.facet is Facet.CONTACT:
            return "does not exist"
        if not one.told:
            return "held, but not told in full by the account" if one.live else "not told by the account"
        if one.facet in NOUNS:
            return self._held(one.live)
        return self.say.quote(one.live) if isinstance(one.live, str) else "empty"

    def _held(self, live: Value) -> str:
        if not isinstance(live, Grant):
            return "not held" if live is None else "held"
        if live.held(self.found.as_of) or live.expires is None:
            return self.steps.held(live)
        return f"not held: expired {end_text(live.expires, self.found.timezone)}"

    def _next(self, one: ExplainedItem) -> str:
        if one.turn is None:
            return ""
        declared = one.turn.at in {one.window.starts, one.window.expires}
        return self._turn(one.turn) + ("" if declared else ", by its own expiry")

    def _turn(self, turn: Boundary) -> str:
        timezone = self.found.timezone
        if turn.starts:
            return f"starts {start_text(turn.at, timezone)}"
        whole = " (end of day)" if last_day(turn.at, timezone) else ""
        return f"lapses {end_text(turn.at, timezone)}{whole}"

    def closing(self) -> list[str]:
        """When any of it next changes by the clock."""
        turn = self.found.next
        if turn is None:
            return wrap("", "No window of this contact starts or lapses from now on.", self.width)
        said = f"Holds until {utc_text(turn.at)}, when {self.say.name(turn.item)} {turn.event}."
        return wrap("", said, self.width)

    def _paint(self, line: str, symbol: str) -> str:
        return paint(line, COLOURS[symbol], len(line) - len(line.lstrip())) if self.colour else line


def _name(one: ExplainedItem, say: Dialect) -> str:
    """The item with its kind, as in a plan."""
    if one.facet is Facet.CONTACT:
        return "contact"
    noun = NOUNS.get(one.facet)
    return f"{noun:<5} {say.name(one.item)}" if noun else f"{one.facet.value}.{say.name(one.item)}"


def _verb(one: ExplainedItem) -> str:
    return _VERBS.get((one.facet, one.fate), "changed")
