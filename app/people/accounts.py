"""What people keep about themselves: name, phone, home, agreement to the privacy notice."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from app import clock, errors, trail
from app.db import db
from app.errors import Conflict, NotFound
from app.people import phones
from app.people.actor import Actor
from app.people.models import Account, AccountState, ConsoleLogin, Posting
from app.territory.models import Compound
from app.territory.placing import place_by_building

# Called in the same transaction with the staff account that was and the account the person has now.
after_link: list[Callable[[int, int], None]] = []

HOME_CHANGES = 2
HOME_WINDOW = timedelta(days=30)

PRIVACY_VERSION = "2026-11"
PRIVACY_NOTICE = (
    "为办理您的诉求，社区移动办公桌会使用：您的微信身份（用于登录和通知）、您填写的地点与说明、您主动选择的照片或位置、"
    "您自愿提供的姓名和电话。\n这些信息只给负责办理的工作人员看，不公开、不用于别的用途；照片中的拍摄位置等隐藏信息会自动去除。\n"
    "您可以不提供照片和定位，只用文字上报；可以随时查看、更正、导出或删除自己的信息。诉求办结一年后，联系方式会自动清除。"
)


def own(actor: Actor) -> Account:
    account = db.session.get(Account, actor.account_id)
    if account is None:
        raise NotFound
    return account


def rename(actor: Actor, name: str) -> Account:
    account = own(actor)
    account.name = name
    return account


def agree(actor: Actor, version: str) -> Account:
    """Record that the person read and accepted this version of the privacy notice."""
    if version != PRIVACY_VERSION:
        raise errors.field("version", "隐私说明已更新，请重新阅读后再同意。")
    account = own(actor)
    account.privacy_version = version
    account.privacy_agreed_at = clock.now()
    return account


def set_home(actor: Actor, compound_id: str, building: str | None, unit: str | None) -> Account:
    """Keep where the person lives; at most two changes in thirty days, so that neighbourhoods are not tried out."""
    account = own(actor)
    now = clock.now()
    recent = [at for at in account.home_changes if datetime.fromisoformat(at) > now - HOME_WINDOW]
    if len(recent) >= HOME_CHANGES:
        raise Conflict("30天内最多修改两次住址，请过些天再改；上报诉求时可以另选地点。")
    place = place_by_building(compound_id, building, unit)
    account.home_compound_id = place.compound_id
    account.home_building, account.home_unit = place.building, place.unit
    account.home_changes = [*recent, now.isoformat()]
    return account


def home_of(account: Account) -> Compound | None:
    return db.session.get(Compound, account.home_compound_id) if account.home_compound_id else None


def bind_phone(actor: Actor, verified: str) -> tuple[Account, bool]:
    """Keep a phone number that WeChat verified. Returns the account and whether it became a staff member's.

    When the number is that of a staff account without a phone of its own yet, this WeChat account becomes it:
    once, audited; a second WeChat account is refused until an administrator unlinks the first.
    """
    account = own(actor)
    number = phones.normal(verified)
    # Of two who prove one number at once the second waits here, and then finds what the first became.
    with_number = select(Account.id).where(Account.phone_hash == phones.index(number)).order_by(Account.id)
    db.session.scalars(with_number.with_for_update()).all()
    staff = db.session.scalar(
        select(Account).where(
            Account.phone_hash == phones.index(number), Account.is_staff, Account.state == AccountState.ACTIVE
        )
    )
    account.phone, account.phone_hash = number, phones.index(number)
    if staff is None or staff.id == account.id:
        return account, False
    if staff.linked_at is not None or account.is_staff:
        raise Conflict("这个手机号的工作人员账号已绑定另一个微信，请联系管理员解绑。")
    _become(account, staff)
    return account, True


def _become(account: Account, staff: Account) -> None:
    """Move postings and console login of a staff account to the WeChat account that proved its phone."""
    for posting in db.session.scalars(select(Posting).where(Posting.account_id == staff.id)):
        posting.account_id = account.id
    login = db.session.get(ConsoleLogin, staff.id)
    if login is not None:
        login.account_id = account.id
    account.name = staff.name
    account.is_staff, account.linked_at = True, clock.now()
    staff.is_staff, staff.phone, staff.phone_hash = False, None, None
    staff.state = AccountState.CLOSED
    db.session.flush()
    for follow in after_link:
        follow(staff.id, account.id)
    subject = f"account:{account.public_id}"
    trail.audit("staff.linked", subject, actor_id=account.id, from_account=staff.public_id, how="wechat phone")
