"""The shapes in which orders are answered, as the description of the API tells them. Every field is listed by hand."""

from marshmallow import Schema, fields


class CategoryShown(Schema):
    code = fields.String()
    name = fields.String()


class PhotoShown(Schema):
    id = fields.String()
    url = fields.String(allow_none=True)
    thumb_url = fields.String(allow_none=True)
    state = fields.String()
    state_name = fields.String()


class DueShown(Schema):
    step = fields.String()
    name = fields.String()
    due_at = fields.String()
    text = fields.String()


class PartShown(Schema):
    start = fields.String(data_key="from")
    end = fields.String(data_key="to")
    minutes = fields.Float()
    why = fields.String()


class ReasonShown(Schema):
    """A part of the way to the due date; the parts leave no gap, and their minutes add up."""

    kind = fields.String()
    start = fields.String(data_key="from")
    end = fields.String(data_key="to")
    minutes = fields.Float()
    text = fields.String()
    parts = fields.List(fields.Nested(PartShown))


class PersonShown(Schema):
    name = fields.String()
    title = fields.String()


class ReporterAnswer(Schema):
    name = fields.String()
    phone_masked = fields.String(allow_none=True)


class LineShown(Schema):
    at = fields.String()
    action = fields.String()
    action_name = fields.String()
    text = fields.String()
    by = fields.String()
    photos = fields.List(fields.Nested(PhotoShown))


class AnswerShown(Schema):
    question = fields.String()
    answer = fields.String()


class PlaceShown(Schema):
    text = fields.String()
    building = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    lat = fields.Float(allow_none=True)
    lng = fields.Float(allow_none=True)
    unplaced = fields.Boolean()


class RatingShown(Schema):
    answered = fields.Boolean()
    solved = fields.String()
    satisfied = fields.String()
    comment = fields.String(allow_none=True)
    at = fields.String()


class OfferShown(Schema):
    """Who asks the reader to take the order over, and until when they may answer."""

    by = fields.String()
    due_at = fields.String(allow_none=True)


class CallShown(Schema):
    """Somebody who was called to an urgent order."""

    at = fields.String()
    who = fields.String()
    step = fields.Integer()
    answered_at = fields.String(allow_none=True)


class BriefAnswer(Schema):
    """An order after a command: what it is now, without its history."""

    number = fields.String(required=True)
    status = fields.String(required=True)
    status_name = fields.String(required=True)
    class_ = fields.String(data_key="class")
    category = fields.Nested(CategoryShown)
    place = fields.Nested(PlaceShown)
    created_at = fields.String()
    due_at = fields.String(allow_none=True)
    due_explained = fields.List(fields.Nested(DueShown))
    time_unit = fields.String(allow_none=True)
    round = fields.Integer()
    emergency = fields.Boolean()
    confidential = fields.Boolean()
    unchecked = fields.Boolean()
    result = fields.String(allow_none=True)
    result_name = fields.String(allow_none=True)
    photo_required = fields.Boolean()
    actions = fields.List(fields.String())
    version = fields.Integer()
    standing = fields.String()


class LedgerShown(Schema):
    """Why an order waits on the ledger, for which time, and when it is looked at again."""

    cause_name = fields.String()
    review_at = fields.String(allow_none=True)
    period = fields.Integer()


class TaskShown(Schema):
    """What another unit was asked to do for the order, and whether it has reported."""

    unit = fields.String()
    what = fields.String()
    due_at = fields.String(allow_none=True)
    done = fields.Boolean()


class OrderAnswer(BriefAnswer):
    """An order in full."""

    description = fields.String()
    answers = fields.List(fields.Nested(AnswerShown))
    photos = fields.List(fields.Nested(PhotoShown))
    assignee = fields.Nested(PersonShown, allow_none=True)
    reporter = fields.Nested(ReporterAnswer, allow_none=True)
    rating = fields.Nested(RatingShown, allow_none=True)
    due_reasons = fields.List(fields.Nested(ReasonShown))
    ledger = fields.Nested(LedgerShown, allow_none=True)
    timeline = fields.List(fields.Nested(LineShown))
    merged_into = fields.String(allow_none=True, metadata={"description": "The order with which it is settled."})
    transfer = fields.Nested(OfferShown, allow_none=True)
    tasks = fields.List(
        fields.Nested(TaskShown),
        metadata={"description": "For staff, while the order waits for other units: all that these were asked to do."},
    )
    calls = fields.List(fields.Nested(CallShown))


class SummaryAnswer(Schema):
    """An order in a list."""

    number = fields.String()
    status = fields.String()
    status_name = fields.String()
    category = fields.Nested(CategoryShown)
    class_ = fields.String(data_key="class")
    place = fields.String()
    excerpt = fields.String()
    created_at = fields.String()
    due_at = fields.String(allow_none=True)
    overdue = fields.Boolean()
    emergency = fields.Boolean()
    needs = fields.List(fields.String())
    joined = fields.Boolean()


class SummariesAnswer(Schema):
    items = fields.List(fields.Nested(SummaryAnswer), required=True)
    next_cursor = fields.String(allow_none=True, required=True)
