"""Many calls at once, with a limited number of them under way."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

Task = TypeVar("Task")

TaskResult = TypeVar("TaskResult")


class WorkerPool:
    """A pool of that many threads."""

    def __init__(self, workers: int, name: str) -> None:
        self._workers = workers
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)

    def results(self, call: Callable[[Task], TaskResult], tasks: Iterable[Task]) -> Generator[TaskResult]:
        """The results as they come, in any order; the first error ends it and no new call is begun.

        At most one call for each worker is under way or waiting, so a million tasks need no million futures.
        """
        left = iter(tasks)
        running: set[Future[TaskResult]] = set()
        try:
            while True:
                free = self._workers - len(running)
                running |= {self._threads.submit(call, task) for task in islice(left, free)}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in running:
                future.cancel()

    def close(self) -> None:
        """Let running calls end and begin no others."""
        self._threads.shutdown(cancel_futures=True)
