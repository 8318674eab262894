"""Forms that change something: text a database can hold, once per key, and only what the person has seen."""

import re
import unicodedata
from collections.abc import Callable

from flask import request
from sqlalchemy.exc import IntegrityError

from app import errors, idempotency
from app.console import guard
from app.console.error_pages import Stale
from app.db import end_reading, transaction
from app.errors import Conflict, Invalid, Overtaken, Refusal
from app.work_orders import queries
from app.work_orders.models import WorkOrder

KEY = re.compile(r"[A-Za-z0-9-]{8,128}")
UNREADABLE = "有无法识别的字符，请删去后再提交。"
NO_KEY = "表单不完整，请刷新页面后再提交。"
OURS = ("csrf_token", "key", "version")


def text(name: str, *, most: int = 500, required: str = "") -> str:
    """A field of free text: NFC, trimmed, without control characters. `required` is the sentence for an empty one."""
    value = unicodedata.normalize("NFC", request.form.get(name, ""))
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in value):
        raise errors.field(name, UNREADABLE)
    if required and not value:
        raise errors.field(name, required)
    if len(value) > most:
        raise errors.field(name, f"请不要超过{most}个字。")
    return value


def seen(number: str) -> WorkOrder:
    """The order, in the running transaction, if it is still as the person saw it."""
    order = queries.find(number, guard.actor())
    if str(order.version) != request.form.get("version"):
        raise Stale
    return order


def once(operation: str, act: Callable[[], str]) -> str:
    """Act in one transaction and keep the sentence it gives; the same form again gives the same sentence.

    A twin that was faster makes this one fail, at the key or at the order's version: then its answer counts.
    """
    key, mark = _key(), _mark()
    answer = _known(operation, key, mark)
    return _first(operation, key, mark, act) if answer is None else answer


def _first(operation: str, key: str, mark: str, act: Callable[[], str], *, again: bool = True) -> str:
    try:
        with transaction():
            answer = act()
            idempotency.remember(
                guard.actor().account_id, f"console.{operation}", key, fingerprint=mark, status=303, answer=answer
            )
            return answer
    except (Conflict, IntegrityError) as error:
        known = _known(operation, key, mark)
        if known is not None:
            return known
        if isinstance(error, Refusal):
            raise
        if not again:
            raise Overtaken from error
        # Two orders drew one number, or two people were first at once: a second try meets the world as it is now.
        return _first(operation, key, mark, act, again=False)


def _key() -> str:
    key = request.form.get("key", "")
    if not KEY.fullmatch(key):
        raise Invalid(NO_KEY)
    return key


def _mark() -> str:
    """What the person chose and typed; the hidden fields are ours and may differ between two copies of a page."""
    said = sorted((name, value) for name, value in request.form.items(multi=True) if name not in OURS)
    return idempotency.fingerprint("POST", request.path, repr(said).encode())


def _known(operation: str, key: str, mark: str) -> str | None:
    known = idempotency.find(guard.actor().account_id, f"console.{operation}", key)
    end_reading()
    if known is not None and known.fingerprint != mark:
        raise Invalid("这份表单已经提交过，内容与上次不同。请刷新页面后重新填写。")
    return known.answer if known else None
