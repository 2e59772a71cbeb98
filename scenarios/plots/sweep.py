"""Draws a claim of a sweep along one of its keys, a line for each combination of the others: sweep.py RESULT.h5 [FIGURE.png] [--claim N] [--along KEY]"""
import sys

from plots import Arguments, Result, np, plt, ratio_axis, refuse, save


def asked():
    parser = Arguments(description=__doc__)
    parser.add_argument("result", metavar="RESULT.h5")
    parser.add_argument("figure", metavar="FIGURE.png", nargs="?", default="sweep.png", help="sweep.png unless given; .pdf and .svg work too")
    parser.add_argument("--claim", type=int, help="number of the claim; by default the last that was judged")
    parser.add_argument("--along", metavar="KEY", help="swept key of the axis; by default the first that has numbers")
    return parser.parse_args()


def spans_decades(values) -> bool:
    """Whether the values are better told apart on an axis of ratios."""
    values = np.sort(np.unique(values))
    return values[0] > 0 and values[-1] / values[0] > 20


def main() -> None:
    request = asked()
    result = Result(request.result)
    swept = result.swept()
    if not swept:
        result.nothing("nothing was swept", "give the scenario a [sweep]")
    rows = result.table("claims", every_point=True)
    rows = rows[rows.estimate > 0]
    if not len(rows):
        result.nothing("no claim was judged", "give the scenario [claims]")
    numbers = [key for key in swept if np.issubdtype(rows[key].dtype, np.number)]
    along = request.along or (numbers[0] if numbers else None)
    if along not in numbers:
        refuse(f"{request.result}: {along or 'no key'} has no numbers along which a line goes; expected one of {', '.join(numbers) or 'a sweep of numbers'}")
    claim = request.claim or int(rows.claim.max())
    rows = rows[rows.claim == claim]
    if not len(rows):
        refuse(f"{request.result}: claim {claim} was not judged; expected one of {', '.join(map(str, sorted(result.table('claims', True).query('estimate > 0').claim.unique())))}")
    others = [key for key in swept if key != along]
    lines = [((), rows)] if not others else list(rows.groupby(others if len(others) > 1 else others[0], sort=True))
    if len(lines) > 12:
        refuse(f"{request.result}: {len(lines)} lines along {along}, more than a figure can show; expected a grid of few values of the other keys, or another --along")
    phase = result.table("phase", every_point=True)
    phase = phase[(phase.claim == claim) & (phase.key == along) & (phase.phase == "crosses")]

    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    axes.axhspan(rows.margin_low.iloc[0], rows.margin_high.iloc[0], color="0.87", linewidth=0)
    axes.axhline(1, color="grey", linewidth=1)
    for i, (values, line) in enumerate(lines):
        line = line.sort_values(along)
        values = values if isinstance(values, tuple) else (values,)
        color = f"C{i % 10}"
        axes.fill_between(line[along], line.lower, line.upper, color=color, alpha=0.2, linewidth=0)
        axes.plot(line[along], line.estimate, "o-", color=color, label=", ".join(f"{key} = {value:g}" if isinstance(value, float) else f"{key} = {value}" for key, value in zip(others, values)))
        for boundary in phase[phase.point.isin(line.point)].itertuples():
            axes.plot(boundary.at, 1, "|", color=color, markersize=18, markeredgewidth=2)
    if spans_decades(rows[along]):
        axes.set_xscale("log")
    shown = np.concatenate([rows.estimate, rows.lower[rows.lower > 0], rows.upper[rows.upper < 1e4]])
    ratio_axis(axes.yaxis, min(0.8, shown.min() / 1.1), max(1.25, shown.max() * 1.1))
    axes.set_xlabel(along)
    axes.set_ylabel("ratio small / large, 95 % interval")
    axes.set_title(f"claim {claim}: " + rows["name"].iloc[0], fontsize="medium")
    if others:
        axes.legend(fontsize="small")
    save(figure, request.figure)


if __name__ == "__main__":
    sys.exit(main())
