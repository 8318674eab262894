"""The one object through which the service speaks to WeChat."""

from collections.abc import Mapping
from datetime import datetime

from . import content_check, links, phone_number, qr_code, quotas, sign_in, subscribe_message
from .authorised import AuthorisedCalls
from .budget import Budget
from .qr_code import PageCode
from .token import TokenHolder, TokenStore
from .transport import OnCall, Transport


class WeChat:
    """WeChat's server API for one mini-program; one per process, safe to share between threads.

    `budget_s` limits a method in all, token and repeats included; by itself `connect_s` and `read_s` together.
    `on_call(path, outcome, ms)` hears of every exchange.
    """

    def __init__(
        self,
        appid: str,
        secret: str,
        api_base: str,
        tokens: TokenStore,
        *,
        connect_s: float = 3.0,
        read_s: float = 8.0,
        on_call: OnCall | None = None,
    ) -> None:
        self._appid = appid
        self._secret = secret
        self._whole_s = connect_s + read_s
        self._transport = Transport(api_base, connect_s, read_s, on_call)
        self._calls = AuthorisedCalls(self._transport, TokenHolder(self._transport, appid, secret, tokens))

    def _budget(self, seconds: float | None) -> Budget:
        return Budget.of(self._whole_s if seconds is None else seconds)

    def sign_in(self, code: str, *, budget_s: float | None = None) -> sign_in.SignIn:
        """Return who stands behind a code of wx.login; InvalidCode means ask the phone for a new one."""
        return sign_in.code2session(self._transport, self._appid, self._secret, code, self._budget(budget_s))

    def phone_number(self, code: str, openid: str, *, budget_s: float | None = None) -> str:
        """Return the verified number behind a code of the phone-number button, such as 13800000000."""
        return phone_number.phone_number(self._calls, self._appid, code, openid, self._budget(budget_s))

    def templates(self, *, budget_s: float | None = None) -> list[subscribe_message.Template]:
        """Return the message templates of the account."""
        return subscribe_message.templates(self._calls, self._budget(budget_s))

    def send_subscribe_message(
        self, openid: str, template_id: str, data: Mapping[str, str], page: str = "", *, budget_s: float | None = None
    ) -> int | None:
        """Send one message, `data` by field key; return the msgid, which exceeds 2^53."""
        return subscribe_message.send(self._calls, openid, template_id, data, page, self._budget(budget_s))

    def check_text(self, content: str, openid: str, *, budget_s: float = 2.0) -> content_check.Verdict:
        """Return WeChat's verdict on a text within `budget_s` seconds in all."""
        return content_check.check_text(self._calls, content, openid, self._budget(budget_s))

    def check_image(self, media_url: str, openid: str, *, budget_s: float | None = None) -> str:
        """Hand in a picture by an address that WeChat can fetch; return the trace id under which its verdict comes."""
        return content_check.check_image(self._calls, media_url, openid, self._budget(budget_s))

    def qr_code(
        self,
        scene: str,
        page: str,
        *,
        width: int = 430,
        env_version: str = "release",
        check_path: bool = True,
        budget_s: float | None = None,
    ) -> bytes:
        """Return the PNG or JPEG of a code with a scene, for posters; any number of these can be made."""
        return qr_code.scene_code(self._calls, scene, page, width, env_version, check_path, self._budget(budget_s))

    def page_code(
        self, path: str, *, width: int = 430, env_version: str = "release", budget_s: float | None = None
    ) -> PageCode:
        """Return a code for a page with its query; the account has 100 000 of these for ever."""
        return qr_code.page_code(self._calls, path, width, env_version, self._budget(budget_s))

    def url_link(
        self,
        path: str,
        query: str = "",
        *,
        days: int | None = None,
        expires_at: datetime | None = None,
        env_version: str = "release",
        budget_s: float | None = None,
    ) -> str:
        """Return an https link to a page for text messages; it lives for `days` or until `expires_at`."""
        page = links.target(path, query, env_version, links.URL_LINK_PATH)
        return links.url_link(self._calls, page, days, expires_at, self._budget(budget_s))

    def scheme_link(
        self,
        path: str,
        query: str = "",
        *,
        days: int | None = None,
        expires_at: datetime | None = None,
        env_version: str = "release",
        budget_s: float | None = None,
    ) -> str:
        """Return a weixin:// link to a page for web pages; it lives for `days` or until `expires_at`."""
        page = links.target(path, query, env_version, links.SCHEME_PATH)
        return links.scheme_link(self._calls, page, days, expires_at, self._budget(budget_s))

    def link_visits_left(self, *, budget_s: float | None = None) -> int:
        """Return how often links of both kinds may still be opened today."""
        return links.visits_left(self._calls, self._budget(budget_s))

    def quota(self, cgi_path: str, *, budget_s: float | None = None) -> quotas.Quota:
        """Return today's limit, use and rest of one path, such as /wxa/msg_sec_check."""
        return quotas.quota(self._calls, cgi_path, self._budget(budget_s))

    def clear_quota(self, *, budget_s: float | None = None) -> None:
        """Set all of today's counts back; UsedUp after ten times in a month."""
        quotas.clear(self._calls, self._appid, self._budget(budget_s))

    def explain(self, rid: str, *, budget_s: float | None = None) -> quotas.Explanation:
        """Return what WeChat noted about a call of the last seven days, by the rid of its error."""
        return quotas.explain(self._calls, rid, self._budget(budget_s))
