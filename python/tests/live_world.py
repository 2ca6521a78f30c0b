# SPDX-License-Identifier: Apache-2.0
"""The live world of the tests that hold one wrong."""

import pytest

import arrow_world as aw

SHIP = aw.TableSchema("ship", gen=True, lineage=("parent", "cause"), events=(aw.Event("hit", "f64"),), columns=(
    aw.Column("x", "f64", 1), aw.Column("y", "f32"), aw.Column("n", "i32"), aw.Column("on", "bool", True),
    aw.Column("mate", "u32", table="ship")))
SCHEMA = aw.Schema((SHIP, aw.TableSchema("port", ids="external", columns=(aw.Column("name", "string"),)),
                    aw.TableSchema("docked", "presence", of="ship")), (aw.Event("said", "string"),))


@pytest.fixture
def world(tmp_path):
    with aw.LiveWorld.create(tmp_path / "s", SCHEMA) as live:
        with live.tick() as t:
            t["ship"].insert(3)
        yield live
