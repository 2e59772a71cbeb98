"""Runs every snippet of README.md and docs/*.md in a scratch folder, in their order. Arguments: source folder, program.

A snippet is a fenced or an indented block. Lines of an indented one that begin with # are left out. Shell lines run with the program on PATH and must end with exit status 0, Python and R must run, TOML must pass `grapevine check`: by itself,
or, without the key `format`, as part of a minimal scenario. Whatever else is in a block is what the command before it prints, and must be found in its output line by line.
Blocks that are none of this, commands that are left out and sizes that are changed are listed below, each with the reason; what is not listed and does not run is a failure.
"""
import contextlib
import fcntl
import gzip
import io
import math
import os
import pathlib
import pty
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import tomllib

try:
    import h5netcdf  # noqa: F401
    import matplotlib  # noqa: F401
    import xarray  # noqa: F401
except ImportError as missing:
    print(missing)
    sys.exit(77)  # skipped

NOT_RUN = {  # first words of a command: the reason
    "make run": "builds first; its study is run below with fewer users",
    "make test": "is what runs this test",
    "cmake": "tests/package_test.sh builds and installs the same",
    "own/own_ranking": "tests/package_test.sh runs it",
    "sbatch": "asks for a cluster",
    "mpirun": "tests/ranks_test.sh does the same; there may be none",
    "grapevine merge results/": "puts together what the cluster has made",
}
NO_SNIPPET = {  # first words of a block: what it is
    "scenarios --> analysis": "the arrows between the layers; tests/layers_test.sh",
    "struct FatigueParameters": "C++ without its surroundings; tests/patches/key.patch describes a key in such a struct, and is built",
    "struct Oldest": "C++ without its surroundings; tests/patches/ranking.patch has the same, and is built",
}
SMALLER = {  # first words of a command: what is added, so that all snippets together take less than 90 s
    "grapevine run scenarios/library/smaller-is-better.toml -o why.h5": "--set graph.users=20000 --set replicates=2 --set time.warmup=1d",  # 500 000 users, 8 replicates
    "grapevine graph generate scenarios/library/smaller-is-better.toml": "--set graph.users=20000",  # 500 000 users
    "grapevine run scenarios/library/one-or-many.toml -o long.h5": "--set graph.users=15000 --set replicates=2",  # 200 000 users, 10 replicates
    "grapevine run scenarios/library/one-or-many.toml -o beside.h5": "--set graph.users=15000 --set replicates=2",
    "grapevine run scenarios/library/one-or-many.toml -o more.h5": "--set graph.users=15000",
    "grapevine run scenarios/library/author-diversity.toml": "--set graph.users=6000 --set replicates=2 --set time.warmup=1d",  # 30 000 users, 8 replicates; those below 50 000
    "grapevine run scenarios/library/mutual-boost.toml": "--set graph.users=12000 --set replicates=2 --set time.warmup=1d",
    "grapevine run scenarios/library/out-of-network.toml": "--set graph.users=12000 --set replicates=2 --set time.warmup=1d",
    "grapevine run scenarios/library/cold-start.toml": "--set graph.users=12000 --set replicates=2 --set time.warmup=1d",
    "grapevine run scenarios/library/gate.toml": "--set graph.users=12000 --set replicates=2 --set time.warmup=1d",
    "grapevine run scenarios/library/one-or-many.toml -o shard-": "--set graph.users=15000 --set replicates=2",
    "grapevine run scenarios/library/price-of-a-post.toml -o sweep.h5": "--set graph.users=6000 --set replicates=2 --set time.warmup=1d",  # 125 000 users, 8 replicates
}
BEFORE = [  # what the reader has been told to run, smaller
    "grapevine run scenarios/library/smaller-is-better.toml -o results/smaller-is-better.h5 --set graph.users=20000 --set replicates=3",  # 500 000 users, 8 replicates: `make run`
    "grapevine run scenarios/library/one-or-many.toml -o one-or-many.h5 --set graph.users=20000 --set replicates=2",  # 200 000 users, 10 replicates
    "grapevine run scenarios/library/price-of-a-post.toml -o price-of-a-post.h5 --set graph.users=20000 --set replicates=2 --set time.warmup=1d",  # 125 000 users, 8 replicates
]
PRINTED_BY = {  # first words of an output: first words of the command that prints it, and whether its figures are those of the brand's follow graph, which need GRAPEVINE_DATA
    "When is smaller better?": ("grapevine run scenarios/library/smaller-is-better.toml", False),
    "Claim without": ("grapevine run scenarios/library/smaller-is-better.toml -o why.h5", False),
    "World   13 688 users": ("grapevine run scenarios/library/your-graph.toml", True),
    "Contagions": ("grapevine run scenarios/library/model-by-model.toml", True),
    "Followers": ("grapevine graph stats    follows.csv.gz", True),
}
OF_OTHER_DATA = {"World   81 306 users": "ego-Twitter takes two minutes; tests/graph holds what is known of it"}
COMMAND = re.compile(r"(grapevine|make|cmake|sbatch|mpirun|gnuplot|/usr/bin/python3) |own/")
MINIMAL = {"format": 1, "seed": 1, "graph": {"model": "power-law", "users": 2000}}

if not shutil.which("gnuplot"):
    NOT_RUN["gnuplot"] = "is not installed"

source, program = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
scratch = tempfile.TemporaryDirectory(prefix="snippets-")
here = pathlib.Path(scratch.name)
data = os.environ.get("GRAPEVINE_DATA")
environment = dict(os.environ, PATH=f"{here / 'bin'}:{os.environ['PATH']}", OMP_WAIT_POLICY="passive", MPLCONFIGDIR=str(here))
failures, outputs = [], {}


def blocks(document: pathlib.Path):
    """(line, language, text) of each block; an indented one is a shell line or an output."""
    lines, at = document.read_text().split("\n"), 0
    while at < len(lines):
        begin = at
        if lines[at].startswith("```"):
            at = next(line for line in range(at + 1, len(lines)) if lines[line].startswith("```"))
            yield begin + 1, lines[begin][3:].strip(), "\n".join(lines[begin + 1:at])
        elif lines[at].startswith("    ") and (at == 0 or not lines[at - 1].strip()):
            while at + 1 < len(lines) and (lines[at + 1].startswith("    ") or (not lines[at + 1] and lines[at + 2:at + 3] and lines[at + 2].startswith("    "))):
                at += 1
            yield begin + 1, "", "\n".join(line[4:] for line in lines[begin:at + 1])
        at += 1


def first_of(table, text):
    """The value of the entry that begins the text, or that the text begins."""
    return next((value for words, value in table.items() if text.startswith(words) or words.startswith(text)), None)


def shape(line: str) -> str:
    """The line without its figures, verdicts and digests: every cell, with its interval or none, becomes #."""
    line = re.sub(r"\b[0-9a-f]{32}\b", "#", line).replace("KiB", "MiB")
    line = re.sub(r"\b(holds|reversed|no material difference|undecided|pass|fail)$", "verdict", line.rstrip())
    line = re.sub(r"±[\d.]+|\[[+-]?\d[^\]]*\]", "", line)
    line = re.sub(r"[+-]?\d[\d .]*(?<! )(e-\d+)?", "#", line)
    line = re.sub(r"(?<=\s)-(?=\s|$)", "#", line)
    return re.sub(r"#( #)+", "#", " ".join(line.split()))


def compare(where: str, text: str) -> None:
    """Each line of the block is in the output of its command, in this order."""
    command, exact = first_of(PRINTED_BY, text.lstrip()) or (None, False)
    output = first_of(outputs, command) if command else None
    if output is None:
        return failures.append(f"{where}: neither a snippet nor the output of a command that ran; name it in tests/snippets_test.py")
    if exact and not data:
        return print(f"{where}: not compared: GRAPEVINE_DATA is not set")
    form = (lambda line: " ".join(line.split())) if exact else shape
    printed, at = " ".join(form(line) for line in output.split("\n")), 0  # wherever prose is wrapped
    for line in text.split("\n"):
        if not line.strip() or line.strip() == "[...]":
            continue
        begin = printed.find(form(line), at)
        if begin < 0:
            return failures.append(f"{where}: not printed{' as it stands' if exact else ''}: {line.strip()}")
        at = begin + len(form(line))
    print(f"{where}: printed {'as it stands' if exact else 'in this shape'}")


@contextlib.contextmanager
def on_a_terminal():
    """A terminal of 100 columns, which the documents show, and a function that closes it and gives what was written there."""
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 100, 0, 0))
    read = []

    def drain():
        with contextlib.suppress(OSError):  # the end of a terminal
            while piece := os.read(reader, 65536):
                read.append(piece)

    thread = threading.Thread(target=drain)
    thread.start()

    def shown():
        os.close(terminal)
        thread.join()
        os.close(reader)
        return b"".join(read).decode().replace("\r\n", "\n")

    yield terminal, shown


def shell(where: str, command: str) -> None:
    if reason := first_of(NOT_RUN, command):
        return print(f"{where}: not run: {command}: {reason}")
    command = command.split("  #")[0].rstrip()
    command += " " + first_of(SMALLER, command) if first_of(SMALLER, command) else ""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as errors, on_a_terminal() as (terminal, shown):
        status = subprocess.run(command, shell=True, cwd=here, env=environment, stdout=terminal, stderr=errors).returncode
        outputs[command] = shown()
        said = errors.seek(0) or errors.read().decode()
    print(f"{where}: {command} ({time.monotonic() - begin:.1f} s)")
    if status:
        failures.append(f"{where}: exit status {status}: {command}\n{said[-600:]}")


def python(where: str, text: str) -> None:
    shown = io.StringIO()
    try:
        with contextlib.redirect_stdout(shown), contextlib.chdir(here):
            exec(compile(text, where, "exec"), {})
        print(f"{where}: Python runs")
    except ModuleNotFoundError as missing:
        print(f"{where}: not run: {missing}")
    except Exception as error:
        failures.append(f"{where}: {type(error).__name__}: {error}")


def r(where: str, text: str) -> None:
    packages = 'quit(status = !all(sapply(c("rhdf5", "ncdf4"), requireNamespace, quietly = TRUE)))'
    if not shutil.which("Rscript") or subprocess.run(["Rscript", "-e", packages], capture_output=True).returncode:
        return print(f"{where}: not run: R, rhdf5 or ncdf4 is not installed")
    done = subprocess.run(["Rscript", "-e", text], cwd=here, capture_output=True, text=True)
    print(f"{where}: R runs")
    if done.returncode:
        failures.append(f"{where}: {done.stderr[-600:]}")


def written(table: dict, path: str = "") -> str:
    """TOML of nested tables: plain values first, then tables and arrays of tables."""
    def value(one):
        if isinstance(one, dict):
            return "{" + ", ".join(f"{key} = {value(inner)}" for key, inner in one.items()) + "}"
        return "[" + ", ".join(map(value, one)) + "]" if isinstance(one, list) else str(one).lower() if isinstance(one, bool) else f'"{one}"' if isinstance(one, str) else str(one)
    of_tables = {key: one for key, one in table.items() if isinstance(one, dict)}
    return "".join(f"{key} = {value(one)}\n" for key, one in table.items() if key not in of_tables) + "".join(
        f"[{path}{key}]\n{written(one, f'{path}{key}.')}" for key, one in of_tables.items())


def toml(where: str, text: str) -> None:
    """A scenario whose first line is `# NAME.toml` is there from now on under that name."""
    given, name = tomllib.loads(text), re.match(r"# ([\w-]+\.toml)", text)
    if "format" not in given:
        base = MINIMAL | {key: (MINIMAL[key] | one if isinstance(MINIMAL.get(key), dict) else one) for key, one in given.items()}
        text = written(base)
    path = here / (name[1] if name else "fragment.toml")
    path.write_text(text)
    shell(where, f"grapevine check {path.name}")


def run(document: str, line: int, language: str, text: str) -> None:
    where = f"{document}:{line}"
    if not language:  # what is said of the command below
        text = "\n".join("" if one.startswith("# ") else one for one in text.split("\n"))
    first = text.lstrip().split("\n")[0]
    if reason := first_of(NO_SNIPPET, first):
        print(f"{where}: no snippet: {reason}")
    elif reason := first_of(OF_OTHER_DATA, first):
        print(f"{where}: not run: {reason}")
    elif language == "python":
        python(where, text)
    elif language == "r":
        r(where, text)
    elif language == "toml":
        toml(where, text)
    elif language == "csv":
        with gzip.open(here / "trees.csv.gz", "wt") as file:
            file.write(text + "\n")
    elif COMMAND.match(first):
        rest = []
        for number, command in enumerate(text.split("\n")):
            shell(f"{document}:{line + number}", command) if COMMAND.match(command) else rest.append(command)
        if "".join(rest):
            compare(where, "\n".join(rest))
    else:
        compare(where, text)


def prepare() -> None:
    """The folder of a reader: the repository's scenarios, a follow graph, recorded cascades, a program on PATH."""
    (here / "bin").mkdir()
    (here / "results").mkdir()
    (here / "bin" / "grapevine").symlink_to(program)
    (here / "scenarios").symlink_to(source / "scenarios")
    if data:
        shutil.copyfile(pathlib.Path(data, "twitter_follow_bofa.csv.gz"), here / "follows.csv.gz")
    else:  # 12 000 users of whom the k-th is followed in proportion to 1 / k
        draw = random.Random(1)
        follows = {(draw.randrange(12000), int(12000 ** draw.random()) - 1) for _ in range(60000)}
        with gzip.open(here / "follows.csv.gz", "wt") as file:
            file.write("follower,followed\n" + "".join(f"{one},{other}\n" for one, other in sorted(follows) if one != other))
    with gzip.open(here / "trees.csv.gz", "wt") as file:
        file.write("cascade,node,parent\na,1,-1\na,2,1\n")


prepare()
for command in BEFORE:
    shell("before", command)
for document in [source / "README.md", *sorted((source / "docs").glob("*.md"))]:
    for line, language, text in blocks(document):
        run(str(document.relative_to(source)), line, language, text)
# The tree of docs/cascade-files.md by hand: 501 - 502 - 503, a path, with delays of 0.45 and 12.3 minutes.
shell("docs/cascade-files.md", "grapevine cascades stats trees.csv.gz -o drawn.csv")
row = dict(zip(*((here / "drawn.csv").read_text().split("\n")[i].split(",") for i in (0, 1))))
expected = {"cascade": "rumour-7", "size": 3, "depth": 2, "root_children": 1, "median_delay_min": "6.375"}
for name, value in expected.items():
    if row[name] != value and (isinstance(value, str) or not math.isclose(float(row[name]), value)):
        failures.append(f"docs/cascade-files.md: {name} is {row[name]} instead of {value}")
print("\n".join(failures), file=sys.stderr)
sys.exit(1 if failures else 0)
