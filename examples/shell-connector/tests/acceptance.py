# SPDX-License-Identifier: Apache-2.0
"""The shell example in the acceptance suite. It looks at this machine, so nothing can be put there."""

from sluice_acceptance import SourceOutside


class Outside(SourceOutside):
    has_outside = False
    position = "nobody"
    guarantee = "at least once"
    wrong_options = (["--count=-1"], ["--interval=5"])
    known_limits = ("What was not looked at while the connector was away is not there: the outside keeps no history.",)

    def options(self):
        return ["--path", self.folder, "--interval", "1s"]
