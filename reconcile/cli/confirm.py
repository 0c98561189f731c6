"""The question before the first write."""

import sys

import click

from reconcile.errors import Refusal


def confirm(question: str, command: str) -> None:
    """Ask it; raise Refusal unless a person at a terminal says ``yes``."""
    if not sys.stdin.isatty():
        raise Refusal(f"nothing was written: there is no terminal to ask at; call {command} with --yes")
    told = f"{question} Only 'yes' is taken as approval"
    if click.prompt(told, default="", show_default=False, err=True).strip() != "yes":
        raise Refusal("not approved: nothing was written")
