"""Links to other places, all made from the repository's address: Binder, Colab, a hub."""

from urllib.parse import parse_qs, urlsplit

import pytest
from test_cli import clv, refused

from clvlib.course import links
from clvlib.course.data import ROOT

GITHUB = "https://github.com/owner/name"
PATH = "notebooks/03_retention.ipynb"


def test_without_an_address_there_is_no_link_and_binder_and_colab_want_github():
    assert links.places(PATH, "") == {}
    assert list(links.places(PATH, "https://git.example.edu/crm/clv")) == ["See it in the repository"]
    found = links.places(PATH, GITHUB)
    version = links.__version__
    assert found["Open in Binder"] == f"https://mybinder.org/v2/gh/owner/name/v{version}?labpath={PATH}"
    copy = f"owner/name/blob/gh-pages/en/{version}/colab/{PATH}"
    assert found["Open in Colab"] == f"https://colab.research.google.com/github/{copy}"


def test_the_command_prints_a_link_for_each_notebook():
    count = sum(1 for room in ("notebooks", "exercises") for _ in (ROOT / room).glob("*.ipynb"))
    for place, host in (("binder", "mybinder.org"), ("colab", "colab.research.google.com")):
        rows = [line.split() for line in clv("links", place, "--repository", GITHUB).splitlines()]
        assert len(rows) == count
        assert all(urlsplit(link).netloc == host and link.endswith(path) for path, link in rows)


def test_a_link_to_a_hub_pulls_and_opens():
    said = clv("links", "https://hub.edu/", "--repository", "file:///srv/clv/.git", "--branch", "class")
    rows = dict(line.split() for line in said.splitlines())
    parts = urlsplit(rows[PATH])
    assert parts.geturl().startswith("https://hub.edu/hub/user-redirect/git-pull?")
    assert parse_qs(parts.query) == {
        "repo": ["file:///srv/clv/.git"],
        "branch": ["class"],
        "targetpath": ["clv"],
        "urlpath": [f"lab/tree/clv/{PATH}"],
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("moodle",), "'moodle' is no place: binder, colab, or the address of your hub, https://..."),
        (("binder",), "this needs a repository on GitHub: name it in pyproject.toml, under [project.urls], or with "),
        (("colab", "--repository", "https://git.example.edu/clv"), "this needs a repository on GitHub"),
        (("https://hub.edu",), "this needs the repository's address: name it in pyproject.toml"),
    ],
)
def test_what_cannot_be_linked_is_said(words, said, monkeypatch):
    monkeypatch.setattr(links, "repository", lambda: "")
    assert refused("links", *words).startswith(said)
