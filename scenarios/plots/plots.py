"""What the plot scripts share: their arguments, errors of one line, the groups of a result, intervals over replicates, ratio axes."""
import argparse
import math
import pathlib
import sys
from typing import NoReturn


def refuse(message: str) -> NoReturn:
    """Says in one line what is wrong and ends the script with exit status 2."""
    print(f"{pathlib.Path(sys.argv[0]).name}: " + " ".join(str(message).split()), file=sys.stderr)
    sys.exit(2)


try:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np
    import xarray as xr
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator
except ImportError as missing:
    refuse(f"{missing}; on Debian, apt-get install python3-xarray python3-netcdf4 python3-matplotlib and run the script with /usr/bin/python3")


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        refuse(f"{message}; expected RESULT.h5 [FIGURE.png], see --help")


def arguments(what: str, figure: str, with_arm: bool = False) -> argparse.Namespace:
    """RESULT.h5, FIGURE.png (`figure` unless given) and, where `with_arm`, --arm NAME."""
    parser = Arguments(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", metavar="RESULT.h5")
    parser.add_argument("figure", metavar="FIGURE.png", nargs="?", default=figure, help=f"{figure} unless given; .pdf and .svg work too")
    if with_arm:
        parser.add_argument("--arm", help="arm that is drawn; by default the first that has what is drawn")
    return parser.parse_args()


class Result:
    """A result file, opened group by group."""

    def __init__(self, path: str):
        self.path = path
        if not pathlib.Path(path).is_file():
            refuse(f"{path}: {'is a folder' if pathlib.Path(path).is_dir() else 'no such file'}; expected a result, as `grapevine run` writes it")
        attributes = self._open(None).attrs
        if attributes.get("format") != "grapevine result":
            refuse(f"{path}: not a result of grapevine; expected a file that `grapevine run` wrote")
        version = str(attributes.get("format_version"))
        if version.split(".")[0] != "4":
            refuse(f"{path}: result format {version}; this script reads 4.x")

    def _open(self, group):
        try:
            with xr.open_dataset(self.path, group=group) as data:
                return data.load()
        except Exception:  # each engine has its own
            refuse(f"{self.path}: {'group /' + group + ' cannot be read' if group else 'not a result of grapevine'}; expected a whole file that `grapevine run` wrote")

    def group(self, name: str) -> "xr.Dataset":
        """The group at the first point of the sweep, where it has points."""
        data = self._open(name)
        return data.isel(point=0) if "point" in data.dims else data

    def table(self, name: str, every_point: bool = False):
        """The rows of a group; those of the first point of the sweep unless all are wanted."""
        rows = self._open(name).to_dataframe()
        return rows if every_point or "point" not in rows else rows[rows.point == 0]

    def title(self) -> str:
        return str(self._open(None).attrs.get("title", ""))

    def swept(self) -> list:
        """The keys of the sweep, in its order; none where nothing was swept."""
        return str(self._open(None).attrs.get("swept", "")).split()

    def nothing(self, what: str, remedy: str) -> NoReturn:
        refuse(f"{self.path}: {what}; {remedy}")


def arm_of(result: Result, asked, arms):
    """The arm that was asked for, or the first of `arms`."""
    arms = [str(arm) for arm in arms]
    if asked is None or asked in arms:
        return arms[0] if asked is None else asked
    refuse(f"{result.path}: no arm '{asked}' has what is drawn; expected one of {', '.join(arms)}")


def t_quantile(degrees: int, level: float = 0.95) -> float:
    """How many standard errors a two-sided interval of Student's t reaches to each side."""
    half = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)

    def within(bound):  # P(|t| < bound): t = sqrt(degrees) tan(angle) makes the range finite
        angle = np.linspace(0, math.atan(bound / math.sqrt(degrees)), 4001)
        height = np.cos(angle) ** (degrees - 1)
        return 2 * half * math.sqrt(degrees) * float(np.sum((height[1:] + height[:-1]) / 2)) * angle[1]

    low, high = 0.0, 1e4
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < level else (low, middle)
    return low


def pooled_rate(over, under):
    """Rate of sums over replicates with its 95 % interval: jackknife of the logarithm, as docs/statistics.md has it.

    `over` and `under` have an axis `replicate`. The interval is missing where a replicate alone decides whether there is a rate, and for fewer than two.
    """
    total_over, total_under = over.sum("replicate"), under.sum("replicate")
    count = over.sizes["replicate"]
    rate = (total_over / total_under.where(total_under > 0)).where(total_over > 0)
    if count < 2:
        return rate, rate * math.nan, rate * math.nan
    rest_under = total_under - under
    rest = ((total_over - over) / rest_under.where(rest_under > 0)).where(total_over - over > 0)
    pseudo = count * np.log(rate) - (count - 1) * np.log(rest)
    middle = pseudo.sum("replicate", skipna=False) / count
    error = np.sqrt(((pseudo - middle) ** 2).sum("replicate", skipna=False) / (count - 1) / count)
    reach = t_quantile(count - 1) * error
    return rate, rate * np.exp(-reach), rate * np.exp(reach)


def plain(number: float, place=None) -> str:
    """10 000, 0.05: as the program prints them."""
    return f"{number:,.0f}".replace(",", " ") if number >= 1 and number == round(number) else f"{number:g}"


def ratio_axis(axis, low: float, high: float) -> None:
    """A logarithmic axis from low to high with labels at round ratios, 1 among them, that leave each other room."""
    ends = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [round(digit * 10.0**end, 12 - end) for end in ends for digit in (1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.7, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)]
    fine = sorted((number for number in set(fine) if low <= number <= high), key=lambda number: abs(math.log(number)))
    apart, ticks = math.log(high / low) / 11, []
    for number in fine:  # from 1 outwards
        if all(abs(math.log(number / other)) >= apart for other in ticks):
            ticks.append(number)
    axis.axes.set_xscale("log") if axis.axis_name == "x" else axis.axes.set_yscale("log")
    axis.set(major_locator=FixedLocator(sorted(ticks)), major_formatter=FuncFormatter(plain), minor_locator=NullLocator(), minor_formatter=NullFormatter())
    (axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim)(low, high)


def followers_axis(axes) -> None:
    axes.set_xscale("log")
    axes.xaxis.set(major_formatter=FuncFormatter(plain), minor_formatter=NullFormatter())


def save(figure, path: str) -> None:
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        refuse(f"{path}: {getattr(error, 'strerror', None) or error}")
