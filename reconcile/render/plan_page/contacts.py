"""The contacts of the page: groups by risk, a line for each contact, its items below it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from reconcile.model.facets import Facet
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.entries import ContactEntry, equal_effects
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import PAGE, Dialect
from reconcile.render.wording.contact_lines import NOUNS, Line, entry_lines
from reconcile.render.wording.contact_summary import contact_summary
from reconcile.render.wording.group_text import MOST_WHOLE, group_title
from reconcile.render.wording.names import contact_name, place_text, short_name
from reconcile.render.wording.operation_text import OperationText
from reconcile.render.wording.risk import Risk, risk_groups
from reconcile.text import count

SHOWN_OPEN = 20
"""Maximum number of contacts that are shown unfolded, then all are folded."""

_NAMED = 3
"""Maximum number of contacts of a group that its title names."""

_CSS_CLASSES = {"+": "add", "~": "change", "-": "remove", "=": "keep", ".": "lapsed", ">": "later"}


@dataclass(frozen=True, slots=True)
class Alike:
    """Contacts to which the very same happens; ``start`` is the first one's number in the page's order."""

    start: int
    entries: Sequence[ContactEntry]

    @property
    def end(self) -> int:
        """The number after that of the last one."""
        return self.start + len(self.entries)

    def element(self, contacts: str) -> str:
        """What happens, to how many and to whom first, and the contacts to unfold."""
        named = ", ".join(short_name(entry.contact, PAGE) for entry in self.entries[:_NAMED])
        others = ", …" if len(self.entries) > _NAMED else ""
        return (
            f"<details class=alike data-of={self.start}>"
            f"<summary>{group_title(self.entries, PAGE)} <small>{named}{others}</small></summary>"
            f"{contacts}</details>"
        )


class ContactSections:
    """The contacts in the order of the page, riskiest first; of equal risk those of equal effect come last.

    The first ``in_page`` of them are in the page as HTML, the others only in its data: a browser that has to
    build ten thousand lists makes its reader wait.
    """

    def __init__(self, plan: Plan, in_page: int, dialect: Dialect, *, payloads: bool) -> None:
        self._risks = {risk: _odd_ones_first(entries) for risk, entries in risk_groups(plan).items()}
        groups = [group for groups in self._risks.values() for group in groups]
        self._entries = [entry for group in groups for entry in group]
        starts = accumulate(map(len, groups), initial=0)
        few = len(self._entries) <= MOST_WHOLE
        self._alike = [
            Alike(start, group)
            for start, group in zip(starts, groups, strict=False)
            if len(group) > 1 and not few
        ]
        self._dialect = dialect
        self._wording = OperationText(plan.timezone, dialect, reverting=plan.revert is not None)
        self._in_page = in_page
        self._payloads = payloads
        self._open = " open" if len(self._entries) <= SHOWN_OPEN else ""

    @property
    def size(self) -> int:
        """How many contacts there are."""
        return len(self._entries)

    def sections(self) -> str:
        """The groups with those contacts that are in the page."""
        sections, first = "", 0
        for risk, size in self._sizes().items():
            sections += self._section(risk, first, size)
            first += size
        return sections

    def _sizes(self) -> dict[Risk, int]:
        return {risk: sum(map(len, groups)) for risk, groups in self._risks.items()}

    def filters(self) -> str:
        """A box to tick for each group."""
        return "".join(_filter(risk, size) for risk, size in self._sizes().items())

    def data(self) -> dict[str, Any]:
        """What the script adds on demand: the later contacts, and the payloads as they are sent."""
        later = [self._contact(index) for index in range(self._in_page, len(self._entries))]
        payloads = [_body(entry) for entry in self._entries]
        return {
            "groups": {risk.name.lower(): size for risk, size in self._sizes().items()},
            "alike": [self._alike_data(alike) for alike in self._alike],
            "later": later,
            "payloads": payloads if self._payloads else [],
        }

    def _alike_data(self, alike: Alike) -> tuple[int, int, str]:
        """Its first contact's number, that after its last, and its element where that is not in the page."""
        return alike.start, alike.end, "" if alike.start < self._in_page else alike.element("")

    def _section(self, risk: Risk, first: int, size: int) -> str:
        name = risk.name.lower()
        title = f"{risk.value} <small>{count(size, 'contact')}</small>"
        head = f"<section class=group id={name} aria-labelledby=g-{name}><h3 id=g-{name}>{title}</h3>"
        return f"{head}{''.join(self._blocks(first, first + size))}</section>\n"

    def _blocks(self, first: int, end: int) -> Iterator[str]:
        """The contacts from the first one up to the end that are in the page: alone, or in their group."""
        groups = {alike.start: alike for alike in self._alike}
        while first < min(end, self._in_page):
            alike = groups.get(first)
            last = alike.end if alike else first + 1
            contacts = "".join(map(self._contact, range(first, min(last, self._in_page))))
            yield alike.element(contacts) if alike else contacts
            first = last

    def _contact(self, index: int) -> str:
        entry = self._entries[index]
        chips = "".join(f"<b class={verb}>{phrase}</b> " for verb, phrase in contact_summary(entry, PAGE))
        items = "".join(map(_item, entry_lines(entry, self._wording)))
        button = "<button type=button class=payload>Exact payload</button>"
        name = contact_name(entry.contact, entry.contact.label, PAGE)
        place = place_text(entry.source, self._dialect)
        return (
            f"<details class='contact {_css_class(entry)}'{self._open} data-n={index}>"
            f"<summary><span>{name}</span> {chips}<small>{place}</small></summary>"
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
