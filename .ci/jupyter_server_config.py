"""How JupyterLab shows the course, in `make lab` and on a hub: both name this folder in JUPYTER_CONFIG_PATH."""

from pathlib import Path

c = get_config()  # noqa: F821
c.ContentsManager.hide_globs = [
    "__pycache__",
    "*.pyc",
    "*.pyo",
    ".DS_Store",
    "*~",
    "keys",
]  # no answers before questions
c.LabApp.custom_css = True
c.ServerApp.tornado_settings = {"static_custom_path": str(Path(__file__).parent.resolve())}
