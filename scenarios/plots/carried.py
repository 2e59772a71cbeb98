"""Draws what rules do to looks per session, tier by tier, a panel a study: carried.py RESULT.h5 [RESULT.h5 ...] FIGURE.png"""
import argparse

from plots import Arguments, Result, plt, ratio_axis, save

LOOKS = "looks per session, "


def panel_of(path: str):
    """The title of a study, its tiers, and of each of its contrasts, at each point, its name and the ratio of every tier with its interval."""
    result = Result(path)
    tiers = [str(tier) for tier in result.group("summary").tier.values]
    rows = result.table("comparison", every_point=True)
    rows = rows[rows.metric.isin([LOOKS + tier for tier in tiers]) & (rows.statistic == "ratio of means")]
    if not len(rows):
        result.nothing("no arms are compared by looks per session", "set output.shadow = true and give the scenario a [[contrast]] of arms that do not pay")
    swept, lines = result.swept(), []
    for (_, contrast), group in rows.groupby(["point", "contrast"], sort=False):
        at = ", ".join(f"{key.split('.')[-1]} = {group[key].iloc[0]:g}" for key in swept)
        lines.append((f"{contrast}\n{at}" if at else contrast.replace(" against ", "\nagainst "), group.set_index("metric")))
    return result.title(), tiers, lines


def main() -> None:
    parser = Arguments(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", metavar="RESULT.h5", nargs="+")
    parser.add_argument("figure", metavar="FIGURE.png", help=".pdf and .svg work too")
    asked = parser.parse_args()
    panels = [panel_of(path) for path in asked.results]
    heights = [len(lines) + 0.6 for _, _, lines in panels]
    figure, axes_of = plt.subplots(len(panels), 1, figsize=(8, 0.9 + 0.75 * sum(heights)), layout="constrained", sharex=True, squeeze=False, height_ratios=heights)
    shown = [value for _, _, lines in panels for _, rows in lines for column in ("lower", "upper", "estimate") for value in rows[column] if 0 < value < 1e3]
    low, high = min(0.8, min(shown) / 1.05), max(1.25, max(shown) * 1.05)
    for axes, (title, tiers, lines) in zip(axes_of[:, 0], panels):
        axes.axvspan(0.8, 1.25, color="0.92", linewidth=0)
        axes.axvline(1, color="grey", linewidth=1)
        for place, (_, rows) in enumerate(lines):
            for number, tier in enumerate(tiers):
                row, at = rows.loc[LOOKS + tier], -place + 0.22 - 0.44 * number / max(len(tiers) - 1, 1)
                axes.hlines(at, row.lower, row.upper, color=f"C{number}")
                axes.plot(row.estimate, at, "o", color=f"C{number}", label=None if place else tier)
        axes.set_title(title, fontsize="medium", loc="left")
        axes.set_yticks([-place for place in range(len(lines))], [name for name, _ in lines], fontsize="small")
        axes.set_ylim(-len(lines) + 0.4, 0.6)
        ratio_axis(axes.xaxis, low, high)
    figure.suptitle(" ", fontsize="small")  # room for the legend
    figure.legend(*axes_of[0, 0].get_legend_handles_labels(), loc="upper right", frameon=False, fontsize="small", ncols=len(panels[0][1]))
    figure.supxlabel("looks per session of readers at posts of a tier, arm over arm, 95 % interval; grey: 0.8 to 1.25", fontsize="small")
    save(figure, asked.figure)


main()
