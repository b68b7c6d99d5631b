"""What is wrong with the fields of a request, in the words of a person instead of the validator's."""

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError

from loopbank.foundation.errors import FieldMistake

_WORDS = {
    "missing": "This is missing.",
    "extra_forbidden": "There is no such field here.",
    "json_invalid": "The request body is not valid JSON.",
    "string_type": "This must be text.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_parsing_size": "This number is too large.",
    "int_from_float": "This must be a whole number.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than_equal": "This must be at most {le}.",
    "enum": "This must be {expected}.",
    "literal_error": "This must be {expected}.",
    "string_pattern_mismatch": "This is not one of the forms that are taken here.",
    "string_too_short": "This must have at least {min_length} characters.",
    "string_too_long": "This must have at most {max_length} characters.",
    "too_short": "This must have at least {min_length} {things}.",
    "too_long": "This must have at most {max_length} {things}.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
}
"""By the validator's own name of a mistake. A mistake that is not here keeps the validator's sentence."""

_OF_TEXT = "Value"
"""What the validator calls a text whose length it looks at after a rule of ours did."""


def mistakes_of(error: RequestValidationError) -> list[FieldMistake]:
    """Name every field that does not fit, and say what would."""
    return [FieldMistake(_field(item), _sentence(item)) for item in error.errors()]


def _field(item: Mapping[str, Any]) -> str:
    if item["type"] == "json_invalid":
        return ""
    return ".".join(str(part) for part in item["loc"] if part not in ("body", "query", "path", "header"))


def _sentence(item: Mapping[str, Any]) -> str:
    context = item.get("ctx", {})
    if "error" in context and item["type"] != "json_invalid":
        return str(context["error"])
    if context.get("min_length") == 1:
        return "This must not be empty."
    things = "characters" if context.get("field_type") == _OF_TEXT else "entries"
    words = _WORDS.get(item["type"])
    return words.format(**context, things=things) if words else str(item["msg"])
