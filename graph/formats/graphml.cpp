#include "graph/formats/graphml.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "graph/formats/mistakes.hpp"
#include "graph/formats/named_follows.hpp"
#include "graph/formats/text_source.hpp"

namespace grapevine {

namespace {

constexpr std::uint64_t most_depth = 1'000;     // elements within each other; GraphML itself takes some 5
constexpr std::uint64_t most_defaults = 1'000;  // attributes that a document declares: each tag may bring them all

/// The memory of a parser of XML. expat keeps every tag that is open, every name that it met and what a document
/// declares, so a small packed file could take any amount: here it gets `most` bytes and no more.
class BoundedMemory {
public:
  static constexpr std::size_t most = std::size_t{16} << 20;

  static const XML_Memory_Handling_Suite* suite() {
    static constexpr XML_Memory_Handling_Suite functions{take, retake, give_back};
    return &functions;
  }

private:
  static constexpr std::size_t head = alignof(std::max_align_t);  // the size stands before what is handed out
  static inline thread_local std::size_t taken = 0;

  static void* take(std::size_t size) { return retake(nullptr, size); }
  static void* retake(void* place, std::size_t size) {
    const std::size_t before = size_of(place);
    if (size > most || taken - before > most - size) return nullptr;
    void* const block = std::realloc(place == nullptr ? nullptr : static_cast<char*>(place) - head, size + head);
    if (block == nullptr) return nullptr;
    *static_cast<std::size_t*>(block) = size;
    taken = taken - before + size;
    return static_cast<char*>(block) + head;
  }
  static void give_back(void* place) {
    if (place == nullptr) return;
    taken -= size_of(place);
    std::free(static_cast<char*>(place) - head);
  }
  static std::size_t size_of(void* place) {
    return place == nullptr ? 0 : *reinterpret_cast<std::size_t*>(static_cast<char*>(place) - head);
  }
};

/// What the elements of a GraphML file say. expat calls `begin` and `end`; what they throw waits until the parser has
/// stopped.
class GraphmlReader {
public:
  GraphmlReader(const std::filesystem::path& file, const GraphTextOptions& options)
      : source_(file),
        options_(options),
        parser_(XML_ParserCreate_MM(nullptr, BoundedMemory::suite(), nullptr), XML_ParserFree) {
    if (!parser_) throw Error(file.string() + ": expat cannot start");
    named_.texts.resize(1);
    named_.undirected = options.undirected;
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(),
        [](void* self, const char* name, const char** attributes) {
          static_cast<GraphmlReader*>(self)->call([&](auto& r) { r.begin(name, attributes); });
        },
        [](void* self, const char* name) { static_cast<GraphmlReader*>(self)->call([&](auto& r) { r.end(name); }); });
    XML_SetEntityDeclHandler(parser_.get(), [](void* self, const char*, int, const char*, int, const char*, const char*,
                                               const char*, const char*) {
      static_cast<GraphmlReader*>(self)->call(
          [](auto& r) { r.refuse("declares entities", "a graph without them", "take the declarations out"); });
    });
    XML_SetAttlistDeclHandler(parser_.get(), [](void* self, const char*, const char*, const char*, const char*, int) {
      static_cast<GraphmlReader*>(self)->call([](auto& r) { r.count_default(); });
    });
  }

  NamedFollows read() {
    constexpr std::size_t chunk = std::size_t{1} << 18, most_token = std::size_t{1} << 20;
    std::uint64_t given = 0;
    for (bool more = true; more;) {
      void* const buffer = XML_GetBuffer(parser_.get(), static_cast<int>(chunk));
      if (buffer == nullptr) refuse_memory();
      const std::size_t got = source_.read(static_cast<char*>(buffer), chunk);
      more = got > 0;
      given += got;
      const XML_Status status = XML_ParseBuffer(parser_.get(), static_cast<int>(got), !more);
      if (thrown_) std::rethrow_exception(thrown_);
      if (status != XML_STATUS_OK && XML_GetErrorCode(parser_.get()) == XML_ERROR_NO_MEMORY) refuse_memory();
      if (status != XML_STATUS_OK)
        throw BadRequest(
            fmt::format("{}: is not XML from here on ({}); expected a GraphML file; correct it, or fetch it again",
                        where(), XML_ErrorString(XML_GetErrorCode(parser_.get()))));
      const auto done = XML_GetCurrentByteIndex(parser_.get());
      if (done >= 0 && given > static_cast<std::uint64_t>(done) + most_token)
        throw BadRequest(fmt::format(
            "{}: a tag or text is longer than {} bytes; expected nodes and edges; check that this is a GraphML file",
            where(), most_token));
    }
    if (!graph_seen_)
      throw BadRequest(
          source_.path().string() +
          ": holds no graph; expected a graph element with nodes and edges; check that this is a GraphML file");
    expect_declared();
    mistakes_.report();
    return std::move(named_);
  }

  std::uint64_t lines() const { return XML_GetCurrentLineNumber(parser_.get()); }

private:
  template <class Handler>
  void call(Handler&& handler) {
    if (thrown_) return;
    try {
      handler(*this);
    } catch (...) {  // no exception may pass through expat
      thrown_ = std::current_exception();
      XML_StopParser(parser_.get(), XML_FALSE);
    }
  }

  std::string where() const { return where(XML_GetCurrentLineNumber(parser_.get())); }
  std::string where(std::uint64_t line) const { return fmt::format("{}:{}", source_.path().string(), line); }
  [[noreturn]] void refuse(std::string_view found, std::string_view expected, std::string_view remedy) const {
    throw BadRequest(fmt::format("{}: {}; expected {}; {}", where(), found, expected, remedy));
  }

  [[noreturn]] void refuse_memory() const {
    refuse(fmt::format("names of elements and attributes take more than {} MiB", BoundedMemory::most >> 20),
           "those of GraphML", "check that this is a GraphML file");
  }
  void count_default() {
    if (++defaults_ > most_defaults)
      refuse(fmt::format("declares more than {} attributes", most_defaults), "a graph without declarations",
             "take them out");
  }

  static std::string_view local(std::string_view name) {
    return name.substr(name.find(':') == std::string_view::npos ? 0 : name.find(':') + 1);
  }
  static std::optional<std::string_view> attribute(const char** attributes, std::string_view name) {
    for (; attributes[0] != nullptr; attributes += 2)
      if (attributes[0] == name) return attributes[1];
    return std::nullopt;
  }

  void begin(std::string_view full_name, const char** attributes) {
    const std::string_view name = local(full_name);
    if (++depth_ > most_depth)
      refuse(fmt::format("elements lie more than {} deep in each other", most_depth), "nodes and edges in a graph",
             "check that this is a GraphML file");
    if (depth_ == 1 && name != "graphml")
      refuse(fmt::format("the document is of the kind '{:.40}'", name), "graphml", "check that this is a GraphML file");
    if (name == "graph")
      begin_graph(attributes);
    else if (name == "node")
      add_node(attributes);
    else if (name == "edge")
      add_edge(attributes);
    else if (name == "hyperedge")
      refuse("there is a hyperedge here", "edges of two ends", "write it as edges");
  }

  void end(std::string_view name) {
    --depth_;
    if (local(name) == "graph") in_graph_ = false;
  }

  void begin_graph(const char** attributes) {
    if (graph_seen_)
      refuse(in_graph_ ? "a graph within a graph" : "a second graph", "one graph", "keep the one that you mean");
    graph_seen_ = in_graph_ = true;
    const std::string_view direction = attribute(attributes, "edgedefault").value_or("directed");
    if (direction != "directed" && direction != "undirected")
      refuse(fmt::format("edgedefault is '{:.40}'", direction), "directed or undirected", "correct it");
    directed_ = direction == "directed";
  }

  void add_node(const char** attributes) {
    const auto id = attribute(attributes, "id");
    if (!in_graph_ || !id || id->empty())
      return mistakes_.add(where() +
                           ": a node without id or outside the graph; expected <node id=\"...\"> in it; correct it");
    const std::uint32_t node = table().find_or_add(*id);
    if (node < declared_.size() && declared_[node])
      return mistakes_.add(
          fmt::format("{}: node '{:.60}' is here a second time; expected each node once; take one out", where(), *id));
    first_line_.resize(table().size(), 0);
    declared_.resize(table().size(), false);
    declared_[node] = true;
  }

  void add_edge(const char** attributes) {
    const auto source = attribute(attributes, "source"), target = attribute(attributes, "target"),
               direction = attribute(attributes, "directed");
    if (!in_graph_ || !source || !target)
      return mistakes_.add(where() +
                           ": an edge without source or target or outside the graph; expected <edge source=\"...\" "
                           "target=\"...\"> in it; correct it");
    const Follow follow{node(*source), node(*target)};
    if (table().size() >= text_id - 1) refuse("too many nodes", "fewer than 2^31", "split the graph");
    add(options_.reversed ? Follow{follow.followee, follow.follower} : follow);
    const bool directed = direction ? *direction == "true" || *direction == "1" : directed_;
    if (!directed && !options_.undirected && follow.follower != follow.followee)
      add(options_.reversed ? follow : Follow{follow.followee, follow.follower});
  }

  void add(const Follow& follow) {
    if (named_.pieces.empty() || named_.pieces.back().follows.size() >= std::size_t{1} << 16)
      named_.pieces.emplace_back();
    named_.pieces.back().follows.push_back(follow);
  }

  /// By its number among the texts; where it was first met as an end of an edge is kept for the case that it is no
  /// node.
  UserId node(std::string_view id) {
    const std::uint32_t number = table().find_or_add(id);
    if (number == first_line_.size()) {
      first_line_.push_back(XML_GetCurrentLineNumber(parser_.get()));
      declared_.push_back(false);
    }
    return UserId(text_id + number);
  }

  void expect_declared() {
    for (std::size_t node = 0; node < declared_.size(); ++node)
      if (!declared_[node])
        mistakes_.add(fmt::format(
            "{}: '{:.60}' is not a node of the graph; expected <node id=\"...\"> for it; add it, or take the edge out",
            where(first_line_[node]), table()[node]));
  }

  IdTable& table() { return named_.texts[0]; }

  TextSource source_;
  const GraphTextOptions& options_;
  std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser_;
  std::exception_ptr thrown_;
  Mistakes mistakes_;
  NamedFollows named_;
  std::vector<bool> declared_;             // by number among the texts
  std::vector<std::uint64_t> first_line_;  // by number among the texts; 0 for nodes that were declared first
  std::uint64_t depth_ = 0, defaults_ = 0;
  bool graph_seen_ = false, in_graph_ = false, directed_ = true;
};

}  // namespace

LoadedGraph load_graphml(const std::filesystem::path& file, const GraphTextOptions& options) {
  Mistakes mistakes;
  std::optional<AccountTable> accounts;
  if (!options.accounts.empty()) accounts = AccountTable::read(options.accounts, mistakes);
  mistakes.report();
  GraphmlReader reader(file, options);
  NamedFollows named = reader.read();
  LoadReport report;
  report.lines = reader.lines();
  return assemble(file, std::move(named), accounts ? &*accounts : nullptr, report);
}

}  // namespace grapevine
