"""Sphinx's settings for the site: see `make site`. Nothing is run, and no page asks for anything from elsewhere."""

import sys
from pathlib import Path

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import clvlib  # noqa: E402
from clvlib.course import links  # noqa: E402

project = "CLV Notebooks"
author = "CLV Notebooks contributors"
copyright = author
version = release = clvlib.__version__
root_doc = "index"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
templates_path = ["_templates"]
html_extra_path = ["_build/files"]

# A Chinese edition would be these pages with another language, its messages in docs/locale (gettext), published beside
# en/ in the site's address.
language = "en"
locale_dirs = ["locale"]
gettext_compact = False

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

autosummary_generate = False
autodoc_typehints = "none"  # what a parameter may be stands in the docstring
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
default_role = "py:obj"
napoleon_google_docstring = False
napoleon_custom_sections = ["Source"]
napoleon_use_rtype = False
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = project
html_static_path = ["_static", "../clvlib/course/explorer.js", "../clvlib/course/explorer.css"]
html_css_files = ["explorer.css", "site.css"]
html_js_files = [("site.js", {"type": "module"})]
html_favicon = "_static/favicon.svg"
html_scaled_image_link = False
html_copy_source = False
html_show_sphinx = False
html_math_renderer = "mathml"
html_show_copyright = False
html_context = {"repository": links.repository()}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


def setup(app: Sphinx) -> None:
    """Formulas become MathML, which browsers draw by themselves: no script, no fonts. What was printed is offered."""
    files = Path(app.srcdir).parent / "files"
    made = [path.relative_to(files).as_posix() for room in ("print", "slides") for path in files.glob(f"{room}/*")]
    app.connect("config-inited", lambda _, config: config.html_context.update(made=made))
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("html-page-context", lambda app, page, template, context, tree: context.update(places=links.places))


def _inline(translator, node: nodes.math) -> None:
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _block(translator, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math" tabindex="0">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode
