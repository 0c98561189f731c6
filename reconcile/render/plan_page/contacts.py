"""The contacts of the page: groups by risk, a line for each contact, its items below it."""

import json
from itertools import accumulate
from typing import Any

from reconcile.model.facets import Facet
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.entries import ContactEntry, equal_effects
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import PAGE
from reconcile.render.wording.contact_lines import NOUNS, Line, entry_lines
from reconcile.render.wording.contact_summary import contact_summary
from reconcile.render.wording.group_text import MOST_WHOLE
from reconcile.render.wording.names import contact_name, place_text
from reconcile.render.wording.operation_text import OperationText
from reconcile.render.wording.risk import Risk, risk_groups
from reconcile.text import count

from .tables import equal_changes_table

SHOWN_OPEN = 20
"""Maximum number of contacts that are shown unfolded, then all are folded."""

_CSS_CLASSES = {"+": "add", "~": "change", "-": "remove", "=": "keep", ".": "lapsed", ">": "later"}


class ContactSections:
    """The contacts in the order of the page, riskiest first; of equal risk those of equal effect come last.

    The first ``in_page`` of them are in the page as HTML, the others only in its data: a browser that has to
    build ten thousand lists makes its reader wait.
    """

    def __init__(self, plan: Plan, in_page: int, *, payloads: bool) -> None:
        self._groups = {risk: _odd_ones_first(entries) for risk, entries in risk_groups(plan).items()}
        self._alike = [group for groups in self._groups.values() for group in groups]
        self._entries = [entry for group in self._alike for entry in group]
        self._wording = OperationText(plan.timezone, PAGE, reverting=plan.revert is not None)
        self._in_page = in_page
        self._payloads = payloads
        self._open = " open" if len(self._entries) <= SHOWN_OPEN else ""

    @property
    def size(self) -> int:
        """How many contacts there are."""
        return len(self._entries)

    def equal(self) -> str:
        """The changes that happen to several contacts alike, as a table; empty where the contacts are few."""
        groups = [group for group in self._alike if len(group) > 1]
        return equal_changes_table(groups) if self.size > MOST_WHOLE else ""

    def sections(self) -> str:
        """The groups with those contacts that are in the page."""
        sections, first = "", 0
        for risk, size in self._sizes().items():
            sections += self._section(risk, first, size)
            first += size
        return sections

    def _sizes(self) -> dict[Risk, int]:
        return {risk: sum(map(len, groups)) for risk, groups in self._groups.items()}

    def filters(self) -> str:
        """A box to tick for each group."""
        return "".join(_filter(risk, size) for risk, size in self._sizes().items())

    def data(self) -> dict[str, Any]:
        """What the script adds on demand: the later contacts, and the payloads as they are sent."""
        later = [self._contact(index) for index in range(self._in_page, len(self._entries))]
        payloads = [_body(entry) for entry in self._entries]
        return {
            "groups": {risk.name.lower(): size for risk, size in self._sizes().items()},
            "equal": self._ranges(),
            "later": later,
            "payloads": payloads if self._payloads else [],
        }

    def _ranges(self) -> list[tuple[int, int]]:
        """Of each group of equal effect, the number of its first contact and of the one after its last."""
        ends = accumulate(map(len, self._alike))
        sized = zip(self._alike, ends, strict=True)
        return [(end - len(group), end) for group, end in sized if len(group) > 1]

    def _section(self, risk: Risk, first: int, size: int) -> str:
        name = risk.name.lower()
        title = f"{risk.value} <small>{count(size, 'contact')}</small>"
        head = f"<section class=group id={name} aria-labelledby=g-{name}><h3 id=g-{name}>{title}</h3>"
        indices = range(first, min(first + size, self._in_page))
        return f"{head}{''.join(map(self._contact, indices))}</section>\n"

    def _contact(self, index: int) -> str:
        entry = self._entries[index]
        chips = "".join(f"<b class={verb}>{phrase}</b> " for verb, phrase in contact_summary(entry, PAGE))
        items = "".join(map(_item, entry_lines(entry, self._wording)))
        button = "<button type=button class=payload>Exact payload</button>"
        name = contact_name(entry.contact, entry.contact.label, PAGE)
        return (
            f"<details class='contact {_css_class(entry)}'{self._open} data-n={index}>"
            f"<summary><span>{name}</span> {chips}<small>{place_text(entry.source, PAGE)}</small></summary>"
            f"<ul>{items}</ul>{button if self._payloads and entry.change else ''}</details>"
        )


def _odd_ones_first(entries: list[ContactEntry]) -> list[list[ContactEntry]]:
    """Contacts that are like no others stand before those of equal effect: thousands would hide them."""
    return sorted(equal_effects(entries), key=lambda group: len(group) > 1)


def _css_class(entry: ContactEntry) -> str:
    if entry.change is None:
        return "later" if entry.scheduled else "lapsed"
    return "add" if entry.change.action is ChangeAction.CREATE else "change"


def _body(entry: ContactEntry) -> str | None:
    """What is sent, on demand; None where nothing is."""
    return json.dumps(entry.change.payload, separators=(",", ":")) if entry.change else None


def _filter(risk: Risk, number: int) -> str:
    box = f"<input type=checkbox name=risk value={risk.name.lower()}>"
    return f"<label class=pill>{box}{risk.value} <b>{number:,}</b></label>"


def _item(line: Line) -> str:
    """A line; its class gives it its symbol, which the style sheet spells for screen readers."""
    reason = f" <i>{line.reason}</i>" if line.reason else ""
    return f"<li class={_CSS_CLASSES[line.symbol]}>{_item_name(line)}<span>{line.text}{reason}</span>"


def _item_name(line: Line) -> str:
    noun = NOUNS.get(line.facet, line.facet.value)
    return f"<span>{noun}</span>" if line.facet is Facet.CONTACT else f"<span>{noun} {line.name}</span>"
