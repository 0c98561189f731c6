"""The server: aiohttp around the app on loopback, in this thread or in one of its own."""

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
from .store.connection import opened
from .store.settings import main_client, setting
from .switches import Switches

_FLUSH_SECONDS = 1.0
"""Seconds between two looks at the request log for lines to be written."""

_GRACE_SECONDS = 1.0
"""Seconds that requests under way may take at the end, then their connections are closed."""


def serve(path: Path, options: Options, ready: Callable[[Access], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called with what a client needs."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await _serve(path, options, ready, stop)

    asyncio.run(main())


@contextmanager
def serving(path: Path, options: Options) -> Iterator[Access]:
    """Serve in a thread of this process for the length of a block."""
    server = _ServerThread(path, options)
    server.thread.start()
    try:
        yield server.access()
    finally:
        server.stop()


class _ServerThread:
    """A thread that serves. The thread that started it waits twice: until it is ready, and until its end."""

    def __init__(self, path: Path, options: Options) -> None:
        self._path, self._options = path, options
        self._ready = threading.Event()
        self._access: Access | None = None
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def access(self) -> Access:
        """What a client needs, once the server listens; raises the error that prevented it."""
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
        await _serve(self._path, self._options, self._set_access, self._stop)

    def _set_access(self, access: Access) -> None:
        self._access = access
        self._ready.set()


async def _serve(path: Path, options: Options, ready: Callable[[Access], None], stop: asyncio.Event) -> None:
    with opened(path) as db:
        state = State(db, Clock(options.now))
        state.refresh()
        _turn_switches(state, options)
        state.arm(options.faults, options.fault_seed)
        app = App(state, options)
        runner = web.ServerRunner(web.Server(app.receive, access_log=None), shutdown_timeout=_GRACE_SECONDS)
        await runner.setup()
        flushing = asyncio.create_task(_flush_repeatedly(state))
        try:
            await _listen(runner, options)
            ready(_access(runner, state))
            await stop.wait()
        finally:
            flushing.cancel()
            await runner.cleanup()
            state.flush()


def _turn_switches(state: State, options: Options) -> None:
    """Store the profile and the switches that the options name, if any."""
    if options.profile is None and not options.switches:
        return
    start = state.switches if options.profile is None else Switches.of(options.profile)
    state.turn(start.turned(dict(options.switches)))


async def _listen(runner: web.ServerRunner, options: Options) -> None:
    try:
        await web.TCPSite(runner, options.host, options.port).start()
    except OSError as error:
        raise SandboxError(f"cannot listen on {options.host}:{options.port}: {error.strerror}") from error


def _access(runner: web.ServerRunner, state: State) -> Access:
    host, port = runner.addresses[0][:2]
    client = main_client(state.db)
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return Access(url, client.client_id, client.private_key, setting(state.db, "account"))


async def _flush_repeatedly(state: State) -> None:
    while True:
        await asyncio.sleep(_FLUSH_SECONDS)
        state.flush()
