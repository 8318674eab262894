"""Forms for a second look at an order: sending it back, and having it done again."""

import pytest

from app.db import transaction
from app.work_orders import rating, resolution
from tests.console.browser import path
from tests.factories import a_manager, a_resident, a_worker, an_order, fresh, resolved

YES = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None}


@pytest.fixture
def reporter(city):
    return a_resident()


@pytest.fixture
def settled(city, reporter):
    return resolved(an_order(city, reporter), a_worker(city["g1"]))


@pytest.fixture
def closed(settled, reporter):
    with transaction():
        rating.rate(settled.number, reporter, **YES)
    return settled


def test_a_manager_sends_back_what_lacks_evidence(desk, settled):
    assert "审核退回" in desk.get(path(settled)).text
    response = desk.submit("/send-back", reason="没有整改后的照片")
    assert (response.status_code, response.location) == (303, path(settled))
    page = desk.get(path(settled)).text
    assert "已退回补充" in page
    assert "没有整改后的照片" in page
    assert fresh(settled).status == "in_progress"


def test_a_manager_has_it_done_again(desk, closed):
    desk.get(path(closed))
    assert desk.submit("/reopen", reason="巡查发现又坏了").status_code == 303
    assert "第2轮办理" in desk.get(path(closed)).text
    assert fresh(closed).round == 2


@pytest.mark.parametrize("verb", ["send-back", "reopen"])
def test_without_a_reason_nothing_happens_and_the_sentence_stands_at_the_field(desk, settled, closed, city, verb):
    order = closed if verb == "reopen" else resolved(an_order(city), a_worker(city["g1"]))
    desk.get(path(order))
    before = fresh(order)
    response = desk.submit(f"/{verb}", reason=" ")
    assert response.status_code == 422
    assert f'id="fault-{verb.replace("-", "_")}-reason"' in desk.page
    assert fresh(order) == before


def test_a_page_that_is_no_longer_true_sends_nothing_back(desk, settled, reporter):
    desk.get(path(settled))
    with transaction():
        rating.rate(settled.number, reporter, **YES)
    response = desk.submit("/send-back", reason="没有照片")
    assert response.status_code == 412
    assert fresh(settled).status == "closed"
    assert "没有照片" in desk.page


def test_the_same_form_twice_sends_back_once(desk, settled):
    desk.get(path(settled))
    address, hidden = desk.form("/send-back")
    for _ in range(2):
        assert desk.post(address, hidden | {"reason": "没有照片"}).status_code == 303
    assert fresh(settled).status == "in_progress"


def test_a_manager_of_elsewhere_finds_nothing(at_desk, city, settled):
    stranger = at_desk(a_manager(city["hyx"]))
    assert stranger.get(path(settled)).status_code == 404


def test_the_form_is_gone_after_two_times(desk, settled, city):
    worker = a_worker(city["g1"])
    order = resolved(an_order(city), worker)
    for _ in range(2):
        desk.get(path(order))
        desk.submit("/send-back", reason="没有照片")
        with transaction():
            resolution.resolve(order.number, worker, "solved", "已补拍照片", [])
    assert 'id="send-back"' not in desk.get(path(order)).text


def test_a_superior_urges_and_the_unit_is_not_offered_it(at_desk, city, desk):
    order = an_order(city)
    assert 'id="urge"' not in desk.get(path(order)).text
    superior = at_desk(a_manager(city["ht"]))
    superior.get(path(order))
    assert superior.submit("/urge", note="请今天办完").status_code == 303
    page = superior.get(path(order)).text
    assert "已催办" in page
    assert "请今天办完" in page
    response = superior.submit("/urge", note="再快一点")
    assert response.status_code == 409
    assert "24小时" in superior.page
    assert "再快一点" in superior.page
