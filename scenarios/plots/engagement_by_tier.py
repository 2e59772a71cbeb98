"""Draws engagement per first look (the first of a user at a post) by class of followers: engagement_by_tier.py RESULT.h5 [FIGURE.png]

A bar is the 95 % interval of all replicates together, a dot one replicate. Where first looks are not counted it is engagement per impression.
"""
from plots import FuncFormatter, Result, arguments, plain, plt, pooled_rate, save


def main() -> None:
    asked = arguments(__doc__, "engagement_by_tier.png")
    result = Result(asked.result)
    summary = result.group("summary")
    engagement = summary.likes + summary.replies + summary.reshares
    looks, unit = (summary.first_looks, "first look") if summary.first_looks.sum() > 0 else (summary.impressions, "impression")
    if looks.sum() == 0:
        result.nothing("nobody looked at a post", "give a scenario in which users post and visit")
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for number, arm in enumerate(summary.arm.values):
        places = [place + 0.8 * (number + 0.5) / summary.arm.size - 0.4 for place in range(summary.tier.size)]
        acted, shown = engagement.sel(arm=arm), looks.sel(arm=arm)
        axes.plot(places, (acted / shown.where(shown > 0)).transpose("tier", "replicate"), ".", alpha=0.3, color=f"C{number}")
        rate, lower, upper = pooled_rate(acted, shown)
        axes.errorbar(places, rate, (rate - lower, upper - rate), fmt="_", markersize=8, capsize=2, color=f"C{number}", label=arm)
    names = [f"{tier.tier.item()}\n{plain(tier.item())}" for tier in summary.followers_from]
    axes.set(xticks=range(summary.tier.size), xticklabels=names, xlim=(-0.5, summary.tier.size - 0.5))
    axes.set(xlabel="class of authors, and the followers that it begins at", ylabel=f"engagement per {unit} (likes, replies, reshares)")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda number, place: f"{number:g}"))
    axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
    axes.legend(title="arm, 95 % interval", loc="upper left", bbox_to_anchor=(1, 1))
    save(figure, asked.figure)


main()
