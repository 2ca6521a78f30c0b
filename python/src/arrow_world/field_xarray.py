# SPDX-License-Identifier: Apache-2.0
"""Field runs as xarray datasets, and datasets as field runs; xarray is imported where it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .errors import InvalidUseError
from .values import Array

if TYPE_CHECKING:
    import xarray

_AXES = "xyzw"
_TIME = "time"
_SHAPE = ("version", "n_snapshots", "fields", "velocities", "momenta", "grid_shape", "grid_spacing", "grid_bounds", "dtype",
          "axes", "coordinates", "units", "time_units", "pde_grid", "attributes")
_GROUPS = ("parameters", "environment")


class Run(Protocol):
    """What a field run shows of itself."""

    metadata: dict[str, Any]
    times: Any

    @property
    def fields(self) -> list[str]:
        """Names of the fields."""
        ...

    @property
    def velocities(self) -> list[str]:
        """Names of the fields whose velocity is stored."""
        ...

    def field(self, name: str) -> Array:
        """Shape (count, *grid_shape)."""
        ...

    def velocity(self, name: str) -> Array:
        """Shape (count, *grid_shape)."""
        ...


def xarray_module() -> Any:
    """xarray, or InvalidUseError saying how to get it."""
    try:
        import xarray
    except ImportError as e:
        raise InvalidUseError("Cannot make a dataset: xarray is not installed. Run `pip install 'arrow-world[xarray]'`.") from e
    return xarray


def to_dataset(run: Run, chunks: Any = None) -> xarray.Dataset:
    """A run as a dataset over its memory maps."""
    xr = xarray_module()
    members = run.metadata
    shape = members["grid_shape"]
    axes = members.get("axes") or list(_AXES[: len(shape)])
    units, noted = members.get("units") or {}, members.get("attributes") or {}
    variables = {n: run.field(n) for n in run.fields} | {f"v_{n}": run.velocity(n) for n in run.velocities}

    def attributes(name: str) -> dict[str, Any]:
        return {**({"units": units[name]} if name in units else {}), **noted.get(name, {})}

    since = {"units": members["time_units"]} if members.get("time_units") else {}
    coordinates = {_TIME: ((_TIME,), run.times, since | attributes(_TIME))}
    for i, axis in enumerate(axes):
        places = _places(members, axis, i)
        if places is not None:
            coordinates[axis] = ((axis,), places, attributes(axis))
    dataset = xr.Dataset({n: ((_TIME, *axes), a, attributes(n)) for n, a in variables.items()}, coordinates, _attributes(members))
    if chunks is None:
        return dataset
    if find_spec("dask") is None:
        raise InvalidUseError("Cannot make chunks: dask is not installed. Leave `chunks` out: arrays are read as they are "
                              "indexed anyway.")
    return dataset.chunk(chunks)


def _places(members: Mapping[str, Any], axis: str, number: int) -> Any:
    """The centres of the cells along an axis, None where nothing says where they are."""
    given = (members.get("coordinates") or {}).get(axis)
    if given is not None:
        return np.array(given, "<f8")
    bounds = members.get("grid_bounds")
    if not bounds:
        return None
    return _centres(bounds[number], members["grid_shape"][number])


def _centres(bounds: Any, count: int) -> Array:
    least, most = map(float, bounds)
    return least + (np.arange(count) + 0.5) * ((most - least) / count)


def _attributes(members: Mapping[str, Any]) -> dict[str, Any]:
    """What is neither shape nor coordinate, in the plain values that NetCDF and zarr hold."""
    found: dict[str, Any] = {}
    for name, value in members.items():
        if name in _SHAPE:
            continue
        if name in _GROUPS:
            found |= {f"{name}.{n}": v for n, v in value.items()}
        elif isinstance(value, bool) or isinstance(value, list) and any(isinstance(v, bool) for v in value):
            found[name] = np.asarray(value, "i1").tolist()
        elif isinstance(value, (int, float, str)) or isinstance(value, list) and all(isinstance(v, (int, float, str)) for v in value):
            found[name] = value
    return found


def write_dataset(dataset: Any, make_writer: Callable[..., Any], options: Mapping[str, Any]) -> None:
    """Writes a dataset's variables as fields, whole or not at all. make_writer: of the description."""
    variables, axes = _fields_of(dataset)
    first = next(iter(variables.values()))
    velocities = [n for n in variables if n.startswith("v_") and n[2:] in variables]
    times, time_units = _times(dataset)
    described: dict[str, Any] = {
        "fields": [n for n in variables if n not in velocities], "velocities": [n[2:] for n in velocities],
        "grid_shape": [first.sizes[a] for a in axes],
        "dtype": "float32" if all(v.dtype == np.float32 for v in variables.values()) else "float64"}
    extra: dict[str, Any] = {} if axes == list(_AXES[: len(axes)]) else {"axes": axes}
    described |= _grid(dataset, axes, extra)
    extra |= _noted({**variables, **dataset.coords})
    extra |= {"time_units": time_units} if time_units else {}
    described |= _described(dataset.attrs, extra)
    described |= {k: v for k, v in options.items() if k != "extra"} | {"flush_every": max(1, len(times))}
    writer = make_writer(**described, extra=extra | dict(options.get("extra") or {}), expected=len(times) or None)
    try:
        for i, time in enumerate(times):
            now = {n: _exact(np.asarray(v.isel({_TIME: i}).transpose(*axes).values), n) for n, v in variables.items()}
            writer.append(time, {n: a for n, a in now.items() if n not in velocities}, {n[2:]: now[n] for n in velocities})
        writer.close()
    except BaseException:
        writer.abandon()
        raise


def _fields_of(dataset: Any) -> tuple[dict[str, Any], list[str]]:
    """The variables to be written, and the axes they all have beside the time."""
    if not hasattr(dataset, "data_vars"):
        raise InvalidUseError(f"Cannot write {type(dataset).__name__} as fields: expected an xarray.Dataset; of a DataArray, to_dataset() "
                              "gives one.")
    variables = {str(n): v for n, v in dataset.data_vars.items()}
    if not variables:
        raise InvalidUseError("Cannot write the dataset as fields: it has no variable.")
    first = next(iter(variables))
    axes = [str(d) for d in variables[first].dims if d != _TIME]
    for name, variable in variables.items():
        if _TIME not in variable.dims or {str(d) for d in variable.dims} != {_TIME, *axes}:
            raise InvalidUseError(f"Cannot write {name} as a field: its dimensions are {', '.join(map(str, variable.dims))}; expected time "
                                  f"and {', '.join(axes) or 'the axes of a grid'}. Choose variables, as in dataset[['{first}']].")
    if not 1 <= len(axes) <= 4:
        raise InvalidUseError(f"Cannot write {first} as a field: it has {len(axes)} axes beside the time; expected 1 to 4.")
    for name, places in dataset.coords.items():
        if name != _TIME and (name not in axes or places.dtype.kind not in "iuf"):
            raise InvalidUseError(f"Cannot write the coordinates {name}: they are {places.dtype} over ({', '.join(map(str, places.dims))}); a "
                                  f"run has numbers along its axes. Leave them out, as in dataset.drop_vars({str(name)!r}).")
    return variables, axes


def _exact(values: Array, name: str) -> Array:
    """The values, if float64 holds them: integers beyond 2**53 and longer floats may not be."""
    if values.dtype.itemsize < 8 or values.dtype.kind not in "iuf" or values.dtype == np.float64:
        return values
    with np.errstate(all="ignore"):
        taken = values.astype("<f8")
        lost = (taken.astype(values.dtype) != values) & (values == values) | (np.abs(taken) > 2.0**53 if values.dtype.kind in "iu" else False)
    if lost.any():
        raise InvalidUseError(f"Cannot write {name}: float64 does not hold {values[lost][0]}. Convert the values first, as in "
                              f"dataset[{name!r}].astype('f8').")
    return taken


def _times(dataset: Any) -> tuple[list[float], str | None]:
    """The times as numbers; for dates in seconds, with since when."""
    times = dataset[_TIME].values if _TIME in dataset.coords else np.arange(dataset.sizes[_TIME], dtype="<f8")
    if times.dtype.kind != "M":
        if times.dtype.kind not in "iuf":
            raise InvalidUseError(f"Cannot write the dataset as fields: its times are {times.dtype}; expected numbers or datetime64.")
        return _exact(times, _TIME).astype("<f8").tolist(), None
    if np.isnat(times).any():
        raise InvalidUseError("Cannot write the dataset as fields: a time is NaT.")
    start = times[0].astype("datetime64[s]") if len(times) else np.datetime64(0, "s")
    whole = times.astype("datetime64[s]")
    rest = (times.astype("datetime64[ns]") - whole.astype("datetime64[ns]")).astype(np.int64)
    seconds = (whole - start).astype(np.int64) + rest / 1e9
    if (np.rint((seconds - np.floor(seconds)) * 1e9).astype(np.int64) != rest).any():
        raise InvalidUseError(f"Cannot write the dataset as fields: float64 does not hold all times as seconds since {start}. Make "
                              "numbers of them that suit you, or round them, as in dataset.assign_coords(time=dataset.time.dt.round('ms')).")
    return seconds.tolist(), f"seconds since {start}"


def _grid(dataset: Any, axes: list[str], extra: dict[str, Any]) -> dict[str, Any]:
    """Bounds and spacing where all axes have even coordinates; others are kept as they are."""
    places = {a: _exact(dataset[a].values, a).astype("<f8") for a in axes if a in dataset.coords}
    bounds, kept = [], {}
    for axis, along in places.items():
        step = (along[-1] - along[0]) / (len(along) - 1) if len(along) > 1 else 1.0
        bounds.append([float(along[0] - step / 2), float(along[-1] + step / 2)] if len(along) else [0.0, 0.0])
        if not np.array_equal(_centres(bounds[-1], len(along)), along):
            kept[axis] = along.tolist()
    even = len(places) == len(axes) and all(
        b[1] > b[0] and (a not in kept or np.allclose(_centres(b, len(kept[a])), kept[a])) for a, b in zip(axes, bounds))
    if not even:
        kept = {a: along.tolist() for a, along in places.items()}
    extra |= {"coordinates": kept} if kept else {}
    return {"grid_bounds": bounds, "grid_spacing": [(b[1] - b[0]) / dataset.sizes[a] for a, b in zip(axes, bounds)]} if even else {}


def _noted(variables: Mapping[Any, Any]) -> dict[str, Any]:
    """Units of variables and coordinates, and what else is said of them."""
    units = {str(n): str(v.attrs["units"]) for n, v in variables.items() if "units" in v.attrs}
    others = {str(n): {str(k): _json(x) for k, x in v.attrs.items() if k != "units"} for n, v in variables.items()}
    found = {"units": units, "attributes": {n: o for n, o in others.items() if o}}
    return {k: v for k, v in found.items() if v}


def _json(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def _described(attributes: Mapping[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """Attributes as members: those that `to_dataset` gives go back where they were, others beside them."""
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        group, _, member = str(name).partition(".")
        value = _json(value)
        if group in _GROUPS and member:
            found.setdefault(group, {})[member] = value
        elif name == "periodic" and isinstance(value, list):
            found[name] = [bool(v) for v in value]
        elif name in ("bc_types", "dt", "spec_path"):
            found[name] = value
        elif name in _SHAPE or name in _GROUPS or name in ("crc", "periodic"):
            raise InvalidUseError(f"Cannot write the attribute {name}: it has a meaning of its own in a field run. Give it another name, as "
                                  f"in dataset.attrs['my_{name}'] = dataset.attrs.pop({name!r}).")
        else:
            extra[str(name)] = value
    return found
