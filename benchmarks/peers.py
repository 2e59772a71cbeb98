#!/usr/bin/env python3
"""One table beside peers: the same tasks on the same edge list, one thread each, medians of five; values have to agree.

    sudo apt-get install python3-igraph python3-graph-tool python3-networkx     # whichever is there is asked
    cmake --preset ci && cmake --build --preset ci --target bench_peers grapevine
    benchmarks/peers.py build/ci [--users 1000000] [--followees 20] [--repetitions 5] [--networkx]

networkx takes minutes where others take seconds, and is asked only where that is wished for.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = "1"
TASKS = ["read", "weak components", "PageRank", "core numbers", "triangles"]
SCENARIO = """format = 1
seed = 1
[graph]
model = "erdos-renyi"
users = {users}
mean_followees = {followees}
[[arm]]
name = "none"
"""


def timed(task):
    start = time.perf_counter()
    value = task()
    return time.perf_counter() - start, float(value)


def several(tasks, repetitions):
    """Task by task: median seconds, and the value."""
    found = {}
    for name, task in tasks.items():
        runs = [timed(task) for _ in range(repetitions)]
        found[name] = (statistics.median(seconds for seconds, _ in runs), runs[0][1])
    return found


def grapevine(build, edges, repetitions):
    told = subprocess.run([build / "bench_peers", edges, f"--benchmark_repetitions={repetitions}", "--benchmark_format=json"],
                          check=True, capture_output=True, text=True)
    found = {}
    for name in TASKS:
        runs = [it for it in json.loads(told.stdout)["benchmarks"]
                if it["name"].startswith(name + "/") and it["run_type"] == "iteration"]
        found[name] = (statistics.median(it["real_time"] for it in runs), runs[0]["value"])
    return found


def igraph(edges, repetitions):
    from igraph import Graph

    def read():
        return Graph.Read_Edgelist(str(edges), directed=True)

    graph = read()
    both = graph.as_undirected(mode="collapse")
    return several({
        "read": lambda: read().ecount(),
        "weak components": lambda: len(graph.connected_components(mode="weak")),
        "PageRank": lambda: max(graph.pagerank()) * graph.vcount(),
        "core numbers": lambda: max(both.coreness()),
        "triangles": lambda: round(both.transitivity_undirected() * sum(d * (d - 1) / 6 for d in both.degree())),
    }, repetitions)


def graph_tool(edges, repetitions):
    import graph_tool
    import graph_tool.centrality
    import graph_tool.clustering
    import graph_tool.stats
    import graph_tool.topology

    def read():
        return graph_tool.load_graph_from_csv(str(edges), directed=True, hashed=False,
                                              csv_options={"delimiter": " ", "quotechar": '"'})

    graph = read()
    both = graph_tool.Graph(graph, prune=True)
    both.set_directed(False)
    graph_tool.stats.remove_parallel_edges(both)
    return several({
        "read": lambda: read().num_edges(),
        "weak components": lambda: graph_tool.topology.label_components(graph, directed=False)[0].a.max() + 1,
        "PageRank": lambda: graph_tool.centrality.pagerank(graph).a.max() * graph.num_vertices(),
        "core numbers": lambda: graph_tool.topology.kcore_decomposition(both).a.max(),
        "triangles": lambda: graph_tool.clustering.global_clustering(both, ret_counts=True)[1],
    }, repetitions)


def networkx(edges, repetitions):
    import networkx

    def read():
        return networkx.read_edgelist(edges, create_using=networkx.DiGraph, nodetype=int)

    graph = read()
    both = graph.to_undirected()
    return several({
        "read": lambda: read().number_of_edges(),
        "weak components": lambda: networkx.number_weakly_connected_components(graph),
        "PageRank": lambda: max(networkx.pagerank(graph).values()) * graph.number_of_nodes(),
        "core numbers": lambda: max(networkx.core_number(both).values()),
        "triangles": lambda: sum(networkx.triangles(both).values()) / 3,
    }, repetitions)


def wanted():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="folder with bench_peers and grapevine")
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--followees", type=int, default=20)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--networkx", action="store_true", help="asks networkx too, once")
    return parser.parse_args()


def asked(peers, edges, repetitions):
    """What each peer that is installed finds, by name and version."""
    found = {}
    for peer in peers:
        module = __import__(peer.__name__)
        print(f"{peer.__name__} ...", file=sys.stderr)
        found[f"{peer.__name__} {module.__version__.split(' ')[0]}"] = peer(edges, repetitions)
    return found


def installed(peer):
    try:
        __import__(peer.__name__)
        return True
    except ImportError:
        print(f"{peer.__name__} is not installed: left out", file=sys.stderr)
        return False


def main():
    want = wanted()
    with tempfile.TemporaryDirectory() as folder:
        scenario, table, edges = (pathlib.Path(folder) / name for name in ("g.toml", "g.csv", "edges.txt"))
        scenario.write_text(SCENARIO.format(users=want.users, followees=want.followees))
        program = want.build / "grapevine"
        subprocess.run([program, "graph", "generate", scenario, "-o", folder + "/g.gvg", "--quiet"], check=True)
        subprocess.run([program, "graph", "export", folder + "/g.gvg", "-o", table, "--quiet"], check=True)
        with open(table) as lines, open(edges, "w") as out:
            next(lines)
            for line in lines:
                out.write(line.replace(",", " "))
        print("grapevine ...", file=sys.stderr)
        ours = grapevine(want.build, edges, want.repetitions)
        peers = asked([peer for peer in (igraph, graph_tool) if installed(peer)], edges, want.repetitions)
        if want.networkx:
            peers |= asked([networkx] if installed(networkx) else [], edges, 1)
    print("| seconds, one thread | value | grapevine | " + " | ".join(peers) + " |")
    print("|---|---|---|" + "---|" * len(peers))
    wrong = []
    for task in TASKS:
        seconds, value = ours[task]
        cells = [f"{peer[task][0]:.3g}" for peer in peers.values()]
        print(f"| {task} | {value:.10g} | {seconds:.3g} | " + " | ".join(cells) + " |")
        wrong += [f"{task}: {name} finds {peer[task][1]:.10g}" for name, peer in peers.items()
                  if abs(peer[task][1] - value) > 1e-3 * value * (task == "PageRank")]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
