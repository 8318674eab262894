"""WeChat's server API over `requests`: token, sign-in, phone number, messages, content checks, codes, links, quotas."""

from .base import OFFICIAL_BASE, ensure_allowed_base
from .content_check import Verdict
from .errors import (
    AlreadyAsked,
    Busy,
    CircuitOpen,
    ContentRefused,
    FieldInvalid,
    ForeignPhone,
    InvalidCode,
    LimitReached,
    Misconfigured,
    NoPermissionLeft,
    NotFound,
    TokenRejected,
    Unclear,
    Unreachable,
    UsedUp,
    UserBlocked,
    UserInactive,
    UserUnknown,
    WeChatError,
)
from .qr_code import PageCode
from .quotas import Explanation, Quota
from .sign_in import SignIn
from .subscribe_message import Field, Template, kind_of
from .token import Fetch, Forced, MemoryTokenStore, Token, TokenStore, renew
from .transport import OnCall
from .value_rules import fit
from .wechat import WeChat

__all__ = [
    "OFFICIAL_BASE",
    "AlreadyAsked",
    "Busy",
    "CircuitOpen",
    "ContentRefused",
    "Explanation",
    "Fetch",
    "Field",
    "FieldInvalid",
    "Forced",
    "ForeignPhone",
    "InvalidCode",
    "LimitReached",
    "MemoryTokenStore",
    "Misconfigured",
    "NoPermissionLeft",
    "NotFound",
    "OnCall",
    "PageCode",
    "Quota",
    "SignIn",
    "Template",
    "Token",
    "TokenRejected",
    "TokenStore",
    "Unclear",
    "Unreachable",
    "UsedUp",
    "UserBlocked",
    "UserInactive",
    "UserUnknown",
    "Verdict",
    "WeChat",
    "WeChatError",
    "ensure_allowed_base",
    "fit",
    "kind_of",
    "renew",
]
