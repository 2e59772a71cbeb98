"""Draws the ratios of a study's contrasts with their intervals: comparison.py RESULT.h5 [FIGURE.png]"""
from plots import Result, arguments, plt, ratio_axis, save


def main() -> None:
    asked = arguments(__doc__, "comparison.png")
    result = Result(asked.result)
    rows = result.table("comparison")
    rows = rows[(rows.statistic == "ratio of means") & (rows.against != "") & (rows.estimate > 0)].iloc[::-1]  # rates of one arm have nothing to be held against
    if not len(rows):
        result.nothing("no ratio of two arms", "give the scenario a [[contrast]] of two arms that pay campaigns, or compare any two with `grapevine compare`")
    figure, axes = plt.subplots(figsize=(8, 1.2 + 0.5 * len(rows)), layout="constrained")
    axes.axvline(1, color="grey", linewidth=1)
    axes.hlines(range(len(rows)), rows.lower, rows.upper)
    axes.plot(rows.estimate, range(len(rows)), "o")
    axes.set_yticks(range(len(rows)), [f"{row.metric}\n{row.arm} / {row.against}" for row in rows.itertuples()], fontsize="small")
    axes.set_ylim(-0.6, len(rows) - 0.4)
    shown = rows[["lower", "upper", "estimate"]].stack()
    ratio_axis(axes.xaxis, min(0.9, shown[shown > 0].min() / 1.1), max(1.1, shown.max() * 1.1))
    axes.set_xlabel(f"ratio, with its {100 * rows.level.max():.0f} % interval over {rows.replicates.max()} replicates")
    save(figure, asked.figure)


main()
