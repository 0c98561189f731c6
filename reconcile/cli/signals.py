"""What Ctrl-C and SIGTERM do while something must not be cut off.

Services decide it: before the first write both end a command, also where it was started with Ctrl-C ignored,
as in the background; later they let a run end in order. Nothing is raised then, since an exception could
strike between a write and the note of its outcome.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BOTH = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def answered(act: Callable[[], None]) -> Iterator[None]:
    """Call ``act`` for both signals while a block lasts, each time one comes."""
    before = {number: signal.signal(number, lambda *_: act()) for number in BOTH}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
