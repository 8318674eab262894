"""The first page and the readable description of the JSON doors."""

import json
import re

import pytest

from tests.factories import a_city

ACCOUNTS = {
    "service": "http://127.0.0.1:8000",
    "emulator": "http://127.0.0.1:8001",
    "category": "LIGHT",
    "residents": [
        {"openid": f"o-resident {n}", "name": f"居民<{n}>", "compound_id": "c", "building": "3号楼", "unit": "2单元"}
        for n in range(5)
    ],
    "workers": [
        {
            "openid": f"o-worker-{n}",
            "name": f"网格员{n}",
            "grid": "g",
            "grid_name": "第一网格",
            "community": "杂寺巷社区",
        }
        for n in range(5)
    ],
    "partners": [
        {"openid": f"o-partner-{n}", "name": f"经办<{n}>", "role": "联动单位", "organisation": "供热公司"}
        for n in range(5)
    ],
    "managers": [
        {
            "username": "near",
            "password": "secret-1",
            "role": "manager",
            "territory": "z",
            "territory_name": "杂寺巷社区",
        },
        {"username": "near", "password": "secret-1", "role": "clerk", "territory": "z", "territory_name": "杂寺巷"},
        {"username": "far", "password": "secret-1", "role": "manager", "territory": "x", "territory_name": "钢城"},
    ],
}


def page(answer):
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    return answer.get_data(as_text=True)


def links(html):
    return re.findall(r'href="([^"]*)"', html)


@pytest.fixture
def demo(another_app, tmp_path):
    (tmp_path / "demo-accounts.json").write_text(json.dumps(ACCOUNTS), encoding="utf8")
    return another_app(app_env="demo", emulator_port=8001).test_client()


def test_in_the_demo_a_newcomer_finds_three_phones_of_each_kind_and_all_doors(demo):
    html = page(demo.get("/", base_url="http://127.0.0.1:8000"))
    phones = [link for link in links(html) if "/m/?as=" in link]
    assert phones == [
        f"http://127.0.0.1:8001/m/?as={who}{n}"
        for who in ("o-resident%20", "o-worker-", "o-partner-")
        for n in range(3)
    ]
    assert {"http://127.0.0.1:8001/_emu/", "/console/", "/api/docs", "/healthz/ready"} <= set(links(html))
    assert "居民&lt;0&gt;" in html
    assert "secret-1" in html
    assert html.index("near") < html.index("<details>") < html.index("far")
    assert html.count("<code>near</code>") == 1
    assert "管理员、受理员" in html
    assert 'lang="en"' in html


@pytest.mark.parametrize(
    ("base", "headers"),
    [
        ("http://example.org:8000", {}),
        ("http://127.0.0.1.example.org", {}),
        ("http://192.168.1.5:8000", {}),
        ("http://127.0.0.1:8000", {"X-Forwarded-For": "10.0.0.1"}),
    ],
)
def test_the_demos_password_is_told_to_nobody_from_elsewhere(demo, base, headers):
    html = page(demo.get("/", base_url=base, headers=headers))
    assert "secret-1" not in html
    assert "o-worker" not in html
    assert "o-partner" not in html


def test_a_list_from_before_there_were_organisations_has_no_door_for_them(another_app, tmp_path):
    older = {name: found for name, found in ACCOUNTS.items() if name != "partners"}
    (tmp_path / "demo-accounts.json").write_text(json.dumps(older), encoding="utf8")
    html = page(another_app(app_env="demo").test_client().get("/", base_url="http://127.0.0.1:8000"))
    assert "单位的手机" not in html
    assert "secret-1" in html


@pytest.mark.parametrize(
    "base", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost"]
)
def test_every_name_of_this_machine_is_home(demo, base):
    assert "secret-1" in page(demo.get("/", base_url=base))


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_without_the_demos_list_the_page_says_what_to_do(another_app, tmp_path, content):
    if content is not None:
        (tmp_path / "demo-accounts.json").write_text(content, encoding="utf8")
    html = page(another_app(app_env="demo").test_client().get("/", base_url="http://127.0.0.1:8000"))
    assert "make run" in html
    assert "/console/" in links(html)


@pytest.mark.parametrize("mode", ["production", "test"])
def test_elsewhere_the_page_leads_to_the_console_and_to_health_alone(another_app, tmp_path, mode):
    (tmp_path / "demo-accounts.json").write_text(json.dumps(ACCOUNTS), encoding="utf8")
    html = page(another_app(app_env=mode).test_client().get("/", base_url="http://127.0.0.1:8000"))
    assert links(html) == ["data:,", "/front-door.css", "/console/", "/healthz/ready"]
    assert "secret-1" not in html


def test_the_description_for_people_names_every_door_field_and_status(client, app):
    a_city()
    html = page(client.get("/api/docs"))
    described = client.get("/api/openapi.json").get_json()
    for path, item in described["paths"].items():
        assert f"<code>{path}</code>" in html
        for operation in (one for name, one in item.items() if name != "parameters"):
            assert f'id="{operation["operationId"]}"' in html
    for name, schema in described["components"]["schemas"].items():
        assert f'id="shape-{name}"' in html
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in html
    inner = {link[1:] for link in links(html) if link.startswith("#")}
    assert inner <= set(re.findall(r'id="([^"]*)"', html))
    assert not [link for link in links(html) if link.startswith(("http", "//"))]
    assert "<script" not in html
    assert "style=" not in html


def test_the_style_sheet_asks_for_nothing_else(client, app):
    css = client.get("/front-door.css").get_data(as_text=True)
    assert "url(" not in css
    assert "@import" not in css
