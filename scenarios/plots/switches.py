"""Draws the claims of a study with each of its switches off, beside all on: switches.py RESULT.h5 [FIGURE.png]"""
from plots import Result, arguments, plt, ratio_axis, save


def main() -> None:
    asked = arguments(__doc__, "switches.png")
    result = Result(asked.result)
    rows = result.table("switches")
    rows = rows[(rows.estimate > 0) & ~rows.off.str.contains(",")]
    if not len(rows):
        result.nothing("no claim was judged with a switch off", "give the scenario a [[switch]], and claims.attribution another value than none")
    claims = result.table("claims").set_index("claim")
    numbers = sorted(rows.claim.unique())
    switches = [name for name in rows.off.unique() if name]
    figure, panels = plt.subplots(1, len(numbers), figsize=(2 + 2.3 * len(numbers), 1.6 + 0.4 * len(switches)), layout="constrained", sharey=True, squeeze=False)
    shown = rows[["lower", "upper", "estimate"]].stack()
    low, high = min(0.8, shown[shown > 0].min() / 1.1), max(1.25, shown[shown < 1e3].max() * 1.1)
    for axes, number in zip(panels[0], numbers):
        axes.axvspan(claims.margin_low[number], claims.margin_high[number], color="0.87", linewidth=0)
        axes.axvline(1, color="grey", linewidth=1)
        for place, name in enumerate(["", *switches]):
            for row in rows[(rows.claim == number) & (rows.off == name)].itertuples():
                axes.hlines(-place, row.lower, row.upper, color="black" if place else "C0")
                axes.plot(row.estimate, -place, "o", color="black" if place else "C0")
        axes.set_title(f"claim {number}", fontsize="medium")
        ratio_axis(axes.xaxis, low, high)
    panels[0][0].set_yticks([-place for place in range(len(switches) + 1)], ["as it is", *(f"without {name}" for name in switches)])
    panels[0][0].set_ylim(-len(switches) - 0.6, 0.6)
    figure.supxlabel("ratio small / large, 95 % interval; grey: no material difference", fontsize="small")
    save(figure, asked.figure)


main()
