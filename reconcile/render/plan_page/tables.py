"""The tables of the page: the holders of roles, and the tags that come and go."""

from collections.abc import Sequence

from reconcile.model.facets import Facet
from reconcile.model.plans.item_counts import SCHEDULED, TAKEN_BACK, ItemCounts, ItemTable, item_table
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import PAGE
from reconcile.render.wording.risk import RoleImpact, role_impacts

ROWS_SHOWN = 15
"""Maximum number of roles and of tags, then the number of the others."""

_BELOW = ", among the contacts below"
"""Where the rows are that a table has no room for."""

NO_ROLES = "Nobody gains or loses a role."

_BARS = {"added": "gained", "removed": "lost"}


def more_text(others: int, kind: str) -> str:
    """``and 3 more roles``, or nothing."""
    return f"<p class=more>and {others:,} more{kind}</p>" if others > 0 else ""


def role_impact_picture(plan: Plan) -> str:
    """A table of the roles, those with most losses first; its bars say no more than its numbers.

    Empty where nobody gains or loses one.
    """
    impacts, later = role_impacts(plan), _later(item_table(plan, Facet.ROLES))
    others = [RoleImpact(role, 0, 0, 0) for role in later if role not in {impact.role for impact in impacts}]
    rows = [*impacts, *others]
    if not rows:
        return ""
    widest = max(1, *(impact.kept + impact.lost + impact.gained for impact in rows))
    moved = [word for word in ("lost", "gained") if any(getattr(row, word) for row in rows)]
    columns = ["holders", *moved, *_columns(later)]
    shown = "".join(
        _role_row(impact, later.get(impact.role), columns, widest) for impact in rows[:ROWS_SHOWN]
    )
    return _table("role", columns, shown) + more_text(len(rows) - ROWS_SHOWN, f" roles{_BELOW}")


def _later(table: ItemTable) -> dict[str, ItemCounts]:
    return {row.item: row for row in table.rows if row.of(SCHEDULED) or row.of(TAKEN_BACK)}


def _columns(later: dict[str, ItemCounts]) -> list[str]:
    return [word for word in (SCHEDULED, TAKEN_BACK) if any(row.of(word) for row in later.values())]


def _table(noun: str, columns: Sequence[str], rows: str) -> str:
    head = "".join(f"<th scope=col>{column}" for column in (noun, *columns))
    return f"<table class=reach><thead><tr>{head}</thead><tbody>{rows}</tbody></table>"


def _role_row(impact: RoleImpact, later: ItemCounts | None, columns: Sequence[str], widest: int) -> str:
    parts = {"kept": impact.kept, "lost": impact.lost, "gained": impact.gained}
    cells = [
        _cell("holders", f"{impact.before:,} → {impact.after:,}" if impact.before or impact.after else "")
    ]
    for word in columns[1:]:
        number = parts[word] if word in parts else later.of(word) if later else 0
        cells.append(_cell(word, _number(number), word if word in parts else ""))
    return f"<tr><th scope=row>{PAGE.name(impact.role)}{_bar(parts, widest)}{''.join(cells)}</tr>"


def _cell(column: str, text: str, css_class: str = "") -> str:
    """A cell that names its column, for screens on which the columns do not fit."""
    kind = f" class={css_class}" if css_class else ""
    return f"<td{kind} data-of='{column}'>{text}"


def tag_picture(plan: Plan) -> str:
    """The same for tags; of these a plan knows no holders. Empty where no tag comes or goes."""
    table = item_table(plan, Facet.TAGS)
    if not table.rows:
        return ""
    widest = max(1, *(sum(map(row.of, _BARS)) for row in table.rows))
    rows = "".join(_tag_row(row, table.columns, widest) for row in table.rows[:ROWS_SHOWN])
    return _table("tag", table.columns, rows) + more_text(len(table.rows) - ROWS_SHOWN, f" tags{_BELOW}")


def _tag_row(row: ItemCounts, columns: Sequence[str], widest: int) -> str:
    parts = {_BARS[word]: row.of(word) for word in columns if word in _BARS}
    cells = "".join(_cell(word, _number(row.of(word)), _BARS.get(word, "")) for word in columns)
    return f"<tr><th scope=row>{PAGE.name(row.item)}{_bar(parts, widest)}{cells}</tr>"


def _number(number: int) -> str:
    return f"{number:,}" if number else ""


def _bar(numbers: dict[str, int], widest: int) -> str:
    parts, start = [], 0.0
    for kind, number in numbers.items():
        width = number * 100 / widest
        if number:
            parts.append(f"<rect class={kind} x={start:.2f}% width={width:.2f}% height=100% rx=2 />")
        start += width
    return f"<svg height=10 aria-hidden=true>{''.join(parts)}</svg>" if parts else ""
