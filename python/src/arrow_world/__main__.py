# SPDX-License-Identifier: Apache-2.0
"""`python -m arrow_world` is the console script `arrow-world`."""

from .cli import main

main()
