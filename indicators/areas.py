"""Names of the areas of our series in three languages: countries from Babel, groups in our own words."""

from babel.core import get_global

from indicators.formats import locale_of

GROUPS = {
    "NAM": {"en": "North America", "es": "América del Norte", "fr": "Amérique du Nord"},
    "WLD": {"en": "World", "es": "Mundo", "fr": "Monde"},
    "EU27": {"en": "European Union", "es": "Unión Europea", "fr": "Union européenne"},
    "LAC": {
        "en": "Latin America and the Caribbean",
        "es": "América Latina y el Caribe",
        "fr": "Amérique latine et Caraïbes",
    },
    "PACIFIC-RIM": {"en": "Pacific Rim", "es": "Cuenca del Pacífico", "fr": "Littoral du Pacifique"},
}


def area_name(code: str, language: str) -> str:
    """The name of a group or of an ISO 3166 alpha-3 country; a code known to neither is its own name."""
    if code in GROUPS:
        return GROUPS[code][language]
    alpha2 = get_global("territory_aliases").get(code, [code])[0]
    return str(locale_of(language).territories.get(alpha2, code))
