# SPDX-License-Identifier: Apache-2.0
"""The test connector in the acceptance suite. It makes its records by itself: the cases about options,
pages and ends are those that it can run."""

from sluice_acceptance import SourceOutside


class Outside(SourceOutside):
    has_outside = False
    position = "nobody"
    guarantee = "at least once"
    wrong_options = (["--count=-1"], ["--timeout=soon"])
    known_limits = ("It makes its records by itself and keeps no place: a new start begins at 1.",)

    def options(self):
        return ["--count", "1000000000", "--timeout", "10ms"]
