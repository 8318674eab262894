"""Known results, computed apart from this code; another library opens every one of them."""

from dataclasses import dataclass

TOKEN = "gridDevToken01"
APPID = "wx0000000000000001"
TIMESTAMP = "1750000000"
NONCE = "1357924680"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
URL_SIGNATURE = "395afd04fae92262e6e61d9ab0d8e2fcb2453c2b"


@dataclass(frozen=True)
class Sealed:
    name: str
    message: bytes
    random16: bytes
    timestamp: str
    encrypted: str
    signature: str


AS_JSON = Sealed(
    "json",
    '{"ToUserName":"gh_000000000001","FromUserName":"oTESTopenid0000000000000001","CreateTime":1750000000,'
    '"MsgType":"event","Event":"debug_demo","debug_str":"网格"}'.encode(),
    b"0123456789abcdef",
    TIMESTAMP,
    "4j/AuRx71kQlxVlzbpsMWDfb6RWgEImQ8Yqox99va1pbcVs/jfzUs9PIZ8giDrWCrQuSj1ISUqG++O+dvdy3DcnBeWeUy2Ij90APKa9LIeim"
    "nISTnVZZK8fc9JMkR/+HJ95hFklRBrqA9YjeNY12X54f/a50IoDmah6ZyTfnTI2uu63bxXStFHSBdsCZzR8HqXuimoz+ZN3GmtOg1V4PPlr5"
    "ZU/z0J7uGJs4E+tPk2h90dTfEBC8nnSX0r+CD2ZAfhYmEmjII4AaYYfRVC4XvQc6IHP+K0GgLg99f06gteQ=",
    "92ffbb0fcbecf6588c0860e2ebf0697bede45e13",
)
AS_XML = Sealed(
    "xml",
    b"<xml><ToUserName><![CDATA[gh_000000000001]]></ToUserName><CreateTime>1750000000</CreateTime></xml>",
    b"fedcba9876543210",
    TIMESTAMP,
    "wrNmYnsdngNwZHPRm4NnS8WMdZ4WFxY/G67QXmV0kBA9uCQObGZXTsM1DEaT3Sxo6W+apha3efvhZxWIUNQEoIRViU9qrfX+t2NTSHS9c30g"
    "VV1KTCQ8vEAiyGGK0JTJZpODKVa9OeItZ4uG6XhxexXULd4rLywsIBGWumd2Yc9tCFb6Ci/SsYTq3qDi688cOGBV9IGKYtQssvg2j4Q6+g==",
    "444c1e33a50f96921660773617c82aca2751587f",
)
REPLY = Sealed(
    "reply",
    b'{"ok":1}',
    b"a" * 16,
    "1750000001",
    "j0OltHhJtO8rgnSboU3z2zurK3k+WH96o2pF6HMzlgfg59jrfF8fMxa8mNLvJ/ePaxTR7wi8v4UbCq+Ekg6lag==",
    "501f392660af21ef9ce21cb8b685da0926f8cb2f",
)
SEALED = (AS_JSON, AS_XML, REPLY)
