"""Many calls at once, with a bounded number of them under way."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

Task = TypeVar("Task")

TaskResult = TypeVar("TaskResult")


def in_parallel(
    pool: ThreadPoolExecutor, width: int, call: Callable[[Task], TaskResult], items: Iterable[Task]
) -> Generator[TaskResult]:
    """The results as they come, in any order; the first error ends it and nothing new is begun.

    At most ``width`` calls are under way or waiting, so a million items need no million futures.
    """
    left = iter(items)
    running: set[Future[TaskResult]] = set()
    try:
        while True:
            running |= {pool.submit(call, item) for item in islice(left, width - len(running))}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        for future in running:
            future.cancel()
