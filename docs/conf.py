"""How the documentation becomes a site: sphinx-build -W docs docs/_build/site."""

from importlib.metadata import version as version_of

from sphinx.application import Sphinx

project = "qathread"
author = "the qathread authors"
project_copyright = "the qathread authors"
version = release = version_of("qathread")
html_title = f"qathread {version}"

extensions = [
    "myst_nb",  # pages with a kernel are notebooks, all others go to myst_parser
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_llms_txt",
]
source_suffix = {".md": "myst-nb"}
exclude_patterns = ["_build", "changelog.d", "examples/dump", "make"]
html_theme = "furo"
html_static_path: list[str] = []
# Links between pages go to headings too.
myst_heading_anchors = 4
# Notebooks are run anew at each build, and whatever they raise ends it.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
# Text that is copied from an example must run.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_class_signature = "separated"
autodoc_default_options = {
    "members": True,
    "undoc-members": True,  # constants speak for themselves
}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

# The pages of each kind, in the order of the bar at the side. The page that people
# start from lists them in words of its own.
CONTENTS = """
```{toctree}
:hidden:
:glob:
:caption: Tutorial

tutorial/*
notebooks/*
examples/forum/README
```

```{toctree}
:hidden:
:glob:
:caption: How-to

how-to/*
```

```{toctree}
:hidden:
:glob:
:caption: Reference

reference/*
reference/formats/*
reference/api/*
```

```{toctree}
:hidden:
:glob:
:caption: Explanation

explanation/*
```
"""


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Give the first page the lists that make the bar at the side."""
    if name == "index":
        source[0] = source[0].replace("[changelog](../CHANGELOG.md)", "`CHANGELOG.md`")
        source[0] += CONTENTS


def setup(app: Sphinx) -> None:
    """Tell Sphinx of the contents."""
    app.connect("source-read", add_contents)
