"""Run every benchmark beside its peers, print the ratios, and write RESULTS.md.

`python benchmarks/run.py summary` runs bench_summary.py only, and writes nothing.
"""

import importlib
import os
import platform
import sys
from pathlib import Path
from typing import Any

import harness

FOLDER = Path(__file__).parent
COLUMNS = ("work", "ours", "s", "peer", "s", "ratio", "goal", "")


def main(names: list[str]) -> None:
    chosen = names or [path.stem.removeprefix("bench_") for path in sorted(FOLDER.glob("bench_*.py"))]
    rows = []
    for name in chosen:
        for row in importlib.import_module(f"bench_{name}").rows():
            rows.append(row)
            print(_line(row), flush=True)
    print()
    print(_table(rows))
    missed = sum(row["met"] is False for row in rows)
    print(f"\n{missed} of {len(rows)} figures missed their goal." if missed else "\nNo figure missed its goal.")
    if not names:
        (FOLDER / "RESULTS.md").write_text(_report(rows), encoding="utf-8")
        print("Written to benchmarks/RESULTS.md")


def _line(row: dict[str, Any]) -> str:
    return "  ".join(cell for cell in _cells(row) if cell)


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        row["work"],
        row["ours"],
        _seconds(row.get("ours_seconds")),
        row.get("peer") or "",
        _seconds(row.get("peer_seconds")),
        "" if row.get("ratio") is None else f"{row['ratio']:.1f}x",
        str(row.get("goal") or ""),
        {True: "met", False: "MISSED", None: ""}[row.get("met")],
    ]


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:#.3g}"


def _table(rows: list[dict[str, Any]]) -> str:
    cells = [list(COLUMNS), *map(_cells, rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _report(rows: list[dict[str, Any]]) -> str:
    noted: dict[str, list[str]] = {}
    for row in rows:
        noted.setdefault(row.get("note") or "", []).append(f"{row['work']} ({row['peer'] or row['ours']})")
    notes = [
        f"- {works[0] if len(works) == 1 else f'{len(works)} figures'}: {note}" for note, works in noted.items() if note
    ]
    return "\n".join(
        [
            "# Speed beside the usual alternatives",
            "",
            "Written by `make bench`: one run, one machine, the same data for all. Seconds are those of the fastest",
            "try; a ratio is how many times longer the peer takes.",
            "",
            _table(rows),
            "",
            *notes,
            "",
            f"Machine: {_machine()}.",
            "",
            f"Ours: {_listed(harness.versions(sys.executable, 'clvlib', 'numpy', 'pandas', 'scipy'))}.",
            "",
            _peer_versions(),
            "",
        ]
    )


def _peer_versions() -> str:
    python = harness.peer_python()
    return f"Peers: {_listed(harness.versions(python, *harness.PEERS))}." if python else "Peers: not installed."


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _machine() -> str:
    cores = f"{os.cpu_count()} cores"
    python = f"{platform.system()}, Python {platform.python_version()}"
    if not hasattr(os, "sysconf"):
        return f"{cores}, {python}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{cores}, {memory:.0f} GB of memory, {python}"


if __name__ == "__main__":
    main(sys.argv[1:])
