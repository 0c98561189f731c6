"""``reconcile show``: a saved plan in any format; and the one place where commands render plans."""

from pathlib import Path

import click

from reconcile.errors import ExitCode
from reconcile.model import Plan


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="PLAN.json")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(file: Path, form: str) -> int:
    """Show a saved plan. Whether it still fits the account is for 'apply' to say."""
    from reconcile.apply import read_plan

    from . import say

    say.result(render(read_plan(file), form))
    return ExitCode.DONE


def render(plan: Plan, form: str) -> str:
    """The plan as ``text`` or ``json``, as wide and as coloured as standard output allows."""
    from reconcile.render import as_json, text

    from . import say

    if form == "json":
        return as_json(plan)
    return text(plan, colour=say.colour(), width=say.width())
