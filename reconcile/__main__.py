"""``python -m reconcile``: the same as the ``reconcile`` command."""

from .cli.command_line import main

main()
