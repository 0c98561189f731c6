"""The lists of the page: who is set aside, what is declared no longer, what comes later anyway, notes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from reconcile.model.plans.entries import Row, known_schedules, lapsing_besides, other_withheld
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import PAGE, Dialect
from reconcile.render.wording.baseline_text import AdditiveText, UndeclaredText
from reconcile.render.wording.contact_lines import NOUNS
from reconcile.render.wording.names import (
    IN_JSON,
    named_with_id,
    ordered_set_aside,
    place_text,
    set_aside_lead,
    set_aside_name,
    set_aside_reason,
)
from reconcile.render.wording.schedule_text import LAPSES_SOON, Cut, ScheduleText, cut_rows
from reconcile.text import count

ROWS_SHOWN = 300
"""Maximum number of rows of a list, then how many more there are."""


def titled_list(name: str, title: str, items: Iterable[str]) -> str:
    """A titled list; nothing when it is empty."""
    rows = "".join(f"<li>{item}" for item in items)
    head = f"<section class={name} aria-labelledby={name}><h2 id={name}>{title}</h2>"
    return f"{head}<ul>{rows}</ul></section>" if rows else ""


def set_aside_list(plan: Plan, dialect: Dialect) -> str:
    """Each contact that is set aside, where it is declared, and why: open revocations and new ones first."""
    return titled_list("aside", "Set aside", _set_aside(plan, dialect))


def _set_aside(plan: Plan, dialect: Dialect) -> Iterator[str]:
    for entry in ordered_set_aside(plan)[:ROWS_SHOWN]:
        place = f"<small>{place_text(entry.source, dialect)}</small>"
        since = f" <small>{set_aside_lead(entry, plan.timezone)}</small>" if entry.since else ""
        yield f"{set_aside_name(entry, PAGE)} {place}{since}: {set_aside_reason(entry, PAGE)}"
    yield from _more(len(plan.set_aside))


def _more(size: int, noun: str = "contact") -> Iterator[str]:
    if size > ROWS_SHOWN:
        yield f"and {count(size - ROWS_SHOWN, f'more {noun}')}{IN_JSON}"


def undeclared_list(plan: Plan) -> str:
    """Who and what is declared no longer, what stays of it, and where it was declared."""
    return titled_list("gone", "No longer declared, and stays", _undeclared(plan))


def _undeclared(plan: Plan) -> Iterator[str]:
    text = UndeclaredText(plan, PAGE)
    holders = text.holders()
    yield from (f"{text.holding(rows)}<small>{text.source(rows)}</small>" for rows in holders[:ROWS_SHOWN])
    yield from _more(len(holders))


def later_lists(plan: Plan) -> str:
    """What lapses soon, what was scheduled before, and what is withheld from contacts that stay as is."""
    text = ScheduleText(plan.timezone, PAGE)
    known, withheld = known_schedules(plan), other_withheld(plan)
    lapsing = lapsing_besides(plan)
    soon = cut_rows(lapsing, ROWS_SHOWN)
    scheduled, never = cut_rows(known, ROWS_SHOWN), cut_rows(withheld, ROWS_SHOWN)
    stays = "Withheld from contacts that stay as they are"
    return (
        _folded("lapsing", LAPSES_SOON, soon, text.lapsing, len(lapsing))
        + _folded("scheduled", "Scheduled already, soonest first", scheduled, text.event, len(known))
        + _folded("withheld", stays, never, text.withheld, len(withheld))
    )


def additive_list(plan: Plan) -> str:
    """What additive mode keeps, counted, and the contacts to unfold."""
    text = AdditiveText(plan, PAGE)
    if not plan.would_revoke:
        return ""
    rows = "".join(
        f"<li>{NOUNS[item.facet]} {PAGE.name(item.item)}: {text.holder(holder)}"
        for item, holder in islice(text.rows(), ROWS_SHOWN)
    )
    size, effect = sum(len(item.holders) for item in plan.would_revoke), text.effect()
    rest = "".join(f"<p class=more>{rest}</p>" for rest in _more(size, "item"))
    return (
        f"<section class=notes aria-labelledby=additive><h2 id=additive>{text.headline()}</h2>"
        f"<p>{effect[0].upper()}{effect[1:]}.</p><details><summary>{count(size, 'item')}</summary>"
        f"<ul>{rows}</ul>{rest}</details></section>"
    )


def _folded(name: str, title: str, cut: Cut[Row], event: Callable[[Row], str], size: int) -> str:
    """A list to unfold; nothing when it is empty."""
    if not cut.rows:
        return ""
    rows = "".join(
        f"<li>{NOUNS[row.facet]} {PAGE.name(row.item)} of {named_with_id(row.contact, PAGE)}: {event(row)}"
        for row in cut.rows
    )
    rest = f"<p class=more>{cut.rest}</p>" if cut.rest else ""
    return (
        f"<section class=notes aria-labelledby={name}><details><summary><h2 id={name}>{title} "
        f"<small>{count(size, 'item')}</small></h2></summary><ul>{rows}</ul>{rest}</details></section>"
    )
