"""Starts one command, waits for it, and writes what it took into a file.

    python -I -S bench/launcher.py FILE SECONDS COMMAND …

The peak of memory that a system tells of a process begins with that of the process which started it. So
this one imports next to nothing: whatever needs more than an empty interpreter is told as it is. FILE gets
the exit code, the seconds of processor, the seconds, and the peak in the system's unit. After SECONDS the
command is killed.
"""

import os
import signal
import sys
import time


def main(file: str, limit: str, *command: str) -> None:
    began = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(process, signal.SIGKILL))
    signal.alarm(int(limit))
    try:
        _, status, usage = os.wait4(process, 0)
    except BaseException:
        os.kill(process, signal.SIGKILL)
        raise
    seconds = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    with open(file, "w", encoding="ascii") as out:  # noqa: PTH123 - pathlib would weigh more than all else
        out.write(f"{code} {usage.ru_utime + usage.ru_stime} {seconds} {usage.ru_maxrss}")


if __name__ == "__main__":
    main(*sys.argv[1:])
