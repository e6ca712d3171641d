"""Every list and every row opens for an administrator, for nobody else, with a fixed number of queries."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin as django_admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.models import Result
from indicators.models import Observation, Payload, Run
from stakeholders.models import Organization, User

OURS = [model for model in django_admin.site._registry if model._meta.app_label != "auth"]
QUERIES_OF_A_LIST = 10
QUERIES_OF_A_ROW = 15


def address(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def first_row(model) -> str:
    return address(model, "change", model._default_manager.values_list("pk", flat=True)[0])


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200, page
    return len(queries)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_list_opens_with_the_same_few_queries_however_many_rows(model, admin, one_of_each, monkeypatch):
    whole = queries_of(admin, address(model, "changelist"))
    monkeypatch.setattr(django_admin.site._registry[model], "list_per_page", 1)
    single = queries_of(admin, address(model, "changelist"))

    assert whole == single <= QUERIES_OF_A_LIST


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_row_opens_with_a_bounded_number_of_queries(model, admin, one_of_each):
    assert queries_of(admin, first_row(model)) <= QUERIES_OF_A_ROW


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_strangers_are_sent_to_the_sign_in_and_members_find_nothing(model, one_of_each):
    member = Client()
    member.force_login(User.objects.filter(is_staff=False).first())
    for page in (address(model, "changelist"), first_row(model)):
        assert Client().get(page).headers["Location"].startswith("/admin/login/")
        assert member.get(page).status_code == 404


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_staff_without_rights_sees_nothing(model, one_of_each):
    clerk = Client()
    clerk.force_login(User.objects.create_user("clerk@project.example", is_staff=True))

    assert clerk.get(address(model, "changelist")).status_code == 403
    assert clerk.get(first_row(model)).status_code == 403


@pytest.mark.parametrize("model", [Observation, Run, Payload, Result])
def test_what_the_program_writes_cannot_be_added_changed_or_deleted(model, admin):
    row = model.objects.values_list("pk", flat=True)[0]
    before = model.objects.values().get(pk=row)

    assert admin.get(address(model, "add")).status_code == 403
    assert admin.post(address(model, "add"), {}).status_code == 403
    assert admin.post(address(model, "change", row), {"value": "1"}).status_code == 403
    assert admin.post(address(model, "delete", row), {"post": "yes"}).status_code == 403
    assert model.objects.values().get(pk=row) == before


def test_an_observation_leads_to_its_run_its_payload_and_its_document(admin, published):
    page = admin.get(address(Observation, "change", published.pk)).content.decode()

    assert published.run.payload.sha256 in page
    assert address(Run, "change", published.run_id) in page
    assert address(type(published.document), "change", published.document_id) in page


def test_a_person_is_added_by_e_mail_address_and_can_change_the_password(admin):
    word = "a rather long pass phrase"
    person = {"email": "new@project.example", "usable_password": "true", "password1": word, "password2": word}
    assert admin.post(address(User, "add"), person).status_code == 302
    person = User.objects.get(email="new@project.example")

    other = "another quite long phrase"
    page = reverse("admin:auth_user_password_change", args=(person.pk,))
    assert admin.post(page, {"password1": other, "password2": other}).status_code == 302
    person.refresh_from_db()
    assert person.check_password(other)


def test_an_address_that_differs_only_in_capitals_is_the_same_person(admin, administrator):
    word = "a rather long pass phrase"
    passwords = {"usable_password": "true", "password1": word, "password2": word}

    response = admin.post(address(User, "add"), {"email": administrator.email.upper(), **passwords})

    assert "A person with this e-mail address exists." in response.content.decode()


def test_a_second_step_shows_no_secret_and_may_be_taken_away(admin, one_of_each):
    key = Authenticator.objects.get()
    assert "kept" not in admin.get(address(Authenticator, "change", key.pk)).text

    admin.post(address(Authenticator, "delete", key.pk), {"post": "yes"})

    assert not Authenticator.objects.exists()


def test_people_and_organizations_are_never_deleted(admin):
    for row in (User.objects.first(), Organization.objects.first()):
        assert admin.post(address(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
