// Writes inputs that the readers take, a folder each, for libFuzzer to begin with. Usage: write_fuzz_seeds FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "graph/formats/packing.hpp"
#include "tests/graph/graph_file_sample.hpp"
#include "tests/record/sample.hpp"

using namespace grapevine;

namespace {

class Seeds {
public:
  Seeds(const std::filesystem::path& folder, const std::string& reader) : folder_(folder / reader) {
    std::filesystem::create_directories(folder_);
  }
  std::filesystem::path next() { return folder_ / std::to_string(count_++); }
  void add(const std::string& bytes) { std::ofstream(next(), std::ios::binary) << bytes; }
  void add_all(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add(text);
    add(packed(texts.front(), Packing::gzip));
    add(packed(texts.front(), Packing::zstd));
  }

private:
  std::filesystem::path folder_;
  int count_ = 0;
};

const std::vector<std::string> edge_lists = {
    "1 2\n2 3\n3 1\n",
    "# a comment\n10\t20\n\n20\t30\r\n% another\n007\t7\n4294967296\t2147483647\n",
    "follower,followed\n1,2\n\"a,b\",1\n\"two\nlines\",7\n\"say \"\"hi\"\"\",8\n",
    "% sym positive\n% 2 3 3\n1 2 1\n2 3 1\n",
    "Source,Target,Type\na,b,Undirected\nb,c,Undirected\n",
    "a|b|p\n1|2|0.5\n2|3|1e-3\n",
    "\xef\xbb\xbf"
    "from;to\n1;2\n",
    "a b\r\"c d\" e\r",
    "a,b,p\nx,y,0.25\ny,x,0.25\n",
};
const std::vector<std::string> graphml = {
    "<?xml version=\"1.0\"?>\n<graphml>\n<key id=\"k\" for=\"node\"/>\n<graph edgedefault=\"directed\">\n<node "
    "id=\"a\"><data key=\"k\">1</data></node>\n<node id=\"b\"/>\n<edge source=\"a\" target=\"b\" "
    "directed=\"false\"/>\n</graph>\n</graphml>\n",
    "<!DOCTYPE graphml [<!ATTLIST node id CDATA \"x\">]>\n<g:graphml xmlns:g=\"u\"><g:graph "
    "edgedefault=\"undirected\"><g:node id=\"&#65;\"/><g:node id=\"b\"/><g:edge source=\"A\" "
    "target=\"b\"/></g:graph></g:graphml>",
};
const std::vector<std::string> matrices = {
    "%%MatrixMarket matrix coordinate real general\n% a comment\n4 4 3\n1 2 0.5\n3 1 1\n2 4 2\n",
    "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 1\n",
};
const std::vector<std::string> metis = {"3 2\n2 3\n1\n1\n",
                                        "% a comment\n4 3 011 1\n1 2 5\n1 1 5 3 5\n1 2 5 4 5\n1 3 5\n"};
const std::vector<std::string> cascades = {
    "cascade,node,parent,delay_min\nr,501,-1,0\nr,502,501,0.45\nr,503,502,12.3\nq,1,,\n",
    "# a comment\ntime;parent;node;cascade\n3;2;1;x\n2;;2;x\n",
};

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream from(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(from), {}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::filesystem::path folder = arguments[1], source = GRAPEVINE_SOURCE_DIR;
  Seeds lists(folder, "edge_list");
  for (const char choice : {'\0', '\1', '\3', '\4', '\x8', '\xc', '\x10', '\x20', '\x3c'}) {  // how the list is read
    for (const std::string& text : edge_lists) lists.add(choice + text);
    lists.add(choice + packed(edge_lists.front(), Packing::gzip));
  }
  Seeds(folder, "graphml").add_all(graphml);
  Seeds(folder, "matrix_market").add_all(matrices);
  Seeds(folder, "metis").add_all(metis);
  Seeds(folder, "cascades").add_all(cascades);
  Seeds graphs(folder, "graph_file");
  write_graph_file(graphs.next(), test::graph_sample(70, 3).content());
  write_graph_file(graphs.next(), {.graph = test::graph_sample(7, 2).graph, .accounts = {}});
  Seeds results(folder, "result");
  write_result(results.next(), test::sample_study());
  write_result(results.next(), test::empty_study());
  Seeds scenarios(folder, "scenario");
  for (const auto& library : {source / "scenarios/library", source / "tests/scenarios"})
    for (const auto& file : std::filesystem::directory_iterator(library))
      if (file.path().extension() == ".toml") scenarios.add(bytes_of(file));
}
