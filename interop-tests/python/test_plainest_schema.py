# SPDX-License-Identifier: Apache-2.0
"""What is not said means the same in both languages; Java's PlainestSchemaTest reads the same file."""

from __future__ import annotations

import json
from pathlib import Path

import arrow_world as aw
from arrow_world.schema import declare

TYPES = ("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bool", "string")


def test_the_plainest_schema_is_the_same_in_java_and_python() -> None:
    ship = aw.TableSchema("ship", columns=[aw.Column("home", "u32", table="port"), *(aw.Column(f"c_{t}", t) for t in TYPES)],
                          events=[aw.Event("hit", "f64")])
    schema = aw.Schema([ship, aw.TableSchema("port", ids="external"),
                        aw.TableSchema("reading", "append_only", columns=[aw.Column("value", "f64")]),
                        aw.TableSchema("docked", "presence", of="ship")])
    actual = "".join(json.dumps(part, separators=(",", ":"), ensure_ascii=False) + "\n"
                     for part in (schema.to_json(), [k.to_json() for k in declare(schema)]))
    expected = (Path(__file__).parent.parent / "plainest-schema.json").read_text(encoding="utf-8")
    assert actual == expected
