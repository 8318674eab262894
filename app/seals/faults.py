"""What can be wrong with the trails, in words for operators."""

from dataclasses import dataclass

WORDS = {
    "changed": "内容被改过，和写下时的摘要不符。",
    "replaced": "摘要和封存的不同：这一行被整行换过。",
    "swapped": "和另一行对调了位置：封存在别的行里的内容出现在这里。",
    "inserted": "它前后的行早已封存，这一行是后来塞进去的。",
    "missing": "这一行已封存，现在不见了。",
    "text_changed": "文字被改过，和写下时的承诺值不符。",
    "text_added": "这一行写下时没有文字，现在却有。",
    "text_unreadable": "文字解不开：它被改过，或者 FIELD_KEYS 里缺少当时的密钥。",
    "texts_lost": "文字不见了，却没有清除记录。",
    "seal_missing": "这一号封存不见了，封存链断开。",
    "seal_changed": "这一号封存被改过，或者从这里起换过 SEAL_KEY，封存链断开。",
    "wrong_key": "封存和 SEAL_KEY 对不上：请先核对密钥；密钥无误就是封存链被整个换过。",
    "cut": "库外记下的封存号在库里没有或不同：封存链的末尾被截掉或换过，或者库是从较早的备份恢复的。",
}


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong: what kind, and where as an operator finds it."""

    kind: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}：{WORDS[self.kind]}"


class Broken(Exception):
    """Ends a walk at the first fault."""

    def __init__(self, kind: str, where: str) -> None:
        self.fault = Fault(kind, where)
        super().__init__(str(self.fault))
