"""What can go wrong with WeChat, as classes: callers decide by class, never by the text of an answer."""

from typing import ClassVar


class WeChatError(Exception):
    """A call that gave no result; `errcode` is WeChat's number or None, `rid` its trace id or empty."""

    kind: ClassVar[str] = "other"

    def __init__(self, errcode: int | None = None, rid: str = "", path: str = "") -> None:
        super().__init__(errcode, rid, path)
        self.errcode = errcode
        self.rid = rid
        self.path = path

    def __str__(self) -> str:
        number = "" if self.errcode is None else f" errcode {self.errcode}"
        trace = f" rid {self.rid}" if self.rid else ""
        return f"{self.kind}: {self.path}{number}{trace}"


class TokenRejected(WeChatError):
    """The access token was refused, also after one renewal."""

    kind = "token"


class Busy(WeChatError):
    """WeChat says it is busy (-1): not done, worth another try later."""

    kind = "busy"


class LimitReached(WeChatError):
    """A quota or rate is used up: not done; `wait_s` says after how many seconds a try makes sense."""

    kind = "limit"
    WAITS: ClassVar[dict[int, float]] = {
        43108: 2.0,
        44990: 1.0,
        44991: 60.0,
        45011: 60.0,
        **dict.fromkeys((44993, 45009, 85406), 3600.0),
    }

    @property
    def wait_s(self) -> float:
        return self.WAITS.get(self.errcode or 0, 60.0)


class UsedUp(WeChatError):
    """A total is used up, and no waiting today brings it back: codes of a page, own templates, clearing of quotas."""

    kind = "limit"


class InvalidCode(WeChatError):
    """A sign-in or phone code that is expired, used or foreign: the phone must ask for a new one."""

    kind = "user"


class UserBlocked(WeChatError):
    """WeChat holds this person's account for high-risk and does not sign it in (40226)."""

    kind = "user"


class UserInactive(WeChatError):
    """The person was not in the mini-program within two hours, so WeChat checks nothing for them (61010)."""

    kind = "user"


class UserUnknown(WeChatError):
    """The openid is wrong or belongs to another mini-program (40003, 43104)."""

    kind = "user"


class NoPermissionLeft(WeChatError):
    """The person may not be written to: no consent left or taken back (43101), or the time to answer is over."""

    kind = "user"


class ForeignPhone(WeChatError):
    """The verified phone number is not one of mainland China."""

    kind = "user"


class AlreadyAsked(WeChatError):
    """The same picture was just handed in (87020): its verdict comes under the trace id of the first time."""

    kind = "repeat"


class NotFound(WeChatError):
    """WeChat knows no such trace id, path or link."""

    kind = "unknown"


class ContentRefused(WeChatError):
    """The words of a message are on WeChat's list (45168, 87014)."""

    kind = "content"


class Misconfigured(WeChatError):
    """Settings, rights or our own request are wrong: no try will help until a person mends it."""

    kind = "config"


class FieldInvalid(Misconfigured):
    """A value breaks the rule of its field; found by WeChat, or by us before anything was sent."""


class Unclear(WeChatError):
    """No usable answer after the request left: it may or may not have had its effect."""

    kind = "unclear"


class Unreachable(WeChatError):
    """The request never reached WeChat: surely not done."""

    kind = "unreachable"


class CircuitOpen(Unreachable):
    """Too many failures in a row: nothing was sent; the next try is let through after `wait_s` seconds."""

    kind = "circuit"

    def __init__(self, path: str, wait_s: float) -> None:
        super().__init__(path=path)
        self.wait_s = wait_s


NUMBERS: dict[type[WeChatError], tuple[int, ...]] = {
    Busy: (-1,),
    TokenRejected: (40001, 40014, 41001, 42001),
    LimitReached: (43108, 44990, 44991, 44993, 45009, 45011, 85406),
    UsedUp: (45029, 48006, 200012),
    InvalidCode: (40029, 40163, 87007),
    UserBlocked: (40226,),
    UserInactive: (61010,),
    UserUnknown: (40003, 43104),
    NoPermissionLeft: (43101, 45015, 45047),
    AlreadyAsked: (87020,),
    NotFound: (76001, 76002, 76003, 76004, 76021, 85403),
    ContentRefused: (45168, 87014),
    FieldInvalid: (
        *(40004, 40097, 40129, 40159, 40169, 40212, 47003),
        *(85096, 85401, 85402, 200014, 200020, 200021, 200022),
    ),
    Misconfigured: (
        *(40002, 40013, 40037, 40125, 40164, 40165, 40243, *range(40230, 40241)),
        *(41002, 41004, 41008, 41030, 43002, 43107, 44002, 45002, 45109, 47001, 48001),
        *(50004, 50007, 76022, 85079, 85407, 85408, 87008, 87009, 89503, 89506, 89507),
    ),
}
BY_ERRCODE = {number: kind for kind, numbers in NUMBERS.items() for number in numbers}


def from_errcode(errcode: int, rid: str, path: str) -> WeChatError:
    """Return the error for one of WeChat's numbers; an unknown number gives the base class."""
    return BY_ERRCODE.get(errcode, WeChatError)(errcode, rid, path)
