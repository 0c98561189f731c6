"""An explanation as text: what happens to each item of a contact, how it is, why, what next."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.clock import zoned_text
from reconcile.model.contact import Grant
from reconcile.model.facets import FACETS, MANAGED, SETS, Facet
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.operation import UNPLANNED_ORIGINS, Kept, OriginKind, Value
from reconcile.model.reports.explanation import Effect, ExplainedItem, Explanation, FacetManagement

from .escape import TERMINAL
from .layout import PLAIN, TextLayout, column_width, join_blocks, pad
from .wording.contact_lines import WIDEST_ITEM, item_text
from .wording.names import contact_name, place_text
from .wording.operation_text import OperationText, boundary_text, end_text
from .wording.origin_text import OriginText
from .wording.sentences import refusal_text

_SYMBOLS = {Effect.ADD: "+", Effect.CHANGE: "~", Effect.REMOVE: "-", Effect.KEEP: "=", Effect.NONE: "·"}


def explanation_text(explanation: Explanation, layout: TextLayout = PLAIN) -> str:
    """The explanation as lines for a terminal."""
    text = _ExplanationText(explanation, layout)
    return join_blocks([text.head(), text.items(), text.closing()])


@dataclass(frozen=True, slots=True)
class _ExplanationText:
    explanation: Explanation
    layout: TextLayout

    @property
    def operation_text(self) -> OperationText:
        return OperationText(self.explanation.timezone, TERMINAL)

    def head(self) -> list[str]:
        """Who it is, where that is declared, what an apply now would do, what is managed."""
        sentences = [self._title(), self._declaration()]
        if self.explanation.source is not None:
            sentences.append(self._management())
        if self.explanation.untold:
            facets = ", ".join(facet.value for facet in self.explanation.untold)
            sentences.append(f"Not told by the account: {facets}.")
        lines = [line for sentence in sentences for line in self.layout.wrap("", sentence)]
        return [*lines, *self._refusals(), *self._set_aside()]

    def _title(self) -> str:
        contact = self.explanation.contact
        label = contact.email or contact.reference or f"id {contact.id}"
        name, where = contact_name(contact, label, TERMINAL), TERMINAL.name(self.explanation.account)
        as_of = zoned_text(self.explanation.as_of, self.explanation.timezone)
        return f"{name} at {where}, as of {as_of}"

    def _refusals(self) -> Iterator[str]:
        for verdict in self.explanation.refused:
            for line in self.layout.wrap("  ! ", refusal_text(verdict, TERMINAL)):
                yield self.layout.paint("!", line, len(line) - len(line.lstrip()))

    def _set_aside(self) -> Iterator[str]:
        reason = self.explanation.set_aside
        for line in self.layout.wrap("  ? ", f"set aside: {TERMINAL.prose(reason)}") if reason else ():
            yield self.layout.paint("?", line, len(line) - len(line.lstrip()))

    def _declaration(self) -> str:
        source = self.explanation.source
        if source is None:
            return "Not declared: nothing of it is managed, and an apply leaves it as it is."
        absent = "" if self.explanation.present else " with 'state: absent'"
        return f"Declared at {place_text(source, TERMINAL)}{absent}. {self._outlook()}"

    def _outlook(self) -> str:
        """What an apply now would do with the contact as a whole."""
        if self.explanation.refused:
            return "An apply now would be refused."
        if self.explanation.set_aside:
            return "An apply now would set it aside, and do nothing of what follows."
        if self.explanation.action is None:
            return "An apply now would change nothing."
        verb = "create" if self.explanation.action is ChangeAction.CREATE else "update"
        counts = self._counts()
        return f"An apply now would {verb} it{': ' if counts else ''}{counts}."

    def _counts(self) -> str:
        numbers = Counter(
            (item.facet.value if item.facet in SETS else "fields", _verb(item))
            for item in self.explanation.items
            if item.operation and item.facet in MANAGED
        )
        groups: dict[str, list[str]] = {}
        for (group, verb), number in numbers.items():
            groups.setdefault(group, []).append(f"{number} {verb}")
        return " · ".join(f"{group}: {', '.join(kinds)}" for group, kinds in groups.items())

    def _management(self) -> str:
        managed = self.explanation.managed
        facets = [_management_text(facet, management) for facet, management in managed.items()]
        others = [facet.value for facet in MANAGED if facet not in managed]
        sentences = [
            f"Managed: {', '.join(facets)}." if facets else "",
            f"Not managed: {', '.join(others)}." if others else "",
        ]
        return " ".join(filter(None, sentences))

    def items(self) -> list[str]:
        """Each item with what happens to it, and below it how it is, why, and when that next changes."""
        column = column_width(map(self._name, self.explanation.items), WIDEST_ITEM)
        return [line for item in self.explanation.items for line in self._item(item, column)]

    def _name(self, item: ExplainedItem) -> str:
        return item_text(item.facet, TERMINAL.name(item.item))

    def _item(self, item: ExplainedItem, column: int) -> Iterator[str]:
        symbol, name = _SYMBOLS[item.effect], self._name(item)
        reason = TERMINAL.quote(item.origin.reason) if item.origin.reason else ""
        effect = "   ".join(filter(None, (self._effect(item), reason)))
        yield from self.layout.wrap_painted(symbol, f"  {symbol} {pad(name, column)}  ", effect)
        origin = OriginText(self.explanation).origin(item)
        for lead, detail in (("now", self._now(item)), ("why", origin), ("next", self._next(item))):
            if detail:
                yield from self.layout.wrap(f"        {lead:<4}  ", detail)

    def _effect(self, item: ExplainedItem) -> str:
        """What an apply now would do with the item."""
        if item.operation is not None:
            detail = self.operation_text.operation(item.operation)
            return f"{_verb(item)}{'' if detail[:1] in {'', '('} else ':'} {detail}".rstrip()
        if item.effect is Effect.KEEP:
            return self._kept(item)
        if not item.told and item.origin.kind is not OriginKind.UNMANAGED:
            return "refused: what the account does not tell is not guessed"
        if item.origin.kind in UNPLANNED_ORIGINS:
            return item.origin.kind.value
        if item.live != item.target:
            return "not done: its contact is set aside"
        word = "scheduled" if item.origin.kind is OriginKind.NOT_STARTED else "withheld"
        return f"{word}: {self.operation_text.removal_reason(item.origin)}"

    def _kept(self, item: ExplainedItem) -> str:
        if item.origin.kind not in UNPLANNED_ORIGINS and item.facet in SETS:
            return self.operation_text.kept(Kept(item.facet, item.item, item.target, item.origin))
        return "kept: inherited" if item.origin.kind is OriginKind.INHERITED else "kept"

    def _now(self, item: ExplainedItem) -> str:
        """How the item is in the account."""
        if item.facet is Facet.CONTACT:
            return "does not exist"
        if not item.told:
            return "held, but not told in full by the account" if item.live else "not told by the account"
        if item.facet in SETS:
            return self._held(item.live)
        return TERMINAL.quote(item.live) if isinstance(item.live, str) else "empty"

    def _held(self, live: Value) -> str:
        if not isinstance(live, Grant):
            return "not held" if live is None else "held"
        if live.held(self.explanation.as_of) or live.expires is None:
            waits = "" if live.opens else "; opens nothing until it is active"
            return self.operation_text.held(live) + waits
        return f"not held: expired {end_text(live.expires, self.explanation.timezone)}"

    def _next(self, item: ExplainedItem) -> str:
        """When the item next changes by the clock alone."""
        if item.next is None:
            return ""
        declared = item.next.at in {item.window.starts, item.window.expires}
        own_expiry = "" if declared else ", by its own expiry"
        return boundary_text(item.next, self.explanation.timezone) + own_expiry

    def closing(self) -> list[str]:
        """When anything of the contact next changes by the clock alone."""
        boundary = self.explanation.next
        if boundary is None:
            return self.layout.wrap("", "No window of this contact starts or lapses from now on.")
        event = f"{TERMINAL.name(boundary.item)} {boundary.event}"
        at = zoned_text(boundary.at, self.explanation.timezone)
        return self.layout.wrap("", f"Holds until {at}, when {event}.")


def _management_text(facet: Facet, management: FacetManagement) -> str:
    by_contact = ", as the contact's 'manage' says" if management.by_contact else ""
    patterns = ", ".join(map(TERMINAL.name, management.authoritative))
    except_for = f", authoritative for {patterns}" if patterns else ""
    mode = f"{management.mode}{by_contact}{except_for}"
    return f"{facet.value} ({mode})" if management.mode else facet.value


def _verb(item: ExplainedItem) -> str:
    """What happens to an item; everything that is neither added nor removed is changed."""
    if item.facet is Facet.CONTACT:
        return "created"
    spec = FACETS[item.facet]
    return {Effect.ADD: spec.added, Effect.REMOVE: spec.removed}.get(item.effect, "changed")
