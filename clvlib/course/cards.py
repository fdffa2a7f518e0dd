"""What a learner is shown: a card of a few lines, with buttons where a kernel can answer them."""

import html
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

MARKS = {
    "right": ("✓", "Right", "#0072B2"),
    "scored": ("✓", "Scored by yourself", "#0072B2"),
    "wrong": ("✗", "Not yet", "#B84E00"),
    "part": ("◐", "Partly right", "#B84E00"),
    "not attempted": ("…", "Not attempted", "#767676"),
    "recorded": ("●", "Recorded", "#0072B2"),
    "note": ("i", "", "#767676"),
}

_CODE = "margin:6px 0 0 0;white-space:pre;overflow-x:auto"

Button = tuple[str, Callable[[], "Card"]]


@dataclass(frozen=True)
class Card:
    """A few lines for the learner: HTML in a notebook, plain text elsewhere.

    Parameters
    ----------
    state : str
        One of `MARKS`.
    title : str
    message, code : str, optional
        Code is shown as it stands.
    buttons : tuple of (label, function), optional
        What else one may ask for; each function gives the card that is shown below this one.
    """

    state: str
    title: str
    message: str = ""
    code: str = ""
    buttons: tuple[Button, ...] = ()

    def __str__(self) -> str:
        mark, word, _ = MARKS[self.state]
        head = f"{mark} {self.title}" + (f": {word}" if word else "")
        return "\n".join(part for part in (head, self.message, self.code) if part)

    __repr__ = __str__

    def _html(self) -> str:
        """The card in the text's own colour: colour alone tells nothing, and is right in light and dark."""
        mark, word, colour = MARKS[self.state]
        verdict = f"<strong>{word}</strong> " if word else ""
        body = _blocks(self.message)
        code = f'<pre style="{_CODE}">{html.escape(self.code)}</pre>' if self.code else ""
        style = f"border-left:5px solid {colour};padding:6px 12px;margin:4px 0;max-width:700px;line-height:1.4;"
        style += "font-family:var(--jp-content-font-family,sans-serif);color:var(--jp-content-font-color1,inherit)"
        sign = f'<span aria-hidden="true" style="font-weight:bold">{mark}</span>'
        head = f"<div>{sign} {html.escape(self.title)} {verdict}</div>"
        return f'<div role="status" style="{style}">{head}{body}{code}</div>'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/html": self._html(), "text/plain": str(self)}
        if self.buttons and in_shell() is not None:
            with suppress(ImportError):
                bundle |= _with_buttons(self)
        return bundle


_HEADING = '<div role="heading" aria-level="3" style="font-weight:bold;margin:14px 0 2px 0">{}</div>'
_LIST = '<ul style="margin:4px 0;padding-left:24px">{}</ul>'


def _blocks(text: str) -> str:
    """A message as HTML: paragraphs, lists and headings, as far as prompts have them."""
    blocks = []
    for block in text.split("\n\n"):
        lines = [marked_up(line) for line in block.split("\n")]
        if block.startswith("## "):
            blocks.append(_HEADING.format(lines[0][3:]))
        elif all(line.startswith("- ") for line in lines):
            blocks.append(_LIST.format("".join(f"<li>{line[2:]}</li>" for line in lines)))
        else:
            apart = ' style="margin-top:6px"' if blocks else ""
            blocks.append(f"<div{apart}>{'<br>'.join(lines)}</div>")
    return "".join(blocks)


_TAGS = ("code", "strong", "em")
_MARKED = re.compile(r"`([^`\n]+)`|(?<![\w*)])\*\*(\w|\w[^*\n]*\S)\*\*|(?<![\w*])\*(\w|\w[^*\n]*\w)\*(?![\w*])")


def marked_up(text: str) -> str:
    """A line as HTML, with its `code`, **weight** and *stress* as a notebook shows them; all else is escaped."""

    def tagged(found: re.Match[str]) -> str:
        place = found.lastindex or 1
        return f"<{_TAGS[place - 1]}>{found[place]}</{_TAGS[place - 1]}>"

    return _MARKED.sub(tagged, html.escape(text))


def _with_buttons(card: Card) -> dict[str, Any]:
    """The card as a widget: a press on a button shows another card below, and the buttons of that one."""
    from ipywidgets import HTML, HBox, VBox
    from ipywidgets import Button as Press

    row = HBox(layout={"flex_flow": "row wrap"})
    box = VBox([row])

    def show(shown: Card) -> None:
        box.children = (*box.children[:-1], HTML(shown._html()), row)
        there = {button.description: button for button in row.children}  # one that stays keeps the keyboard's focus
        row.children = tuple(there.get(label) or press(label, ask) for label, ask in shown.buttons)

    def press(label: str, ask: Callable[[], Card]) -> Press:
        button = Press(description=label, layout={"width": "auto"})
        button.on_click(lambda _: show(ask()))
        return button

    show(card)
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def in_shell() -> Any:
    """The notebook's shell; None in plain Python."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()
