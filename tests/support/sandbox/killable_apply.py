"""The command line in a process that kills itself at a given step, as `kill -9` would.

Steps are counted at every request, before it goes out and after its answer came, and at every line of the
journal, before it, in the middle of it and behind it. Run with the number of the step and the arguments.
"""

import os
import signal
import sys
from itertools import count
from typing import Any

from reconcile.cli.command_line import main
from reconcile.evance.transport import Transport
from reconcile.journal import hash_chain

LAST = int(sys.argv[1])

steps = count(1)

write_all, send = hash_chain.write_all, Transport.send


def step() -> None:
    if next(steps) == LAST:
        os.kill(os.getpid(), signal.SIGKILL)


def written(descriptor: int, data: bytes) -> None:
    step()
    write_all(descriptor, data[: len(data) // 2])
    step()
    write_all(descriptor, data[len(data) // 2 :])
    step()


def sent(transport: Transport, request: Any) -> Any:
    step()
    answer = send(transport, request)
    step()
    return answer


if __name__ == "__main__":
    hash_chain.write_all = written
    Transport.send = sent  # type: ignore[method-assign]
    main(sys.argv[2:])
