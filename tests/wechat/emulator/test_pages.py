"""The phones page and the host of the phone pages."""

import html
import re
from pathlib import Path
from typing import Any

import pytest

from tests.wechat.door import Door
from wechat.emulator.assumptions import ASSUMED
from wechat.emulator.presets import PRESET_NAMES

SEND = "/cgi-bin/message/subscribe/send"
DATA = {
    "character_string1": {"value": "XN1"},
    "phrase2": {"value": "办理中"},
    "thing3": {"value": "<b>已到现场</b>"},
    "time4": {"value": "15:01"},
}


def test_the_page_shows_each_phone_with_its_message_and_consents(hands: Any) -> None:
    openid = hands.person(nickname="马秀英", role="居民", phone="13800000026")
    hands.consent(openid)
    hands.consent(openid)
    hands.post(SEND, {"touser": openid, "template_id": "tpl-progress", "data": DATA, "page": "pages/order/order?n=1"})
    page = hands.client.get("/_emu/").text
    for words in ("马秀英", "居民", "138******26", "办理进度通知", "× 1", "当前状态", "办理中"):
        assert words in page
    assert f'href="/m/?as={openid}"' in page
    assert f'href="/m/?as={openid}#/pages/order/order?n=1"' in page
    assert "&lt;b&gt;已到现场&lt;/b&gt;" in page


def test_pushes_are_shown_with_our_replies(telling: Any, door: Door) -> None:
    door.answer = lambda request: (502, b"<b>bad</b>") if len(door.came) == 1 else (200, b"success")
    telling.consent(telling.person(nickname="马秀英"))
    assert "待推送" in telling.client.get("/_emu/").text
    telling.work()
    page = telling.client.get("/_emu/").text
    for words in (
        "订阅弹窗的选择",
        "马秀英 · 同意",
        "已收到",
        "502 “&lt;b&gt;bad&lt;/b&gt;”",
        "200 “success”",
        "握手验证",
    ):
        assert words in page
    assert f'安全模式 · JSON · <span class="address">{door.url}/wechat/push' in page


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"MsgType": "event", "Event": "wxa_media_check", "errcode": -1008}, "下载失败 -1008"),
        ({"MsgType": "event", "Event": "wxa_media_check", "result": {"suggest": "review"}}, "待人工审核"),
        ({"MsgType": "event", "Event": "something_new"}, "something_new"),
        ({"MsgType": "text", "Content": "灯<坏>了"}, "灯&lt;坏&gt;了"),
        ({"MsgType": "event", "Event": "odd", "List": ["x"], "result": 5}, "odd"),
    ],
)
def test_what_a_push_says_is_shown_in_words(telling: Any, message: dict[str, Any], words: str) -> None:
    telling.control("/pushes", {"message": message})
    assert words in telling.client.get("/_emu/").text


def test_without_keys_the_page_says_why_nothing_is_pushed(hands: Any) -> None:
    page = hands.client.get("/_emu/").text
    assert "没有设置 WECHAT_PUSH_TOKEN" in page
    assert "握手验证" not in page


def test_codes_and_links_are_shown_with_where_they_lead(hands: Any) -> None:
    hands.control("/users", {})
    query = {"access_token": hands.stable()["access_token"]}
    hands.client.post("/wxa/getwxacodeunlimit", query_string=query, json={"scene": "g=17", "page": "pages/a/a"})
    link = hands.post("/wxa/generate_urllink", {"path": "pages/b/b", "query": "n=1"})["url_link"]
    page = hands.client.get("/_emu/").text
    for words in ("pages/a/a?scene=g=17", "pages/b/b?n=1", link, "有效至"):
        assert words in page
    assert page.count('src="/_emu/codes/') == 2


def test_a_closed_account_stays_visible_and_cannot_be_opened(hands: Any) -> None:
    openid = hands.person(nickname="马秀英")
    hands.control(f"/users/{openid}/close")
    page = hands.client.get("/_emu/").text
    assert "已注销" in page
    assert "打开手机" not in page
    assert hands.client.get(f"/m/host.json?as={openid}").status_code == 404


def test_what_cannot_be_emulated_is_marked_as_assumed(hands: Any) -> None:
    page = hands.client.get("/_emu/").text
    assert "假定" in page
    for what, how in ASSUMED:
        assert what in page
        assert how in page


def test_every_preset_is_a_button(hands: Any) -> None:
    page = hands.client.get("/_emu/").text
    for name, label in PRESET_NAMES.items():
        assert f">{label}</button>" in page
        assert f'{{"preset": "{name}"}}' in html.unescape(page)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"path": "*", "latency_s": 3}, "所有接口：慢 3 秒"),
        ({"path": "push:*", "copies": 3}, "所有推送：推送 3 次"),
        ({"path": "push:*", "lost": True}, "所有推送：推送丢失"),
        ({"path": "/wxa/*", "errcode": 45009, "truncate": True}, "/wxa/*：错误码 45009、答复残缺"),
        ({"path": "/sns/*", "http": 502}, "/sns/*：HTTP 502"),
        ({"path": "*", "reset": "after"}, "所有接口：断开连接"),
        ({"path": "*", "hang": True}, "所有接口：不答复"),
        ({"path": "*", "spread": {"median_s": 1, "p95_s": 2}}, "所有接口：时快时慢"),
    ],
)
def test_faults_are_told_in_words(hands: Any, fault: dict[str, Any], words: str) -> None:
    hands.control("/faults", fault)
    assert words in hands.client.get("/_emu/").text


def test_a_blocked_template_is_shown_as_closed(hands: Any) -> None:
    hands.consent(hands.person(), "tpl-rate", "ban")
    assert "已关闭" in hands.client.get("/_emu/").text


def test_without_phones_the_page_says_what_to_do(hands: Any) -> None:
    assert "还没有手机" in hands.client.get("/_emu/").text


def test_faults_in_force_are_shown(hands: Any) -> None:
    hands.person()
    hands.control("/faults", {"preset": "away"})
    assert "1 项故障生效中" in hands.client.get("/_emu/").text


def test_many_messages_are_cut_and_counted(hands: Any) -> None:
    openid = hands.person()
    for _ in range(22):
        hands.consent(openid)
        hands.post(SEND, {"touser": openid, "template_id": "tpl-progress", "data": DATA})
    page = hands.client.get("/_emu/").text
    assert page.count('class="message"') == 20
    assert "更早的 2 条" in page


def test_the_pages_ask_nothing_of_the_outside(hands: Any) -> None:
    hands.person()
    for path in ("/_emu/", "/_emu/static/emulator.css", "/_emu/static/phones.js", "/m/"):
        text = hands.client.get(path).text
        links = re.findall(r"""(?:href|src|url|fetch|import)\s*[=(]?\s*["']?((?:https?:)?//[^"')\s]+)""", text)
        assert all(link.startswith("http://127.0.0.1:") for link in links), links


def test_the_front_leads_to_the_phones(hands: Any) -> None:
    assert hands.client.get("/").headers["Location"] == "/_emu/"


def test_the_host_tells_whose_phone_it_is(hands: Any) -> None:
    openid = hands.person(nickname="马秀英", phone="13800000026")
    facts = hands.client.get(f"/m/host.json?as={openid}").get_json()
    assert facts["service"] == "http://127.0.0.1:8000"
    assert (facts["openid"], facts["nickname"], facts["phone_masked"]) == (openid, "马秀英", "138******26")
    assert facts["templates"]["tpl-progress"]["title"] == "办理进度通知"


@pytest.mark.parametrize("query", ["?as=oNobody", ""])
def test_an_unknown_phone_is_answered_with_a_sentence(hands: Any, query: str) -> None:
    response = hands.client.get(f"/m/host.json{query}")
    assert response.status_code == 404
    assert response.get_json()["error"].endswith("。")


def build(folder: Path) -> None:
    folder.mkdir()
    (folder / "index.html").write_text("<title>小程序</title>", encoding="utf-8")
    (folder / "app.js").write_text("var mp", encoding="utf-8")


def test_the_built_pages_are_served_and_asked_for_each_time(hands: Any) -> None:
    build(hands.settings.pages)
    response = hands.client.get("/m/?as=oDemo")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")
    script = hands.client.get("/m/app.js")
    assert script.headers["Cache-Control"] == "no-cache"
    assert hands.client.get("/m/app.js", headers={"If-None-Match": script.headers["ETag"]}).status_code == 304
    assert hands.client.get("/m/none.js").status_code == 404
    assert hands.client.get("/m/../app.json").status_code == 404


def test_without_a_build_the_page_names_the_command(hands: Any) -> None:
    response = hands.client.get("/m/")
    assert response.status_code == 503
    assert "npm run build" in response.text


def test_a_failed_build_is_shown_with_its_output_even_over_an_older_build(hands: Any) -> None:
    build(hands.settings.pages)
    (hands.settings.pages / "build-error.txt").write_text("$ npm ci\nnpm ERR! <network>", encoding="utf-8")
    response = hands.client.get("/m/")
    assert response.status_code == 503
    assert '<pre class="command">npm ci</pre>' in response.text
    assert "npm ERR! &lt;network&gt;" in response.text
    (hands.settings.pages / "build-error.txt").write_text("no command", encoding="utf-8")
    assert "npm run build" in hands.client.get("/m/").text
