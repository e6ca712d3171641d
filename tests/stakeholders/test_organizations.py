"""R10, R17: an organization's facts are edited over the version that was seen, by whom they are for."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from stakeholders import organizations, rights
from stakeholders.models import Organization, TrailEntry
from stakeholders.versions import Stale

pytestmark = pytest.mark.django_db


def test_an_owner_edits_and_the_version_moves_on(owner, organization):
    organizations.edit(organization, owner, version=1, name="Frontera Norte")

    organization.refresh_from_db()
    assert (organization.name, organization.version, organization.etag) == ("Frontera Norte", 2, '"2"')
    entry = TrailEntry.objects.get(action="edit", chain="frontera")
    assert (entry.before, entry.after) == ({"name": "Frontera"}, {"name": "Frontera Norte"})


def test_a_stale_form_changes_nothing_and_brings_the_present_text(owner, organization):
    seen = Organization.objects.get(pk=organization.pk)
    organizations.edit(organization, owner, version=1, name="First")

    with pytest.raises(Stale) as fault:
        organizations.edit(seen, owner, version=1, name="Second")

    assert fault.value.current.name == "First"
    assert Organization.objects.get(pk=organization.pk).name == "First"


def test_only_the_named_fields_are_written(owner, organization):
    mine = Organization.objects.get(pk=organization.pk)
    Organization.objects.filter(pk=organization.pk).update(description="Theirs")
    mine.description = "Mine, not sent"
    mine.name = "Sent"
    mine.save_if(1, "name")

    kept = Organization.objects.get(pk=organization.pk)
    assert (kept.name, kept.description) == ("Sent", "Theirs")
    with pytest.raises(ValueError, match="no field nmae"):
        mine.save_if(2, "nmae")


def test_any_other_save_makes_an_open_form_stale(organization):
    seen = organization.version
    again = Organization.objects.get(pk=organization.pk)
    again.website = "https://frontera.example"
    again.save(update_fields=["website"])

    with pytest.raises(Stale):
        organization.save_if(seen, "name")


def test_a_row_that_is_gone_is_stale_without_a_present(organization):
    Organization.objects.filter(pk=organization.pk).delete()

    with pytest.raises(Stale) as fault:
        organization.save_if(1)
    assert fault.value.current is None


def test_type_and_area_are_for_administrators(owner, organization, administrator):
    for field in ("type", "is_sample", "code"):
        with pytest.raises(ValidationError) as fault:
            organizations.edit(organization, owner, version=1, **{field: "x"})
        assert list(fault.value.message_dict) == [field]
    organizations.edit(organization, administrator, version=1, type="academia")
    assert Organization.objects.get(pk=organization.pk).type == "academia"


def test_an_editor_is_refused_in_words(member, organization):
    with pytest.raises(PermissionDenied):
        organizations.edit(organization, member("editor"), version=1, name="Mine")


def test_an_organization_switched_off_is_hidden_and_its_members_stand_outside(
    owner, organization, administrator
):
    organizations.set_active(organization, False, administrator, "Dissolved")

    assert organization not in Organization.objects.public()
    assert rights.roles_of(owner, organization) == {rights.Role.SIGNED_IN}
    assert TrailEntry.objects.get(chain="frontera").reason == "Dissolved"
