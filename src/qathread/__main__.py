"""The command ``qathread``, also ``python -m qathread``."""

import sys

__all__ = ["main"]

_EXTRA = ("cyclopts", "rich")


def main() -> int:
    """
    Run the command line.

    Returns:
        0: done; 1: bad data; 2: bad use, or the ``cli`` extra is not installed.
    """
    try:
        from .cli import run
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:  # installed but broken: show that instead
            raise
        print(
            f"qathread needs {error.name} for its command line: "
            "pip install 'qathread[cli]'",
            file=sys.stderr,
        )
        return 2
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
