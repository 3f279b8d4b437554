"""The records of a programme: what travels between replicas."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: table -> (columns of words, columns of whole numbers, columns that name one other record)
TABLES = {
    "agency": (
        "code name",
        "",
        "",
    ),
    "donor": (
        "code name unit",
        "",
        "",
    ),
    "programme": (
        "title short_title phase starts ends beneficiaries partners currency",
        "",
        "agency_id",
    ),
    "country": (
        "code name official_name status lead_institution",
        "position",
        "",
    ),
    "output": (
        "title level",
        "number",
        "agency_id",
    ),
    "milestone_type": (
        "title short_title",
        "position",
        "",
    ),
    "reporting_period": (
        "code title starts ends due",
        "",
        "",
    ),
    "budget_account": (
        "code title",
        "",
        "",
    ),
    "acronym": (
        "code title",
        "",
        "",
    ),
    "office": (
        "code name kind language email",
        "mailbox_mb",
        "country_id",
    ),
    "indicator": (
        "code title unit baseline verification",
        "by_sex",
        "output_id",
    ),
    "indicator_target": (
        "value",
        "",
        "indicator_id period_id country_id",
    ),
    "person": (
        "name role",
        "",
        "",
    ),
    "document": (
        "title kind file_name sha256 media_type dated note",
        "size",
        "",
    ),
    "knowledge_product": (
        "title kind stage languages dated note",
        "copies",
        "output_id document_id",
    ),
    "agreement": (
        "title kind parties stage drafted signed note",
        "",
        "document_id",
    ),
    "planned_activity": (
        "title title_local quarters responsible amount currency status rag note",
        "in_report position",
        "output_id country_id period_id agency_id donor_id account_id",
    ),
    "activity": (
        (
            "date_from date_to title narrative title_local narrative_local support_agency_ids partners place "
            "evidence_ids"
        ),
        "women men participants in_report position",
        "output_id planned_id country_id lead_agency_id",
    ),
    "attendance": (
        "institution",
        "women men participants",
        "activity_id",
    ),
    "milestone": (
        "status dated note",
        "",
        "type_id country_id",
    ),
    "board": (
        "name kind tor_stage tor_dated mandate",
        "",
        "country_id",
    ),
    "board_member": (
        "institution role",
        "",
        "board_id",
    ),
    "meeting": (
        "title date_from date_to place agenda minutes",
        "women men participants",
        "board_id",
    ),
    "meeting_attendance": (
        "institution",
        "women men participants",
        "meeting_id",
    ),
    "decision": (
        "text action owner due status closed note",
        "",
        "meeting_id",
    ),
    "indicator_value": (
        "value note",
        "women men",
        "indicator_id period_id country_id",
    ),
    "commitment": (
        "title amount currency dated",
        "",
        "donor_id",
    ),
    "instalment": (
        "amount currency dated note",
        "",
        "commitment_id",
    ),
    "budget_line": (
        "amount currency note",
        "",
        "output_id country_id period_id account_id",
    ),
    "expenditure": (
        "amount currency dated note",
        "",
        "output_id country_id period_id account_id",
    ),
    "challenge": (
        "title kind cause effect response text_local owner status dated",
        "in_report position",
        "country_id output_id",
    ),
    "lesson": (
        "title text dated",
        "",
        "country_id output_id",
    ),
    "report": (
        "kind title status submitted",
        "",
        "period_id answers_id",
    ),
    "report_section": (
        "key text text_local",
        "",
        "report_id output_id",
    ),
    "review": (
        "verdict text dated",
        "",
        "report_id section_id",
    ),
    "device": (
        "name certificate fingerprint incarnation enrolled revoked revoked_cut note",
        "",
        "office_id",
    ),
    "lost_change": (
        "changeset stream note",
        "",
        "",
    ),
}

#: the first and last day that a date with precision can mean, computed by the database
STARTS = (
    "CASE WHEN date_from IS NULL THEN NULL WHEN substr(date_from,6,1)='Q' THEN substr(date_from,1,5) || CASE "
    "substr(date_from,7,1) WHEN '1' THEN '01' WHEN '2' THEN '04' WHEN '3' THEN '07' ELSE '10' END || '-01' "
    "WHEN length(date_from)=4 THEN date_from || '-01-01' WHEN length(date_from)=7 THEN date_from || '-01' ELSE "
    "date_from END "
).strip()
ENDS = (
    "CASE WHEN substr(coalesce(nullif(date_to,''), date_from),6,1)='Q' THEN "
    "substr(coalesce(nullif(date_to,''), date_from),1,5) || CASE substr(coalesce(nullif(date_to,''), "
    "date_from),7,1) WHEN '1' THEN '03' WHEN '2' THEN '06' WHEN '3' THEN '09' ELSE '12' END || '-31' WHEN "
    "length(coalesce(nullif(date_to,''), date_from))=4 THEN coalesce(nullif(date_to,''), date_from) || "
    "'-12-31' WHEN length(coalesce(nullif(date_to,''), date_from))=7 THEN coalesce(nullif(date_to,''), "
    "date_from) || '-31' ELSE coalesce(nullif(date_to,''), date_from) END "
).strip()


def upgrade() -> None:
    """Make the tables."""
    for name, (words, wholes, refs) in TABLES.items():
        columns: list[sa.Column[Any]] = [sa.Column(word, sa.Text()) for word in words.split()]
        columns += [sa.Column(whole, sa.Integer()) for whole in wholes.split()]
        columns += [sa.Column(ref, sa.String(36)) for ref in refs.split()]
        if name == "activity":
            columns.append(sa.Column("starts", sa.Text(), sa.Computed(STARTS, persisted=True)))
            columns.append(sa.Column("ends", sa.Text(), sa.Computed(ENDS, persisted=True)))
        op.create_table(
            name,
            sa.Column("id", sa.String(36), primary_key=True),
            sa.Column("office", sa.String(36)),
            sa.Column("deleted", sa.Integer()),
            *columns,
        )
        for column in ("office", *refs.split(), *(["starts"] if name == "activity" else [])):
            op.create_index(f"ix_{name}_{column}", name, [column])


def downgrade() -> None:
    """Take the tables away, for tests."""
    for name in reversed(TABLES):
        op.drop_table(name)
