#include "scenarios/commands/program.hpp"

int main(int argc, char** argv) { return grapevine::program(argc, argv); }
