"""Write the generated pages, and draw the figures that are not up to date."""

from pathlib import Path

from . import api, formulas, matrix, samples
from .drawing import draw
from .explained import EXPLAINED
from .figures import FIGURES

DOCS = Path(__file__).parents[1]


def main() -> None:
    """Write what has changed, take away what nothing names, and say which."""
    reference = DOCS / "reference"
    api.write(reference / "api")
    (reference / "formulas.md").write_text(formulas.page(), "utf-8", newline="\n")
    if samples.folder() is None:
        print("no reference samples: the matrix of conversions stays as it is")
    else:
        page = reference / "formats" / "matrix.md"
        page.write_text(matrix.page(), "utf-8", newline="\n")
    for figures, kind in ((FIGURES, "reference"), (EXPLAINED, "explanation")):
        folder = DOCS / kind / "figures"
        names = {figure.name for figure in figures}
        for figure in figures:
            if draw(figure, folder):
                print(f"drew {kind}/figures/{figure.name}.svg")
        for path in folder.glob("*.svg"):
            if path.stem not in names:
                path.unlink()
                print(f"removed {kind}/figures/{path.name}")


main()
