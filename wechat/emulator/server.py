"""The server process: loopback only, a thread per connection, no query in its log."""

from collections.abc import Sequence
from dataclasses import replace

from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

from . import media_jobs
from .app import create_emulator
from .background import Background
from .emulator import Emulator
from .push import sender
from .settings import Refusal, Settings

QUIET = ("/_emu/", "/healthz", "/m/")


class QuietHandler(WSGIRequestHandler):
    """Logs calls to WeChat's paths by path alone, for secrets travel in the query."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        path = self.path.partition("?")[0]
        if not path.startswith(QUIET):
            self.log("info", '"%s %s" %s', self.command, path, code)


class Server(ThreadedWSGIServer):
    """The web server and the two threads beside it, which look at pictures and send pushes."""

    workers: Sequence[Background] = ()

    def start_work(self, emulator: Emulator) -> None:
        emulator.workers = [
            Background("pictures", lambda: media_jobs.step(emulator)),
            Background("pushes", lambda: sender.step(emulator)),
        ]
        for worker in emulator.workers:
            worker.start()
        self.workers = emulator.workers
        # Codes and links lead to the port that was really taken.
        emulator.settings = replace(emulator.settings, port=self.port)

    def server_close(self) -> None:
        for worker in self.workers:
            worker.stop()
        super().server_close()


def serve(settings: Settings) -> BaseWSGIServer:
    """Return a server that is bound but not yet running; Refusal when the port is taken."""
    app = create_emulator(settings)
    try:
        server = Server("127.0.0.1", settings.port, app, handler=QuietHandler)
    except SystemExit:
        # Werkzeug ends the process with two English lines of its own when it cannot bind.
        raise Refusal(f"端口 {settings.port} 已被占用：请关闭占用它的程序，或用 EMULATOR_PORT 换一个端口。") from None
    server.start_work(app.extensions["emulator"])
    return server
