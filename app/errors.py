"""The ways this house says no. Rooms raise them; doors translate them; each carries a sentence for people."""


class Refusal(Exception):
    """A command that was understood and turned down.

    `message` is a Chinese sentence that says what to do; `context` are facts a program may read.
    """

    code = "refused"
    message = "暂时不能这样操作。"

    def __init__(self, message: str = "", **context: object) -> None:
        self.message = message or self.message
        self.context = context
        super().__init__(self.message)


class NotFound(Refusal):
    """Absent, or not for this person to see: both read the same."""

    code = "not-found"
    message = "没有找到您要的内容，请核对编号。"


class NotSignedIn(Refusal):
    code = "not-signed-in"
    message = "登录已失效，请重新登录。"


class NotAllowed(Refusal):
    code = "not-allowed"
    message = "您的岗位不能进行这项操作。"


class Invalid(Refusal):
    """Values that are not acceptable. `fields` maps a field's name to sentences."""

    code = "invalid-input"
    message = "有内容需要修改，请按提示更正后再提交。"

    def __init__(self, message: str = "", fields: dict[str, list[str]] | None = None, **context: object) -> None:
        super().__init__(message, **context)
        self.fields = fields or {}


class Conflict(Refusal):
    code = "conflict"
    message = "当前状态不能这样操作，请刷新后再看。"


class Overtaken(Conflict):
    """Somebody else changed it between the look and the command."""

    code = "overtaken"
    message = "刚刚已有新的变化，请刷新后再试。"


class TooMany(Refusal):
    code = "too-many"
    message = "操作太频繁了，请稍后再试。"

    def __init__(self, message: str = "", retry_after: int = 60, **context: object) -> None:
        super().__init__(message, **context)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """Something this house stands on is away for the moment."""

    code = "unavailable"
    message = "系统正忙，您填写的内容没有丢失，请稍后再试。"

    def __init__(self, message: str = "", retry_after: int = 5, **context: object) -> None:
        super().__init__(message, **context)
        self.retry_after = retry_after


def field(name: str, sentence: str) -> Invalid:
    """A refusal about one field."""
    return Invalid(fields={name: [sentence]})
