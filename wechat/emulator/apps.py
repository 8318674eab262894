"""The mini-programs that this WeChat knows: the one of the settings, and others for what must not cross over."""

import fnmatch
import ipaddress
import json
import sqlite3

from .answers import Refuse


def find(database: sqlite3.Connection, appid: str) -> sqlite3.Row | None:
    """Return the mini-program with this appid."""
    row: sqlite3.Row | None = database.execute("SELECT * FROM apps WHERE appid = ?", (appid,)).fetchone()
    return row


def require(
    database: sqlite3.Connection, appid: str, secret: str, address: str, wrong_secret: int = 40125
) -> sqlite3.Row:
    """Return the mini-program whose secret this is, or refuse credentials, a frozen account, a foreign address."""
    if not appid:
        raise Refuse(41002)
    if not secret:
        raise Refuse(41004)
    app = find(database, appid)
    if app is None:
        raise Refuse(40013)
    if secret != app["secret"]:
        raise Refuse(wrong_secret)
    require_usable(app, address)
    return app


def require_usable(app: sqlite3.Row, address: str) -> None:
    if app["secret_frozen"]:
        raise Refuse(40243)
    if app["frozen"]:
        raise Refuse(50007)
    listed = json.loads(app["ip_whitelist"])
    if listed and not any(covers(entry, address) for entry in listed):
        raise Refuse(40164, f"invalid ip {address} ipv6 ::ffff:{address}, not in whitelist")


def covers(entry: str, address: str) -> bool:
    """Say whether an entry of the whitelist (an address, `1.2.3.*` or a CIDR block) holds an address."""
    if "*" in entry:
        return fnmatch.fnmatchcase(address, entry)
    return ipaddress.ip_address(address) in ipaddress.ip_network(entry, strict=False)
