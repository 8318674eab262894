"""Where files live: a folder now; the same five calls serve an object store later."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.errors import NotFound


class FolderStorage:
    """Files under one folder. Keys are made by the house, never taken from people."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, data: bytes) -> None:
        """Write whole or not at all: a temporary file, fsync, rename, fsync of the folder."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("照片已不存在。") from error

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def older(self, prefix: str, moment: datetime) -> Iterator[str]:
        """Keys under a prefix that were last written before the moment, parts of broken writes included."""
        for path in self.root.glob(f"{prefix}*/*"):
            try:
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:  # A part that was renamed, or a file that was deleted, since the folder was read.
                continue
            if written < moment:
                yield path.relative_to(self.root).as_posix()

    def _path(self, key: str) -> Path:
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise ValueError("a storage key that leaves its folder")
        return path


_storage: FolderStorage | None = None


def install(root: Path) -> None:
    global _storage
    _storage = FolderStorage(root)


def storage() -> FolderStorage:
    if _storage is None:
        raise RuntimeError("storage.install was not called")
    return _storage
