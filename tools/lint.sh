#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything that can be said about the sources without running them. All of it is said, then
# the exit code.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
failed=0
check() {
  local name=$1
  shift
  if "$@"; then echo "lint: $name: ok"; else
    echo "lint: $name: FAILED"
    failed=1
  fi
}
format() { tools/sources.sh | xargs clang-format-19 --dry-run -Werror; }
shell() {
  git ls-files '*.sh' '*.bash' '.ci/run' 'tests/servers/*' ':!:*.py' ':!:tests/data/**' ':!:tests/browser/data/**' | xargs shellcheck -x -S warning
}

check "format" format
check "include arrows" python3 tools/check_includes.py
check "each header compiles alone" tools/check_headers.sh
check "shell scripts" shell
check "clang-tidy" tools/tidy.py
exit "$failed"
