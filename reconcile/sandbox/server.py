"""HTTP around the handlers: one aiohttp server on loopback, in this thread or in one beside it."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aiohttp import web

from .app import App
from .clock import Clock
from .options import Access, Options, SandboxError
from .state import State
from .store import settings
from .store.connection import opened
from .store.settings import setting
from .switches import Switches

_FLUSH_SECONDS = 1.0

_GRACE_SECONDS = 1.0


def serve(path: Path, options: Options, ready: Callable[[Access], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called with what a client needs."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        await _serve(path, options, ready, stop)

    asyncio.run(main())


@contextmanager
def beside(path: Path, options: Options) -> Iterator[Access]:
    """Serve in a thread of this process for the length of a block."""
    side = _Side(path, options)
    side.thread.start()
    try:
        yield side.access()
    finally:
        side.stop()


class _Side:
    """The thread, and the two moments it shares with the one that started it."""

    def __init__(self, path: Path, options: Options) -> None:
        self._path, self._options = path, options
        self._ready = threading.Event()
        self._access: Access | None = None
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def access(self) -> Access:
        """What a client needs, once the server listens; raises what kept it from that."""
        self._ready.wait()
        if self._access is None:
            self.thread.join()
            raise self._failure or SandboxError("the sandbox ended before it was ready")
        return self._access

    def stop(self) -> None:
        """End the server and wait for it."""
        if self._loop and self._stop:
            with suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._stop.set)
        self.thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._failure = error
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await _serve(self._path, self._options, self._tell, self._stop)

    def _tell(self, access: Access) -> None:
        self._access = access
        self._ready.set()


async def _serve(path: Path, options: Options, ready: Callable[[Access], None], stop: asyncio.Event) -> None:
    with opened(path) as db:
        served = State(db, Clock(options.now))
        served.refresh()
        _turn_switches(served, options)
        served.arm(options.faults, options.fault_seed)
        door = App(served, verbose=options.verbose)
        runner = web.ServerRunner(web.Server(door.receive, access_log=None), shutdown_timeout=_GRACE_SECONDS)
        await runner.setup()
        flushing = asyncio.create_task(_flush_now_and_then(served))
        try:
            await _listen(runner, options)
            ready(_access(runner, served))
            await stop.wait()
        finally:
            flushing.cancel()
            await runner.cleanup()
            served.flush()


def _turn_switches(served: State, options: Options) -> None:
    """Store the profile and the switches that the options name, if any; others stay as stored."""
    if options.profile is None and not options.switches:
        return
    start = served.switches if options.profile is None else Switches.of(options.profile)
    served.turn(start.turned(dict(options.switches)))


async def _listen(runner: web.ServerRunner, options: Options) -> None:
    try:
        await web.TCPSite(runner, options.host, options.port).start()
    except OSError as error:
        raise SandboxError(f"cannot listen on {options.host}:{options.port}: {error.strerror}") from error


def _access(runner: web.ServerRunner, served: State) -> Access:
    host, port = runner.addresses[0][:2]
    client = settings.main_client(served.db)
    where = f"[{host}]" if ":" in host else host
    return Access(
        f"http://{where}:{port}", client.client_id, client.private_key, setting(served.db, "account")
    )


async def _flush_now_and_then(served: State) -> None:
    while True:
        await asyncio.sleep(_FLUSH_SECONDS)
        served.flush()
