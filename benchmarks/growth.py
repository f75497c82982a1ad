"""The same measurements against the number of documents, in one picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OWN = "this kernel"
PANELS = (
    ("ten best, p50 in ms", lambda one, engine: one["race"]["plain"].get(engine, {}).get("p50")),
    ("profile of 100 words, p50 in ms", lambda one, engine: one["race"]["profile"].get(engine, {}).get("p50")),
    ("build, processor seconds", lambda one, engine: one["costs"].get(engine, {}).get("build_cpu_s")),
    ("on disk, MB", lambda one, engine: one["costs"].get(engine, {}).get("disk_mb")),
    ("most memory of the build, MB", lambda one, engine: one["costs"].get(engine, {}).get("build_mb")),
    ("memory while asked, MB", lambda one, engine: one["costs"].get(engine, {}).get("resident_mb")),
)
"""A title, and what it shows of one size and engine."""


def draw(sizes: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Draws a panel for each measure, documents to the right, both axes logarithmic."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "xuejing"  # the same figures make the same file
    figure, axes = plt.subplots(2, 3, figsize=(12, 7), layout="constrained")
    engines = list(dict.fromkeys(engine for one in sizes for engine in (*one["costs"], *one["race"]["plain"])))
    for axis, (title, value) in zip(axes.flat, PANELS, strict=True):
        for number, engine in enumerate(engines):
            points = [(one["documents"], value(one, engine)) for one in sizes]
            points = [(documents, y) for documents, y in points if y]
            if points:
                axis.plot(
                    *zip(*points, strict=True),
                    label=engine,
                    color=f"C{number}",
                    marker="o",
                    linewidth=3 if engine == OWN else 1.2,
                )
        axis.set(xscale="log", yscale="log", title=title)
        axis.grid(visible=True, which="major", alpha=0.3)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    more = axes.flat[1].get_legend_handles_labels()
    legend = dict(zip((*labels, *more[1]), (*handles, *more[0]), strict=True))
    figure.legend(legend.values(), legend.keys(), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
