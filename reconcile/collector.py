"""Python's cyclic garbage collector, kept from walking what stays alive anyway.

The collector walks every living container each time a quarter more of them has come up. Declarations, listed
contacts and plans have no cycles and stay for the whole run, so each walk is in vain: a third of the time of
loading 100,000 contacts, and pauses of 100 to 200 milliseconds.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_collector_off() -> Iterator[None]:
    """No cyclic collection while much is made that stays, and none of what was made afterwards.

    Frozen objects still go when nobody refers to them any more.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()
