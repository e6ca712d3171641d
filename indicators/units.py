"""What 1.0 means for each unit code, in three languages: in running text and on an axis."""

from dataclasses import dataclass

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Wording:
    """`{}` stands for the number; `one` is for what the language counts as singular; `axis` stands alone."""

    other: str
    axis: str
    one: str = ""

    def pattern(self, is_singular: bool) -> str:
        return self.one if is_singular and self.one else self.other


def _words(en: Wording, es: Wording, fr: Wording) -> dict[str, Wording]:
    return {"en": en, "es": es, "fr": fr}


def _counted(en: tuple[str, str], es: tuple[str, str], fr: tuple[str, str]) -> dict[str, Wording]:
    """Words that only follow the number: (singular, plural) in each language."""

    def wording(one: str, other: str) -> Wording:
        return Wording(f"{{}} {other}", other, f"{{}} {one}")

    return _words(wording(*en), wording(*es), wording(*fr))


UNITS: dict[str, dict[str, Wording]] = {
    "usd": _words(
        Wording("US${}", "US$"),
        Wording("{} dólares (USD)", "dólares (USD)", "{} dólar (USD)"),
        Wording("{} dollars américains", "dollars américains", "{} dollar américain"),
    ),
    "usd_constant": _words(
        Wording("US${} at constant prices", "US$ at constant prices"),
        Wording("{} dólares (USD) a precios constantes", "dólares (USD) a precios constantes"),
        Wording("{} dollars américains constants", "dollars américains constants"),
    ),
    "usd_billion": _words(
        Wording("US${} billion", "US$ billion"),
        Wording("{} miles de millones de dólares (USD)", "miles de millones de dólares (USD)"),
        Wording(
            "{} milliards de dollars américains",
            "milliards de dollars américains",
            "{} milliard de dollars américains",
        ),
    ),
    "usd_billion_per_day": _words(
        Wording("US${} billion a day", "US$ billion a day"),
        Wording("{} miles de millones de dólares (USD) al día", "miles de millones de dólares (USD) al día"),
        Wording(
            "{} milliards de dollars américains par jour",
            "milliards de dollars américains par jour",
            "{} milliard de dollars américains par jour",
        ),
    ),
    "cad_billion": _words(
        Wording("C${} billion", "C$ billion"),
        Wording(
            "{} miles de millones de dólares canadienses (CAD)",
            "miles de millones de dólares canadienses (CAD)",
        ),
        Wording(
            "{} milliards de dollars canadiens",
            "milliards de dollars canadiens",
            "{} milliard de dollars canadiens",
        ),
    ),
    "percent": _words(
        Wording("{}%", "percent"), Wording("{}%", "por ciento"), Wording(f"{{}}{NBSP}%", "pour cent")
    ),
    "percentage_points": _counted(
        ("percentage point", "percentage points"),
        ("punto porcentual", "puntos porcentuales"),
        ("point de pourcentage", "points de pourcentage"),
    ),
    "persons": _counted(("person", "people"), ("persona", "personas"), ("personne", "personnes")),
    "thousand_persons": _counted(
        ("thousand people", "thousand people"),
        ("mil personas", "miles de personas"),
        ("millier de personnes", "milliers de personnes"),
    ),
    "million_persons": _counted(
        ("million people", "million people"),
        ("millón de personas", "millones de personas"),
        ("million de personnes", "millions de personnes"),
    ),
    "million_vehicles": _counted(
        ("million vehicles", "million vehicles"),
        ("millón de vehículos", "millones de vehículos"),
        ("million de véhicules", "millions de véhicules"),
    ),
    "million_crossings": _counted(
        ("million crossings", "million crossings"),
        ("millón de cruces", "millones de cruces"),
        ("million de passages", "millions de passages"),
    ),
    "firms": _counted(("firm", "firms"), ("empresa", "empresas"), ("entreprise", "entreprises")),
    "mines": _counted(("mine", "mines"), ("mina", "minas"), ("mine", "mines")),
    "facilities": _counted(
        ("facility", "facilities"), ("instalación", "instalaciones"), ("installation", "installations")
    ),
    "projects": _counted(("project", "projects"), ("proyecto", "proyectos"), ("projet", "projets")),
    "cases": _counted(("case", "cases"), ("caso", "casos"), ("dossier", "dossiers")),
    "degrees_per_year": _counted(
        ("degree a year", "degrees a year"),
        ("título al año", "títulos al año"),
        ("diplôme par an", "diplômes par an"),
    ),
    "rank": _words(Wording("rank {}", "rank"), Wording("lugar {}", "lugar"), Wording("rang {}", "rang")),
    "places": _counted(("place", "places"), ("lugar", "lugares"), ("place", "places")),
    "index": _words(Wording("{}", "index"), Wording("{}", "índice"), Wording("{}", "indice")),
    "index_0_1": _words(
        Wording("{}", "index from 0 to 1"), Wording("{}", "índice de 0 a 1"), Wording("{}", "indice de 0 à 1")
    ),
    "ratio": _words(Wording("{}", "ratio"), Wording("{}", "razón"), Wording("{}", "rapport")),
}


def unit_words(unit: str, language: str) -> Wording:
    if unit not in UNITS:
        raise ValueError(f"“{unit}” is no unit code; the codes are {', '.join(sorted(UNITS))}")
    return UNITS[unit][language]


def change_unit(unit: str) -> str:
    """The unit a difference is said in: shares differ by percentage points, ranks by places."""
    return {"percent": "percentage_points", "rank": "places"}.get(unit, unit)
