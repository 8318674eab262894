"""Mobile Desk (移动办公桌): config → database → connections → doors → commands."""

from typing import Any

from flask import Flask
from flask_migrate import Migrate

from app import logs, secrets, storage
from app.db import UTCDateTime, db, engine_options, prepare
from config import ROOT, Settings


def create_app(settings: Settings) -> Flask:
    """Build the service from its settings. Everything else is found from here."""
    if settings.app_env != "test":
        logs.configure()
    secrets.install(settings.field_keys, settings.secret_key, settings.seal_key)
    storage.install(settings.photo_store)
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(_flask_config(settings))
    app.extensions["settings"] = settings
    _connect_database(app)
    _open_doors(app, settings)
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "TESTING": settings.app_env == "test",
        "MAX_CONTENT_LENGTH": 11 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 50,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.production,
    }


def _connect_database(app: Flask) -> None:
    from app import connections

    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True, render_item=_render)
    with app.app_context():
        prepare(db.engine)
    connections.connect()


def _render(kind: str, item: Any, _context: Any) -> Any:
    """Write our column types into migrations as the plain types below them."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item.__class__.__name__ == "Encrypted":
        return "sa.LargeBinary()"
    return False


def _open_doors(app: Flask, settings: Settings) -> None:
    from app import api, commands, console, front_door, wechat_door

    api.open_door(app, settings)
    console.open_door(app, settings)
    front_door.open_door(app)
    wechat_door.open_door(app, settings)
    commands.register(app)
