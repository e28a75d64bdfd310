#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The C++ files that are ours, one a line.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard \
  '*.cpp' '*.hpp' ':!:tests/data/**' | while read -r file; do [[ -f $file ]] && echo "$file"; done
