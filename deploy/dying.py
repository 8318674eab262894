"""No process outlives the one that started it, not even after `kill -9`. Linux does this; elsewhere nothing happens."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

# Looked up once here: between fork and exec a child should do as little as possible.
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def die_with(parent: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Let the kernel send this process the signal when the process `parent`, which started it, ends."""
    if _prctl is None:
        return
    _prctl(PR_SET_PDEATHSIG, int(how))
    # The parent may have ended before the kernel was asked; then nobody would ever send the signal.
    if os.getppid() != parent:
        os.kill(os.getpid(), how)
