// Writes the sample studies for the tools that must read them, or prints the tables of docs/result-file.md.
#include <cstdio>
#include <string>

#include "scenarios/result/schema.hpp"
#include "tests/record/sample.hpp"
#include "tests/record/specification.hpp"

int main(int count, char** arguments) {
  using namespace grapevine;
  if (count == 2 && std::string(arguments[1]) == "--tables") {
    for (const schema::Group& group : schema::groups) std::printf("%s\n", test::specification_of(group).c_str());
    return 0;
  }
  if (count != 3) return 2;
  write_result(arguments[1], test::sample_study());
  write_result(arguments[2], test::empty_study());
}
