"""Why an item of a contact is as it is: the line, bundle, mode or window that gives or withholds it."""

from dataclasses import dataclass

from reconcile.model import Beside, Explained, Explanation, Facet, Mode, Origin, Part, Why, Window

from .days import begins, ends
from .escape import Dialect
from .words import where


@dataclass(frozen=True, slots=True)
class Causes:
    """The words for why, in one dialect."""

    found: Explanation
    say: Dialect

    def why(self, one: Explained) -> str:
        """What gives or withholds it, and what that goes before."""
        match one.origin:
            case Beside():
                return self._beside(one.origin, one.part)
            case Origin():
                return self._cause(one, one.origin) + self._window(one.window) + self._passed_over(one)

    def _beside(self, origin: Beside, part: Part) -> str:
        match origin:
            case Beside.UNMANAGED if self.found.source is None:
                return "the contact is not declared"
            case Beside.UNMANAGED:
                return f"its declaration names no {part.value}, and neither does a bundle of it"
            case Beside.EXPIRED:
                return "not declared; its own expiry has passed"
            case Beside.INHERITED:
                return "not declared; an address is sent whole, with what it has"

    def _cause(self, one: Explained, origin: Origin) -> str:
        match origin.why:
            case Why.IGNORED:
                return f"not declared; {self.say.name(origin.detail or '')} is ignored by the configuration"
            case Why.ADDITIVE | Why.UNDECLARED:
                return f"not declared; {self._mode(Facet(one.part.value))}"
            case Why.ABSENT:
                return f"'state: absent' at {where(self.found.source, self.say)}" if self.found.source else ""
            case _:
                return self._place(origin.detail, origin)

    def _mode(self, facet: Facet) -> str:
        how = self.found.managed[facet]
        whose = "for this contact" if how.by_contact else "by the configuration"
        return f"{facet.value} are {how.mode or Mode.AUTHORITATIVE} {whose}"

    def _place(self, bundle: str | None, origin: Origin) -> str:
        place = where(origin.place, self.say) if origin.place else ""
        return f"bundle {self.say.name(bundle)} at {place}" if bundle else f"declared at {place}"

    def _window(self, window: Window) -> str:
        timezone = self.found.timezone
        starts = f" from {begins(window.starts, timezone)}" if window.starts else ""
        until = f" until {ends(window.expires, timezone)}" if window.expires else ""
        return f",{starts}{until}" if starts or until else ""

    def _passed_over(self, one: Explained) -> str:
        by_bundle = isinstance(one.origin, Origin) and one.origin.detail
        said = []
        for item in one.passed_over:
            other = f"bundle {self.say.name(item.bundle or '')} at {where(item.place, self.say)}"
            said.append(
                f"; {other} gives it too" if by_bundle else f"; overrides {other}{self._window(item.window)}"
            )
        return "".join(said)
