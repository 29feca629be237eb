"""How a page of ours looks: one small style, light and dark."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Final

__all__ = ["DARK", "DIGEST", "LIGHT", "STYLE"]

#: Colours by what they are for; the tests compute the contrast of every pair.
LIGHT: Final[Mapping[str, str]] = {
    "back": "#ffffff",
    "text": "#1d1f23",
    "muted": "#565b64",
    "link": "#0b51c1",
    "visited": "#6b3fa0",
    "panel": "#f2f3f5",
    "line": "#8a8f98",
    "good": "#1a6b35",
}
DARK: Final[Mapping[str, str]] = {
    "back": "#16181c",
    "text": "#e6e7ea",
    "muted": "#a9aeb8",
    "link": "#8ab4f8",
    "visited": "#c5a3f0",
    "panel": "#24272d",
    "line": "#767c87",
    "good": "#7fd39a",
}


def _variables(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


STYLE: Final = f"""
:root{{color-scheme:light dark;{_variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}
body{{margin:0 auto;padding:1rem;max-width:48rem;background:var(--back);\
color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}}
a{{color:var(--link)}}
a:visited{{color:var(--visited)}}
h1,h2,h3,h4,h5,h6{{line-height:1.25;margin:1.2em 0 .4em}}
pre,code{{background:var(--panel);font-family:ui-monospace,monospace;font-size:.9em}}
pre{{padding:.6rem;overflow:auto}}
blockquote{{margin-inline:0;padding-inline-start:.8rem;\
border-inline-start:3px solid var(--line)}}
table{{border-collapse:collapse}}
td,th{{border:1px solid var(--line);padding:.2rem .5rem}}
img{{max-width:100%;height:auto}}
.qt-meta,.qt-gap,.qt-status{{color:var(--muted);font-size:.9rem;margin:.2rem 0}}
.qt-body>:first-child{{margin-block-start:.4em}}
.qt-tags{{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.4rem}}
.qt-tags li{{background:var(--panel);padding:0 .5rem;border-radius:.3rem}}
.qt-answer{{border-block-start:1px solid var(--line);margin-block-start:1rem}}
.qt-accepted>.qt-title{{color:var(--good)}}
.qt-comment{{margin-block-start:.8rem;margin-inline-start:.8rem;padding-inline-start:.8rem;\
border-inline-start:2px solid var(--line)}}
.qt-thread+.qt-thread{{border-block-start:3px double var(--line);\
margin-block-start:2rem}}
"""

#: What the policy of the page names, so that no other style is obeyed.
DIGEST: Final = f"sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}"
