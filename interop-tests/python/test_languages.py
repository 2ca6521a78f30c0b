# SPDX-License-Identifier: Apache-2.0
"""Programs in Rust, Go, JavaScript and C++ read and write the files of stores; interop-tests/languages has them.

What they read is compared with what Java reads, column by column, floats by their bits. What they write is verified and
replayed by Java, by Python and by the Go reader, which was written from docs/spec alone.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import arrow_world as aw
import java_side
import languages
from conftest import JavaRun

CONFORMANCE = languages.ROOT / "docs" / "spec" / "conformance"
GOLDEN = sorted(p.parent for p in CONFORMANCE.glob("*/expected.json"))
COLUMNS = ["Java", "Python", "Rust", "Go", "JavaScript", "C++"]
DUTIES = ["read a snapshot", "read a sealed segment", "read a live segment", "write a snapshot", "write a log",
          "rebuild every tick"]
LAST_TICK = 9  # of the store that Rust and Go write

_built: dict[str, languages.Programs | str] = {}
_java: dict[Path, list[dict[str, Any]]] = {}  # what Java reads, by store
_done: set[tuple[str, str]] = set()  # (language, duty) that a test of this file saw


def programs(language: str) -> languages.Programs:
    """A language's programs, built once; a skip, always with the same reason, where they cannot be."""
    if language not in _built:
        try:
            _built[language] = languages.BUILDERS[language]()
        except pytest.skip.Exception as e:
            _built[language] = f"{language}: {e.msg}"
    built = _built[language]
    if isinstance(built, str):
        pytest.skip(built)
    return built


def pyarrow_columns(path: Path) -> dict[str, Any]:
    """The same report by pyarrow."""
    reader = pa.ipc.open_stream(pa.OSFile(str(path))) if path.suffix == ".arrows" else pa.ipc.open_file(path)
    batches = list(reader) if path.suffix == ".arrows" else [
        reader.get_batch(i) for i in range(reader.num_record_batches)]
    columns = []
    for i, field in enumerate(reader.schema):
        column: dict[str, Any] = {"name": field.name, "values": []}
        kind = field.type
        column["type"] = "dictionary" if pa.types.is_dictionary(kind) else {
            "float": "float32", "double": "float64", "string": "utf8"}.get(str(kind), str(kind))
        for array in (b.column(i) for b in batches):
            if column["type"] == "dictionary":
                column.setdefault("codes", []).extend(array.indices.to_pylist())
                column["values"] += array.to_pylist()
            elif pa.types.is_floating(kind):
                width = kind.bit_width // 8
                bits = np.frombuffer(array.buffers()[1], f"u{width}", len(array), array.offset * width) if len(array) else ()
                column["values"] += [f"{int(v):0{2 * width}x}" for v in bits]
            else:
                column["values"] += array.to_pylist()
        columns.append(column)
    metadata = {k.decode(): v.decode() for k, v in (reader.schema.metadata or {}).items()}
    return {"metadata": metadata, "columns": columns}


def read(language: str, paths: list[Path]) -> list[dict[str, Any]]:
    if language == "Python":
        return [pyarrow_columns(p) for p in paths]
    return [json.loads(line) for line in languages.run(programs(language)["read"], *paths).splitlines()]


def normal(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what a file may choose: the local codes of `text`; u64s as text, as Java prints them."""
    result = []
    for c in columns:
        c = {**c, "values": [str(v) for v in c["values"]] if c["type"] == "uint64" else c["values"]}
        codes = c.pop("codes", None) or []
        if c["type"] == "dictionary" and c["name"] != "text":
            c["codes"] = codes
        result.append(c)
    return result


def check_reading(language: str, store: Path) -> None:
    if store not in _java:
        _java[store] = [json.loads(line) for line in java_side.run("ColumnsMain", store).splitlines()]
    java = _java[store]
    paths = [store / j["file"] for j in java]
    for j, path, found in zip(java, paths, read(language, paths), strict=True):
        assert normal(found["columns"]) == normal(j["columns"]), path
        assert found["metadata"] == pyarrow_columns(path)["metadata"], path
        assert len(found["columns"][0]["values"]) > 0 or "snapshots" in j["file"]
        duty = DUTIES[2] if path.suffix == ".arrows" else DUTIES[0] if "snapshots" in j["file"] else DUTIES[1]
        _done.update({(language, duty), ("Java", duty)})
    codebooks = sorted(store.glob("snapshots/*/codebook.arrow"))
    for path, found in zip(codebooks, read(language, codebooks), strict=True):
        assert found == pyarrow_columns(path), path


@pytest.mark.parametrize("language", COLUMNS[1:])
@pytest.mark.parametrize("golden", GOLDEN, ids=lambda p: p.name)
def test_every_file_of_a_golden_store_reads_as_java_reads_it(language: str, golden: Path) -> None:
    check_reading(language, golden / "store")


@pytest.mark.parametrize("language", COLUMNS[1:])
def test_every_file_of_a_longer_run_reads_as_java_reads_it(language: str, java_run: JavaRun) -> None:  # L-8, L-19
    check_reading(language, java_run.path)


@pytest.mark.parametrize("language", ["Rust", "Go", "JavaScript", "C++"])
def test_a_segment_with_compressed_buffers_reads_as_pyarrow_reads_it(language: str, tmp_path: Path) -> None:  # L-20
    [plain] = (GOLDEN[0] / "store" / "log").glob("*.arrow")
    path = tmp_path / "compressed.arrow"
    reader = pa.ipc.open_file(plain)
    with pa.ipc.new_file(path, reader.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        for i in range(reader.num_record_batches):
            writer.write_batch(reader.get_batch(i))
    assert pyarrow_columns(path) == pyarrow_columns(plain) and path.read_bytes() != plain.read_bytes()
    assert read(language, [path]) == [pyarrow_columns(path)]


def test_the_reader_made_from_the_specification_conforms() -> None:
    lines = languages.run(programs("Go")["conformance"], CONFORMANCE).splitlines()
    assert lines == [f"{g}: ok" for g in GOLDEN] and len(GOLDEN) >= 3
    _done.add(("Go", DUTIES[5]))


def test_the_reader_made_from_the_specification_replays_a_longer_run(java_run: JavaRun) -> None:
    found = [json.loads(line) for line in languages.run(programs("Go")["replay"], java_run.path).splitlines()]
    assert found == [{k: r[k] for k in ("tick", "hash_world", "resume_hash")} for r in java_run.reports]
    _done.update({("Java", d) for d in DUTIES[3:]})  # Java made this store, and rebuilt every tick of it


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda p: p.name)
def test_the_reader_made_from_the_specification_reports_damage(golden: Path, tmp_path: Path) -> None:
    seed = 20261121
    print(f"seed {seed}")
    chance = random.Random(seed)
    copy = shutil.copytree(golden, tmp_path / "damaged")
    files = sorted(p for p in copy.rglob("store/**/*") if p.is_file())
    for _ in range(40):
        path = chance.choice(files)
        sound = path.read_bytes()
        at, bit = chance.randrange(len(sound)), 1 << chance.randrange(8)
        path.write_bytes(sound[:at] + bytes([sound[at] ^ bit]) + sound[at + 1:])
        said = languages.run(programs("Go")["conformance"], copy, code=1)
        assert said.startswith(f"{copy}: ") and "ok" not in said.split(), (path, at, bit)
        path.write_bytes(sound)


def reports(store: Path) -> list[dict[str, Any]]:
    said = java_side.run("StoreMain", "at", store, *range(LAST_TICK + 1)).splitlines()
    worlds = [json.loads(line) for line in said]
    assert all(w["warnings"] == [] for w in worlds)
    return [{k: w[k] for k in ("tick", "hash_world", "resume_hash")} for w in worlds]


def check_verified(store: Path) -> None:
    java_side.aw("verify", store)
    deep = json.loads(java_side.run("StoreMain", "verify", store))
    assert deep["findings"] == [] and deep["snapshots"] == len(list(store.glob("snapshots/*/manifest.json"))), deep
    result = aw.verify(store)
    assert result.ok and result.torn is None, result.findings


@pytest.mark.parametrize("language", ["Rust", "Go"])
def test_java_verifies_and_replays_a_store_that_another_language_wrote(language: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    said = [json.loads(line) for line in languages.run(programs(language)["write"], store).splitlines()]
    assert [r["tick"] for r in said] == list(range(LAST_TICK + 1))
    check_verified(store)
    assert reports(store) == said
    shutil.rmtree(store / "snapshots")
    assert reports(store) == said
    _done.update({(language, DUTIES[3]), (language, DUTIES[4])})


@pytest.mark.parametrize("language", ["Rust", "Go"])
def test_every_reader_reads_a_store_that_another_language_wrote(language: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    languages.run(programs(language)["write"], store)
    available = [name for name in COLUMNS[1:] if name == "Python" or not isinstance(_built.get(name), str)]
    for reader in available:
        check_reading(reader, store)


def test_rust_and_go_write_the_same_world(tmp_path: Path) -> None:
    said = [languages.run(programs(name)["write"], tmp_path / name) for name in ("Rust", "Go")]
    assert said[0] == said[1]
    assert said[0] == languages.run(programs("Go")["replay"], tmp_path / "Rust")
    segments = [(tmp_path / n / "log" / "live" / f"{0:020}.arrows") for n in ("Rust", "Go")]
    assert pyarrow_columns(segments[0]) == pyarrow_columns(segments[1])  # equal rows, whatever the bytes around them


@pytest.mark.parametrize("language", ["Rust", "Go"])
def test_java_goes_on_with_a_store_that_another_language_wrote(language: str, tmp_path: Path) -> None:  # L-23
    store = tmp_path / "store"
    said = [json.loads(line) for line in languages.run(programs(language)["write"], store).splitlines()]
    java_side.run("StoreMain", "resume", store)
    check_verified(store)
    assert reports(store) == said


def test_java_verifies_and_go_replays_what_python_wrote(tmp_path: Path) -> None:
    for golden in GOLDEN:
        store = shutil.copytree(golden / "store", tmp_path / golden.name)
        with aw.LiveWorld.resume(store) as live:
            with live.tick():
                pass
            live.snapshot()
            world = live.world
            last = {"tick": world.tick, "hash_world": world.hash_world(), "resume_hash": world.resume_hash()}
        check_verified(store)
        assert json.loads(languages.run(programs("Go")["replay"], store).splitlines()[-1]) == last
    _done.update({("Python", d) for d in DUTIES[3:]})


def matrix() -> str:
    """What the tests above saw, as languages/README.md has it."""
    rows = [["", *COLUMNS]] + [["---"] * (len(COLUMNS) + 1)]
    rows += [[duty, *("yes" if (name, duty) in _done else "-" for name in COLUMNS)] for duty in DUTIES]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def test_the_readme_has_the_matrix_that_these_tests_saw() -> None:
    print(matrix())
    missing = [reason for reason in _built.values() if isinstance(reason, str)]
    if missing or set(_built) != set(languages.BUILDERS):
        pytest.skip(f"not every language was tried: {'; '.join(missing) or 'run the whole file'}")
    assert matrix() in (languages.ROOT / "interop-tests" / "languages" / "README.md").read_text(encoding="utf-8"), matrix()
