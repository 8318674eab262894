"""`python -m wechat.emulator`."""

import contextlib
import logging
import os
import sys

from .server import serve
from .settings import Refusal, Settings


def main() -> int:
    """Run until interrupted; a sentence and status 1 when it may not or cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        server = serve(Settings.from_environment(os.environ))
    except Refusal as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    logging.getLogger("wechat.emulator").info("微信模拟器：http://127.0.0.1:%s/_emu/", server.port)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
