#!/usr/bin/env bash
# Formatting, lint and types, of Python and Lua, as CI checks them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
.venv/bin/ruff format --check --quiet .
.venv/bin/ruff check --quiet .
.venv/bin/mypy
.venv/bin/python packaging/lua_check.py
