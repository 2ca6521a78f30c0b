"""The version of the package. A test holds it to the Maven build's."""

VERSION = "0.1.0.dev0"
