"""The newest head kept outside of the database: a chain alone cannot tell that its end was cut off."""

import json
import os
import threading
from pathlib import Path

from app.seals.chain import Head

NAME = "seal-head.json"


def known(folder: Path) -> Head | None:
    """The head that was kept last; None when none ever was."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf8"))
    except FileNotFoundError:
        return None
    return Head(told["no"], told["head"])


def keep(folder: Path, head: Head) -> None:
    """Put this head in the place of the one before, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{NAME}.{os.getpid()}.{threading.get_ident()}.part"
    with part.open("w", encoding="utf8") as file:
        json.dump({"no": head.no, "head": head.head}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / NAME)
