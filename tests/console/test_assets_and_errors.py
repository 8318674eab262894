"""Files of the whitelist, headers of every answer, and pages for what goes wrong."""

import pytest
from sqlalchemy.exc import OperationalError

from app import logs
from app.console import assets
from app.work_orders import board
from tests.factories import an_order

POLICY = "default-src 'self'; img-src 'self' data: blob:"
OURS = ["console.css", "console.js"]


@pytest.mark.parametrize("name", OURS)
def test_a_file_is_kept_for_a_year_at_the_address_that_carries_its_mark(app, browser, name):
    with app.test_request_context():
        address = assets.address(name)
    response = browser.get(address)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.mimetype in ("text/css", "text/javascript")


def test_at_any_other_address_it_is_not_kept(browser):
    response = browser.get("/console/assets/console.css?v=000000000000")
    assert "immutable" not in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["package.json", "../package.json", "%2e%2e/assets.py", "bootstrap.css.map", "console.css/", "", "x" * 300]
)
def test_nothing_but_the_whitelist_is_served(desk, name):
    response = desk.get(f"/console/assets/{name}")
    assert response.status_code == 404
    assert "没有找到" in desk.page


def test_without_the_packages_pages_work_and_say_what_to_run(browser, monkeypatch, tmp_path):
    missing = {name: tmp_path / name for name in ("bootstrap.css", "htmx.js")}
    monkeypatch.setattr(assets, "FILES", assets.FILES | missing)
    browser.get("/console/sign-in")
    assert "cd app/console &amp;&amp; npm ci" in browser.page
    assert "htmx.js" not in browser.page
    assert "console.css" in browser.page
    assert browser.sign_in("nobody", "wrong").status_code == 401


@pytest.mark.parametrize(
    "path", ["/console/sign-in", "/console/", "/console/live", "/console/nowhere", "/console/follow-ups"]
)
def test_every_answer_allows_nothing_from_elsewhere_and_leaves_nothing_behind(desk, path):
    headers = desk.get(path).headers
    assert headers["Content-Security-Policy"].startswith(POLICY)
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] in ("no-store", "private, no-cache")


def test_pages_carry_no_script_and_no_style_of_their_own(city, desk):
    order = an_order(city)
    for path in ("/console/", f"/console/work-orders/{order.number}", "/console/follow-ups"):
        page = desk.get(path).text
        assert "<script>" not in page
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page


def test_an_unknown_page_is_told_in_chinese_with_the_number_to_quote(desk):
    response = desk.get("/console/nowhere/at/all")
    assert response.status_code == 404
    assert "没有找到您要的页面" in desk.page
    assert f"<code>{response.headers['X-Request-ID']}</code>" in desk.page


def test_a_database_that_is_away_is_503_and_says_so(desk, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(board, "page", away)
    response = desk.get("/console/")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "系统正忙" in desk.page


def test_a_mishap_shows_nothing_of_the_inside(desk, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("secret detail of the inside")

    monkeypatch.setattr(board, "page", broken)
    assert desk.get("/console/").status_code == 500
    assert "我们已经记录下来" in desk.page
    assert "secret detail" not in desk.page
    assert "Traceback" not in desk.page


def test_a_method_nobody_asked_for_is_refused_as_a_page(desk):
    desk.get("/console/")
    _, hidden = desk.form("/sign-out")
    response = desk.post("/console/follow-ups", hidden)
    assert response.status_code == 405
    assert "请从页面上的按钮进行操作" in desk.page


def test_an_error_page_of_a_poll_does_not_carry_another_request_id(desk):
    first, second = desk.get("/console/nowhere"), desk.get("/console/nowhere")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert logs.request_id.get() not in (first.headers["X-Request-ID"], second.headers["X-Request-ID"])
