# SPDX-License-Identifier: Apache-2.0
"""Field runs and stores as xarray datasets, and datasets as field runs."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import run

import arrow_world as aw
from arrow_world import fields

xr = pytest.importorskip("xarray", reason="xarray is not installed (it needs Python 3.11)")


@pytest.fixture
def field_run(tmp_path):
    """4 snapshots of a wave on 6 x 3 cells."""
    rng = np.random.default_rng(5)
    with fields.FieldSnapshotWriter(
            tmp_path / "wave", fields=["u", "c"], velocities=["u"], grid_shape=(6, 3), grid_spacing=[0.5, 1.0],
            grid_bounds=[[0, 3], [-1, 2]], periodic=[True, False], parameters={"speed": 2.5}, bc_types=["periodic", "dirichlet"],
            dt=0.01, environment={"python": "3"}, extra={"units": {"u": "m", "time": "s"}, "note": "a wave"}) as writer:
        for i in range(4):
            writer.append(i / 4, {n: rng.normal(size=(6, 3)) for n in "uc"}, {"u": rng.normal(size=(6, 3))})
    return fields.FieldSnapshots.open(tmp_path / "wave")


def test_a_field_run_is_a_dataset_with_coordinates_units_and_attributes(field_run):
    dataset = field_run.to_xarray()
    assert list(dataset.data_vars) == ["u", "c", "v_u"] and dataset.u.dims == ("time", "x", "y")
    assert np.array_equal(dataset.u, field_run.field("u")) and np.array_equal(dataset.v_u, field_run.velocity("u"))
    assert np.shares_memory(dataset.u.values, field_run.field("u")), "over the map, not a copy"
    assert dataset.time.values.tolist() == [0, 0.25, 0.5, 0.75] and dataset.time.attrs == {"units": "s"}
    assert dataset.x.values.tolist() == [0.25, 0.75, 1.25, 1.75, 2.25, 2.75] and dataset.y.values.tolist() == [-0.5, 0.5, 1.5]
    assert dataset.u.attrs == {"units": "m"} and dataset.c.attrs == {}
    assert dataset.attrs == {"periodic": [1, 0], "parameters.speed": 2.5, "bc_types": ["periodic", "dirichlet"], "dt": 0.01,
                             "environment.python": "3", "note": "a wave"}
    assert float(dataset.u.sel(time=0.5, x=1.3, y=0.4, method="nearest")) == field_run.field("u")[2, 2, 1]


def test_chunks_are_dask_s(field_run):
    if importlib.util.find_spec("dask") is None:
        with pytest.raises(aw.InvalidUseError, match="^Cannot make chunks: dask is not installed. Leave `chunks` out"):
            field_run.to_xarray(chunks={"time": 1})
    else:
        assert field_run.to_xarray(chunks={"time": 1}).u.chunks[0] == (1, 1, 1, 1)


def test_a_dataset_that_came_from_a_run_goes_back_equal(field_run, tmp_path):
    again = fields.from_xarray(field_run.to_xarray(), tmp_path / "again")
    assert {k: v for k, v in again.metadata.items() if k != "environment"} == {
        k: v for k, v in field_run.metadata.items() if k != "environment"}
    assert again.to_xarray().identical(field_run.to_xarray())


def test_any_dataset_over_time_and_a_grid_is_written(tmp_path):
    rng = np.random.default_rng(6)
    times = np.array(["2001-02-03T00:00:00", "2001-02-03T06:00:00", "2001-02-04T00:00:00.5"], "datetime64[ns]")
    dataset = xr.Dataset({"t2m": (("lat", "time", "lon"), rng.normal(size=(3, 3, 4)).astype("f4"), {"units": "K"})},
                         {"time": times, "lat": [50.0, 40.0, 35.0], "lon": [0.1, 0.2, 0.3, 0.4]}, {"title": "heat", "history": ["a", "b"]})
    made = fields.from_xarray(dataset, tmp_path / "run", flush_every=1)
    assert made.metadata["dtype"] == "float32" and made.metadata["axes"] == ["lat", "lon"] and "grid_bounds" not in made.metadata
    assert made.times.tolist() == [0.0, 21600.0, 86400.5]
    again = xr.decode_cf(made.to_xarray())
    assert np.array_equal(again.t2m, dataset.t2m.transpose("time", "lat", "lon")) and again.t2m.attrs == {"units": "K"}
    assert again.time.values.astype("datetime64[ns]").tolist() == times.tolist()
    assert {k: v for k, v in again.attrs.items() if not k.startswith("environment.")} == dataset.attrs
    assert again.lat.values.tolist() == [50.0, 40.0, 35.0] and np.array_equal(again.lon, dataset.lon)


def test_what_is_no_field_run_is_named(tmp_path):
    def refused(dataset, message):
        with pytest.raises(aw.InvalidUseError, match=message):
            fields.from_xarray(dataset, tmp_path / "run")
        assert not (tmp_path / "run").exists()

    a = xr.Dataset({"a": (("time", "x"), np.zeros((2, 3)))})
    refused(a.a, r"^Cannot write DataArray as fields: expected an xarray\.Dataset; of a DataArray, to_dataset\(\) gives one")
    refused(xr.Dataset(), "it has no variable")
    refused(a.assign(b=("x", np.zeros(3))), r"^Cannot write b as a field: its dimensions are x; expected time and x\. Choose variables, as in "
                                            r"dataset\[\['a'\]\]")
    refused(xr.Dataset({"a": ("time", [1.0])}), "it has 0 axes beside the time; expected 1 to 4")
    refused(a.assign_coords(time=["p", "q"]), "its times are .*; expected numbers or datetime64")
    refused(a.assign_coords(time=np.array(["NaT", "2001"], "datetime64[s]")), "a time is NaT")


def _grid(data, coordinates=None, attributes=None):
    return xr.Dataset({"u": (("time", "x", "y"), data)}, coordinates or {}, attributes)


def test_what_is_said_of_variables_and_one_axis_s_places_come_back(tmp_path):
    dataset = xr.Dataset(
        {"u": (("time", "x", "y"), np.arange(12.0).reshape(2, 2, 3), {"units": "m", "long_name": "height"})},
        {"time": ("time", [0.0, 1.0], {"units": "days since 2000-01-01", "calendar": "noleap"}),
         "x": ("x", [0.5, 1.7], {"units": "km", "axis": "X"})})
    again = fields.from_xarray(dataset, tmp_path / "run").to_xarray()
    assert again.equals(dataset)
    assert {n: again[n].attrs for n in ("u", "time", "x")} == {n: dataset[n].attrs for n in ("u", "time", "x")}


@pytest.mark.parametrize("make, message", [
    (lambda a: _grid(a, {"x": ["r", "g"]}), r"^Cannot write the coordinates x: they are <U1 over \(x\); .* dataset\.drop_vars\('x'\)"),
    (lambda a: _grid(a, {"lat": (("x", "y"), a[0])}), r"^Cannot write the coordinates lat: they are float64 over \(x, y\)"),
    (lambda a: _grid(a, {"level": 850}), r"^Cannot write the coordinates level"),
    (lambda a: _grid(np.full(a.shape, 2**53 + 1)), "^Cannot write u: float64 does not hold 9007199254740993"),
    (lambda a: _grid(a, {"x": [2**53 + 1, 2**53 + 3]}), "^Cannot write x: float64 does not hold 9007199254740993"),
    (lambda a: _grid(a, {"time": [1700000000123456789, 1700000000123456790]}), "^Cannot write time: float64 does not hold 17000000001"),
    (lambda a: _grid(a, {"time": np.array(["1970", "2020-01-01T00:00:00.123456789"], "datetime64[ns]")}), "does not hold all times as sec"),
    (lambda a: _grid(a, {"time": [1.0, 0.0]}), "the time 0.0 is before the last one, 1.0"),
    (lambda a: _grid(a, {"time": [0.0, np.nan]}), "the time is nan, it must be finite"),
    (lambda a: _grid(a * 1j), "field u is complex128"),
    (lambda a: _grid(a, attributes={"version": "3"}), r"^Cannot write the attribute version: it has a meaning of its own"),
    (lambda a: _grid(a, attributes={"n": {1, 2}}), "^Cannot describe a run"),
])
@pytest.mark.parametrize("replace", [False, True])
def test_what_a_run_cannot_hold_as_it_is_leaves_what_was_there(make, message, replace, tmp_path):
    a = np.arange(12.0).reshape(2, 2, 3)
    if replace:
        fields.from_xarray(_grid(a), tmp_path / "run")
    with pytest.raises(aw.InvalidUseError, match=message):
        fields.from_xarray(make(a), tmp_path / "run", replace=replace)
    assert sorted(p.name for p in tmp_path.iterdir()) == (["run"] if replace else [])
    assert not replace or np.array_equal(fields.FieldSnapshots.open(tmp_path / "run").field("u"), a)


@pytest.mark.parametrize("replace", [False, True])
def test_a_dataset_that_cannot_be_read_to_its_end_leaves_what_was_there(replace, tmp_path):
    class Broken(xr.backends.BackendArray):
        """The third time cannot be read."""

        shape, dtype = (30, 4), np.dtype("f8")

        def __getitem__(self, key):
            return xr.core.indexing.explicit_indexing_adapter(key, self.shape, xr.core.indexing.IndexingSupport.OUTER, self._read)

        def _read(self, key):
            if isinstance(key[0], (int, np.integer)) and key[0] == 25:
                raise OSError("the disk is gone")
            return np.ones(self.shape)[key]

    if replace:
        fields.from_xarray(_grid(np.zeros((2, 2, 3))), tmp_path / "run")
    lazy = xr.Dataset({"u": (("time", "x"), xr.core.indexing.LazilyIndexedArray(Broken()))}, {"time": np.arange(30.0)})
    with pytest.raises(OSError, match="the disk is gone"):
        fields.from_xarray(lazy, tmp_path / "run", replace=replace)
    assert sorted(p.name for p in tmp_path.iterdir()) == (["run"] if replace else [])
    assert not replace or fields.FieldSnapshots.open(tmp_path / "run").count == 2


def test_xarray_opens_runs_and_stores_by_the_engine(field_run, tmp_path):
    """As an installed package: its entry point is what pyproject.toml says."""
    python = Path(__file__).parents[1]
    tomllib = pytest.importorskip("tomllib", reason="tomllib came with Python 3.11")
    points = tomllib.loads((python / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["xarray.backends"]
    info = tmp_path / "site" / "arrow_world-9.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: arrow-world\nVersion: 9\n", "utf-8")
    (info / "entry_points.txt").write_text("[xarray.backends]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()), "utf-8")
    run(tmp_path / "store", 12, seed=5)
    program = f"""
import sys
sys.path[:0] = {[str(tmp_path / "site"), str(python / "src")]!r}
import xarray as xr, arrow_world as aw
wave = xr.open_dataset({str(field_run.path)!r}, engine="arrow-world", drop_variables="c")
assert wave.identical(xr.open_dataset({str(field_run.path)!r}, drop_variables=["c"])) and list(wave.data_vars) == ["u", "v_u"]
store = aw.open_store({str(tmp_path / "store")!r})
last = store.span()[1]
one = xr.open_dataset({str(tmp_path / "store")!r}, engine="arrow-world", table="creature")
assert one.sizes["row"] == len(store["creature"]) and one["name"].values.tolist() == store["creature"]["name"].tolist()
many = xr.open_dataset({str(tmp_path / "store")!r}, engine="arrow-world", table="creature", ticks=range(2, last + 1))
assert many.row_size.values.tolist() == [len(store.at(t)["creature"]) for t in range(2, last + 1)]
assert many["age"].values[many.tick.values == 5].tolist() == store.at(5)["creature"]["age"].tolist()
assert many.attrs["table"] == "creature" and many.attrs["store"] == store.info.store.hex()
try:
    xr.open_dataset({str(tmp_path / "store")!r}, engine="arrow-world")
except aw.InvalidUseError as e:
    print(e)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (f"Cannot open {tmp_path / 'store'} as a dataset: it has tables creature, food, nest, reading, hungry, tired; choose one, as "
                           "in table='creature'.\n")


def test_without_xarray_the_package_says_what_to_install(field_run, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(aw.InvalidUseError, match=r"xarray is not installed\. Run `pip install 'arrow-world\[xarray\]'`"):
        field_run.to_xarray()


def test_a_column_called_row_is_no_index(tmp_path):
    schema = aw.Schema([aw.TableSchema("t", columns=[aw.Column("row", "i64")])])
    with aw.LiveWorld.create(tmp_path / "s", schema) as live:
        with live.tick() as t:
            t["t"].insert(row=[7, 5])
    from arrow_world.xarray_backend import ArrowWorldBackend

    with xr.open_dataset(tmp_path / "s", engine=ArrowWorldBackend) as found:
        assert found["row"].dims == ("row_",) and found["row"].values.tolist() == [7, 5] and "row" not in found.indexes


def test_a_column_called_as_ours_keeps_its_name(tmp_path):
    names = ("row_size", "tick", "tick_of_row_size")
    schema = aw.Schema((aw.TableSchema("a", columns=tuple(aw.Column(n, "f64") for n in names)),))
    with aw.LiveWorld.create(tmp_path / "s", schema) as world:
        with world.tick() as t:
            t["a"].insert(row_size=1.5, tick=2.5, tick_of_row_size=3.5)
    from arrow_world.xarray_backend import ArrowWorldBackend

    found = xr.open_dataset(tmp_path / "s", engine=ArrowWorldBackend)
    assert [found[n].values.tolist() for n in names] == [[1.5], [2.5], [3.5]]
    assert found["row_size_"].values.tolist() == [1] and found["tick_"].values.tolist() == [0]
