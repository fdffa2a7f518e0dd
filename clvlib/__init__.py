"""Customer lifetime value: the library behind the CLV Notebooks course.

Field modules (`clvlib.value`, `clvlib.retention`, ...) are pure functions, one module a theme, and import neither plots
nor widgets. `clvlib.plots` draws, `clvlib.course` teaches.
"""

__version__ = "0.1.0"
