"""The picture of how far a plan reaches: a bar for each role, of those who keep, lose and gain it."""

from reconcile.model.plan import Plan
from reconcile.render.escape import PAGE
from reconcile.render.wording.role_impact import RoleImpact, role_impacts

ROLES_SHOWN = 15
"""Maximum number of roles, then the number of the others."""


def role_impact_picture(plan: Plan) -> str:
    """A table of the roles, those with most losses first; its bars say no more than its numbers."""
    impacts = role_impacts(plan)
    if not impacts:
        return "<p class=none>Nobody gains or loses a role.</p>"
    widest = max(impact.kept + impact.lost + impact.gained for impact in impacts)
    rows = "".join(_row(impact, widest) for impact in impacts[:ROLES_SHOWN])
    others = len(impacts) - ROLES_SHOWN
    more = f"<p class=more>and {others:,} more roles</p>" if others > 0 else ""
    return (
        "<table class=reach><thead><tr><th scope=col>role<th scope=col>holders"
        "<th scope=col>lost<th scope=col>gained</thead>"
        f"<tbody>{rows}</tbody></table>{more}"
    )


def _row(impact: RoleImpact, widest: int) -> str:
    return (
        f"<tr><th scope=row>{PAGE.name(impact.role)}{_bar(impact, widest)}"
        f"<td>{impact.before:,} → {impact.after:,}"
        f"<td class=lost>{_number(impact.lost)}<td class=gained>{_number(impact.gained)}</tr>"
    )


def _number(number: int) -> str:
    return f"{number:,}" if number else ""


def _bar(impact: RoleImpact, widest: int) -> str:
    parts, start = [], 0.0
    for kind, number in (("kept", impact.kept), ("lost", impact.lost), ("gained", impact.gained)):
        width = number * 100 / widest
        if number:
            parts.append(f"<rect class={kind} x={start:.2f}% width={width:.2f}% height=100% rx=2 />")
        start += width
    return f"<svg height=10 aria-hidden=true>{''.join(parts)}</svg>"
