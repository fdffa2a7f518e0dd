"""The command `clv`, or one sentence where what it needs is not installed."""

import sys


def main() -> None:
    """Hand over to the command line of the course."""
    try:
        from clvlib.course.cli import app
    except ModuleNotFoundError as missing:
        sys.exit(f"clv needs {missing.name}, which is not installed: pip install 'clvlib[marking]' brings it")
    app(prog_name="clv")


if __name__ == "__main__":
    main()
