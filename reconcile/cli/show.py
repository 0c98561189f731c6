"""A plan in the form that was asked for, as wide and as coloured as standard output allows."""

from reconcile.model import Plan
from reconcile.render import as_json, text

from . import say


def render(plan: Plan, form: str) -> str:
    """The plan as ``text`` or ``json``."""
    if form == "json":
        return as_json(plan)
    return text(plan, colour=say.colour(), width=say.width())
