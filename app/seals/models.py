"""封存: rows of both trails in one chain that only the holder of SEAL_KEY can lengthen."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model, UTCDateTime


class Seal(Model):
    """One row of a trail as it was when it was sealed; `head` covers it and the head before."""

    __tablename__ = "seal"
    __table_args__ = (UniqueConstraint("trail", "row_id"), Index(None, "trail", "no"))

    # Without gaps from 1. Two sealers at once meet at this key: one of them gives way.
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    trail: Mapped[str] = mapped_column(String(8))
    row_id: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    head: Mapped[str] = mapped_column(String(64))
