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
        body = marked_up(self.message).replace("\n", "<br>")
        code = f'<pre style="{_CODE}">{html.escape(self.code)}</pre>' if self.code else ""
        style = f"border-left:5px solid {colour};padding:6px 12px;margin:4px 0;max-width:700px;line-height:1.4;"
        style += "font-family:var(--jp-content-font-family,sans-serif);color:var(--jp-content-font-color1,inherit)"
        sign = f'<span aria-hidden="true" style="font-weight:bold">{mark}</span>'
        head = f"<div>{sign} {html.escape(self.title)} {verdict}</div>"
        return f'<div role="status" style="{style}">{head}<div>{body}</div>{code}</div>'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/html": self._html(), "text/plain": str(self)}
        if self.buttons and in_shell() is not None:
            with suppress(ImportError):
                bundle |= _with_buttons(self)
        return bundle


_MARKED = re.compile(r"`([^`\n]+)`|(?<![\w*])\*(\w|\w[^*\n]*\w)\*(?![\w*])")


def marked_up(text: str) -> str:
    """A prompt or a message as HTML, with its `code` and *stress* as a notebook shows them; all else is escaped."""
    return _MARKED.sub(
        lambda found: f"<code>{found[1]}</code>" if found[1] else f"<em>{found[2]}</em>", html.escape(text)
    )


def _with_buttons(card: Card) -> dict[str, Any]:
    """The card as a widget: a press on a button shows another card below."""
    from ipywidgets import HTML, HBox, VBox
    from ipywidgets import Button as Press

    row = HBox(layout={"flex_flow": "row wrap"})
    box = VBox([HTML(card._html()), row])

    def press(ask: Callable[[], Card]) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            *above, _row = box.children
            box.children = (*above, HTML(ask()._html()), row)

        return pressed

    for label, ask in card.buttons:
        button = Press(description=label, layout={"width": "auto"})
        button.on_click(press(ask))
        row.children = (*row.children, button)
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def in_shell() -> Any:
    """The notebook's shell; None in plain Python."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()
