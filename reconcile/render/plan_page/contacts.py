"""The contacts of the page: groups by risk, a line for each contact, its steps below it."""

import json
from typing import Any

from reconcile.model.facets import Facet
from reconcile.model.plan import ChangeAction, Plan
from reconcile.render.escape import PAGE
from reconcile.render.risk import Risk, risk_groups
from reconcile.render.wording.lines import NOUNS, Line, contact_lines
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import count

FEW = 20
"""So many contacts are shown unfolded."""

_KINDS = {"+": "add", "~": "change", "-": "remove", "=": "keep"}


class Contacts:
    """The changes in the order of the page, riskiest first.

    Beyond ``whole`` of them they stand in the page's data only: a browser that has to build ten thousand
    lists makes its reader wait.
    """

    def __init__(self, plan: Plan, whole: int, *, payloads: bool) -> None:
        self._groups = risk_groups(plan)
        self._changes = [change for changes in self._groups.values() for change in changes]
        self._words = PlanSentences(plan, PAGE)
        self._whole = whole
        self._payloads = payloads
        self._opened = " open" if len(plan.changes) <= FEW else ""

    def sections(self) -> str:
        """The groups with the contacts that stand in the page."""
        return "".join(map(self._section, self._groups))

    def filters(self) -> str:
        """A box to tick for each group."""
        return "".join(_pill(risk, len(changes)) for risk, changes in self._groups.items())

    def data(self) -> dict[str, Any]:
        """What the script puts in on demand: the later contacts, and the payloads as they are sent."""
        later = [self._contact(number) for number in range(self._whole, len(self._changes))]
        payloads = [json.dumps(change.payload, separators=(",", ":")) for change in self._changes]
        return {
            "groups": {risk.name.lower(): len(changes) for risk, changes in self._groups.items()},
            "later": later,
            "payloads": payloads if self._payloads else [],
        }

    def _section(self, risk: Risk) -> str:
        name, size = risk.name.lower(), len(self._groups[risk])
        first = sum(len(changes) for other, changes in self._groups.items() if _before(other, risk))
        title = f"{risk.value} <small>{count(size, 'contact')}</small>"
        head = f"<section class=group id={name} aria-labelledby=g-{name}><h3 id=g-{name}>{title}</h3>"
        here = range(first, min(first + size, self._whole))
        return f"{head}{''.join(map(self._contact, here))}</section>\n"

    def _contact(self, number: int) -> str:
        change, words = self._changes[number], self._words
        kind = "add" if change.action is ChangeAction.CREATE else "change"
        chips = "".join(f"<b class={gist}>{said}</b> " for gist, said in words.gist(change))
        steps = "".join(map(_step, contact_lines(change, words.steps)))
        button = "<button type=button class=payload>Exact payload</button>" if self._payloads else ""
        line = f"<span>{words.who(change)}</span> {chips}<small>{words.place(change.source)}</small>"
        head = f"<details class='contact {kind}'{self._opened} data-n={number}><summary>{line}</summary>"
        return f"{head}<ul>{steps}</ul>{button}</details>"


def _before(one: Risk, other: Risk) -> bool:
    return list(Risk).index(one) < list(Risk).index(other)


def _pill(risk: Risk, number: int) -> str:
    box = f"<input type=checkbox name=risk value={risk.name.lower()}>"
    return f"<label class=pill>{box}{risk.value} <b>{number:,}</b></label>"


def _step(row: Line) -> str:
    """A row; its class gives it its symbol, which the style sheet spells for screen readers."""
    reason = f" <i>{row.reason}</i>" if row.reason else ""
    return f"<li class={_KINDS[row.symbol]}>{_item(row)}<span>{row.said}{reason}</span>"


def _item(row: Line) -> str:
    noun = NOUNS.get(row.facet, row.facet.value)
    return f"<span>{noun}</span>" if row.facet is Facet.CONTACT else f"<span>{noun} {row.name}</span>"
