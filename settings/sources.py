"""Where the settings come from: the environment, and what `perennial up` wrote down about the stack it runs.

That (`stack.json` in the data directory) stands in for what the environment leaves out, so that a second terminal finds
the stack; an environment with its own database address never reads it. No secret is read from a file.
"""

import difflib
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from settings import PREFIX, STACK_FILE, BadSettings, Settings


def load(*, from_stack: bool = True) -> Settings:
    """The settings of this process; without `from_stack` of the environment alone. Raises BadSettings."""
    unknown = sorted(_unknown(os.environ))
    if unknown:
        raise BadSettings("\n".join(unknown))
    try:
        own = Settings()
    except ValidationError as error:
        raise BadSettings("\n".join(_sentence(fault) for fault in error.errors())) from None
    return _with_stack(own) if from_stack and own.database_url is None else own


def _with_stack(own: Settings) -> Settings:
    """With what `perennial up` wrote down and the environment leaves out."""
    path = own.data_dir / STACK_FILE
    try:
        if not path.is_file():
            return own
        values: dict[str, Any] = dict(json.loads(path.read_text()))
        return Settings(**{name: value for name, value in values.items() if name not in own.model_fields_set})
    except ValidationError:
        raise BadSettings(f"{path} is of another version: delete it and run `perennial up` again.") from None
    except (OSError, TypeError, ValueError) as error:
        raise BadSettings(f"{path} cannot be read ({error}): delete it and run `perennial up` again.") from None


def _unknown(environment: Mapping[str, str]) -> Iterable[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            yield f"{name} is no setting: " + (f"did you mean {near[0]}?" if near else "unset it.")


def _sentence(fault: Any) -> str:
    """One fault of a setting in one sentence, without the value: it may be a secret."""
    name = str(fault["loc"][0])
    return f"{PREFIX}{name.upper()} {_wrong(name, fault)}."


def _wrong(name: str, fault: Any) -> str:
    match fault["type"]:
        case "value_error":
            return str(fault["ctx"]["error"])
        case "string_unicode":
            return "is no text in UTF-8: correct it or unset it"
        case "literal_error":
            return f"must be {fault['ctx']['expected']}: correct it or unset it"
        case "bool_parsing":
            return "must be true or false: correct it or unset it"
    bounds = Settings.model_fields[name].metadata
    least, most = (next(getattr(each, at) for each in bounds if hasattr(each, at)) for at in ("ge", "le"))
    return f"must be a whole number from {least} to {most}: correct it or unset it"
