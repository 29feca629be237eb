"""A browser without JavaScript: pages, and forms filled by their labels."""

from collections.abc import Mapping

import httpx
from lxml import html
from lxml.html import FormElement, HtmlElement


class Page:
    """
    An answer, read as a person reads it.

    Attributes:
        response: The answer itself, after redirects.
        tree: Its elements.
    """

    def __init__(self, browser: "Browser", response: httpx.Response) -> None:
        self.browser, self.response = browser, response
        parser = html.HTMLParser(encoding="utf-8")
        content = response.content or b"<html></html>"
        self.tree: HtmlElement = html.document_fromstring(content, parser=parser)

    @property
    def status(self) -> int:
        """The status code."""
        return self.response.status_code

    @property
    def path(self) -> str:
        """The path that was reached."""
        return self.response.url.path

    @property
    def heading(self) -> str:
        """The words of the first heading, as it is the only h1."""
        return _words(self.tree.xpath("//h1")[0])

    @property
    def title(self) -> str:
        """The title in the head."""
        return _words(self.tree.xpath("//title")[0])

    @property
    def text(self) -> str:
        """The words of the main part."""
        mains = self.tree.xpath("//main")
        return _words(mains[0] if mains else self.tree)

    @property
    def header(self) -> str:
        """The words of the header."""
        return _words(self.tree.xpath("//header")[0])

    @property
    def notices(self) -> list[str]:
        """What the page tells about what was done."""
        found = self.tree.xpath('//*[contains(concat(" ", @class, " "), " notice ")]')
        return [_words(notice) for notice in found]

    def errors(self, label: str) -> list[str]:
        """Return the errors of one field, found as a screen reader finds them."""
        field = self.field(label)
        ids = (field.get("aria-describedby") or "").split()
        lists = [
            element
            for id_ in ids
            for element in self.tree.xpath("//*[@id=$id]", id=id_)
            if "errorlist" in (element.get("class") or "")
        ]
        assert bool(lists) is (field.get("aria-invalid") == "true")
        return [_words(item) for found in lists for item in found.iter("li")]

    def alerts(self) -> list[str]:
        """Return what concerns the whole form."""
        return [_words(found) for found in self.tree.xpath('//*[@role="alert"]')]

    def field(self, label: str) -> HtmlElement:
        """Return the control with this label."""
        for found in self.tree.iter("label"):
            if _words(found).rstrip(":") == label:
                field: HtmlElement = self.tree.get_element_by_id(found.get("for"))
                return field
        raise AssertionError(f"no field {label!r} in: {self.text}")

    def has_button(self, button: str) -> bool:
        """Tell whether a button has these words."""
        return bool(self._buttons(button))

    def form(self, button: str) -> FormElement:
        """Return the form of the first button with these words."""
        for found in self._buttons(button):
            for form in found.iterancestors("form"):
                assert isinstance(form, FormElement)
                return form
        raise AssertionError(f"no button {button!r} in: {self.text}")

    def values(
        self, button: str, fields: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Return what a form would send, with fields filled in by label or name."""
        form = self.form(button)
        values = {str(name): str(value) for name, value in form.form_values()}
        for found in self._buttons(button):
            if found.get("name"):
                values[found.get("name") or ""] = found.get("value") or ""
            break
        labels = {
            _words(label).rstrip(":"): self.tree.get_element_by_id(label.get("for"))
            for label in form.iter("label")
            if label.get("for")
        }
        names = {element.get("name") for element in form.iter() if element.get("name")}
        for key, value in (fields or {}).items():
            control = labels.get(key)
            if control is not None and control.get("type") == "radio":
                values[control.get("name") or ""] = control.get("value") or ""
            elif control is not None:
                values[control.get("name") or ""] = value
            else:
                assert key in names, f"no field {key!r} among {[*labels, *names]}"
                values[key] = value
        return values

    def submit(self, button: str, fields: Mapping[str, str] | None = None) -> "Page":
        """Fill a form by its labels, press a button, and follow to the next page."""
        form = self.form(button)
        address = self.response.url.join(form.get("action") or "")
        values = self.values(button, fields)
        if (form.get("method") or "get").lower() == "get":
            return self.browser.get(str(address.copy_merge_params(values)))
        return self.browser.post(str(address), values)

    def _buttons(self, button: str) -> list[HtmlElement]:
        return [
            element
            for element in self.tree.iter("button")
            if _words(element) == button or element.get("aria-label") == button
        ]


class Browser:
    """
    A person's browser: cookies, redirects, nothing else.

    Attributes:
        client: What sends the requests.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self.client = httpx.Client(
            base_url=url, headers=dict(headers), follow_redirects=True, timeout=60
        )

    def get(self, path: str) -> Page:
        """Open a page."""
        return Page(self, self.client.get(path))

    def post(self, path: str, values: Mapping[str, str]) -> Page:
        """Send values as a form does."""
        return Page(self, self.client.post(path, data=dict(values)))

    def close(self) -> None:
        """Forget everything."""
        self.client.close()


def _words(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
