"""What people take back at WeChat: single authorisations, or their whole account there."""

import re

from sqlalchemy import select

from app import trail
from app.db import db
from app.people import closing
from app.people.models import Account

PHONE = "8"


def revoked(openid: str, kinds: str) -> None:
    """Somebody took back authorisations, WeChat's numbers for what they were for: 8 is the phone number."""
    account = _of(openid)
    if account is None:
        return
    named = re.findall(r"\d+", kinds)
    # A staff member is reached, and known to the house, by the number: it was not WeChat that gave it.
    erased = PHONE in named and not account.is_staff and closing.erase_phone(account)
    trail.audit("authorisation.revoked", _subject(account), by="wechat", kinds=named, phone_erased=erased)


def cancelled(openid: str) -> None:
    """Somebody closed their account at WeChat: nothing personal is kept of it here."""
    account = _of(openid)
    if account is not None:
        closing.close(account, "cancelled_at_wechat")


def modified(openid: str) -> None:
    """WeChat changed what somebody shows of themselves there; the house holds none of it and keeps only the fact."""
    account = _of(openid)
    if account is not None:
        trail.audit("profile.modified", _subject(account), by="wechat")


def _of(openid: str) -> Account | None:
    return db.session.scalar(select(Account).where(Account.openid == openid)) if openid else None


def _subject(account: Account) -> str:
    return f"account:{account.public_id}"
