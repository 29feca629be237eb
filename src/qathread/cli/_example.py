"""``qathread serve-example``: the example forum, from a source tree."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from ..errors import MissingExtraError, ValidationError
from ._common import say

__all__ = ["serve_example"]

#: In a clone, also when it is installed as editable.
FORUM: Final = Path(__file__).parents[3] / "docs" / "examples" / "forum"
_NEEDED: Final = ("django", "argon2", "nh3")


def serve_example(
    folder: str | None = None,
    /,
    *,
    port: Annotated[int, Parameter(validator=Number(gte=1, lte=65_535))] = 8000,
) -> int:
    """
    Run the example forum on this machine, until it is interrupted.

    It is a Django project in the source tree, docs/examples/forum, and no part of
    the package.

    Parameters
    ----------
    folder
        Where its database is; without it, where the forum keeps it: in data.
    port
        The port of 127.0.0.1 to listen on.
    """
    program = FORUM / "manage.py"
    if not program.is_file():
        raise ValidationError(
            "the example forum is not in the installed package: "
            "run this in a clone that is installed by pip install -e '.[cli]'"
        )
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"the example forum needs {', '.join(missing)}: "
            "pip install 'qathread[django,html]' argon2-cffi"
        )
    environment = dict(os.environ)
    if folder is not None:
        place = Path(folder).absolute()
        place.mkdir(parents=True, exist_ok=True)
        environment["FORUM_DATA_DIR"] = str(place)
    address = f"127.0.0.1:{port}"
    say(f"serving on http://{address}/ until interrupted")
    command = [sys.executable, str(program), "demo", address]
    status = subprocess.call(command, env=environment)
    return 1 if status else 0
