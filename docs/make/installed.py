"""Tell what an environment with nothing but the package holds: run it there."""

import re
import statistics
import subprocess
import sys
import time
from importlib.metadata import distributions, requires

#: What the core asks for. These bring others, which are theirs to choose.
CORE = {"attrs", "cattrs", "python-dateutil"}
#: What a fresh environment has of its own.
TOOLS = {"pip", "setuptools", "wheel", "qathread"}
ROUNDS = 11


def main() -> None:
    """Print what is there, and how long an import takes."""
    asked = {
        re.split(r"[^\w-]", each)[0]
        for each in requires("qathread") or ()
        if "extra ==" not in each
    }
    if asked != CORE:
        sys.exit(f"the core asks for {sorted(asked)}: expected {sorted(CORE)}")
    found = {each.name.lower().replace("_", "-") for each in distributions()} - TOOLS
    print(f"{len(found)} packages come with qathread: {', '.join(sorted(found))}")
    rounds = [(_seconds("pass"), _seconds("import qathread")) for _ in range(ROUNDS)]
    extra = [imported - bare for bare, imported in rounds]
    print(
        f"import qathread: {statistics.median(extra) * 1000:.0f} ms "
        f"({min(extra) * 1000:.0f} to {max(extra) * 1000:.0f}) over an empty program"
    )


def _seconds(program: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
