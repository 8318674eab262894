"""When somebody leaves for good nothing of them stays once their orders have ended; what was done does, and holds."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from app import clock, idempotency, parameters, secrets, storage, trail
from app.commands import erasing as door
from app.commands.sealing import Sealer
from app.commands.sweep import clean
from app.db import db, end_reading, walking
from app.deadlines.timers import Timer
from app.notifications.models import Consent, Delivery, DeliveryState, Notification
from app.parameters import Parameter
from app.people import accounts, closing, duty, phones, staffing
from app.people.models import Account, Role
from app.photos import review, storing
from app.photos.models import Photo
from app.seals.verifying import verify
from app.territory.models import Compound
from app.territory.placing import Place
from app.work_orders import erasing, follow_up, handling, intake, rating, resolution, text_review
from app.work_orders.detail import detail
from app.work_orders.lines import ERASED_WORDS
from app.work_orders.models import Assignment, FollowUp, Rating, Reporter, WorkOrder
from app.work_orders.queries import reporter_accounts
from app.work_orders.timeline import Event, EventText
from tests.everything import tables_with
from tests.factories import a_photo, a_resident, a_worker, act, an_order, claimed, fresh, writing
from tests.work_orders.record import events, run

NAME, PHONE, OPENID, DOOR, STREET = "赵淑兰", "13912340017", "oZhaoShulan0001", "302室", "古城台小学旁蓝色铁门"
CONTACT = "13612345678"
PERSONAL = (NAME, PHONE, OPENID, DOOR, STREET, CONTACT)
STAYS = (WorkOrder, Event, Rating, Reporter, Assignment, FollowUp, Timer)
YES = {"answered": True, "solved": "yes", "satisfied": "yes"}
NO = {"answered": True, "solved": "no", "satisfied": "no"}


@pytest.fixture(autouse=True)
def nothing_by_lot(city):
    with writing():
        db.session.merge(Parameter(name="follow_up_drawn_percent", value="0"))
    parameters.forget()


@pytest.fixture
def leaver(city):
    home = {"home_compound_id": db.session.scalar(select(Compound.id).limit(1)), "home_building": "3号楼"}
    end_reading()
    return a_resident(
        name=NAME, openid=OPENID, phone=PHONE, phone_hash=phones.index(PHONE), home_unit=f"2单元{DOOR}", **home
    )


def a_point(city):
    return Place(
        city["xn"], city["cx"], city["ht"], city["xnlx"], city["g1"], text="新宁路西社区第一网格",
        lat=36.6231, lng=101.7712, given_lat=36.62, given_lng=101.77, coordinate_system="gcj02", address=STREET,
    )  # fmt: skip


def told(order, person):
    """What the relay writes into an inbox."""
    with writing():
        entry = Notification(
            public_id=secrets.public_id(), outbox_id=order.id, account_id=person.account_id, topic="resolved",
            number=order.number, title="已办结", text=f"{NAME}，您反映的事情已办结", created_at=clock.now(),
        )  # fmt: skip
        db.session.add(entry)
        db.session.flush()
        delivery = Delivery(
            notification_id=entry.id, account_id=person.account_id, channel="wechat", template_key="resolved", data={},
            state=DeliveryState.SENT, due_at=clock.now(), lease_until=clock.now(), created_at=clock.now(),
        )  # fmt: skip
        consent = Consent(account_id=person.account_id, template_id="t", units=1, changed_at=clock.now())
        db.session.add_all([delivery, consent])


@pytest.fixture
def order(city, leaver, worker, manager):
    """An order on which the person's name, phone and door stand wherever somebody could have written them."""
    photo = a_photo(leaver)
    for size in ("main", "thumb"):
        storage.storage().put(storing.key(photo, size), b"picture")
    words = f"我是{NAME}，{DOOR}，电话{PHONE}，楼上漏水"
    values = {"contact": CONTACT, "photo_ids": [photo], "verdict": "review", "place": a_point(city)}
    order = an_order(city, leaver, description=words, **values)
    with writing():
        db.session.execute(update(WorkOrder).where(WorkOrder.id == order.id).values(answers={"door": DOOR}))
    run(text_review.decide, order.number, manager, passes=True, reason=f"{NAME}的电话不公开", seen="")
    run(review.decide, photo, manager, passes=True, reason=f"看得到{DOOR}", seen="")
    claimed(order, worker)
    run(handling.contact, order.number, worker, "call", f"{NAME}说晚上在家，另一个电话{CONTACT}")
    run(handling.note, order.number, worker, f"{DOOR}的水管老化", visible_to_resident=True)
    return order


def close(person):
    with writing():
        closing.close(db.session.get(Account, person.account_id), "own_wish", by=person.account_id)


def end(order, worker, leaver):
    run(resolution.resolve, order.number, worker, "solved", f"{NAME}家的水管已更换", [])
    run(rating.rate, order.number, leaver, comment=f"谢谢，我是{NAME}", **YES)


def erase():
    end_reading()
    return door.erase(clock.now())


def counts(*models):
    found = [db.session.scalar(select(func.count()).select_from(model)) for model in models or STAYS]
    end_reading()
    return found


def seal(folder):
    end_reading()
    sealer = Sealer(folder)
    while sealer.seal():
        pass


def verified():
    end_reading()
    with walking() as connection:
        return verify(connection)


def test_nothing_personal_is_left_and_what_was_done_stays_and_holds(order, leaver, worker, tmp_path):
    end(order, worker, leaver)
    told(order, leaver)
    with writing():
        idempotency.remember(leaver.account_id, "op", "key-00001", fingerprint="f", status=201, answer=f"{NAME}{PHONE}")
    seal(tmp_path)
    before, rated = counts(), db.session.execute(select(Rating.solved, Rating.satisfied)).all()
    end_reading()
    assert tables_with(*PERSONAL).keys() == set(PERSONAL)
    close(leaver)
    assert clean() == 0
    assert tables_with(*PERSONAL) == {}
    assert counts() == before
    assert counts(Photo, Notification, Delivery, Consent) == [0, 0, 0, 0]
    assert db.session.execute(select(Rating.solved, Rating.satisfied)).all() == rated
    end_reading()
    whole = verified()
    assert whole.fault is None
    assert whole.erased == 6
    seal(tmp_path)
    assert verified().fault is None


def test_the_file_of_the_database_holds_nothing_either(order, leaver, worker):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps what was deleted until it vacuums; docs/operating.md says so")
    end(order, worker, leaver)
    close(leaver)
    erase()
    with db.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    path = Path(db.engine.url.database)
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert order.number.encode() in content
    assert [one for one in PERSONAL if one.encode() in content] == []


def test_the_files_of_their_photos_go_too(order, leaver, worker):
    photo = db.session.scalar(select(Photo.public_id))
    end_reading()
    end(order, worker, leaver)
    close(leaver)
    assert storage.storage().exists(storing.key(photo, "main"))
    erase()
    assert not any(storage.storage().exists(storing.key(photo, size)) for size in ("main", "thumb"))


def test_while_an_order_is_open_everything_on_it_stays(order, leaver, worker):
    close(leaver)
    erase()
    assert fresh(order).description.startswith("我是")
    assert counts(EventText, Photo) == [2, 1]
    assert set(tables_with(NAME, OPENID, PHONE)) == {NAME, PHONE}
    run(resolution.resolve, order.number, worker, "solved", "已更换", [])
    erase()
    assert counts(EventText) == [3]


def test_a_follow_up_that_is_owed_keeps_it_too(order, leaver, worker, officer):
    run(resolution.resolve, order.number, worker, "solved", "已更换", [])
    run(rating.rate, order.number, leaver, comment=f"我是{NAME}", **NO)
    close(leaver)
    erase()
    assert counts(EventText) == [4]
    run(follow_up.conclude, order.number, officer, "passed", f"{NAME}说好了")
    erase()
    assert counts(EventText) == [0]
    assert tables_with(*PERSONAL) == {}


def test_the_city_may_want_the_words_for_some_days_more(order, leaver, worker, later):
    with writing():
        db.session.merge(Parameter(name="erase_after_days", value="30"))
    parameters.forget()
    end(order, worker, leaver)
    close(leaver)
    later(days=29)
    erase()
    assert fresh(order).description.startswith("我是")
    later(days=2)
    erase()
    assert fresh(order).description == erasing.ERASED


def test_people_who_stay_lose_nothing(order, leaver, worker):
    end(order, worker, leaver)
    erase()
    assert fresh(order).description.startswith("我是")
    assert counts(EventText, Photo) == [4, 1]


def join(order, person):
    with writing():
        joined = {"account_id": person.account_id, "is_first": False, "created_at": clock.now()}
        db.session.add(Reporter(work_order_id=order.id, **joined))


def test_where_a_neighbour_stands_behind_the_order_only_own_words_go(order, leaver, worker):
    neighbour = a_resident(name="马忠", phone="13811110000")
    join(order, neighbour)
    run(resolution.resolve, order.number, worker, "solved", "水管已更换", [])
    run(rating.rate, order.number, leaver, comment="我的评价", **YES)
    run(rating.rate, order.number, neighbour, comment="邻居的评价", **YES)
    close(leaver)
    erase()
    said = {event.words for event in events(order)}
    assert {"水管已更换", "邻居的评价"} <= said
    assert "我的评价" not in said
    assert (fresh(order).description, fresh(order).address) == (erasing.ERASED, None)
    assert fresh(order).given_lat is not None
    close(neighbour)
    erase()
    assert {event.words for event in events(order)} == {None}
    assert fresh(order).given_lat is None
    assert tables_with(*PERSONAL, "马忠") == {}
    assert verified().fault is None


def test_whoever_only_joined_leaves_the_words_of_the_first(order, leaver, worker):
    neighbour = a_resident(name="马忠")
    join(order, neighbour)
    run(resolution.resolve, order.number, worker, "solved", "水管已更换", [])
    run(rating.rate, order.number, neighbour, comment="马忠的评价", **YES)
    run(rating.rate, order.number, leaver, comment="我的评价", **YES)
    close(neighbour)
    erase()
    assert fresh(order).description.startswith("我是")
    assert "马忠" not in str(tables_with("马忠"))
    assert "我的评价" in {event.words for event in events(order)}


def test_the_timeline_says_that_words_were_erased(order, leaver, worker):
    end(order, worker, leaver)
    close(leaver)
    erase()
    shown = [line.text for line in detail(order.number, worker).lines]
    end_reading()
    assert len([one for one in shown if one.endswith(f"：{ERASED_WORDS}") or one == ERASED_WORDS]) == 4
    assert not any(NAME in one for one in shown)


def test_an_order_that_was_taken_up_again_since_the_look_is_left_alone(order, leaver, worker):
    end(order, worker, leaver)
    close(leaver)
    (due,) = erasing.orders_due(clock.now())
    with writing():
        db.session.execute(update(WorkOrder).values(status="in_progress"))
    with writing():
        assert erasing.erase_on_order(due, clock.now()) == []
    assert counts(EventText) == [4]


def test_a_batch_at_a_time_and_the_person_last(city, leaver, monkeypatch):
    monkeypatch.setattr(erasing, "BATCH", 2)
    for _ in range(3):
        run(intake.withdraw, an_order(city, leaver).number, leaver, f"{NAME}自己解决了")
    close(leaver)
    assert [erase() for _ in range(3)] == [2, 0, 0]
    person = db.session.get(Account, leaver.account_id)
    end_reading()
    assert person.erased_at == clock.now()
    assert counts(EventText) == [0]
    erasures = db.session.scalars(select(trail.AuditRow.facts).where(trail.AuditRow.action == trail.ERASED)).all()
    end_reading()
    assert [one["texts"] for one in erasures] == [1, 1, 1, 0]


def test_one_that_cannot_be_erased_does_not_hold_up_the_others(city, leaver, monkeypatch):
    for _ in range(2):
        run(intake.withdraw, an_order(city, leaver).number, leaver, "自己解决了")
    close(leaver)
    first, erase_one = min(erasing.orders_due(clock.now())), erasing.erase_on_order

    def breaks(reporter_id, now):
        if reporter_id == first:
            raise ValueError("broken")
        return erase_one(reporter_id, now)

    monkeypatch.setattr(erasing, "erase_on_order", breaks)
    erase()
    assert counts(EventText) == [1]


def test_a_long_inbox_goes_in_parts(order, leaver, worker, monkeypatch):
    monkeypatch.setattr(erasing, "INBOX_BATCH", 1)
    end(order, worker, leaver)
    told(order, leaver)
    close(leaver)
    erase()
    assert (counts(Notification), db.session.get(Account, leaver.account_id).erased_at) == ([0], None)
    end_reading()
    erase()
    assert db.session.get(Account, leaver.account_id).erased_at == clock.now()
    end_reading()


def test_nobody_tells_a_closed_account_anything_more(order, leaver):
    assert reporter_accounts(order.id, {}) == [leaver.account_id]
    end_reading()
    close(leaver)
    assert reporter_accounts(order.id, {}) == []
    end_reading()


def test_staff_leave_no_name_but_what_they_did_at_work_stays(city, order, leaver, worker):
    with writing():
        made, _ = staffing.add_staff("祁万福", "13700001111", [staffing.Post(Role.GRID_WORKER, "g1")])
    person = a_resident(openid="oQiWanfu")
    with writing():
        accounts.bind_phone(act(person.account_id), "13700001111")
    assert set(tables_with("祁万福")["祁万福"]) == {"account", "audit_text"}
    linked = act(person.account_id)
    run(duty.say, linked, True)
    other = claimed(an_order(city, category="NOISE"), act(person.account_id))
    run(handling.note, other.number, act(person.account_id), "楼道已查看", visible_to_resident=True)
    close(person)
    erase()
    assert tables_with("祁万福", "13700001111", "oQiWanfu") == {}
    assert events(other)[-2].words == "楼道已查看"
    assert verified().fault is None
    former = db.session.get(Account, made.id)
    end_reading()
    assert (former.name, former.erased_at is not None) == (None, True)


def test_photos_and_words_of_others_stay_when_somebody_without_orders_goes(order):
    close(a_worker(fresh(order).grid_id, name="多杰"))
    erase()
    assert counts(EventText, Photo) == [2, 1]


def test_two_sweeps_at_once_erase_everything_once(app, order, leaver, worker):
    end(order, worker, leaver)
    told(order, leaver)
    close(leaver)
    begin, done = threading.Barrier(2), []

    def sweep():
        with app.app_context():
            begin.wait()
            for _ in range(3):
                done.append(door.erase(clock.now()))
            end_reading()

    sweeps = [threading.Thread(target=sweep) for _ in range(2)]
    for one in sweeps:
        one.start()
    for one in sweeps:
        one.join()
    assert done == [0] * 6
    assert tables_with(*PERSONAL) == {}
    erasures = db.session.scalars(select(trail.AuditRow.facts).where(trail.AuditRow.action == trail.ERASED)).all()
    end_reading()
    assert [one["texts"] for one in erasures] == [6, 0]
    assert verified().fault is None
