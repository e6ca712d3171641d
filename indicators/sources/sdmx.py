"""Observations written as SDMX: CSV of any agency, XML (SDMX-ML 2.1, structure-specific) of known flows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from indicators.sources import Answer, SourceChanged, reading, tables

FLOW = re.compile(r"([^:()]+):([^:()]+)\(([\d.]*)\)")
"""How a line names its flow: agency:flow(version)."""

BEFORE_DIMENSIONS = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION")
CODE = re.compile(r"[A-Z][A-Z0-9_]*")
FREQUENCIES = {"A": "annual", "S": "half_yearly", "Q": "quarterly", "M": "monthly"}
STATUSES = {"P": "provisional", "V": "provisional", "E": "estimated", "I": "estimated", "F": "projection"}
NORMAL = ("", "A")
NAMESPACE = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True)
class Observation:
    """One observation as written: where, its flow, its dimensions in order (without time), all its cells."""

    where: str
    agency: str
    flow: str
    dimensions: tuple[str, ...]
    cells: Mapping[str, str]

    @property
    def key(self) -> str:
        return ".".join(self.dimensions)

    @property
    def period(self) -> str:
        frequency = self.cells.get("FREQ") or self.cells.get("FREQUENCY", "")
        return tables.period_of(self.cells["TIME_PERIOD"], self.where, FREQUENCIES.get(frequency, ""))

    @property
    def status(self) -> str:
        return STATUSES.get(self.cells.get("OBS_STATUS", ""), "")

    @property
    def note(self) -> str:
        """The agency's status where ours has no word for it, such as B for a break."""
        code = self.cells.get("OBS_STATUS", "")
        return "" if code in NORMAL or code in STATUSES else f"OBS_STATUS {code}"


def is_csv(answer: Answer) -> bool:
    header = answer.body.split(b"\n", 1)[0]
    return b"TIME_PERIOD" in header and b"OBS_VALUE" in header and b"<" not in header


def is_empty_csv(answer: Answer) -> bool:
    """A header followed by nothing, or by lines of commas: no observation matched."""
    return is_csv(answer) and not any(line.strip(b',"\r ') for line in answer.body.split(b"\n")[1:])


def from_csv(body: bytes) -> Iterator[Observation]:
    """The observations in the order of the answer; the columns before TIME_PERIOD are the dimensions."""
    lines = tables.read_csv(reading.decode(body), ("TIME_PERIOD", "OBS_VALUE"))
    if not lines:
        raise SourceChanged("The answer holds a header and no observation.")
    names = dimension_names(list(lines[0][1]))
    for line, cells in lines:
        agency, flow = flow_of(cells, line)
        yield Observation(f"Line {line}", agency, flow, tuple(cells[name] for name in names), cells)


def dimension_names(columns: list[str]) -> list[str]:
    """The codes before TIME_PERIOD, in order; the file with labels writes a name after each code."""
    before = columns[: columns.index("TIME_PERIOD")]
    return [name for name in before if CODE.fullmatch(name) and name not in BEFORE_DIMENSIONS]


def flow_of(cells: Mapping[str, str], line: int) -> tuple[str, str]:
    """Agency and flow; both empty where the answer names none."""
    named = cells.get("DATAFLOW") or cells.get("STRUCTURE_ID", "")
    match = FLOW.fullmatch(named)
    if named and not match:
        raise SourceChanged(f"Line {line}: “{named[:60]}” names no dataflow.")
    return (match[1], match[2]) if match else ("", "")


def check_asked(observation: Observation, flow: str, key: str) -> None:
    """Raises SourceChanged for another flow or series than asked for; an empty text asks for any.

    In a key, dots part the dimensions, an empty part asks for all and + joins what may be.
    """
    if flow and flow != observation.flow:
        raise SourceChanged(f"{observation.where}: asked for {flow}, got {observation.flow or 'no flow'}.")
    asked = key.split(".") if key else [""] * len(observation.dimensions)
    fits = len(asked) == len(observation.dimensions) and all(
        part in ("", "*") or found in part.split("+")
        for part, found in zip(asked, observation.dimensions, strict=True)
    )
    if not fits:
        raise SourceChanged(f"{observation.where}: asked for {key}, got {observation.key}.")


def from_xml(body: bytes, known: Mapping[str, tuple[str, ...]]) -> Iterator[Observation]:
    """The observations of a structure-specific message; `known`: the dimensions of each flow in order."""
    message = read_xml(body)
    references = [attributes(part) for part in message.iter("Ref") if "agencyID" in part.attrib]
    flow = references[0] if references else {}
    agency, name = flow.get("agencyID", ""), flow.get("id", "")
    if name not in known:
        raise SourceChanged(f"The dimensions of the flow “{name[:60]}” are not known here; ask for CSV.")
    for where, cells in xml_cells(message):
        yield Observation(where, agency, name, xml_dimensions(cells, known[name], where), cells)


def xml_dimensions(cells: Mapping[str, str], names: tuple[str, ...], where: str) -> tuple[str, ...]:
    for name in (*names, "TIME_PERIOD", "OBS_VALUE"):
        if name not in cells:
            raise SourceChanged(f"{where}: “{name}” is not there.")
    return tuple(cells[name] for name in names)


def read_xml(body: bytes) -> Any:
    try:
        return ElementTree.fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise SourceChanged("The answer declares its own entities, which is not read.") from error
    except ElementTree.ParseError as error:
        line, column = error.position
        raise SourceChanged(f"Line {line}, character {column}: this is no readable XML.") from error
    except (LookupError, ValueError) as error:
        raise SourceChanged("The answer is XML in an encoding that is not read.") from error


def xml_cells(message: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Each observation with what its series, the groups it belongs to and the data set say."""
    for dataset in parts(message, "DataSet"):
        groups = [attributes(group) for group in parts(dataset, "Group")]
        for number, series in enumerate(parts(dataset, "Series"), 1):
            common = {**attributes(dataset), **of_groups(groups, attributes(series)), **attributes(series)}
            for observation in parts(series, "Obs"):
                yield f"Series {number}", {**common, **attributes(observation)}


def of_groups(groups: list[dict[str, str]], series: Mapping[str, str]) -> dict[str, str]:
    """What the groups say of a series: those whose dimensions, as far as the series has them, agree."""
    found: dict[str, str] = {}
    for group in groups:
        if all(group[name] == series[name] for name in group.keys() & series.keys()):
            found |= group
    return found


def parts(element: Any, name: str) -> list[Any]:
    return [part for part in element if NAMESPACE.sub("", part.tag) == name]


def attributes(element: Any) -> dict[str, str]:
    return {name: value for name, value in element.attrib.items() if not name.startswith("{")}
