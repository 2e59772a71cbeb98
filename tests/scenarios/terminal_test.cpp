#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "scenarios/commands/progress.hpp"
#include "scenarios/keys/keys.hpp"
#include "scenarios/keys/understood.hpp"
#include "scenarios/result/text.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/shell.hpp"
#include "tests/scenarios/small_study.hpp"

// What a user sees, in a terminal and in a file.

using namespace grapevine;
using test::contains;
using test::content;

namespace {

/// Lays text out on another page while it lives.
class OnPage {
public:
  explicit OnPage(Page other) { set_page(other); }
  ~OnPage() { set_page(before_); }

private:
  Page before_ = page();
};

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

class Shell : public test::Shell {
public:
  Shell() {
    write("small.toml", test::small_study);
    REQUIRE(call({"run", "small.toml", "-o", "small.h5", "--quiet", "--set", "replicates=2"}) == 0);
  }
  /// What the program prints on a terminal of so many columns, with the line ends of a file.
  std::string on_terminal(int columns, const std::string& words) const {
    REQUIRE(sh("script -qec 'stty cols " + std::to_string(columns) + " && exec \"$GRAPEVINE\" " + words +
               "' /dev/null </dev/null") == 0);
    std::string text;
    for (const char c : out())
      if (c != '\r') text += c;
    return text;
  }
};

}  // namespace

TEST_CASE("words go on below where a line is full, and keep to the column of the line's text", "[terminal]") {
  const OnPage narrow({20, true});
  CHECK(wrapped("one two three four five six", 2) == "one two three four\n  five six\n");
  CHECK(wrapped("one two three", 4, 12) == "one two\n    three\n");
  CHECK(wrapped("", 2) == "\n");
  CHECK(fitted_to_page("short\n\nalso short\n") == "short\n\nalso short\n");
  CHECK(fitted_to_page("Time    about one minute or two\n") == "Time    about one\n        minute or\n        two\n");
  CHECK(fitted_to_page("  a line of a list that is long\n") == "  a line of a list\n  that is long\n");
  CHECK(fitted_to_page("averyveryverylongwordindeed\nx") == "averyveryverylongwordindeed\nx");
}

TEST_CASE("on a narrow page a command can still be copied, and what it does stands below", "[terminal]") {
  const OnPage narrow({30, true});
  CHECK(fitted_to_page("  grapevine show it.h5    the comparison again\n  next\n") ==
        "  grapevine show it.h5\n      the comparison again\n  next\n");
  CHECK(fitted_to_page("  grapevine run a.toml -o a.h5 --set users=20\n") ==
        "  grapevine run a.toml -o \\\n      a.h5 --set users=20\n");
  CHECK(fitted_to_page("  grapevine run a.toml -o a.h5") == "  grapevine run a.toml -o a.h5");  // just fits
  CHECK(fitted_to_page("grapevine: a message is no command to be copied") ==
        "grapevine: a message is no\ncommand to be copied");
}

TEST_CASE("a table gives way to a narrow page in its widest texts, never in its numbers", "[terminal]") {
  TextTable table("lrl");
  table.add({"what it is about", "1 234 567", "the words that explain"});
  table.add({"x", "2", "y"});
  CHECK(table.text() == "  what it is about  1 234 567  the words that explain\n  x                         2  y\n");
  const OnPage narrow({36, true});
  const std::string text = table.text();
  INFO(text);
  CHECK(widest_line(text) <= 36);
  CHECK(contains(text, "1 234 567"));
  std::string words, all = text;
  for (std::string word; std::istringstream{all} >> word && words.size() < 200;) {
    words += word + " ";
    all = all.substr(all.find(word) + word.size());
  }
  for (const std::string word : {"what", "about", "explain"}) CHECK(contains(words, word + " "));
}

TEST_CASE("numbers have their thousands apart for people only", "[terminal]") {
  CHECK(with_thousands(1234567) == "1 234 567");
  const OnPage file({100, false});
  CHECK(with_thousands(1234567) == "1234567");
  CHECK(with_decimals(-12345.5, 1) == "-12345.5");
}

TEST_CASE("progress in a log grows rarer, and a line on a terminal is cut to its width", "[terminal]") {
  CHECK(ProgressReport::pause(0) == 5);
  CHECK(ProgressReport::pause(100) == 5);
  CHECK(ProgressReport::pause(1'000) == 50);
  CHECK(ProgressReport::pause(1e6) == 600);
  // Lines of a day: with a pause of a twentieth the next line comes at 1.05 times the time.
  int lines = 0;
  for (double at = 0; at < 86'400; at += ProgressReport::pause(at)) ++lines;
  CHECK(lines < 300);

  const Shell shell;
  REQUIRE(shell.call({"run", "small.toml", "-o", "other.h5"}) == 0);
  const std::string log = shell.err();
  CHECK(log.find_first_not_of("0123456789") == 2);  // the clock
  CHECK(contains(log.substr(0, log.find('\n')), "replicate 1 of 2"));
  CHECK(contains(shell.out(), ", after "));
  const std::string seen = shell.on_terminal(40, "run small.toml -o third.h5 2>&1");
  std::istringstream parts(shell.out());
  for (std::string part; std::getline(parts, part, '\r');)
    if (contains(part, "replicate ")) CHECK(display_width(part) < 40);
  CHECK(contains(seen, "replicate"));
}

TEST_CASE("on a terminal of 80 columns every line of a table, an outlook, a help and the keys has room", "[terminal]") {
  const Shell shell;
  shell.write("follows.csv", "follower,followed\na,b\nb,a\nc,a\n");
  for (const std::string words :
       {"show small.h5", "show small.h5 --arms", "check small.toml --quiet", "keys feed.", "--help", "run --help",
        "compare --help", "graph stats --help", "graph stats follows.csv --quiet"}) {
    INFO(words);
    const std::string text = shell.on_terminal(80, words);
    INFO(text);
    CHECK(widest_line(text) <= 80);
    CHECK(text.size() > 200);
  }
  CHECK(contains(shell.on_terminal(80, "check small.toml"), "13 000 users"));
  REQUIRE(shell.call({"check", "small.toml"}) == 0);
  CHECK(contains(shell.out(), "13000 users"));
}

TEST_CASE("keys are found by a part of their name", "[terminal][keys]") {
  const Shell shell;
  REQUIRE(shell.call({"keys", "FEED.le"}) == 0);
  CHECK(contains(shell.out(), "feed.length"));
  CHECK_FALSE(contains(shell.out(), "feed.window"));
  CHECK(test::lines(shell.out()) < 12);
  CHECK(shell.call({"keys", "feed.lenght"}) == 2);
  CHECK(contains(shell.err(), "no key has 'feed.lenght' in its name"));
}

TEST_CASE("the help of a command shows how that command is used", "[terminal]") {
  const Shell shell;
  for (const std::string command : {"run", "check", "keys", "show", "compare", "graph stats", "graph import",
                                    "graph export", "graph generate", "graph sample", "cascades stats"}) {
    INFO(command);
    REQUIRE(shell.sh("\"$GRAPEVINE\" " + command + " --help") == 0);
    CHECK(contains(shell.out(), "  grapevine " + command + " "));
    CHECK_FALSE(contains(shell.out(), command == "run" ? "  grapevine check" : "  grapevine run"));
  }
}

TEST_CASE("a result shows an arm, every arm, and the scenario to run it again", "[terminal][program]") {
  const Shell shell;
  REQUIRE(shell.call({"show", "small.h5", "--arm", "one"}) == 0);
  CHECK(contains(shell.out(), "in the arm one"));
  CHECK_FALSE(contains(shell.out(), "in the arm control"));
  REQUIRE(shell.call({"show", "small.h5", "--arms"}) == 0);
  for (const std::string arm : {"control", "one", "many"}) CHECK(contains(shell.out(), "in the arm " + arm));
  CHECK(shell.call({"show", "small.h5", "--arm", "two"}) == 2);
  CHECK(contains(shell.err(), "no arm is called 'two'; expected one of control"));

  REQUIRE(shell.call({"show", "small.h5", "--scenario"}) == 0);
  CHECK(shell.out() == test::small_study);
  REQUIRE(shell.call({"show", "small.h5", "--understood"}) == 0);
  CHECK(contains(shell.out(), "replicates = 2\n"));
}

TEST_CASE("the values of an understood scenario carry the names of their tables", "[scenarios]") {
  const auto values = understood_values(
      "seed = 1\n\n[feed]\nlength = 5\n\n[[campaign]]\nname = \"x\"\ncount = 2\n\n[[band]]\nlow = 1\n\n[[band]]\nlow = "
      "2\n\n[[arm]]\nname = \"a\"\nfeed.ranking = \"weighted\"\n");
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(values == Pairs{{"seed", "1"},
                        {"feed.length", "5"},
                        {"campaign.x.name", "\"x\""},
                        {"campaign.x.count", "2"},
                        {"band.0.low", "1"},
                        {"band.1.low", "2"},
                        {"arm.a.name", "\"a\""},
                        {"arm.a.feed.ranking", "\"weighted\""}});
}

TEST_CASE("results are compared by the keys in which they differ, and by numbers that are not equal",
          "[terminal][program]") {
  const Shell shell;
  REQUIRE(shell.call({"run", "small.toml", "-o", "same.h5", "--quiet"}) == 0);
  REQUIRE(shell.call({"compare", "small.h5", "same.h5"}) == 0);
  CHECK(contains(shell.out(), "The scenarios are the same in every key."));
  CHECK(contains(shell.out(), "numbers are equal in all and left out"));
  CHECK_FALSE(contains(shell.out(), "many against one"));

  REQUIRE(shell.call({"run", "small.toml", "-o", "long.h5", "--quiet", "--set", "feed.length=3"}) == 0);
  REQUIRE(shell.call({"compare", "small.h5", "long.h5"}) == 0);
  const std::string text = shell.out(), keys = text.substr(0, text.find("\n\n"));
  CHECK(contains(keys, "feed.length"));
  CHECK(test::lines(keys) == 1);  // the head, and behind it one key
  CHECK(contains(text, "many against one"));

  REQUIRE(shell.call({"compare", "small.h5", "long.h5", "--csv"}) == 0);
  std::istringstream rows(shell.out());
  std::string row;
  std::getline(rows, row);
  CHECK(row == "contrast,arm,metric,statistic,study,estimate,lower,upper");
  std::map<std::string, int> of;
  while (std::getline(rows, row)) {
    const std::string from = row.substr(0, row.find_last_of("0123456789"));
    for (const std::string study : {"small", "long"}) of[study] += contains(row, "," + study + ",") ? 1 : 0;
  }
  CHECK(of["small"] > 10);
  CHECK(of["small"] == of["long"]);
}

TEST_CASE("an outlook says by which keys arms differ, and what nobody pays for", "[terminal][program]") {
  const Shell shell;
  REQUIRE(shell.call({"check", "small.toml", "--set", "arm.one.pays=[]", "--set", "arm.one-again.pays=[]"}) == 0);
  CHECK(contains(shell.out(), "no arm pays for the campaign 'one'"));
  CHECK_FALSE(contains(shell.out(), "no arm pays for the campaign 'many'"));
  REQUIRE(shell.call({"check", "small.toml", "--set", "arm.one.feed.length=7"}) == 0);
  CHECK(contains(shell.out(), "feed.length = 7"));
}
