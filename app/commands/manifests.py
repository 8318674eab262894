"""The list of what a backup holds: hashes and sizes of its files, and what the database said when it was copied."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024


@dataclass
class Manifest:
    """`missing` are photo files that were lost before the backup, `gone` those deleted while it was made."""

    made_at: str
    database: str
    revision: str | None
    rows: dict[str, int]
    seal: dict[str, Any]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    format: int = FORMAT


class NoManifest(Exception):
    """A folder that is no whole backup, with a sentence for operators."""


def described(path: Path) -> dict[str, Any]:
    """Hash and size of a file, read in parts."""
    made, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            made.update(part)
            size += len(part)
    return {"sha256": made.hexdigest(), "size": size}


def keep(path: Path, data: bytes) -> dict[str, Any]:
    """Write a file so that it lasts; returns its hash and size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def write(manifest: Manifest, folder: Path) -> None:
    keep(folder / NAME, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())


def read(folder: Path) -> Manifest:
    """Raises NoManifest where there is none, or one that this release cannot read."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf8"))
        if told["format"] != FORMAT:
            raise NoManifest(f"清单的格式是 {told['format']}，这一版程序只认 {FORMAT}：请用做备份时的那一版程序检查。")
        return Manifest(**told)
    except FileNotFoundError:
        raise NoManifest(f"{folder} 里没有 {NAME}：这不是一份完整的备份。") from None
    except (ValueError, KeyError, TypeError) as error:
        raise NoManifest(f"{NAME} 读不懂：它被改过或者没有写完。") from error


def problems(manifest: Manifest, folder: Path) -> Iterator[str]:
    """Every file that is not as it was listed, and every file that was not listed."""
    for name, told in manifest.files.items():
        path = folder / name
        if not path.is_file():
            yield f"{name}：文件不见了。"
        elif described(path) != told:
            yield f"{name}：内容和清单不符。"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(found - manifest.files.keys() - {NAME}):
        yield f"{name}：清单里没有这个文件。"
