"""Why an item of a contact is as it is: the line, bundle, mode or window that gives or withholds it."""

from dataclasses import dataclass

from reconcile.clock import Window
from reconcile.model.declaration import Mode
from reconcile.model.explanation import ExplainedItem, Explanation
from reconcile.model.facets import Facet
from reconcile.model.plan import UNPLANNED_ORIGINS, Origin, OriginKind
from reconcile.render.escape import Dialect

from .date_text import end_text, start_text
from .sentences import place_text


@dataclass(frozen=True, slots=True)
class OriginText:
    """The words for why, in one dialect."""

    found: Explanation
    say: Dialect

    def why(self, one: ExplainedItem) -> str:
        """What gives or withholds it, and what that goes before."""
        if one.origin.kind in UNPLANNED_ORIGINS:
            return self._unplanned(one)
        return self._cause(one, one.origin) + self._window(one.window) + self._passed_over(one)

    def _unplanned(self, one: ExplainedItem) -> str:
        match one.origin.kind:
            case OriginKind.UNMANAGED if self.found.source is None:
                return "the contact is not declared"
            case OriginKind.UNMANAGED:
                return f"its declaration names no {one.facet.value}, and neither does a bundle of it"
            case OriginKind.EXPIRED:
                return "not declared; its own expiry has passed"
            case _:
                return "not declared; an address is sent whole, with what it has"

    def _cause(self, one: ExplainedItem, origin: Origin) -> str:
        match origin.kind:
            case OriginKind.IGNORED:
                return f"not declared; {self.say.name(origin.detail or '')} is ignored by the configuration"
            case OriginKind.ADDITIVE | OriginKind.UNDECLARED:
                return f"not declared; {self._mode(Facet(one.facet.value))}"
            case OriginKind.ABSENT:
                return (
                    f"'state: absent' at {place_text(self.found.source, self.say)}"
                    if self.found.source
                    else ""
                )
            case _:
                return self._place(origin.detail, origin)

    def _mode(self, facet: Facet) -> str:
        how = self.found.managed[facet]
        whose = "for this contact" if how.by_contact else "by the configuration"
        return f"{facet.value} are {how.mode or Mode.AUTHORITATIVE} {whose}"

    def _place(self, bundle: str | None, origin: Origin) -> str:
        place = place_text(origin.place, self.say) if origin.place else ""
        return f"bundle {self.say.name(bundle)} at {place}" if bundle else f"declared at {place}"

    def _window(self, window: Window) -> str:
        timezone = self.found.timezone
        starts = f" from {start_text(window.starts, timezone)}" if window.starts else ""
        until = f" until {end_text(window.expires, timezone)}" if window.expires else ""
        return f",{starts}{until}" if starts or until else ""

    def _passed_over(self, one: ExplainedItem) -> str:
        by_bundle = one.origin.detail
        said = []
        for item in one.passed_over:
            other = f"bundle {self.say.name(item.bundle or '')} at {place_text(item.place, self.say)}"
            said.append(
                f"; {other} gives it too" if by_bundle else f"; overrides {other}{self._window(item.window)}"
            )
        return "".join(said)
