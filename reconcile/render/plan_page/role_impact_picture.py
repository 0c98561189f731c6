"""The picture of the blast radius: a bar for each role, of those who keep, lose and gain it."""

from reconcile.model.plan import Plan
from reconcile.render.escape import PAGE
from reconcile.render.wording.role_impact import RoleImpact, role_impacts

ROLES = 15


def role_impact_picture(plan: Plan) -> str:
    """A table of the roles with most losses first; its bars say no more than its numbers."""
    found = role_impacts(plan)
    if not found:
        return "<p class=none>Nobody gains or loses a role.</p>"
    widest = max(one.kept + one.lost + one.gained for one in found)
    rows = "".join(_row(one, widest) for one in found[:ROLES])
    more = f"<p class=more>and {len(found) - ROLES:,} more roles</p>" if len(found) > ROLES else ""
    return (
        "<table class=reach><thead><tr><th scope=col>role<th scope=col>holders"
        "<th scope=col>lost<th scope=col>gained</thead>"
        f"<tbody>{rows}</tbody></table>{more}"
    )


def _row(one: RoleImpact, widest: int) -> str:
    return (
        f"<tr><th scope=row>{PAGE.name(one.role)}{_bar(one, widest)}<td>{one.before:,} → {one.after:,}"
        f"<td class=lost>{_number(one.lost)}<td class=gained>{_number(one.gained)}</tr>"
    )


def _number(number: int) -> str:
    return f"{number:,}" if number else ""


def _bar(one: RoleImpact, widest: int) -> str:
    drawn, start = [], 0.0
    for kind, number in (("kept", one.kept), ("lost", one.lost), ("gained", one.gained)):
        width = number * 100 / widest
        if number:
            drawn.append(f"<rect class={kind} x={start:.2f}% width={width:.2f}% height=100% rx=2 />")
        start += width
    return f"<svg height=10 aria-hidden=true>{''.join(drawn)}</svg>"
