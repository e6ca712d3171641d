"""R4: what was published is never changed or deleted in place, by no way, and the history adds up."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.urls import reverse

from goals.models import TargetVersion
from indicators.models import Observation
from stakeholders.models import User

pytestmark = pytest.mark.django_db

REFUSED = "is append-only"


@pytest.fixture
def observation() -> Observation:
    return Observation.objects.current().filter(series__feed__isnull=False).latest("pk")


@pytest.fixture
def version() -> TargetVersion:
    return TargetVersion.objects.latest("pk")


def refused(statement: str, *values) -> None:
    """The statement is refused by the database, in words."""
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def fixed_columns(model, *may_change: str) -> list[str]:
    return [field.column for field in model._meta.local_concrete_fields if field.name not in may_change]


def test_no_column_of_an_observation_but_the_mark_can_be_changed_by_sql(observation):
    for column in fixed_columns(Observation, "is_current"):
        refused(f"UPDATE indicators_observation SET {column} = {column} WHERE id = %s", observation.pk)

    assert Observation.objects.filter(pk=observation.pk).update(is_current=False) == 1


def test_no_column_of_a_target_version_can_be_changed_by_sql(version):
    for column in fixed_columns(TargetVersion):
        refused(f"UPDATE goals_targetversion SET {column} = {column} WHERE id = %s", version.pk)


def test_no_row_can_be_deleted_by_sql(observation, version):
    refused("DELETE FROM indicators_observation WHERE id = %s", observation.pk)
    refused("DELETE FROM indicators_observation")
    refused("DELETE FROM goals_targetversion WHERE id = %s", version.pk)


def test_no_way_of_the_orm_leads_round_the_model(observation):
    around = QuerySet(Observation).filter(pk=observation.pk)

    for change in (
        lambda: around._raw_delete("default"),
        lambda: around.update(value=1),
        lambda: Observation.objects.bulk_update([observation], ["note"]),
        lambda: overwrite(observation),
    ):
        with pytest.raises((IntegrityError, RuntimeError)), transaction.atomic():
            change()


def overwrite(observation: Observation) -> None:
    """Insert it again under the same key, replacing what is there."""
    Observation.objects.bulk_create(
        [observation], update_conflicts=True, unique_fields=["id"], update_fields=["note"]
    )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows no REPLACE")
def test_sqlite_does_not_replace_a_row_by_inserting_it_again(observation):
    columns = ", ".join(field.column for field in Observation._meta.local_concrete_fields)

    refused(
        f"INSERT OR REPLACE INTO indicators_observation ({columns}) "
        f"SELECT {columns} FROM indicators_observation WHERE id = %s",
        observation.pk,
    )


@pytest.mark.parametrize("way", ["change", "delete"])
@pytest.mark.parametrize("kind", ["indicators_observation", "goals_targetversion"])
def test_not_even_a_superuser_changes_or_deletes_in_the_admin(client, kind, way, observation, version):
    client.force_login(User.objects.create_superuser("first@project.example", "a long enough pass phrase"))
    row = observation if kind == "indicators_observation" else version
    before = type(row).objects.filter(pk=row.pk).values().get()

    answer = client.post(reverse(f"admin:{kind}_{way}", args=[row.pk]), {"post": "yes", "value": "1"})

    assert answer.status_code == 403
    assert type(row).objects.filter(pk=row.pk).values().get() == before


def test_replaying_every_vintage_gives_the_present_values():
    newest = {}
    for row in Observation.objects.order_by("vintage", "pk"):
        newest[row.series_id, row.period] = row.pk

    assert set(Observation.objects.current().values_list("pk", flat=True)) == set(newest.values())
