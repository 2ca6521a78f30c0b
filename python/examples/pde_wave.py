# SPDX-License-Identifier: Apache-2.0
"""Streams a py-pde simulation into a field run and draws it: docs/images/fields-wave.png.

    pip install py-pde matplotlib
    python python/examples/pde_wave.py --run /tmp/wave --picture docs/images/fields-wave.png

Two bumps on a membrane that is periodic in x and clamped in y. While it runs, `np.load(mmap_mode="r")` opens the run.
"""

from __future__ import annotations

import argparse

import matplotlib
import numpy as np
import pde

from arrow_world.fields import FieldSnapshots, PdeRecorder, snapshot_count

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

T_END, INTERVAL, SPEED, POINT = 8.0, 0.1, 1.0, (64, 32)


def simulate(path: str) -> None:
    """Solves the wave equation, one snapshot every INTERVAL."""
    grid = pde.CartesianGrid([[0, 8], [0, 4]], [128, 64], periodic=[True, False])
    x, y = grid.cell_coords[..., 0], grid.cell_coords[..., 1]
    bumps = np.exp(-6 * ((x - 2)**2 + (y - 2)**2)) - 0.6 * np.exp(-9 * ((x - 5.5)**2 + (y - 1.2)**2))
    equation = pde.WavePDE(SPEED, bc={"x": "periodic", "y": {"value": 0}})
    with PdeRecorder(path, velocities={"u": "v"}, parameters={"speed": SPEED}, dt=0.005, replace=True,
                     bc_types=["periodic", "dirichlet"], expected=snapshot_count(T_END, INTERVAL)) as recorder:
        equation.solve(equation.get_initial_condition(pde.ScalarField(grid, bumps)), t_range=T_END, dt=0.005,
                       solver="runge-kutta", backend="numpy", tracker=[pde.CallbackTracker(recorder, interrupts=INTERVAL)])


def draw(path: str, picture: str) -> None:
    """Four snapshots and the time series of one point, each read on its own."""
    run = FieldSnapshots.open(path)
    (x0, x1), (y0, y1) = run.metadata["grid_bounds"]
    dx, dy = run.metadata["grid_spacing"]
    figure, axes = plt.subplots(2, 3, figsize=(10.5, 4.6), layout="constrained", width_ratios=[1, 1, 1.05])
    series = axes[0, 2].get_gridspec()
    for ax in axes[:, 2]:
        ax.remove()
    for ax, time in zip(axes[:, :2].flat, (0.0, 1.2, 3.0, 6.0), strict=True):
        shown = run.field("u")[run.index_at(time + 1e-9)]
        image = ax.imshow(shown.T, origin="lower", extent=(x0, x1, y0, y1), cmap="RdBu_r", vmin=-0.6, vmax=0.6)
        ax.plot(x0 + (POINT[0] + 0.5) * dx, y0 + (POINT[1] + 0.5) * dy, "k+", markersize=8)
        ax.set_title(f"t = {time:g}", fontsize=10)
        ax.set_xticks([0, 2, 4, 6, 8])
        ax.set_yticks([0, 2, 4])
        ax.tick_params(labelsize=8)
    figure.colorbar(image, ax=axes[:, :2], shrink=0.8, extend="max", label="u")
    ax = figure.add_subplot(series[:, 2])
    ax.plot(run.times, run.field("u")[:, POINT[0], POINT[1]], label="u")
    ax.plot(run.times, run.velocity("u")[:, POINT[0], POINT[1]], "--", linewidth=1, label="du/dt")
    ax.set_title("at the cross", fontsize=10)
    ax.set_xlabel("t")
    ax.legend(frameon=False)
    ax.grid(alpha=0.3)
    figure.savefig(picture, dpi=110, metadata={"Software": None})
    print(f"{run.count} snapshots of {run.metadata['grid_shape']}, largest |u| {np.abs(run.field('u')).max():.3f}")


def main() -> None:
    """Parses the command line, simulates, draws."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", required=True, help="the run's directory; a run there is replaced")
    parser.add_argument("--picture", required=True, help="the PNG file to write")
    args = parser.parse_args()
    simulate(args.run)
    draw(args.run, args.picture)


if __name__ == "__main__":
    main()
