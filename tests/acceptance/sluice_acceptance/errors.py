# SPDX-License-Identifier: Apache-2.0
"""How a case ends when it does not end well."""


class Skipped(Exception):
    """The case cannot be, for this reason."""


class Failed(Exception):
    """The connector did not do what the case claims."""


def need(condition, why):
    if not condition:
        raise Skipped(why)


def expect(condition, why):
    """`why` may be a function: the text is then made only when it is needed."""
    if not condition:
        raise Failed(why() if callable(why) else why)
