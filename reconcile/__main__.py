"""``python -m reconcile``: the same as the ``reconcile`` command."""

from .cli import main

main()
