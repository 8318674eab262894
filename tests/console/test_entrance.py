"""Coming in, staying in, and going out of the console."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from app.db import db, transaction
from app.people import console_access
from app.people.models import ConsoleSession, Posting
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD
from tests.factories import a_manager, a_worker

START = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def sessions() -> int:
    found = db.session.scalar(select(func.count()).select_from(ConsoleSession))
    db.session.close()
    return found


def a_login(actor, username="manager") -> None:
    with transaction():
        console_access.give_login(actor.account_id, username, PASSWORD)


def test_without_a_session_every_page_leads_to_the_sign_in_page_and_back(browser):
    for path in ("/console/", "/console/?status=pooled", "/console/work-orders/XN1", "/console/follow-ups"):
        response = browser.get(path)
        assert response.status_code == 303
        target = urlsplit(response.location)
        assert target.path == "/console/sign-in"
        assert parse_qs(target.query)["next"] == [path]


def test_after_signing_in_the_person_is_where_they_wanted_to_be(browser, manager):
    a_login(manager)
    browser.get("/console/sign-in?next=/console/follow-ups")
    response = browser.submit("/console/sign-in", username="manager", password=PASSWORD)
    assert (response.status_code, response.location) == (303, "/console/follow-ups")
    assert browser.get("/console/follow-ups").status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/console/",
        "//evil.example/console/",
        "/\\evil.example/console/",
        "/console/\\..\\x",
        "javascript:alert(1)",
        "/api/account",
        "/console/\r\nSet-Cookie: x=1",
        "console/",
        "http:/console/",
        "//[",
        "",
    ],
)
def test_next_leads_nowhere_but_into_the_console(browser, manager, elsewhere):
    a_login(manager)
    response = browser.sign_in("manager", PASSWORD, next=elsewhere)
    assert (response.status_code, response.location) == (303, "/console/")


def test_a_wrong_password_and_an_unknown_name_get_the_very_same_page(app, manager):
    a_login(manager)
    pages = []
    with time_machine.travel(START, tick=False):
        for username in ("manager", "nobody"):
            browser = Browser(app)
            assert browser.sign_in(username, "wrong").status_code == 401
            pages.append(re.sub(r"value=\"[\w.-]{60,}\"|: \"[\w.-]{60,}\"", "", browser.page).replace(username, ""))
    assert "用户名或密码不正确" in pages[0]
    assert pages[0] == pages[1]
    assert sessions() == 0


def test_the_lock_is_told_in_a_sentence_and_keeps_the_right_password_out(browser, manager):
    a_login(manager)
    for _ in range(5):
        browser.sign_in("manager", "wrong")
    assert "已锁定15分钟" in browser.page
    assert browser.sign_in("manager", PASSWORD).status_code == 401
    assert "已锁定15分钟" in browser.page


def test_a_grid_worker_is_told_that_the_console_is_not_their_place(browser, city):
    a_login(a_worker(city["g1"]), "worker")
    assert browser.sign_in("worker", PASSWORD).status_code == 401
    assert "您的岗位不能进入管理端" in browser.page


def test_the_session_cookie_is_unreadable_for_scripts_and_stays_on_this_site(browser, manager):
    a_login(manager)
    response = browser.sign_in("manager", PASSWORD)
    (cookie,) = [line for line in response.headers.getlist("Set-Cookie") if line.startswith("console=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_in_production_the_cookie_belongs_to_the_host_and_travels_over_https_only(app, browser, manager, monkeypatch):
    import dataclasses

    settings = dataclasses.replace(app.extensions["settings"], app_env="production")
    monkeypatch.setitem(app.extensions, "settings", settings)
    a_login(manager)
    response = browser.sign_in("manager", PASSWORD)
    (cookie,) = [line for line in response.headers.getlist("Set-Cookie") if line.startswith("__Host-console=")]
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_a_token_planted_before_the_sign_in_is_worth_nothing_after_it(browser, manager):
    a_login(manager)
    browser.client.set_cookie("console", "planted-by-somebody")
    browser.sign_in("manager", PASSWORD)
    assert browser.cookie("console") != "planted-by-somebody"
    thief = Browser(browser.client.application)
    thief.client.set_cookie("console", "planted-by-somebody")
    assert thief.get("/console/").status_code == 303


def test_signing_in_again_ends_the_session_before(browser, manager):
    a_login(manager)
    browser.sign_in("manager", PASSWORD)
    first = browser.cookie("console")
    browser.client.delete_cookie("console")
    browser.get("/console/sign-in")
    browser.client.set_cookie("console", first)
    browser.submit("/console/sign-in", username="manager", password=PASSWORD)
    old = Browser(browser.client.application)
    old.client.set_cookie("console", first)
    assert old.get("/console/").status_code == 303
    assert browser.get("/console/").status_code == 200


def test_the_form_token_of_before_the_sign_in_is_refused_after_it(browser, manager):
    a_login(manager)
    browser.get("/console/sign-in")
    _, before = browser.form("/console/sign-in")
    browser.submit("/console/sign-in", username="manager", password=PASSWORD)
    response = browser.post("/console/sign-out", {"csrf_token": before["csrf_token"]})
    assert response.status_code == 400
    assert browser.get("/console/").status_code == 200


def test_signing_out_ends_the_session_for_whoever_holds_its_token(desk):
    token = desk.cookie("console")
    desk.get("/console/")
    assert desk.submit("/console/sign-out").status_code == 303
    assert desk.cookie("console") is None
    other = Browser(desk.client.application)
    other.client.set_cookie("console", token)
    assert other.get("/console/").status_code == 303


def test_polls_do_not_keep_a_session_alive_and_actions_do(app, city, at_desk):
    with time_machine.travel(START, tick=False) as travel:
        acting, polling = at_desk(a_manager(city["xnlx"])), at_desk(a_manager(city["hyx"]))
        for minutes in (30, 59):
            travel.move_to(START + timedelta(minutes=minutes))
            assert acting.get("/console/").status_code == 200
            assert polling.get("/console/live").status_code == 200
        travel.move_to(START + timedelta(minutes=60))
        assert acting.get("/console/").status_code == 200
        gone = polling.get(
            "/console/live", headers={"HX-Request": "true", "Referer": "http://localhost/console/?page=2"}
        )
        assert gone.status_code == 401
        assert gone.headers["HX-Redirect"] == "/console/sign-in?next=/console/?page%3D2"


def test_nobody_stays_longer_than_ten_hours(app, city, at_desk):
    with time_machine.travel(START, tick=False) as travel:
        desk = at_desk(a_manager(city["xnlx"]))
        for half_hours in range(1, 20):
            travel.move_to(START + timedelta(minutes=30 * half_hours))
            assert desk.get("/console/").status_code == 200
        travel.move_to(START + timedelta(hours=10))
        assert desk.get("/console/").status_code == 303


def test_whoever_loses_their_last_post_is_out_at_the_next_request(desk, manager):
    with transaction():
        for posting in db.session.scalars(select(Posting).where(Posting.account_id == manager.account_id)):
            posting.ended_at = START
    assert desk.get("/console/").status_code == 403
    assert "您的岗位不能进入管理端" in desk.page
    assert desk.submit("/console/sign-out").status_code == 303


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/sign-out"])
@pytest.mark.parametrize("token", [None, "", "forged", "IjEyMyI.aaaa.bbbb"])
def test_a_form_without_its_token_is_refused_with_a_page_that_says_what_to_do(desk, path, token):
    response = desk.post(path, {} if token is None else {"csrf_token": token})
    assert response.status_code == 400
    assert "页面已过期" in desk.page
    assert desk.get("/console/").status_code == 200


def test_too_many_sign_ins_from_one_address_wait(app, browser, manager, tmp_path):
    from app import limits

    a_login(manager)
    limits.install(tmp_path / "limits.sqlite")
    try:
        for _ in range(20):
            browser.sign_in("manager", "wrong")
        response = browser.sign_in("manager", PASSWORD)
    finally:
        limits.install(None)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "登录太频繁" in browser.page
