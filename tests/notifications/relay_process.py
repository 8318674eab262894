"""A relay as a process that tests can kill: `seed ORDERS UNITS OPENIDS` fills a database, `relay` works on it."""

import sys

from app import create_app
from app.db import db
from app.notifications import relay
from app.wechat_access import wechat_for
from config import Settings
from tests.factories import a_resident
from tests.notifications.scripted import allow, know_templates, owe


def seed(orders: int, units: int, openids: list[str]) -> None:
    """Owe everybody so many messages, and let the ledger know that they allowed them."""
    db.create_all()
    know_templates()
    for openid in openids:
        account_id = a_resident(openid=openid).account_id
        allow(account_id, units=units)
        for number in range(orders):
            owe(account_id, number=f"XN{number}")


def main() -> None:
    settings = Settings.from_environment()
    app = create_app(settings)
    if sys.argv[1] == "relay":
        relay.run(app, wechat_for(settings), workers=4)
        return
    with app.app_context():
        seed(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])


if __name__ == "__main__":
    main()
