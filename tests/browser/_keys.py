"""Somebody who has a keyboard and no mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.browser._person import Tab

if TYPE_CHECKING:
    from playwright.sync_api import Locator

# Whether the focus is there, and what is wrong about it: people must see an outline or
# a shadow, within the window.
_FOCUS: Final = """
target => {
    const one = document.activeElement;
    if (!one || one === document.body || one.id === 'main') return [one === target, ''];
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const thick = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
    let wrong = '';
    if (!thick && style.boxShadow === 'none') wrong = 'not marked: ';
    if (box.bottom < 0 || box.top > innerHeight) wrong = 'out of sight: ';
    return [one === target, wrong && wrong + one.outerHTML];
}
"""


class Keys:
    """
    Goes through a tab by the keyboard.

    Attributes:
        unseen: Where the focus could not be seen.
    """

    def __init__(self, tab: Tab) -> None:
        self.tab, self.board = tab, tab.page.keyboard
        self.unseen: list[str] = []

    def to(self, target: Locator, key: str = "Tab", most: int = 150) -> Keys:
        """Press Tab until a control has the focus."""
        wanted = target.element_handle()
        if target.evaluate("one => one === document.activeElement"):
            return self
        for _ in range(most):
            self.board.press(key)
            reached, wrong = self.tab.page.evaluate(_FOCUS, wanted)
            if wrong:
                self.unseen.append(wrong)
            if reached:
                return self
        raise AssertionError(f"{target} is not reached by {most} times {key}")

    def press(self, target: Locator, key: str = "Enter") -> Keys:
        """Go to a link or button and use it."""
        self.to(target).board.press(key)
        return self

    def write(self, label: str, text: str) -> Keys:
        """Go to a field and write into it, over what is there."""
        self.to(self.tab.field(label, self.tab.page.get_by_role("main")))
        self.board.press("ControlOrMeta+A")
        self.board.type(text)
        return self
