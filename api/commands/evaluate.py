"""`xuejing evaluate`: how well judged questions are answered."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.commands.options import Json
from api.commands.terminal import Bars, say, show, write_json
from api.commands.workplace import open_workplace
from api.served_answers import ServedAnswers
from recommender.evaluation import DEPTH, METRICS
from recommender.evaluation import evaluate as evaluate_file

_VARIETY = {"coverage": "覆盖", "intra_list_diversity": "多样", "novelty": "新颖"}
Files = Annotated[list[Path], typer.Argument(metavar="评判文件…", help="JSON Lines，每行一个问题和它的答案")]


Diversity = Annotated[
    float, typer.Option("--diversity", min=0, max=1, metavar="0–1", help="推荐让位给多样的程度；0 只看相关")
]


Url = Annotated[str, typer.Option("--url", metavar="地址", help="评测本机上运行的服务，例如 http://127.0.0.1:8000")]


def evaluate(files: Files, diversity: Diversity = 0.0, url: Url = "", json: Json = False) -> None:
    """Measures how well the questions of judgment files are answered."""
    place = open_workplace()
    snapshot = place.snapshot()
    ask = partial(ServedAnswers(url).ids, diversity=diversity, depth=DEPTH) if url else None
    with Bars() as bars:
        evaluations = [
            evaluate_file(snapshot, file, diversity=diversity, progress=partial(bars, file.name), ask=ask)
            for file in files
        ]
    if json:
        write_json([asdict(evaluation) for evaluation in evaluations])
        return
    table = Table(title=f"索引 {snapshot.release}", title_justify="left")
    for heading in ("评判集", "类型"):
        table.add_column(heading)
    for heading in ("题数", *METRICS):
        table.add_column(heading, justify="right")
    for evaluation in evaluations:
        for group in evaluation.groups:
            means = [group.metrics[name] for name in METRICS]
            cells = [f"{mean.mean:.3f} ±{mean.standard_error:.3f}" for mean in means]
            table.add_row(evaluation.name, group.type or "全部", str(group.questions), *cells)
    show(table)
    for evaluation in evaluations:
        said = "，".join(f"{_VARIETY[name]} {value:.3f}" for name, value in evaluation.variety.items())
        say(f"{evaluation.name} 前 10 条：{said}")
