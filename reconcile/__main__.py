"""The ``reconcile`` command, and ``python -m reconcile``."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    # Loading takes a moment: Ctrl-C ends the process then, without a traceback of Python's own.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from .collector import garbage_collector_off

with garbage_collector_off():
    from .cli.command_line import main

if __name__ == "__main__":
    main()
