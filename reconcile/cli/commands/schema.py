"""``reconcile schema``: print the JSON Schemas, for editors and other tools."""

import json

import click

from reconcile.cli.help import HelpfulCommand
from reconcile.errors import ExitCode

SCHEMAS = ("declarations", "configuration", "plan", "contact-list", "role-list")


@click.command(
    short_help="Print a JSON Schema, for editors.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile schema > declarations.schema.json", "for an editor"),
        ("reconcile schema plan", "for a program that reads plans"),
    ],
)
@click.argument("what", type=click.Choice(SCHEMAS), default="declarations")
def schema(what: str) -> int:
    """Print a JSON Schema (draft 2020-12): of declarations, the configuration, a plan, or lists in JSON."""
    from reconcile.cli.console import Terminal
    from reconcile.declare.schema.configuration import configuration_json_schema
    from reconcile.declare.schema.declarations import declarations_json_schema
    from reconcile.documents.account_lists import LIST_SCHEMAS
    from reconcile.documents.plan import plan_schema

    schemas = {
        "declarations": declarations_json_schema,
        "configuration": configuration_json_schema,
        "plan": plan_schema,
        **LIST_SCHEMAS,
    }
    Terminal().print_result(json.dumps(schemas[what](), indent=2))
    return ExitCode.DONE
