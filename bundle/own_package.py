"""clvlib's wheel and sdist, the same bytes wherever and whenever they are built: `make package` runs this."""

import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from flit_core import buildapi

ROOT = Path(__file__).parents[1]


def package(to: Path) -> tuple[Path, Path]:
    """Build both into a folder; the files inside bear the day of the release."""
    released = re.search(r'^date-released: "(.+)"$', (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    os.environ["SOURCE_DATE_EPOCH"] = f"{datetime.fromisoformat(released[1]).replace(tzinfo=UTC).timestamp():.0f}"
    to = to.absolute()
    to.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)  # where flit looks for the project
    return to / buildapi.build_wheel(str(to)), to / buildapi.build_sdist(str(to))


if __name__ == "__main__":
    print(*package(Path(sys.argv[1])), sep="\n")
