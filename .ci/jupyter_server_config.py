"""How JupyterLab shows the course: `make lab`, a hub and a stick name this folder in JUPYTER_CONFIG_PATH."""

from pathlib import Path

c = get_config()  # noqa: F821
# no answers before questions
c.ContentsManager.hide_globs = ["__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~", "keys"]
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.custom_css = True
c.LabApp.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.LabApp.log_level = c.ServerApp.log_level = "ERROR"
c.ServerApp.tornado_settings = {"static_custom_path": str(Path(__file__).parent.resolve())}
