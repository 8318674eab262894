"""Staff and their postings: added one by one, or brought in as tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from app import clock, errors, secrets, trail
from app.db import db
from app.organisations.models import Organisation
from app.people import console_access, phones
from app.people.models import ROLE_NAMES, Account, AccountState, ConsoleLogin, Posting, Role
from app.tables import CellError, Report, Row, Table, noting, read_csv
from app.territory import tree
from app.territory.models import Territory

REQUIRED = ("name", "phone", "role", "territory_code")
OPTIONAL = ("primary", "username", "openid", "organisation_code")
FOR_ORGANISATIONS = (Role.UNIT_WORKER, Role.PARTNER)
"""Roles that people hold for an organisation; its place is the place of the posting."""


@dataclass(frozen=True)
class Post:
    """A posting to be given."""

    role: Role
    territory_code: str
    primary: bool = False
    organisation_code: str = ""


def add_staff(
    name: str,
    phone: str,
    posts: Iterable[Post],
    *,
    openid: str | None = None,
    actor_id: int | None = None,
) -> tuple[Account, bool]:
    """Make the staff account of this phone, or give the one there is these postings besides.

    Returns the account and whether anything was new. The phone links to WeChat when its owner binds it there.
    """
    number = phones.normal(phone)
    account = _staff_with(number)
    is_new = account is None
    if account is None:
        account = _new_account(name, number, openid)
        trail.audit("staff.added", f"account:{account.public_id}", actor_id=actor_id, text=name)
    for post in posts:
        is_new |= _give(account, post, actor_id)
    return account, is_new


def _staff_with(number: str) -> Account | None:
    return db.session.scalar(select(Account).where(Account.phone_hash == phones.index(number), Account.is_staff))


def _new_account(name: str, number: str, openid: str | None) -> Account:
    now = clock.now()
    account = Account(
        public_id=secrets.public_id(),
        openid=openid,
        name=name,
        phone=number,
        phone_hash=phones.index(number),
        is_staff=True,
        linked_at=now if openid else None,
        state=AccountState.ACTIVE,
        created_at=now,
        home_changes=[],
    )
    db.session.add(account)
    db.session.flush()
    return account


def _give(account: Account, post: Post, actor_id: int | None) -> bool:
    place = tree.find_by_code(post.territory_code)
    if place is None:
        raise errors.field("territory_code", f"没有编码为“{post.territory_code}”的辖区，请先导入辖区。")
    organisation_id = _organisation(post)
    held = select(Posting.id).where(
        Posting.account_id == account.id,
        Posting.role == post.role.value,
        Posting.territory_id == place.id,
        Posting.organisation_id == organisation_id,
        Posting.ended_at.is_(None),
    )
    if db.session.scalar(held) is not None:
        return False
    db.session.add(
        Posting(
            account_id=account.id,
            role=post.role.value,
            territory_id=place.id,
            organisation_id=organisation_id,
            primary=post.primary,
            started_at=clock.now(),
        )
    )
    facts = {"role": post.role.value, "territory": post.territory_code}
    facts |= {"organisation": post.organisation_code} if post.organisation_code else {}
    trail.audit("posting.given", f"account:{account.public_id}", actor_id=actor_id, **facts)
    return True


def _organisation(post: Post) -> int | None:
    if not post.organisation_code:
        return None
    found = db.session.scalar(select(Organisation.id).where(Organisation.code == post.organisation_code))
    if found is None:
        raise errors.field("organisation_code", f"没有编码为“{post.organisation_code}”的单位，请先导入单位。")
    return found


def read_people(folder: Path) -> Table:
    return read_csv(folder / "people.csv", REQUIRED, OPTIONAL)


def import_people(table: Table, dry_run: bool = False, *, password: str | None = None) -> Report:
    """Bring in staff, a line for each posting. Nothing is written with an error or on a dry run.

    With `password`, whoever has a username may sign in at the console with it: for demos alone.
    """
    report = Report(errors=list(table.errors))
    codes = set(db.session.scalars(select(Territory.code)))
    placed = select(Organisation.code, Territory.code.label("place")).join(
        Territory, Territory.id == Organisation.territory_id
    )
    organisations = {row.code: row.place for row in db.session.execute(placed)}
    lines = [line for row in table.rows if (line := _line(row, codes, organisations, report)) is not None]
    if report.errors:
        return report
    for line in lines:
        _count(line, report, dry_run, password)
    return report


@dataclass(frozen=True)
class _Line:
    name: str
    phone: str
    post: Post
    username: str
    openid: str


def _line(row: Row, codes: set[str], organisations: dict[str, str], report: Report) -> _Line | None:
    before = len(report.errors)
    with noting(report.errors, row):
        role = row.word("role", Role, ROLE_NAMES)
        organisation = row.text("organisation_code", 40)
        _check_organisation(row, role, organisation, organisations)
        post = Post(role, row.filled("territory_code"), row.yes("primary"), organisation)
        line = _Line(
            row.filled("name", 20), row.filled("phone"), post, row.text("username", 40), row.text("openid", 64)
        )
        if post.territory_code not in codes:
            report.errors.append(
                row.error("territory_code", f"没有编码为“{post.territory_code}”的辖区，请先导入辖区。")
            )
        try:
            phones.normal(line.phone)
        except errors.Invalid:
            report.errors.append(row.error("phone", "不是11位手机号码，请更正。"))
    return line if len(report.errors) == before else None


def _check_organisation(row: Row, role: Role, code: str, organisations: dict[str, str]) -> None:
    """An organisation that is there, at the place of the posting, for a role that people hold for one."""
    if not code:
        return
    if role not in FOR_ORGANISATIONS:
        raise CellError("organisation_code", "只有单位经办人和联动单位的岗位可以填写单位，其他岗位请留空。")
    if code not in organisations:
        raise CellError("organisation_code", f"没有编码为“{code}”的单位，请先导入单位。")
    if organisations[code] != row.text("territory_code"):
        raise CellError("organisation_code", f"这个单位设在“{organisations[code]}”，辖区编码请填写同一个辖区。")


def _has_already(line: _Line) -> bool:
    held = (
        select(Posting.id)
        .join(Account, Account.id == Posting.account_id)
        .join(Territory, Territory.id == Posting.territory_id)
        .outerjoin(Organisation, Organisation.id == Posting.organisation_id)
        .where(
            func.coalesce(Organisation.code, "") == line.post.organisation_code,
            Account.phone_hash == phones.index(phones.normal(line.phone)),
            Account.is_staff,
            Posting.role == line.post.role.value,
            Posting.ended_at.is_(None),
            Territory.code == line.post.territory_code,
        )
    )
    return db.session.scalar(held) is not None


def _count(line: _Line, report: Report, dry_run: bool, password: str | None) -> None:
    if dry_run:
        has_it = _has_already(line)
        report.added += not has_it
        report.unchanged += has_it
        return
    account, is_new = add_staff(line.name, line.phone, [line.post], openid=line.openid or None)
    if line.username and password and db.session.get(ConsoleLogin, account.id) is None:
        console_access.give_login(account.id, line.username, password)
    report.added += is_new
    report.unchanged += not is_new
