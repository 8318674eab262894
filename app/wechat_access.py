"""WeChat for this service: the client with our settings and the token that all processes share."""

from functools import cache

from app.notifications.token_store import RowTokenStore
from config import Settings
from wechat.client import WeChat


@cache
def wechat_for(settings: Settings) -> WeChat:
    """The one client of this process; to be used inside an application context, where its token is kept."""
    return WeChat(settings.wechat_appid, settings.wechat_secret, settings.wechat_api_base, RowTokenStore())
