"""Runs a plot script on a result, and checks that a picture comes out in which no text lies on another or leaves its frame. Arguments: script, result, picture."""
import itertools
import pathlib
import runpy
import sys

try:
    import matplotlib
    import xarray  # noqa: F401
except ImportError as missing:
    print(missing)
    sys.exit(77)  # skipped

from matplotlib.figure import Figure

script, result, picture = sys.argv[1:]
pathlib.Path(picture).unlink(missing_ok=True)
save = Figure.savefig


def labels(figure):
    """The texts that are drawn, each with the frame that it must lie in."""
    found = [(text, figure.bbox) for text in (figure._suptitle, figure._supxlabel, figure._supylabel) if text]
    for axes in figure.axes:
        found += [(text, figure.bbox) for text in (axes.title, axes.xaxis.label, axes.yaxis.label)]
        found += [(text, axes.bbox) for text in axes.texts]
        found += [(text, figure.bbox) for text in (axes.get_legend().get_texts() if axes.get_legend() else [])]
        for axis, ends in ((axes.xaxis, sorted(axes.get_xlim())), (axes.yaxis, sorted(axes.get_ylim()))):
            found += [(tick.label1 if tick.label1.get_visible() else tick.label2, figure.bbox) for tick in axis.get_major_ticks() if ends[0] <= tick.get_loc() <= ends[1]]
    return [(text, frame) for text, frame in found if text.get_visible() and text.get_text()]


def check(figure, *given, **named):
    save(figure, *given, **named)
    figure.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent(), frame) for text, frame in labels(figure)]
    for (one, box, frame), (other, its, _) in itertools.combinations(boxes, 2):
        assert not (box.x0 < its.x1 and its.x0 < box.x1 and box.y0 < its.y1 and its.y0 < box.y1), f"'{one}' lies on '{other}'"
    for text, box, frame in boxes:
        assert box.x0 >= frame.x0 - 1 and box.x1 <= frame.x1 + 1 and box.y0 >= frame.y0 - 1 and box.y1 <= frame.y1 + 1, f"'{text}' leaves its frame"
    for axes in figure.axes:
        assert not axes.has_data() or axes.get_xlabel() or axes.get_title(), "axes without a word"


Figure.savefig = check
sys.argv = [script, result, picture]
sys.path.insert(0, str(pathlib.Path(script).parent))
runpy.run_path(script, run_name="__main__")
data = pathlib.Path(picture).read_bytes()
assert data.startswith(b"\x89PNG") and len(data) > 5_000, f"{picture}: no picture"
