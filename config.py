"""Settings, read once from the environment. Whatever is missing or wrong is told together, at the start."""

import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from environs import Env, EnvValidationError, validate

ROOT = Path(__file__).resolve().parent
OFFICIAL_API = "https://api.weixin.qq.com"
MODES = ["demo", "production", "test"]
PUSH_MODES = ["safe", "compatible", "plain"]
AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class SettingsError(Exception):
    """The environment does not hold what is needed; the message lists everything at once."""


@dataclass(frozen=True)
class Settings:
    app_env: str
    database_url: str
    port: int
    emulator_port: int
    photo_store: Path
    var_dir: Path
    secret_key: str
    field_keys: tuple[str, ...]
    seal_key: str
    wechat_appid: str
    wechat_secret: str
    wechat_api_base: str
    wechat_push_token: str
    wechat_aes_key: str
    wechat_push_mode: str
    public_url: str

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def demo(self) -> bool:
        return self.app_env == "demo"

    @classmethod
    def from_environment(cls) -> "Settings":
        """Raises SettingsError with one line for every variable that is missing or wrong."""
        if os.environ.get("APP_ENV", "demo") == "demo":
            _fill_in_demo()
        env = Env(eager=False)
        settings = _read(env)
        problems = _seal(env) + _contradictions(settings)
        if problems:
            raise SettingsError("\n".join(["Settings are missing or wrong:", *problems]))
        return settings


def _read(env: Env) -> Settings:
    var_dir = env.path("VAR_DIR", default=ROOT / "var")
    return Settings(
        app_env=env.str("APP_ENV", validate=validate.OneOf(MODES)),
        database_url=_driver(env.str("DATABASE_URL") or ""),
        port=env.int("PORT", default=8000),
        emulator_port=env.int("EMULATOR_PORT", default=8001),
        photo_store=env.path("PHOTO_STORE", default=(var_dir or ROOT) / "photos"),
        var_dir=var_dir,
        secret_key=env.str("SECRET_KEY", validate=validate.Length(min=32)),
        field_keys=tuple(env.list("FIELD_KEYS") or ()),
        seal_key=env.str("SEAL_KEY", validate=validate.Length(min=32)),
        wechat_appid=env.str("WECHAT_APPID"),
        wechat_secret=env.str("WECHAT_SECRET"),
        wechat_api_base=env.str("WECHAT_API_BASE", default=OFFICIAL_API),
        wechat_push_token=env.str("WECHAT_PUSH_TOKEN", default=""),
        wechat_aes_key=env.str("WECHAT_AES_KEY", default=""),
        wechat_push_mode=env.str("WECHAT_PUSH_MODE", default="safe", validate=validate.OneOf(PUSH_MODES)),
        public_url=env.str("PUBLIC_URL", default="").rstrip("/"),
    )


def _seal(env: Env) -> list[str]:
    try:
        env.seal()
    except EnvValidationError as error:
        told = dict(error.error_messages)  # type: ignore[arg-type]
        return [f"  {name}: {' '.join(map(str, found))}" for name, found in told.items()]
    return []


def _driver(url: str) -> str:
    """A bare `postgresql://` means psycopg 3 here."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1) if url.startswith("postgresql://") else url


def _contradictions(settings: Settings) -> list[str]:
    found = []
    for key in settings.field_keys:
        try:
            Fernet(key)
        except ValueError:
            found.append("  FIELD_KEYS: each key must be 32 bytes in URL-safe base64, newest first, joined by commas")
    loopback = (settings.wechat_api_base or "").startswith(("http://127.0.0.1:", "http://localhost:", "http://[::1]:"))
    if settings.wechat_api_base not in (OFFICIAL_API, None) and (settings.production or not loopback):
        found.append(f"  WECHAT_API_BASE: only {OFFICIAL_API}, or a loopback address outside production")
    return found + _push_contradictions(settings) + _unfit_for_photos(settings)


def _push_contradictions(settings: Settings) -> list[str]:
    """What WeChat pushes is opened with both secrets; in production nothing of it may be missed."""
    token, aes_key = settings.wechat_push_token, settings.wechat_aes_key
    found = []
    if not token and (aes_key or settings.production):
        found.append("  WECHAT_PUSH_TOKEN: as it stands in WeChat's console, together with WECHAT_AES_KEY")
    if (aes_key or token or settings.production) and not AES_KEY.fullmatch(aes_key or ""):
        found.append("  WECHAT_AES_KEY: the 43 characters of EncodingAESKey, together with WECHAT_PUSH_TOKEN")
    return found


def _unfit_for_photos(settings: Settings) -> list[str]:
    """WeChat fetches photos from this address; empty means that it cannot, and people look at all of them."""
    try:
        parts = urlsplit(settings.public_url)
    except ValueError:
        parts = urlsplit("")
    fit = parts.scheme in (("https",) if settings.production else ("https", "http")) and bool(parts.hostname)
    if not settings.public_url or (fit and not parts.query and not parts.fragment):
        return []
    kind = "https" if settings.production else "http or https"
    return [f"  PUBLIC_URL: the {kind} address under which WeChat reaches this service, or empty if it does not"]


def _fill_in_demo() -> None:
    """Give the demo a local database, the emulator, and secrets made at the first run (mode 0600)."""
    var_dir = Path(os.environ.get("VAR_DIR") or ROOT / "var")
    defaults = {
        "APP_ENV": "demo",
        "DATABASE_URL": f"sqlite:///{var_dir / 'mobile-desk.sqlite'}",
        "WECHAT_API_BASE": f"http://127.0.0.1:{os.environ.get('EMULATOR_PORT', '8001')}",
        "PUBLIC_URL": f"http://127.0.0.1:{os.environ.get('PORT', '8000')}",
        **_demo_secrets(var_dir / "secrets.json"),
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def _demo_secrets(path: Path) -> dict[str, str]:
    if path.is_file():
        return dict(json.loads(path.read_text(encoding="utf8")))
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "SEAL_KEY": secrets.token_urlsafe(48),
        "WECHAT_APPID": "wx" + secrets.token_hex(8),
        "WECHAT_SECRET": secrets.token_hex(16),
        "WECHAT_PUSH_TOKEN": secrets.token_hex(12),
        "WECHAT_AES_KEY": secrets.token_hex(22)[:43],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several processes may start at once: the first to create the file decides, the others read what it wrote.
    part = path.with_suffix(f".{os.getpid()}.part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(made, indent=1), encoding="utf8")
    try:
        os.link(part, path)
    except FileExistsError:
        return dict(json.loads(path.read_text(encoding="utf8")))
    finally:
        part.unlink()
    return made
