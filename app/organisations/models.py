"""Organisations 单位: companies, committees, branches and departments, and the compounds for which they answer."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class OrganisationKind(StrEnum):
    PROPERTY_COMPANY = "property_company"
    OWNERS_COMMITTEE = "owners_committee"
    COMPOUND_BRANCH = "compound_branch"
    MANAGEMENT_COMMITTEE = "management_committee"
    ALLIANCE_MEMBER = "alliance_member"
    DEPARTMENT = "department"
    UTILITY = "utility"


KIND_NAMES = {
    OrganisationKind.PROPERTY_COMPANY: "物业企业",
    OrganisationKind.OWNERS_COMMITTEE: "业主委员会",
    OrganisationKind.COMPOUND_BRANCH: "小区党支部",
    OrganisationKind.MANAGEMENT_COMMITTEE: "物业管理委员会",
    OrganisationKind.ALLIANCE_MEMBER: "党建联盟成员单位",
    OrganisationKind.DEPARTMENT: "职能部门",
    OrganisationKind.UTILITY: "水电气暖企业",
}


class Organisation(Model):
    """单位: stands at a place of the tree, whose offices it works under; may lead orders where it has workers."""

    __tablename__ = "organisation"
    __table_args__ = (Index(None, "territory_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(24))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    active: Mapped[bool] = mapped_column(default=True)


class Coverage(Model):
    """服务范围: a compound for which an organisation answers; without any it answers for its whole place."""

    __tablename__ = "coverage"
    __table_args__ = (UniqueConstraint("compound_id", "organisation_id"), Index(None, "organisation_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"))
