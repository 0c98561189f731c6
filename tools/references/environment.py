"""The page of all environment variables, from the table in the code."""

from reconcile.cli.environment_variables import VARIABLES, EnvironmentVariable, VariableGroup
from tools.references.tables import table

INTRODUCTION = """\
# Environment variables

Every environment variable that reconcile reads. This page is made from the table in the code by
`tools/generate.py`; a test holds that table against what the code reads. An empty variable counts as one that
is not set. Values of those marked *secret* are never printed: hand them over as secrets of the pipeline, and
never keep them under Git.

Git is called with the environment as it is, but for the variables by which a hook names a repository.
"""


def environment_page() -> str:
    """The page, a table for each group."""
    return INTRODUCTION + "".join(map(_section, VariableGroup))


def _section(group: VariableGroup) -> str:
    rows = [_row(variable) for variable in VARIABLES if variable.group is group]
    return f"\n## {group}\n\n" + table(("variable", "value", "if not set", "what it does"), rows)


def _row(variable: EnvironmentVariable) -> tuple[str, ...]:
    secret = " *secret*" if variable.secret else ""
    return f"`{variable.name}`{secret}", variable.value, variable.default, variable.about
