#!/bin/sh
# macOS: a double click opens this in a terminal.
exec sh "$(dirname "$0")/start.sh"
