"""Where the secret may travel."""

import pytest

from wechat.client import OFFICIAL_BASE, MemoryTokenStore, WeChat, ensure_allowed_base


@pytest.mark.parametrize("base", [OFFICIAL_BASE, OFFICIAL_BASE + "/"])
@pytest.mark.parametrize("production", [True, False])
def test_the_official_address_is_always_allowed(base: str, production: bool) -> None:
    ensure_allowed_base(base, production)


@pytest.mark.parametrize("base", ["http://127.0.0.1:8001", "http://localhost:8001/", "http://[::1]:8001"])
def test_this_machine_is_allowed_outside_production_only(base: str) -> None:
    ensure_allowed_base(base, production=False)
    with pytest.raises(ValueError, match="生产环境"):
        ensure_allowed_base(base, production=True)


@pytest.mark.parametrize(
    "base",
    [
        "http://api.weixin.qq.com",
        "https://api.weixin.qq.com.example.org",
        "https://api.weixin.qq.com@example.org",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1@example.org:80",
        "http://user@127.0.0.1:8001",
        "http://192.168.1.20:8001",
        "ftp://127.0.0.1",
        "http://127.0.0.1:8001/elsewhere",
        "",
    ],
)
def test_every_other_address_is_refused_with_a_sentence(base: str) -> None:
    with pytest.raises(ValueError, match="WECHAT_API_BASE"):
        ensure_allowed_base(base, production=False)


def test_a_client_cannot_be_made_for_a_foreign_address() -> None:
    with pytest.raises(ValueError, match="WECHAT_API_BASE"):
        WeChat("wx1", "s", "https://example.org", MemoryTokenStore())
