"""`manage.py read`: an answer in a file, as its connector sees it."""

import io
import json
from importlib import import_module
from importlib.util import find_spec

import pytest
from django.core.management import CommandError, call_command

from indicators.sources import registry
from tests.recorded_answers import RECORDED


def read(*arguments, **options):
    out = io.StringIO()
    call_command("read", *map(str, arguments), stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def refused(*arguments, **options):
    """What a failing command prints, and its last sentence."""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("read", *map(str, arguments), stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()], str(error.value)


def file_with(tmp_path, text, name="answer.json"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_each_value_is_a_line_with_what_is_known_of_it():
    lines = read("statcan", RECORDED / "statcan" / "vectors.json")

    assert len(lines) == 5
    assert lines[1] == {
        "key": "v2057609",
        "period": "2026-02",
        "value": None,
        "status": "",
        "unit": "",
        "multiplier": "1000",
        "vintage": "2026-03-06T08:30:00-05:00",
    }


def test_a_value_is_written_out_exactly_and_needless_fields_are_left_out():
    lines = read("fred", RECORDED / "fred" / "observations.json", request='{"series": "MANEMP"}')

    assert lines[-1] == {"key": "MANEMP", "period": "2026-04", "value": "12690.5", "status": "", "unit": ""}
    assert read("worldbank", RECORDED / "worldbank" / "gdp.json")[3]["value"] == "115000000000000"


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("worldbank", "worldbank/gdp.json"),
        ("fredgraph", "fred/fredgraph.csv"),
        ("alfredgraph", "fred/alfredgraph.csv"),
        ("fred", "fred/fredgraph.csv"),
        ("bls", "bls/employment.json"),
        ("inegi", "inegi/employment.json"),
    ],
)
def test_every_source_is_read_by_its_name(source, file):
    assert {"key", "period", "value", "status", "unit"} <= set(read(source, RECORDED / file)[0])


@pytest.mark.parametrize("name", sorted(set(registry.CONNECTORS.values())))
def test_every_name_stands_for_a_module(name):
    if not find_spec(f"indicators.sources.{name}"):
        pytest.skip(f"{name} is not connected")
    assert callable(import_module(f"indicators.sources.{name}").parse)


def test_an_answer_without_news_is_no_failure(tmp_path):
    file = file_with(tmp_path, '{"message": "No changed data found for vector(s)."}')

    assert [line["classification"] for line in read("statcan", file, status=404)] == ["no_change"]


def test_an_answer_without_data_fails_with_its_sentence(tmp_path):
    file = file_with(tmp_path, '["ErrorInfo:No se encontraron resultados","ErrorCode:100"]')

    lines, sentence = refused("inegi", file, status=400)

    assert lines == [{"classification": "unknown_series", "sentence": sentence}]
    assert "token" in sentence


def test_the_content_type_can_be_told(tmp_path):
    lines, _sentence = refused("fred", file_with(tmp_path, "{}"), content_type="text/html")

    assert lines[0]["classification"] == "transient"


def test_data_that_is_not_as_asked_is_broken():
    lines, sentence = refused("bls", RECORDED / "bls" / "employment.json", request='{"series": "CES1"}')

    assert lines == [{"classification": "broken", "sentence": sentence}]
    assert sentence == "Asked for CES1, got CES3000000001."


def test_an_answer_without_a_single_value_is_broken(tmp_path):
    nothing_then = (
        '{"status":"REQUEST_SUCCEEDED","message":["No Data Available for Series X Year: 1990"],'
        '"Results":{"series":[{"seriesID":"X","data":[]}]}}'
    )

    lines, _sentence = refused("bls", file_with(tmp_path, nothing_then))

    assert lines == [{"classification": "broken", "sentence": "The answer holds no values."}]


def test_a_description_is_printed_as_one(tmp_path):
    file = file_with(
        tmp_path, '{"seriess":[{"id":"GDP","title":"Output","units":"Dollars","frequency_short":"Q"}]}'
    )

    assert read("fred", file) == [
        {"key": "GDP", "title": "Output", "unit": "Dollars", "frequency": "quarterly"}
    ]


@pytest.mark.parametrize(
    ("source", "name", "request_text", "said"),
    [
        ("eurostat", "a.json", "{}", "Nothing here reads “eurostat”; known are"),
        ("fred", "missing.json", "{}", "missing.json cannot be read: No such file"),
        ("fred", "a.json", "{", "--request is no JSON"),
        ("fred", "a.json", "[]", "must be a JSON object"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path, source, name, request_text, said):
    file_with(tmp_path, "{}", "a.json")

    lines, sentence = refused(source, tmp_path / name, request=request_text)

    assert lines == []
    assert said in sentence


@pytest.mark.django_db
def test_the_packaged_figures_are_a_source_too(settings):
    lines = read("published", settings.PUBLISHED_FIGURES)

    assert len(lines) > 10
    assert all(line["value"] for line in lines)
