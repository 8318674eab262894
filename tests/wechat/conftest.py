"""An emulator of its own for every test that asks, on a free port of this machine."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from tests.wechat.door import Door, open_door
from tests.wechat.playground import APPID, SECRET, Playground
from wechat.emulator import Settings
from wechat.emulator.server import serve

Result = TypeVar("Result")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(APPID, SECRET, port=0, pages=tmp_path / "dist", app_json=tmp_path / "app.json")


@pytest.fixture
def door() -> Iterator[Door]:
    with open_door() as opened:
        yield opened


@pytest.fixture
def emulator(settings: Settings) -> Iterator[Playground]:
    server = serve(settings)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Playground(f"http://127.0.0.1:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def at_once() -> Callable[[int, Callable[[], Result]], list[Result | Exception]]:
    """Run the same thing in several threads that start together; return results and errors."""

    def run(times: int, thing: Callable[[], Result]) -> list[Result | Exception]:
        start = threading.Barrier(times)

        def one(_: int) -> Result | Exception:
            start.wait()
            try:
                return thing()
            except Exception as problem:
                return problem

        with ThreadPoolExecutor(times) as threads:
            return list(threads.map(one, range(times)))

    return run
