"""
Texts that try to run a script, made from parts: vectors, addresses, contexts, guises.

Every vector calls what the browser test traps. The parts are our own wording of
techniques that are publicly known; a part is worth more than a payload, since each
new one meets all others.
"""

from collections.abc import Iterator
from html import escape
from itertools import product
from urllib.parse import quote

CALLS = ("alert(1)", "confirm(1)", "prompt(1)", "print()")

# {js} is a call, {url} an address that would run one.
ELEMENTS = (
    "<script>{js}</script>",
    "<script src=data:,{js}></script>",
    "<script/x>{js}</script >",
    "<scr<script>ipt>{js}</scr</script>ipt>",
    "<img src=x onerror={js}>",
    '<img src="x" onerror="{js}" alt="a>b">',
    "<img src=`x`onerror={js}>",
    "<img/src/onerror={js}>",
    "<img srcset=x onerror={js}>",
    "<image src=x onerror={js}>",
    "<svg onload={js}>",
    "<svg/onload={js}//",
    "<svg><script>{js}</script></svg>",
    "<svg><script href=data:,{js} />",
    "<svg><animate onbegin={js} attributeName=x dur=1s>",
    "<svg><a><animate attributeName=href values=javascript:{js} /><text>x</text></a>",
    "<svg><set attributeName=onmouseover to={js}>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload={js}/>#x'>",
    "<svg><style><img src=x onerror={js}></style>",
    "<svg><desc><img src=x onerror={js}></desc>",
    "<svg><foreignObject><img src=x onerror={js}></foreignObject>",
    '<svg></p><style><a title="</style><img src=x onerror={js}>">',
    "<math><mtext><img src=x onerror={js}></mtext>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;'
    '&lt;img src=x onerror={js}&gt;">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror={js}>",
    '<math><annotation-xml encoding="text/html"><img src=x onerror={js}>',
    "<iframe srcdoc='<script>parent.{js}</script>'></iframe>",
    "<iframe onload={js}></iframe>",
    "<iframe><img src=x onerror={js}></iframe>",
    "<body onload={js}>",
    "<body onpageshow={js}>",
    "<frameset onload={js}><frame>",
    "<input autofocus onfocus={js}>",
    "<select autofocus onfocus={js}><option>",
    "<textarea autofocus onfocus={js}></textarea>",
    "<button autofocus onfocus={js}>x</button>",
    "<details open ontoggle={js}><summary>x</summary></details>",
    "<video src=x onerror={js}></video>",
    "<video><source onerror={js}></video>",
    "<audio src=x onerror={js}></audio>",
    "<object data=x onerror={js}></object>",
    "<marquee onstart={js}>x</marquee>",
    "<style onload={js}></style>",
    "<style>@keyframes x{{}}</style><b style=animation:x onanimationstart={js}>x</b>",
    "<link rel=stylesheet href=data:, onload={js}>",
    "<xss id=x tabindex=1 onfocus={js} autofocus>x</xss>",
    "<p contenteditable onfocus={js} autofocus>x</p>",
    "<dialog open onclose={js}><form method=dialog><button>x</button></form></dialog>",
    '<noscript><p title="</noscript><img src=x onerror={js}>"></noscript>',
    '<textarea><p title="</textarea><img src=x onerror={js}>">',
    '<xmp><p title="</xmp><img src=x onerror={js}>">',
    '<title><p title="</title><img src=x onerror={js}>">',
    "<template><img src=x onerror={js}></template>",
    "<plaintext><img src=x onerror={js}>",
    "<!--><img src=x onerror={js}>-->",
    "<!--!><img src=x onerror={js}>--!>",
    "<![CDATA[<img src=x onerror={js}>]]>",
    "<?xml version='1.0'?><img src=x onerror={js}>",
    "<!DOCTYPE x [<!ENTITY y '<img src=x onerror={js}>'>]>&y;",
    "<a<b onmouseover={js}>x</a>",
    "<b title='`' x='`onmouseover={js}'>x</b>",
    "<table><tr><td><form><input><img src=x onerror={js}></table>",
    "<select><style></select><img src=x onerror={js}></style>",
    "<a href=https://a.example/ onclick={js}>x</a>",
    '<code class="language-x" onclick="{js}">x</code>',
    '<code class="language-x&quot; onclick=&quot;{js}">x</code>',
)
ADDRESSED = (
    "<a href={url}>x</a>",
    '<a href="{url}">x</a>',
    "<a href='{url}'>x</a>",
    "<a href=https://a.example/ href={url}>x</a>",
    "<a xlink:href={url}>x</a>",
    "<svg><a xlink:href={url}><text y=20>x</text></a></svg>",
    "<math href={url}>x</math>",
    "<img src={url}>",
    "<img srcset={url}>",
    "<iframe src={url}></iframe>",
    "<embed src={url}>",
    "<object data={url}></object>",
    "<form action={url}><button>x</button></form>",
    "<form><button formaction={url}>x</button></form>",
    "<input type=image src={url}>",
    "<base href={url}//>",
    "<link rel=stylesheet href={url}>",
    '<meta http-equiv=refresh content="0;url={url}">',
    "<b style=background:url({url})>x</b>",
    "<table background={url}><td>x</td></table>",
    "<blockquote cite={url}>x</blockquote>",
    "<video poster={url}></video>",
)
MARKDOWN = (
    "[x]({url})",
    "[x](<{url}>)",
    "![x]({url})",
    "[![x]({url})]({url})",
    "<{url}>",
    "[x]: {url}\n\n[x]",
    "[x]: <{url}>\n\n![x]",
    '[x](https://a.example/ "\\" onmouseover={js} x=\\"")',
    '![\\" onerror={js} x=\\"](https://a.example/)',
    "[x](https://a.example/%22onmouseover={js})",
    '```x" onclick="{js}\ny\n```',
    "[<img src=x onerror={js}>](https://a.example/)",
    "`<script>{js}</script>`",
    "    <script>{js}</script>",
    "| <script>{js}</script> |\n|---|\n| [x]({url}) |",
    "<https://a.example/\u200b><script>{js}</script>",
)
SCHEMES = (
    "javascript:{js}",
    "JaVaScRiPt:{js}",
    " javascript:{js}",
    "\x01javascript:{js}",
    "java\tscript:{js}",
    "java\nscript:{js}",
    "java\u200bscript:{js}",
    "\u202ejavascript:{js}",
    "java&Tab;script:{js}",
    "java&NewLine;script&colon;{js}",
    "javascript&colon;{js}",
    "&#106;avascript:{js}",
    "&#x6A;avascript:{js}",
    "&#0000106avascript:{js}",
    "javascript&#58;{js}",
    "%6aavascript:{js}",
    "javascript%3A{js}",
    "javascript://a.example/%0A{js}",
    "\uff4aavascript:{js}",
    "vbscript:{js}",
    "data:text/html,<script>{js}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload={js}>",
    "blob:https://a.example/{js}",
    "view-source:javascript:{js}",
    "svg:javascript:{js}",
    "//a.example/{js}",
    "\\\\a.example\\{js}",
    "https:javascript:{js}",
    "https://a.example@javascript:{js}",
    "feed:javascript:{js}",
)
CONTEXTS = (
    "{}",
    "<p>{}</p>",
    '"><b>{}',
    "'>{}",
    "-->{}",
    "</title>{}",
    "</style></script>{}",
    "</textarea></xmp>{}",
    "<table><tr><td>{}</table>",
    "<ul><li>{}",
    "<b><a href=https://a.example/>{}",
    "<svg><desc>{}",
    "<pre><code>{}</code></pre>",
    "> {}",
    "- x\n  {}",
    "# {}",
    "[{}](https://a.example/)",
    "**{}**",
)


def _guises(text: str) -> Iterator[str]:
    """Yield *text* as it is, and as filters have been passed by."""
    yield text
    yield text.upper()
    yield text.replace(" ", "/")
    yield text.replace(" ", "\n")
    yield text.replace("<", "<<", 1)
    yield text.replace("<", "<\u200b", 1)
    yield text.rstrip(">")
    yield text.replace("=", " = ")
    yield escape(text)
    yield quote(text)


def vectors() -> Iterator[str]:
    """Yield every vector alone, each with every way to write its address."""
    for number, form in enumerate(ELEMENTS):
        yield form.format(js=CALLS[number % len(CALLS)])
    for number, (form, scheme) in enumerate(product(ADDRESSED + MARKDOWN, SCHEMES)):
        js = CALLS[number % len(CALLS)]
        yield form.format(js=js, url=scheme.format(js=js))


def payloads() -> tuple[str, ...]:
    """Return all distinct payloads: every vector, then elements in other guises."""
    found = dict.fromkeys(vectors())
    js = CALLS[0]
    plain = [form.format(js=js) for form in ELEMENTS]
    plain += [form.format(js=js, url=f"javascript:{js}") for form in ADDRESSED]
    plain += [form.format(js=js, url=f"javascript:{js}") for form in MARKDOWN]
    for vector, context in product(plain, CONTEXTS):
        found[context.replace("{}", vector)] = None
    for vector in plain:
        for guise, context in product(_guises(vector), CONTEXTS[:6]):
            found[context.replace("{}", guise)] = None
    return tuple(found)
