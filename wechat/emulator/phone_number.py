"""`/wxa/business/getuserphonenumber`."""

from typing import Any

from flask import Blueprint

from . import codes
from .answers import Refuse
from .endpoint import Call, answering

calls = Blueprint("phone_number", __name__)


@calls.route("/wxa/business/getuserphonenumber", methods=["GET", "POST"])
@answering()
def getuserphonenumber(call: Call) -> dict[str, Any]:
    body = call.body()
    code = codes.find(call.database, "phone", str(body.get("code", "")))
    if code["appid"] != call.appid:
        raise Refuse(40013)
    openid = codes.spend(call.database, call.emulator, code, call.now)
    if body.get("openid") and body["openid"] != openid:
        raise Refuse(call.emulator.options["phone_of_another"])
    user = call.database.execute("SELECT * FROM users WHERE openid = ?", (openid,)).fetchone()
    if user is None or user["closed_at"]:
        raise Refuse(40029)
    pure, country = user["phone"], user["country"]
    info = {
        "phoneNumber": pure if country == "86" else f"+{country}{pure}",
        "purePhoneNumber": pure,
        "countryCode": country,
        "watermark": {"timestamp": int(call.now), "appid": call.appid},
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": info}
