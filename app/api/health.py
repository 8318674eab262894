"""Whether the process lives, and whether it can serve."""

from functools import cache

from alembic.script import ScriptDirectory
from flask import Blueprint, Response
from sqlalchemy import text

from app.api import guard, problems
from app.db import db, end_reading
from config import ROOT

bp = Blueprint("health", __name__, url_prefix="/healthz")
guard.open_to_all(bp)


@bp.get("/live")
def live() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@cache
def _newest() -> str | None:
    """The migration that this release was written for."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def _stored() -> str | None:
    """The migration that the database has; None when it cannot say."""
    try:
        found: str | None = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
    except Exception:  # noqa: BLE001  whatever is wrong with the database, the answer is the same
        return None
    finally:
        end_reading()


@bp.get("/ready")
def ready() -> Response | dict[str, str]:
    """The database answers and has the tables of this release; says nothing more."""
    if _stored() == _newest():
        return {"status": "ok"}
    answer = problems.problem(503, "not-ready", "服务还没有准备好，请稍后再试。")
    answer.headers["Retry-After"] = "5"
    return answer
