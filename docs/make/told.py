"""Say which public names a built site lacks: python -m docs.make.told SITE."""

import sys
from pathlib import Path
from types import ModuleType

from sphinx.util.inventory import InventoryFile

from .api import home_of, public


def main(site: str) -> int:
    """Print the names, and return how many there are."""
    with (Path(site) / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda uri, place: place)
    told = {name for kind in inventory.values() for name in kind}
    wanted = {
        f"{home}.{name}"
        for _, name, value in public()
        if not isinstance(value, ModuleType)
        for home in (home_of(name, value),)
        if home is not None
    }
    missing = sorted(wanted - told)
    print(f"{len(wanted)} public names, {len(missing)} of them not on the site")
    for name in missing:
        print(f"  {name}")
    return min(len(missing), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
