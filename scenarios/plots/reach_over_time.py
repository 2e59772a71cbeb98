"""Draws how many users the campaigns of each arm have reached by a time: reach_over_time.py RESULT.h5 [FIGURE.png]

A line is the mean over replicates, the band around it its 95 % interval. A user counts when it first looks at a paid post of the campaign; campaigns of one arm have
lines of their own, since users may be reached by several.
"""
import numpy as np
from plots import FuncFormatter, Result, arguments, plain, plt, save, t_quantile


def main() -> None:
    asked = arguments(__doc__, "reach_over_time.png")
    result = Result(asked.result)
    series = result.group("campaign_series")
    lines = [(str(arm), str(campaign)) for arm in series.arm.values for campaign in series.campaign.values if series.impressions.sel(arm=arm, campaign=campaign).sum() > 0]
    if not lines:
        result.nothing("no campaign has reached anybody", "name a [[campaign]] in the key pays of an [[arm]]")
    ticks, replicates = series.tick.values, series.sizes["replicate"]
    ends = np.append(ticks, 2 * ticks[-1] - ticks[-2] if len(ticks) > 1 else ticks[-1] + 1) * result.group(None).attrs["tick_seconds"] / 86_400  # the last bin may be shorter
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for arm, campaign in lines:
        reach = series.new_reach.sel(arm=arm, campaign=campaign).cumsum("tick").transpose("replicate", "tick").values
        reach = np.insert(reach, 0, 0, axis=1)
        mean = reach.mean(axis=0)
        alone = sum(other == arm for other, _ in lines) == 1
        line = axes.plot(ends, mean, label=arm if alone else f"{arm}: {campaign}")[0]
        if replicates > 1:
            half = t_quantile(replicates - 1) * reach.std(axis=0, ddof=1) / np.sqrt(replicates)
            axes.fill_between(ends, np.maximum(mean - half, 0), mean + half, color=line.get_color(), alpha=0.2, linewidth=0)
    axes.set(xlabel="days from the start of measure", ylabel="users reached", xlim=(0, ends[-1]), ylim=(0, None))
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.legend(title=f"mean of {replicates} replicates" if replicates > 1 else None, loc="upper left", bbox_to_anchor=(1, 1))
    save(figure, asked.figure)


main()
