"""The contacts of the page: groups by risk, a line for each contact, its items below it."""

import json
from typing import Any

from reconcile.model.facets import Facet
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import PAGE
from reconcile.render.wording.contact_lines import NOUNS, Line, contact_lines
from reconcile.render.wording.names import place_text
from reconcile.render.wording.risk import Risk, risk_groups
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import count

SHOWN_OPEN = 20
"""Maximum number of contacts that are shown unfolded, then all are folded."""

_CSS_CLASSES = {"+": "add", "~": "change", "-": "remove", "=": "keep", ".": "lapsed"}


class ContactSections:
    """The changes in the order of the page, riskiest first.

    The first ``in_page`` of them are in the page as HTML, the others only in its data: a browser that has to
    build ten thousand lists makes its reader wait.
    """

    def __init__(self, plan: Plan, in_page: int, *, payloads: bool) -> None:
        self._groups = risk_groups(plan)
        self._changes = [change for changes in self._groups.values() for change in changes]
        self._sentences = PlanSentences(plan, PAGE)
        self._in_page = in_page
        self._payloads = payloads
        self._open = " open" if len(plan.changes) <= SHOWN_OPEN else ""

    def sections(self) -> str:
        """The groups with those contacts that are in the page."""
        sections, first = "", 0
        for risk, changes in self._groups.items():
            sections += self._section(risk, first, len(changes))
            first += len(changes)
        return sections

    def filters(self) -> str:
        """A box to tick for each group."""
        return "".join(_filter(risk, len(changes)) for risk, changes in self._groups.items())

    def data(self) -> dict[str, Any]:
        """What the script adds on demand: the later contacts, and the payloads as they are sent."""
        later = [self._contact(index) for index in range(self._in_page, len(self._changes))]
        payloads = [json.dumps(change.payload, separators=(",", ":")) for change in self._changes]
        return {
            "groups": {risk.name.lower(): len(changes) for risk, changes in self._groups.items()},
            "later": later,
            "payloads": payloads if self._payloads else [],
        }

    def _section(self, risk: Risk, first: int, size: int) -> str:
        name = risk.name.lower()
        title = f"{risk.value} <small>{count(size, 'contact')}</small>"
        head = f"<section class=group id={name} aria-labelledby=g-{name}><h3 id=g-{name}>{title}</h3>"
        indices = range(first, min(first + size, self._in_page))
        return f"{head}{''.join(map(self._contact, indices))}</section>\n"

    def _contact(self, index: int) -> str:
        change, sentences = self._changes[index], self._sentences
        css_class = "add" if change.action is ChangeAction.CREATE else "change"
        chips = "".join(f"<b class={verb}>{phrase}</b> " for verb, phrase in sentences.summary(change))
        items = "".join(map(_item, contact_lines(change, sentences.operation_text)))
        button = "<button type=button class=payload>Exact payload</button>" if self._payloads else ""
        name, place = sentences.full_name(change), place_text(change.source, PAGE)
        return (
            f"<details class='contact {css_class}'{self._open} data-n={index}>"
            f"<summary><span>{name}</span> {chips}<small>{place}</small></summary>"
            f"<ul>{items}</ul>{button}</details>"
        )


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
