# SPDX-License-Identifier: Apache-2.0
"""The version of the package. A test holds it to the Maven build's."""

__version__ = "0.1.0.dev0"
