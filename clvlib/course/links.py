"""Links that open a notebook without installing anything, all made from the repository's address."""

import tomllib
from urllib.parse import urlencode

from clvlib import __version__
from clvlib.course.data import ROOT

GITHUB = "https://github.com/"
FOLDER = "clv"  # a student's copy on a hub


def repository() -> str:
    """The course's address, from `pyproject.toml`, the one place where it stands; nothing if it is not said there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository", "")


def places(path: str, address: str) -> dict[str, str]:
    """Where a notebook of this version can be seen or opened, with the link.

    Parameters
    ----------
    path : str
        In the repository, e.g. ``"notebooks/03_retention.ipynb"``.
    address : str
        Of the repository; without one there is no place, and Binder and Colab want it on GitHub.

    Examples
    --------
    >>> list(places("notebooks/03_retention.ipynb", "https://github.com/owner/name"))
    ['See it in the repository', 'Open in Binder', 'Open in Colab']
    >>> places("notebooks/03_retention.ipynb", "")
    {}
    """
    if not address:
        return {}
    found = {"See it in the repository": f"{address}/blob/v{__version__}/{path}"}
    if address.startswith(GITHUB):
        name = address.removeprefix(GITHUB)
        found["Open in Binder"] = f"https://mybinder.org/v2/gh/{name}/v{__version__}?labpath={path}"
        # Colab opens what lies on GitHub: the site's copies, which bring the course with their first cell
        copy = f"gh-pages/en/{__version__}/colab/{path}"
        found["Open in Colab"] = f"https://colab.research.google.com/github/{name}/blob/{copy}"
    return found


def on_hub(path: str, address: str, hub: str, branch: str) -> str:
    """The link that brings a student's copy up to date on a JupyterHub with nbgitpuller, and opens a notebook there.

    Examples
    --------
    >>> on_hub("notebooks/03_retention.ipynb", "file:///srv/clv/.git", "https://hub.example.edu/", "class")[:60]
    'https://hub.example.edu/hub/user-redirect/git-pull?repo=file'
    """
    asked = {"repo": address, "branch": branch, "targetpath": FOLDER, "urlpath": f"lab/tree/{FOLDER}/{path}"}
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(asked)}"
