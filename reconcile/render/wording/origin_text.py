"""Why an item of a contact is as it is: the line, bundle, mode or window that gives or withholds it."""

from dataclasses import dataclass

from reconcile.clock import Window
from reconcile.model.declaration import DeclaredGrant, DeclaredTag, Mode
from reconcile.model.facets import Facet
from reconcile.model.plans.operation import UNPLANNED_ORIGINS, Origin, OriginKind
from reconcile.model.reports.explanation import ExplainedItem, Explanation
from reconcile.render.escape import TERMINAL

from .names import place_text
from .operation_text import end_text, start_text


@dataclass(frozen=True, slots=True)
class OriginText:
    """The origins of one explanation's items in words, for a terminal."""

    explanation: Explanation

    def origin(self, item: ExplainedItem) -> str:
        """What gives or withholds the item, and which declarations of bundles that overrides."""
        if item.origin.kind in UNPLANNED_ORIGINS:
            return self._unplanned(item.origin.kind, item.facet)
        return self._planned(item, item.origin) + self._window(item.window) + self._passed_over(item)

    def _unplanned(self, kind: OriginKind, facet: Facet) -> str:
        match kind:
            case OriginKind.UNMANAGED if self.explanation.source is None:
                return "the contact is not declared"
            case OriginKind.UNMANAGED:
                return f"its declaration names no {facet.value}, and neither does a bundle of it"
            case OriginKind.EXPIRED:
                return "not declared; its own expiry has passed"
            case _:
                return "not declared; an address is sent whole, with what it has"

    def _planned(self, item: ExplainedItem, origin: Origin) -> str:
        source = self.explanation.source
        match origin.kind:
            case OriginKind.IGNORED:
                pattern = TERMINAL.name(origin.detail or "")
                return f"not declared; {pattern} is ignored by the configuration"
            case OriginKind.UNDECLARED if origin.detail:
                pattern = TERMINAL.name(origin.detail)
                return f"not declared; {pattern} is authoritative by the configuration"
            case OriginKind.ADDITIVE | OriginKind.UNDECLARED:
                return f"not declared; {self._mode(item.facet)}"
            case OriginKind.ABSENT:
                return f"'state: absent' at {place_text(source, TERMINAL)}" if source else ""
            case _:
                return self._declaration(origin)

    def _mode(self, facet: Facet) -> str:
        management = self.explanation.managed[facet]
        set_by = "for this contact" if management.by_contact else "by the configuration"
        return f"{facet.value} are {management.mode or Mode.AUTHORITATIVE} {set_by}"

    def _declaration(self, origin: Origin) -> str:
        place = place_text(origin.place, TERMINAL) if origin.place else ""
        bundle = origin.detail
        return f"bundle {TERMINAL.name(bundle)} at {place}" if bundle else f"declared at {place}"

    def _window(self, window: Window) -> str:
        timezone = self.explanation.timezone
        start = f" from {start_text(window.starts, timezone)}" if window.starts else ""
        end = f" until {end_text(window.expires, timezone)}" if window.expires else ""
        return f",{start}{end}" if start or end else ""

    def _passed_over(self, item: ExplainedItem) -> str:
        by_bundle = bool(item.origin.detail)
        return "".join(self._other_bundle(other, by_bundle=by_bundle) for other in item.passed_over)

    def _other_bundle(self, item: DeclaredGrant | DeclaredTag, *, by_bundle: bool) -> str:
        bundle = f"bundle {TERMINAL.name(item.bundle or '')} at {place_text(item.place, TERMINAL)}"
        return f"; {bundle} gives it too" if by_bundle else f"; overrides {bundle}{self._window(item.window)}"
