"""Closing an account for good, and letting a phone number go: what is personal is emptied, what was done stays.

What a person wrote on orders is erased by the sweep, once the order has ended: see work_orders/erasing.py.
"""

from collections.abc import Callable

from sqlalchemy import delete, select, update

from app import clock, idempotency, trail
from app.db import db
from app.people import sign_in
from app.people.models import Account, AccountState, ConsoleLogin, Posting
from app.trail import AuditRow

# Called in the same transaction with an account and its number just before the number is emptied.
before_phone_goes: list[Callable[[int, str], None]] = []


def close(account: Account, why: str, by: int | None = None) -> None:
    """Close an account at once; closing it again changes nothing. Whoever comes again begins anew.

    `why` is a constant English word for the audit trail, `by` the account that asked for it, None for WeChat.
    """
    db.session.refresh(account, with_for_update=True)
    if account.state == AccountState.CLOSED:
        return
    erase_phone(account)
    was_staff = account.is_staff
    _empty(account)
    for former in _former(account):
        former.name, former.closed_at = None, account.closed_at
    db.session.flush()
    _shut_every_way(account.id)
    # What a staff member had to do goes to others once the account can no longer be given anything.
    for take_back in sign_in.after_leaving:
        take_back(account.id)
    trail.audit("account.closed", subject(account), actor_id=by, why=why, staff=was_staff)


def erase_phone(account: Account) -> bool:
    """Empty the phone number; False when there was none."""
    if account.phone is None:
        return False
    for keep in before_phone_goes:
        keep(account.id, account.phone)
    account.phone = account.phone_hash = None
    return True


def _former(account: Account) -> list[Account]:
    """The staff account that was linked to this one, which still carries the name on what was done under it."""
    linked = select(AuditRow.facts).where(AuditRow.subject == subject(account), AuditRow.action == "staff.linked")
    names = [facts["from_account"] for facts in db.session.scalars(linked.order_by(AuditRow.id))]
    return list(db.session.scalars(select(Account).where(Account.public_id.in_(names)).order_by(Account.id)))


def subject(account: Account) -> str:
    """An account as the audit names it."""
    return f"account:{account.public_id}"


def _empty(account: Account) -> None:
    account.state, account.closed_at = AccountState.CLOSED, clock.now()
    account.openid = account.name = None
    account.home_compound_id = account.home_building = account.home_unit = None
    account.home_changes = []
    account.privacy_version = account.privacy_agreed_at = None
    account.is_staff, account.linked_at = False, None


def _shut_every_way(account_id: int) -> None:
    sign_in.end_all(account_id)
    idempotency.forget_of(account_id)
    db.session.execute(delete(ConsoleLogin).where(ConsoleLogin.account_id == account_id))
    postings = update(Posting).where(Posting.account_id == account_id, Posting.ended_at.is_(None))
    db.session.execute(postings.values(ended_at=clock.now()))
