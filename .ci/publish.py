"""Lay a version of the site beside those that are there: `python .ci/publish.py HTML PAGES VERSION`.

PAGES is what is published. Each version keeps its place, en/0.2.0/; en/latest/ is the newest of them, and the address
alone leads there.
"""

import re
import shutil
import sys
from pathlib import Path

LEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>CLV Notebooks</title>
<meta http-equiv="refresh" content="0; url={to}">
<p><a href="{to}">CLV Notebooks</a></p>
</html>
"""
LIST = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>CLV Notebooks: versions</title>
<h1>CLV Notebooks: versions</h1>
<ul>
{versions}
</ul>
</html>
"""


def publish(html: Path, pages: Path, version: str) -> None:
    """Add the version, or put it in the place of what was published under its number."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise SystemExit(f"{version!r} is no version such as 0.2.0")
    edition = pages / "en"
    _replace(html, edition / version)
    found = sorted((path.name for path in edition.iterdir() if re.fullmatch(r"[\d.]+", path.name)), key=_order)
    _replace(edition / found[-1], edition / "latest")
    links = [f'<li><a href="{name}/">{name}</a>' for name in reversed(found)]
    (edition / "index.html").write_text(LIST.format(versions="\n".join(links)), encoding="utf-8")
    (pages / "index.html").write_text(LEAD.format(to="en/latest/"), encoding="utf-8")
    (pages / ".nojekyll").touch()  # or folders such as _static are left out


def _replace(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def _order(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


if __name__ == "__main__":
    publish(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].removeprefix("v"))
