"""QR codes, links, and the pages they open."""

import io
import json
from typing import Any

import pytest
import segno
from PIL import Image

UNLIMITED, LIMITED = "/wxa/getwxacodeunlimit", "/wxa/getwxacode"
LINK, SCHEME = "/wxa/generate_urllink", "/wxa/generatescheme"
DAY = 86400


@pytest.fixture(autouse=True)
def pages(hands: Any) -> None:
    listed = {"pages": ["pages/report/report"], "subPackages": [{"root": "worker", "pages": ["pages/pool/pool"]}]}
    hands.settings.app_json.write_text(json.dumps(listed), encoding="utf-8")


def ask(hands: Any, path: str, body: Any) -> Any:
    query = {"access_token": hands.stable()["access_token"]}
    return hands.client.post(path, query_string=query, data=json.dumps(body).encode())


def tickets(hands: Any) -> list[dict[str, Any]]:
    return hands.control("/tickets", method="GET")["items"]


# codes


@pytest.mark.parametrize(("see_through", "form"), [(False, "JPEG"), (True, "PNG")])
def test_a_code_is_a_picture_that_claims_to_be_a_jpeg(hands: Any, see_through: bool, form: str) -> None:
    body = {"scene": "g=17", "page": "pages/report/report", "width": 430, "is_hyaline": see_through}
    response = ask(hands, UNLIMITED, body)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(response.data)) as picture:
        assert picture.format == form
        assert picture.width == picture.height
        assert 280 <= picture.width <= 430


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"scene": ""}, 40169),
        ({"scene": None}, 40169),
        ({"scene": "a" * 33}, 40169),
        ({"scene": "网格"}, 40129),
        ({"scene": "a%20b"}, 40129),
        ({"scene": "a b"}, 40129),
        ({"scene": "scancode_time=1"}, 85096),
        ({"page": "/pages/report/report"}, 41030),
        ({"page": "pages/report/report?x=1"}, 41030),
        ({"page": "pages/none/none"}, 41030),
        ({"page": "pages/none/none", "check_path": False}, 0),
        ({"width": 279}, 40097),
        ({"width": 1281}, 40097),
        ({"width": "wide"}, 40097),
        ({"env_version": "beta"}, 40097),
        ({"scene": "!#$&'()*+,/:;=?@-._~09azAZ"}, 0),
        ({"page": None}, 0),
    ],
)
def test_what_a_scene_code_takes(hands: Any, changes: dict[str, Any], errcode: int) -> None:
    response = ask(hands, UNLIMITED, {"scene": "g=17", "page": "worker/pages/pool/pool", **changes})
    if errcode == 0:
        assert response.data.startswith(b"\xff\xd8\xff")
    else:
        assert response.get_json(force=True)["errcode"] == errcode
        assert response.headers["Content-Type"] == "application/json; encoding=utf-8"
        assert tickets(hands) == []


def test_an_unreleased_mini_program_has_no_page_to_check(hands: Any) -> None:
    hands.control("/apps", {"appid": hands.settings.appid, "released": False})
    body = {"scene": "g=1", "page": "pages/report/report"}
    assert ask(hands, UNLIMITED, body).get_json(force=True)["errcode"] == 41030
    assert ask(hands, UNLIMITED, {**body, "check_path": False}).status_code == 200
    assert ask(hands, LINK, {}).get_json()["errcode"] == 85079


def test_the_released_pages_can_be_others_than_those_at_work(hands: Any) -> None:
    hands.control("/apps", {"appid": hands.settings.appid, "pages": ["pages/old/old"]})
    answers = [
        ask(hands, UNLIMITED, {"scene": "g=1", "page": page}) for page in ("pages/old/old", "pages/report/report")
    ]
    assert [answer.mimetype for answer in answers] == ["image/jpeg", "application/json"]


def test_five_thousand_scene_codes_a_minute_are_enough(hands: Any) -> None:
    hands.control("/counters", {"path": UNLIMITED, "minute": 5000})
    assert ask(hands, UNLIMITED, {"scene": "g=1"}).get_json(force=True)["errcode"] == 45011


def test_the_limited_codes_are_counted_together_until_none_is_left(hands: Any) -> None:
    body = {"path": "pages/report/report?from=poster"}
    hands.control("/counters", {"path": "codes", "used": 99_997})
    used = [
        ask(hands, path, body).headers["Num-Used"] for path in (LIMITED, "/cgi-bin/wxaapp/createwxaqrcode", LIMITED)
    ]
    assert used == ["99998", "99999", "100000"]
    assert ask(hands, LIMITED, body).get_json(force=True)["errcode"] == 45029
    hands.advance(40 * DAY)
    assert ask(hands, LIMITED, body).get_json(force=True)["errcode"] == 45029


@pytest.mark.parametrize(
    ("path", "errcode"),
    [("", 40159), ("/pages/report/report", 40159), ("p" * 1025, 40159), ("pages/a/a?scancode_time=1", 85096)],
)
def test_what_a_limited_code_does_not_take(hands: Any, path: str, errcode: int) -> None:
    answer = ask(hands, LIMITED, {"path": path})
    assert answer.get_json(force=True)["errcode"] == errcode
    assert "Num-Used" not in answer.headers


# links


def test_a_link_and_what_is_known_of_it(hands: Any) -> None:
    now = hands.emulator.clock.now()
    body = {"path": "pages/report/report", "query": "order=XN1", "expire_type": 1, "expire_interval": 7}
    link = ask(hands, LINK, body).get_json()["url_link"]
    assert link.startswith("https://wxaurl.cn/")
    known = ask(hands, "/wxa/query_urllink", {"url_link": link}).get_json()["url_link_info"]
    assert (known["path"], known["query"], known["appid"]) == ("pages/report/report", "order=XN1", hands.settings.appid)
    assert abs(known["expire_time"] - now - 7 * DAY) < 5
    assert abs(known["create_time"] - now) < 5


def test_a_scheme_and_what_is_known_of_it(hands: Any) -> None:
    body = {"jump_wxa": {"path": "/pages/report/report", "query": "a=1", "env_version": "trial"}, "is_expire": True}
    link = ask(hands, SCHEME, body).get_json()["openlink"]
    assert link.startswith("weixin://dl/business/?t=")
    known = ask(hands, "/wxa/queryscheme", {"scheme": link}).get_json()["scheme_info"]
    assert (known["path"], known["env_version"]) == ("pages/report/report", "trial")
    assert ask(hands, "/wxa/query_urllink", {"url_link": link}).get_json()["errcode"] == 85403


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({}, 0),
        ({"path": "pages/none/none"}, 40165),
        ({"query": "q" * 1025}, 40212),
        ({"query": "q" * 1024}, 0),
        ({"env_version": "beta"}, 85402),
        ({"expire_type": 1, "expire_interval": 30}, 0),
        ({"expire_type": 1, "expire_interval": 31}, 85401),
        ({"expire_type": 1, "expire_interval": 0}, 85401),
        ({"expire_type": 1, "expire_interval": "soon"}, 85401),
        ({"expire_time": 1}, 85401),
    ],
)
def test_what_a_link_takes(hands: Any, body: dict[str, Any], errcode: int) -> None:
    assert ask(hands, LINK, body).get_json()["errcode"] == errcode
    scheme = {"jump_wxa": body, **{key: value for key, value in body.items() if key.startswith("expire")}}
    assert ask(hands, SCHEME, scheme).get_json()["errcode"] == errcode


@pytest.mark.parametrize(("after", "errcode"), [(30, 85401), (120, 0), (29 * DAY, 0), (31 * DAY, 85401)])
def test_a_link_lasts_between_a_minute_and_thirty_days(hands: Any, after: int, errcode: int) -> None:
    ends = int(hands.emulator.clock.now()) + after
    assert ask(hands, LINK, {"expire_type": 0, "expire_time": ends}).get_json()["errcode"] == errcode


def test_links_and_schemes_share_their_limits_by_second_and_day(hands: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands.emulator.clock, "now", lambda: 1_750_000_000.5)
    hands.control("/counters", {"path": LINK, "second": 99})
    assert [ask(hands, path, {}).get_json()["errcode"] for path in (SCHEME, LINK)] == [0, 44990]
    monkeypatch.setattr(hands.emulator.clock, "now", lambda: 1_750_000_001.5)
    hands.control("/counters", {"path": LINK, "used": 499_999})
    assert [ask(hands, path, {}).get_json()["errcode"] for path in (SCHEME, LINK)] == [0, 44993]


def test_an_unknown_link_is_not_found(hands: Any) -> None:
    assert ask(hands, "/wxa/query_urllink", {"url_link": "https://wxaurl.cn/none"}).get_json()["errcode"] == 85403


# opening


def scene_ticket(hands: Any) -> dict[str, Any]:
    ask(hands, UNLIMITED, {"scene": "g=17&x", "page": "pages/report/report"})
    return tickets(hands)[0]


def test_a_scanned_code_opens_its_page_with_the_scene_escaped(hands: Any) -> None:
    openid, ticket = hands.person(nickname="马秀英"), scene_ticket(hands)
    opened = hands.client.get(f"/_emu/open/{ticket['ticket']}?as={openid}")
    assert opened.headers["Location"] == f"/m/?as={openid}#/pages/report/report?scene=g%3D17%26x"
    scanned = hands.control(f"/users/{openid}/scan", {"link": ticket["address"]})
    assert scanned["page"] == "pages/report/report?scene=g%3D17%26x"
    assert tickets(hands)[0]["opened"] == 2


def test_without_a_phone_the_page_asks_which_one(hands: Any) -> None:
    openid, ticket = hands.person(nickname="马<秀英>"), scene_ticket(hands)
    page = hands.client.get(f"/_emu/open/{ticket['ticket']}?cq=b%3D2").text
    assert "马&lt;秀英&gt;" in page
    assert f'href="?as={openid}&amp;cq=b%3D2"' in page
    assert tickets(hands)[0]["opened"] == 0


def test_the_picture_holds_the_address_of_the_page(hands: Any) -> None:
    response = ask(hands, UNLIMITED, {"scene": "g=17", "page": "pages/report/report"})
    expected = segno.make(tickets(hands)[0]["address"], error="m", micro=False).matrix_iter(border=4)
    with Image.open(io.BytesIO(response.data)) as picture:
        rows = [list(row) for row in expected]
        step = picture.width // len(rows)
        middles = [number * step + step // 2 for number in range(len(rows))]
        seen = [[picture.getpixel((x, y)) < 128 for x in middles] for y in middles]
    assert seen == [[bool(dark) for dark in row] for row in rows]


def test_a_link_opens_with_what_was_added_to_it(hands: Any) -> None:
    openid = hands.person()
    link = ask(hands, LINK, {"path": "pages/report/report", "query": "a=1"}).get_json()["url_link"]
    assert hands.control(f"/users/{openid}/open", {"link": f"{link}?cq=b%3D2"})["page"] == "pages/report/report?a=1&b=2"
    scheme = ask(hands, SCHEME, {}).get_json()["openlink"]
    assert hands.control(f"/users/{openid}/open", {"link": scheme})["page"] == "pages/report/report"


def test_a_link_ends_and_says_when(hands: Any) -> None:
    openid = hands.person()
    link = ask(hands, LINK, {"expire_type": 1, "expire_interval": 1}).get_json()["url_link"]
    hands.advance(DAY + 1)
    response = hands.client.post(f"/_emu/users/{openid}/open", json={"link": link})
    assert response.status_code == 410
    assert "过期" in response.get_json()["error"]
    page = hands.client.get(f"/_emu/open/{tickets(hands)[0]['ticket']}?as={openid}")
    assert (page.status_code, "过期" in page.text) == (410, True)


def test_openings_of_links_are_limited_by_day_and_told(hands: Any) -> None:
    openid = hands.person()
    link = ask(hands, LINK, {}).get_json()["url_link"]
    hands.control(f"/users/{openid}/open", {"link": link})
    left = ask(hands, "/wxa/query_urllink", {"query_type": 1}).get_json()["quota_info"]["remain_visit_quota"]
    assert left == 2_999_999
    with hands.emulator.state.changing() as database:
        database.execute("UPDATE counters SET used = 3000000 WHERE name = 'visits'")
    assert hands.client.post(f"/_emu/users/{openid}/open", json={"link": link}).status_code == 410


@pytest.mark.parametrize("path", ["/_emu/open/none", "/_emu/open/none?as=oNobody"])
def test_what_leads_nowhere_says_so(hands: Any, path: str) -> None:
    response = hands.client.get(path)
    assert response.status_code == 410
    assert "打不开" in response.text


def test_a_code_that_is_not_there_has_no_picture(hands: Any) -> None:
    assert hands.client.get("/_emu/codes/none").status_code == 404
    assert hands.client.get(f"/_emu/codes/{scene_ticket(hands)['ticket']}").data.startswith(b"\xff\xd8\xff")
