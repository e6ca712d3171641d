"""What stands in each answer, in which language."""

import pytest

from stakeholders.models import User
from tests.api.conftest import results


def test_the_start_names_every_list(ask):
    for address in ask().json().values():
        assert ask(address.removeprefix("/api/v1/")).status_code == 200


def test_an_indicator_comes_with_unit_names_origin_and_formula(ask):
    derived = results(ask("indicators/", origin="derived"))[0]

    assert derived["formula"]
    assert set(derived["names"]) == {"en", "es", "fr"}
    assert ask("indicators/hdi-rank/").json()["unit_name"] == "rank"
    assert ask("indicators/hdi-rank/").json()["series_url"] == "/api/v1/series/?indicator=hdi-rank"


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_texts_come_in_the_language_asked_for(ask, language):
    response = ask("goals/g1/", lang=language)

    assert response.json()["name"] == response.json()["names"][language]
    assert response["Content-Language"] == language


def test_the_language_of_the_browser_is_not_looked_at(ask):
    response = ask("goals/g1/", headers={"accept-language": "fr"})

    assert response.json()["name"] == response.json()["names"]["en"]
    assert response["Content-Language"] == "en"


def test_a_target_comes_with_its_parameters_versions_assumptions_and_result(ask):
    target = ask("targets/trade-linked-employment/").json()

    assert target["parameters"]["kind"] == "reach_level"
    assert target["parameters"]["baseline_value"] == "55"
    assert target["parameters"]["milestones"] == [{"period": "2040", "value": "83"}]
    assert target["versions"][-1]["reason"]
    assert target["assumptions"][0]["text"]
    assert target["result"]["outcome"]["target"] == {"period": "2050", "value": "110"}
    assert "author" not in str(target)


def test_no_number_inside_an_outcome_is_a_float_or_an_integer(ask):
    def leaves(value):
        if isinstance(value, dict):
            return [leaf for item in value.values() for leaf in leaves(item)]
        return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]

    for target in results(ask("targets/", page_size=200)):
        assert {type(leaf) for leaf in leaves(target["result"]["outcome"])} <= {str, bool, type(None)}


def test_a_goal_comes_with_both_layers(ask):
    outcome = ask("goals/g1/").json()["result"]["outcome"]

    assert outcome["indicator_layer"]["coverage"]
    assert outcome["stakeholder_layer"]["reporting_rate"]


def test_an_organization_shows_nothing_of_its_people(ask):
    organization = results(ask("organizations/"))[0]

    assert set(organization) == {"code", "name", "type", "area", "description", "website", "is_sample"}


@pytest.mark.parametrize(
    "path",
    [
        "organizations/",
        "sub-goals/",
        "sub-goals/sample-apprentices/updates/",
        "goals/",
        "targets/",
        "progress/",
    ],
)
def test_no_answer_holds_a_name_or_address_of_a_person(ask, path):
    words = {word for user in User.objects.all() for word in (user.email, user.get_full_name()) if word}
    text = ask(path).content.decode()

    assert words
    assert not [word for word in words if word in text]
