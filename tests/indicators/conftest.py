"""A World Bank on this machine for the feeds of the catalogue."""

from collections.abc import Iterator

import pytest

from indicators.sources import Rate, worldbank
from tests.faults.conftest import FaultyServer
from tests.indicators.world_bank import WorldBank


@pytest.fixture
def world_bank(settings, monkeypatch) -> Iterator[WorldBank]:
    """Asked without pauses; its values are those of small round economies."""
    server = FaultyServer()
    settings.SOURCE_URLS = {**settings.SOURCE_URLS, "worldbank": server.url}
    monkeypatch.setattr(worldbank, "RATE", Rate(requests=1000, seconds=1))
    bank = WorldBank(server)
    bank.values = {
        "NY.GDP.MKTP.KD": {
            "MEX": {2023: "100e9", 2024: "102e9", 2025: "104e9"},
            "USA": {2023: "800e9", 2024: "826e9", 2025: "843e9"},
            "CAN": {2023: "100e9", 2024: "102e9", 2025: "103e9"},
            "WLD": {2023: "4000e9", 2024: "4060e9", 2025: "4100.6e9"},
        },
        "NY.GDP.PCAP.KD": {
            "MEX": {2023: "10000", 2024: "10100", 2025: "10400"},
            "USA": {2023: "60000", 2024: "61500", 2025: "62400"},
            "CAN": {2023: "40000", 2024: "40200", 2025: "40000"},
        },
    }
    yield bank
    server.close()
