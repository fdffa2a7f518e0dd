#!/bin/sh
# Sets the course up from this stick, once, and opens it. On Linux, in a terminal: sh start.sh
cd "$(dirname "$0")" || exit 1
for version in @pythons@; do
  for python in "python$version" python3 python; do
    if "$python" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')" >/dev/null 2>&1; then
      exec "$python" start.py "$@"
    fi
  done
done
echo "The course needs Python @any_python@, and none was found on this computer."
echo "Install one: your teacher may have its installer on the stick; it is from python.org. Then start this again."
exit 1
