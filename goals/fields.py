"""JSON that keeps numbers as exact numbers."""

import json
from decimal import Decimal

import simplejson
from django.db import models


class ExactEncoder(json.JSONEncoder):
    """Writes Decimal as a JSON number, digit for digit."""

    def encode(self, o) -> str:
        return simplejson.dumps(o, use_decimal=True, default=str)


class ExactDecoder(json.JSONDecoder):
    """Reads JSON numbers with a fraction as Decimal."""

    def __init__(self, **kwargs):
        super().__init__(parse_float=Decimal, **kwargs)


class ExactJSONField(models.JSONField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"encoder": ExactEncoder, "decoder": ExactDecoder, **kwargs})
