"""The page benchmarks/RESULTS.md, from what was measured so far."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import growth
from benchmarks.engines import ALL, versions_of
from benchmarks.own_engine import OwnEngine
from benchmarks.targets import TARGETS, Results, remarks

COMMAND = "python -m benchmarks --catalogue STATE --million"
LINES = {
    "plain": "Ten best for any of 2–4 words",
    "filtered": "Two of the words at least, one kind only, × prior, exact total",
    "profile": "Ten nearest to a profile of 100 weighted words",
}
PACKAGES = ("numba", "numpy", "scipy", "uvicorn", "uvloop", "fastapi")


def write_report(results: Path, page: Path) -> None:
    """Writes the page and its picture."""
    measured = {file.stem: json.loads(file.read_text()) for file in sorted(results.glob("*.json"))}
    sizes = sorted((one for name, one in measured.items() if name.startswith("kernel-")), key=lambda o: o["documents"])
    parts = [_head(measured), _targets(measured), _method(), *map(_race, sizes), _costs(sizes), _catalogue(measured)]
    parts += [_http(one, name) for name, one in measured.items() if name.startswith("http-")]
    if len(sizes) > 1:
        growth.draw(sizes, page.with_name("growth.svg"))
        parts.insert(3, "## Growth\n\n![time, memory and disk against documents](growth.svg)")
    page.write_text("\n\n".join(part for part in parts if part) + "\n", "utf-8")


def _head(measured: Results) -> str:
    made = [one["machine"] for one in measured.values()]
    if not made:
        return "# Measured\n\nNothing yet."
    engines = next((one["versions"] for one in measured.values() if "versions" in one), {})
    missing = sorted({text for one in measured.values() for text in one.get("missing", ())})
    own = ", ".join(f"{name} {number}" for name, number in versions_of(*PACKAGES).items())
    peers = ", ".join(f"{name} {number}" for name, number in engines.items() if number)
    days = sorted({one["date"] for one in made})
    loads = ", ".join(f"{name} {one['machine']['load']}" for name, one in measured.items())
    return f"""# Measured

`{COMMAND}` (what it needs and does: `benchmarks/__main__.py`) · {" and ".join(days)} · {made[0]["processor"]}, \
{made[0]["memory"]}, {made[0]["system"]}

Libraries: {own}. Peers: {peers}. Not measured: {"; ".join(missing) or "no peer is missing"}.

Ratios within a race count: engines answer the same queries in rotated blocks of one process, so that what else the \
machine does hits all alike. Building, opening, the first index and HTTP have no such protection: their absolute times \
only hint wherever the machine was busy. The load average at the end of each part was {loads} on these processors."""


def _targets(measured: Results) -> str:
    notes, rows = remarks(), []
    for target in TARGETS:
        try:
            text, reached = target.measured(measured)
        except (KeyError, StopIteration):
            text, reached = "not measured", False
        note = notes.get(target.key, "")
        rows.append(
            (target.what, target.must, text, "yes" if reached else "—" if "not meas" in text else "**no**", note)
        )
    rows.append(
        (
            "one word changed → preview over 180k records",
            "< 2 s",
            "not measured",
            "—",
            "comes with the curators' workbench",
        )
    )
    about = """Meilisearch and OpenSearch are not run here: the requests a second that are asked for are multiples of \
figures that came with the targets."""
    return f"## Targets\n\n{about}\n\n" + _table(
        ("what", "must", "measured", "reached", "why, what was tried, how far to trust it"), rows
    )


def _race(one: Mapping[str, Any]) -> str:
    parts = [f"## {one['documents']:,} synthetic documents of 107 words"]
    if left_out := [name for name in ALL if name not in one["costs"]]:
        parts.append(f"Not measured at this size: {', '.join(left_out)}.")
    for line, title in LINES.items():
        rows = []
        for name, lap in one["race"][line].items():
            total = "" if lap["totals"] is None else f"{lap['totals']:.0%}"
            spread = "" if name == OwnEngine.name else f"{lap['low']:.3g}–{lap['high']:.3g}"
            times = f"{lap['p50']:.3f}", f"{lap['p95']:.3f}", f"{lap['ratio']:.3g}", spread, f"{lap['ratio95']:.3g}"
            rows.append((name, *times, f"{lap['agreeing']:.1%}", total, lap["queries"]))
        heads = (
            "engine",
            "p50 ms",
            "p95 ms",
            "× p50",
            "by block (10–90 %)",
            "× p95",
            "of the exact ten",
            "totals",
            "queries",
        )
        parts.append(f"### {title}\n\n{_table(heads, rows)}")
    return "\n\n".join(parts)


def _method() -> str:
    differing = "; ".join(f"{name}: {engine.exact}" for name, engine in ALL.items() if getattr(engine, "exact", ""))
    return f"""## How

Documents and queries are made from seeds (`benchmarks/corpus.py`). “Of the exact ten” is the share of the \
ten best by BM25 in plain numpy and double precision that an engine returned, ties counted (`benchmarks/oracle.py`: \
ln(1 + (N − n + ½)/(n + ½)) · tf/(tf + k1(1 − b + b·|d|/avgdl)), k1 1.2, b .75). What differs: {differing}. \
Tantivy's filter and count are its own; it has no prior, and where nothing holds two words it finds nothing while this \
kernel asks for one. SciPy and scikit-learn multiply the matrix of this base's own impacts; tantivy has the profile's \
weights as boosts of BM25. Xapian runs in a second process (only Debian's Python sees it) that keeps its own clock. \
Measured is the call: this kernel's includes Python's part and the list of rows, not the look-up of words' numbers."""


def _costs(sizes: Sequence[Mapping[str, Any]]) -> str:
    if not sizes:
        return ""
    rows = []
    for one in sizes:
        for name, cost in one["costs"].items():
            built = "of the base" if not cost["disk_mb"] else f"{cost['build_s']:.1f}"
            numbers = f"{cost.get('build_cpu_s', 0):.1f}", f"{cost['build_mb']:,.0f}", f"{cost['disk_mb']:,.0f}"
            rows.append(
                (
                    f"{one['documents']:,}",
                    name,
                    built,
                    *numbers,
                    f"{cost['open_ms']:,.0f}",
                    f"{cost['resident_mb']:,.0f}",
                )
            )
    heads = ("documents", "engine", "build s", "processor s", "build MB", "disk MB", "open + first ms", "asked MB")
    return f"""## Building and opening

Ready words; the corpus's own arrays are in “build MB”. “Open” is the second of two opens, with the import of its \
library; “asked MB” is what memory grew by over 200 queries, mapped pages included. Processor seconds are what other \
work on the machine changes little.

{_table(heads, rows)}"""


def _catalogue(measured: Results) -> str:
    one = measured.get("catalogue")
    if not one:
        return ""
    rows = [
        (name, *(f"{lap[p]:.3f}" for p in ("p50", "p95", "p99")), f"{lap['ratio']:.3g}", lap["queries"])
        for name, lap in one["text"].items()
    ]
    indexed = [(name, f"{seconds:.1f}") for name, seconds in one["first index"].items()]
    return f"""## The real catalogue: {one["documents"]:,} resources

Text → hits in process, the {one["queries"]} queries of search-topics and search-robust dev, most of them misspelt on \
purpose. The peers stand behind the same folding and segmenter, hold the same words in one field and return ids; they \
do not guess, so that a misspelt query mostly leaves them nothing to do.

{_table(("engine", "p50 ms", "p95 ms", "p99 ms", "× p50", "queries"), rows)}

From the database to the first ranked answer:

{_table(("engine", "seconds"), indexed)}"""


def _http(one: Mapping[str, Any], name: str) -> str:
    rows = []
    for run in one["runs"]:
        for line, lap in run["lines"].items():
            times = f"{lap['rps']:,.0f}", f"{lap['share']:.0%}", f"{lap['p50']:.1f}", f"{lap['p99']:.1f}"
            rows.append(
                (run["workers"], line, *times, f"{lap['bytes']:,.0f}", f"{lap['client_cpu']:.0%}", lap["failed"])
            )
    memory = "; ".join(f"{run['workers']}: {', '.join(f'{mb:.0f}' for mb in run['private_mb'])}" for run in one["runs"])
    heads = (
        "workers",
        "request",
        "per second",
        "of the constant",
        "p50 ms",
        "p99 ms",
        "bytes",
        "client's processor",
        "failed",
    )
    return f"""## HTTP: {name}, {one["documents"]:,} resources, 32 connections

The client is one process on the same processors; each line is the middle of three turns. Private MB of each process, \
by workers: {memory}.

{_table(heads, rows)}"""


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
