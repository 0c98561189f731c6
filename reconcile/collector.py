"""Python's cyclic garbage collector, kept from walking what stays alive anyway.

The collector walks every living container each time a quarter more of them has come up. Declarations, listed
contacts and plans have no cycles and stay for the whole run, so each walk is in vain: a third of the time of
loading 100,000 contacts, and pauses of 100 to 200 milliseconds. What loading, reading and planning leave in
cycles is little: 4 MB after 28,850 contacts that were read one by one, at least 96 minutes at the
default rate. A run that writes, and the sandbox's server, go on for as long as they like, so they collect.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

FEW = 100_000
"""Maximum number of new containers that the collector may as well walk: it takes some milliseconds."""


def collect_seldom() -> None:
    """Look for cycles after 20,000 new containers instead of 700: while a command loads, there are none.

    Modules, classes and functions stay until the end. What comes up later and is part of a cycle, such as
    an exception and its frames, is still found.
    """
    gc.set_threshold(20_000, 20, 100)


def end_without_collecting() -> None:
    """Let Python end without a search for cycles in what is left, which it makes several times."""
    gc.freeze()


@contextmanager
def garbage_collector_off() -> Iterator[None]:
    """No cyclic collection while much is made that stays, and none of what was made afterwards.

    Frozen objects still go when nobody refers to them any more, but for cycles. So few are not frozen, since
    a process may plan again and again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if gc.get_count()[0] > FEW:
                gc.freeze()
            gc.enable()
