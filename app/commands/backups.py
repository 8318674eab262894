"""flask backup DIR: the database and the photos of one moment, with a list of what they are."""

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app import clock, logs
from app.commands import manifests
from app.commands.database_copies import Copies, CopyFailed, copies_of
from app.commands.manifests import Manifest
from app.db import db, end_reading
from app.errors import NotFound
from app.photos.models import Photo
from app.photos.permits import SIZES
from app.photos.storing import key
from app.storage import storage

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NOTHING_LEFT = "没有留下半份备份。"


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, resolve_path=True))
@click.option("--pg-bin", envvar="PG_BIN", help="folder of pg_dump, where it is not on the PATH")
def command(folder: Path, pg_bin: str | None) -> None:
    """Copy the database and the photos into a new folder; the service may go on writing."""
    with _whole_or_nothing(folder) as part:
        manifest = _take(copies_of(db.engine.url, pg_bin), part)
    rows = sum(manifest.rows.values())
    click.echo(f"已备份到 {folder}：数据库 {rows} 行，照片文件 {len(manifest.files) - 1} 个。")
    if manifest.missing:
        click.echo(f"注意：有 {len(manifest.missing)} 个照片文件在备份之前就已丢失，清单里已列出。", err=True)


@contextmanager
def _whole_or_nothing(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one, which takes its name when everything is in it and is gone otherwise."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.ClickException(f"{folder} 已经存在：请换一个新的文件夹，以免盖掉别的备份。")
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        part.mkdir(mode=0o700, parents=True)
        yield part
        part.rename(folder)
        _make_last(folder.parent)
    except CopyFailed as error:
        raise click.ClickException(f"备份没有完成：{error}。{NOTHING_LEFT}") from error
    except DBAPIError as error:
        said = logs.mask(str(error.orig).splitlines()[0])
        raise click.ClickException(f"备份没有完成：数据库没有应答（{said}）。{NOTHING_LEFT}") from error
    except OSError as error:
        why = "磁盘空间不够" if error.errno in FULL else error.strerror
        raise click.ClickException(f"备份没有完成：{why}（{error.filename or folder}）。{NOTHING_LEFT}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _take(copies: Copies, part: Path) -> Manifest:
    """Database first, photos after it, so that every photo it names has been stored before it is looked for."""
    found = copies.take(part)
    manifest = Manifest(str(clock.iso(clock.now())), copies.file, found.revision, found.rows, asdict(found.head))
    _make_last(part / copies.file)
    manifest.files[copies.file] = manifests.described(part / copies.file)
    for public_id in found.photos:
        _copy_photo(public_id, part, manifest)
    lost = _without_row(manifest.missing)
    manifest.gone = [name for name in manifest.missing if name in lost]
    manifest.missing = [name for name in manifest.missing if name not in lost]
    manifests.write(manifest, part)
    for path in [part, *(path for path in part.rglob("*") if path.is_dir())]:
        _make_last(path)
    return manifest


def _copy_photo(public_id: str, part: Path, manifest: Manifest) -> None:
    for size in SIZES:
        name = key(public_id, size)
        try:
            data = storage().get(name)
        except NotFound:
            manifest.missing.append(name)
        else:
            manifest.files[name] = manifests.keep(part / name, data)


def _without_row(names: Sequence[str]) -> set[str]:
    """Those whose photo was deleted since the database was copied: nobody will look for them."""
    found = set()
    for name in names:
        public_id = Path(name).name.partition(".")[0]
        if db.session.scalar(select(Photo.id).where(Photo.public_id == public_id)) is None:
            found.add(name)
    end_reading()
    return found


def _make_last(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
