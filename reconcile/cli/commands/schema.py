"""``reconcile schema``: print the JSON Schemas, for editors and other tools."""

import json

import click

from reconcile.errors import ExitCode

SCHEMAS = ("declarations", "configuration", "plan")


@click.command()
@click.argument("what", type=click.Choice(SCHEMAS), default="declarations")
def schema(what: str) -> int:
    """Print a JSON Schema (draft 2020-12): of declarations, of the configuration, or of a plan in JSON."""
    from reconcile.cli.console import Terminal
    from reconcile.declare.schema.json_schema import configuration_schema, declarations_schema
    from reconcile.documents.plan import plan_schema

    made = {"declarations": declarations_schema, "configuration": configuration_schema, "plan": plan_schema}
    Terminal().print_result(json.dumps(made[what](), indent=2))
    return ExitCode.DONE
