"""Draws the claims of a study as ratios, and engagement by follower count: smaller_is_better.py RESULT.h5 [FIGURE.png]"""
import textwrap

from plots import FuncFormatter, NullFormatter, Result, arguments, followers_axis, plain, plt, ratio_axis, save
from matplotlib.ticker import LogLocator


def draw_claims(axes, judged) -> None:
    """A ratio with its 95 % interval for each claim, the verdict beside it."""
    axes.axvline(1, color="grey", linewidth=1)
    for place, row in enumerate(judged.itertuples()):
        axes.fill_betweenx((place - 0.3, place + 0.3), row.margin_low, row.margin_high, color="0.87", linewidth=0)
        axes.hlines(place, row.lower, row.upper, color="black")
        axes.plot(row.estimate, place, "o", color="black")
    axes.set(ylim=(-0.6, max(1, len(judged)) - 0.4), title="claims")
    axes.set_yticks(range(len(judged)), [textwrap.fill(f"{row.claim}: {row.name}", 20) for row in judged.itertuples()])
    verdicts = axes.twinx()
    verdicts.set_ylim(axes.get_ylim())
    verdicts.set_yticks(range(len(judged)), [textwrap.fill(verdict, 11) for verdict in judged.verdict])
    verdicts.tick_params(length=0)
    shown = judged[["lower", "upper", "estimate", "margin_low", "margin_high"]].stack()
    low, high = (shown[shown > 0].min() / 1.15, shown.max() * 1.15) if len(judged) else (0.5, 2)
    ratio_axis(axes.xaxis, low, high)
    axes.set_xlabel("ratio small / large, 95 % interval; verdict at the adjusted level\ngrey: no material difference" if len(judged) else "no claims were judged")


def draw_curve(axes, curve, tiers, metric: str, decades: bool) -> None:
    """An outcome against followers with its 95 % band; classes of users begin at the dotted lines."""
    followers_axis(axes)
    axes.set(yscale="log", title=metric, ylabel="actions" if decades else "actions per look")
    axes.fill_between(curve.followers, curve.response_lower.clip(lower=1e-12), curve.response_upper, color="0.8", linewidth=0)  # a band may reach 0
    axes.plot(curve.followers, curve.response, color="black")
    axes.yaxis.set(major_locator=LogLocator() if decades else LogLocator(subs=(1, 2, 5)), major_formatter=FuncFormatter(plain), minor_formatter=NullFormatter())
    if not len(curve):
        return
    least, most = curve.followers.min(), 1.8 * curve.followers.max()
    begin = {str(tier.tier.item()): tier.item() for tier in tiers if least < tier < most}
    axes.set(xlim=(least / 1.6, max([most, *(2 * tier for tier in begin.values())])), ylim=(curve.response.min() / 2.5, curve.response.max() * 2.5))
    for name, tier in begin.items():  # to the right of the line, for which the axes leave room
        axes.axvline(tier, color="0.5", linewidth=0.8, linestyle=":")
        axes.annotate(name, (tier, 0), (2, 4), ("data", "axes fraction"), "offset points", rotation=90, ha="left", va="bottom", fontsize="small", color="0.3")


def main() -> None:
    asked = arguments(__doc__, "smaller_is_better.png")
    result = Result(asked.result)
    claims = result.table("claims").sort_values("claim", ascending=False)
    curves, graph = result.table("response"), result.group("graph").isel(replicate=0)
    judged = claims[claims.estimate > 0]
    if not len(judged) and not len(curves):
        result.nothing("no claim was judged and there is no curve by followers", "give the scenario [claims] with the arms to judge them in, and two replicates or more")
    of_tiers = claims[(claims.claim == 2) & (claims.arm != "")].arm
    arm = [*of_tiers, *curves.arm, ""][0]  # one arm stands for all in what each says by itself, as in the table

    figure = plt.figure(figsize=(10, 5), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
    draw_claims(figure.add_subplot(grid[:, 0]), judged)
    for place, metric in enumerate(("engagement per post", "engagement per first look")):
        axes = figure.add_subplot(grid[place, 1])
        curve = curves[(curves.arm == arm) & (curves.metric == metric) & (curves.response > 0)]
        draw_curve(axes, curve, result.group("summary").followers_from, metric, decades=place == 0)
    axes.set_xlabel("followers; dotted: where classes begin")
    users, scale = int(graph.users), float(graph.scale)
    world = f"{plain(users)} users" + (f" that stand for {plain(round(users / scale))}: followers are {scale:g} of theirs" if scale < 1 else "")
    figure.supxlabel(world + (f"; curves of the arm {arm}" if arm else ""), fontsize="small")
    save(figure, asked.figure)


main()
