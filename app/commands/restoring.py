"""flask restore --check DIR: whether a backup could be gone back to, tried out in a place of its own."""

from dataclasses import asdict
from itertools import islice
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app import logs
from app.commands import manifests, trails
from app.commands.database_copies import Copies, CopyFailed, Figures, copies_of, figures
from app.commands.manifests import Manifest, NoManifest
from app.db import db
from app.photos.permits import SIZES
from app.photos.storing import key
from app.seals.chain import Head
from app.seals.verifying import verify
from config import ROOT

MOST_TOLD = 20


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, required=True, help="try it out and change nothing")
@click.option("--pg-bin", envvar="PG_BIN", help="folder of pg_restore, where it is not on the PATH")
def command(folder: Path, check: bool, pg_bin: str | None) -> None:
    """Look whether a backup is whole and can be restored; the live database and photos are left alone.

    How to go back to a backup stands in docs/operating.md.
    """
    copies = copies_of(db.engine.url, pg_bin)
    try:
        manifest = _listed(folder, copies)
        with copies.restored(folder) as connection:
            told = _look(connection, manifest)
    except (NoManifest, CopyFailed) as error:
        raise click.ClickException(str(error)) from error
    except DBAPIError as error:
        raise click.ClickException(f"数据库没有应答：{logs.mask(str(error.orig).splitlines()[0])}") from error
    click.echo(
        f"清单里的 {len(manifest.files)} 个文件都在，内容相符。\n{told}\n这份备份（{manifest.made_at}）可以恢复。"
    )


def _listed(folder: Path, copies: Copies) -> Manifest:
    manifest = manifests.read(folder)
    found = list(islice(manifests.problems(manifest, folder), MOST_TOLD))
    if found:
        raise CopyFailed("备份不完整：\n" + "\n".join(found))
    if manifest.database != copies.file or copies.file not in manifest.files:
        raise CopyFailed(f"备份里是 {manifest.database}，和 DATABASE_URL 的数据库不是一种，请换成同一种再检查。")
    newest = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    if manifest.revision not in (None, newest):
        raise CopyFailed(f"备份的表结构是 {manifest.revision}，这一版程序的是 {newest}：请用做备份时的那一版程序检查。")
    return manifest


def _look(connection: Connection, manifest: Manifest) -> str:
    """Compare what was restored with what the list says; returns what to tell."""
    found = figures(connection)
    _compare(found, manifest)
    trail = verify(connection, Head(**manifest.seal))
    if trail.fault is not None:
        raise CopyFailed(str(trail.fault))
    lost = f"（其中 {len(manifest.missing)} 个文件在备份之前就已丢失）" if manifest.missing else ""
    return (
        f"数据库恢复到临时位置，完整性检查通过，{len(found.rows)} 张表的行数相符。\n{trails.told(trail)}\n"
        f"{len(found.photos)} 张照片的文件都在清单里{lost}。"
    )


def _compare(found: Figures, manifest: Manifest) -> None:
    differing = [name for name in found.rows if found.rows[name] != manifest.rows.get(name)]
    if differing:
        name = differing[0]
        raise CopyFailed(f"表 {name} 恢复后有 {found.rows[name]} 行，清单里是 {manifest.rows.get(name)} 行。")
    if (found.revision, asdict(found.head)) != (manifest.revision, manifest.seal):
        raise CopyFailed("恢复后的表结构版本或封存号和清单里的不同。")
    known = manifest.files.keys() | set(manifest.missing) | set(manifest.gone)
    without = [name for one in found.photos for size in SIZES if (name := key(one, size)) not in known]
    if without:
        raise CopyFailed(f"有 {len(without)} 个照片文件不在备份里，第一个是 {without[0]}。")
