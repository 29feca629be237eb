"""
Threads and bodies as HTML that is safe to show.

Needs the extra ``html``: ``pip install 'qathread[html]'``.
"""

from ._escape import Fragment, escape
from ._fragment import fragment
from ._page import page
from ._render import render
from ._shape import Images
from ._urls import safe_url

__all__ = [
    "Fragment",
    "Images",
    "escape",
    "fragment",
    "page",
    "render",
    "safe_url",
]
