// Writes the sample graph for the tools that must read it.
#include "tests/graph/graph_file_sample.hpp"

int main(int count, char** arguments) {
  using namespace grapevine;
  if (count != 2) return 2;
  write_graph_file(arguments[1], test::graph_sample().content());
}
