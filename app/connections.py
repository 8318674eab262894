"""The one list of what higher rooms add to lower ones, of the tables they bring, and of what they keep in memory."""

from app import idempotency, parameters, trail
from app.deadlines import models as deadlines
from app.deadlines import queries as calendars
from app.deadlines import timers
from app.notifications import models as notifications
from app.notifications import recipients
from app.organisations import directory
from app.organisations import models as organisations
from app.people import accounts, closing, sign_in
from app.people import models as people
from app.photos import models as photos
from app.seals import models as seals
from app.territory import models as territory
from app.territory import outlines, tree
from app.work_orders import (
    catalogue,
    contacts,
    intake,
    leaving,
    placing_again,
    queries,
    side_records,
    text_review,
    timeline,
)
from app.work_orders import models as work_orders
from app.work_orders.kin import unmerging
from app.work_orders.offices import task_records
from app.work_orders.screening import models as screening
from app.work_orders.screening import words

TABLES = (
    idempotency,
    parameters,
    trail,
    territory,
    organisations,
    people,
    photos,
    deadlines,
    timers,
    notifications,
    catalogue,
    screening,
    work_orders,
    timeline,
    side_records,
    task_records,
    text_review,
    seals,
)
"""Importing a module is what makes its tables known to the database."""


def connect() -> None:
    """Join the rooms; called once when the application is built, and harmless when called again."""
    recipients.register("reporters", queries.reporter_accounts)
    recipients.register_barred(queries.recused_accounts)
    recipients.register("joined", queries.joined_accounts)
    tree.after_move[:] = [placing_again.place_again]
    sign_in.after_leaving[:] = [leaving.recall_all]
    accounts.after_link[:] = [leaving.become]
    closing.before_phone_goes[:] = [contacts.keep]
    intake.after_ending[:] = [unmerging.free_all]


def forget() -> None:
    """Drop what the rooms keep of the reference data in this process."""
    for room in (calendars, catalogue, directory, outlines, parameters, words):
        room.forget()
