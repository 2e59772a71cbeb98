#pragma once

namespace grapevine {

/// The program `grapevine`: words of the command line in, exit status out. 0: done. 1: failed while running. 2: nothing
/// was run, because the request was wrong. 128 + n: stopped by signal n. A program that brings rankings or mechanisms
/// of its own adds them (`add_ranking`, `add_mechanism`) and calls it.
int program(int argc, char** argv);

}  // namespace grapevine
