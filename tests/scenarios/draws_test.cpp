#include "scenarios/reader/read_scenario.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

// Where an arm may be run for several choices of accounts, and for how many.
namespace grapevine {
namespace {

using namespace test;

TEST_CASE("draws act where an arm pays accounts drawn at random, or whose money hangs on such a choice",
          "[scenarios][reader][draws]") {
  const std::string campaigns =
      two_campaigns + "[[campaign]]\nname = \"fans\"\naccounts = \"fit\"\ntopic = 1\nbudget_of = \"many\"\n";
  const auto arms = [](const std::string& control) {
    return "[[arm]]\nname = \"control\"\n" + control +
           "[[arm]]\nname = \"many\"\npays = [\"many\"]\n[[arm]]\nname = \"fans\"\npays = [\"fans\"]\n";
  };
  const Scenario study = scenario_of(smallest + "draws = 3\n" + campaigns + arms(""));
  CHECK(study.arms[0].run.draws == 3);
  CHECK(draws_of(study, study.arms[0]) == 1);  // it would be the same run three times
  CHECK(draws_of(study, study.arms[1]) == 3);
  CHECK(draws_of(study, study.arms[2]) == 3);
  // The fans differ from draw to draw by the money alone, so as many choices are made of those who it comes from.
  CHECK(draws_by_campaign(study) == std::vector<std::uint32_t>{3, 3, 3});
  const auto paid_draws = [&](const std::string& first, const std::string& paid_arms) {
    return draws_by_campaign(scenario_of(smallest + "[[campaign]]\nname = \"one\"\ncount = 1\n" +
                                         "[[campaign]]\nname = \"many\"\naccounts = " + first +
                                         "\nbudget_of = \"one\"\n" + paid_arms));
  };
  const std::string one = "[[arm]]\nname = \"one\"\npays = [\"one\"]\ndraws = 2\n",
                    many = "[[arm]]\nname = \"many\"\npays = [\"many\"]\ndraws = 6\n";
  CHECK(paid_draws("\"random\"", one + many) == std::vector<std::uint32_t>{2, 6});  // two amounts, three times
  CHECK(paid_draws("\"largest\"", many) == std::vector<std::uint32_t>{6, 6});       // of choices that nobody pays
  CHECK(paid_draws("\"random\"", many) == std::vector<std::uint32_t>{6, 6});
  CHECK(scenario_of(study.understood).arms[2].run.draws == 3);

  const std::string needs =
      "has no effect here; it needs a campaign in `pays` whose accounts are \"random\", or whose budget_of leads to "
      "such a one; remove it";
  CHECK(only(refusal_of_text(smallest + campaigns + arms("draws = 2\n"))) ==
        "study.toml:20:1: arm.control.draws " + needs);
  CHECK(only(refusal_of_text(smallest + "draws = 3\npays = [\"one\"]\n" + campaigns)) ==
        "study.toml:4:1: draws " + needs);
  CHECK(refusal_of_text(smallest + "draws = 3\npays = [\"fans\"]\n" + campaigns).empty());
  CHECK(only(refusal_of_text(smallest + "draws = 0\npays = [\"many\"]\n" + campaigns)) ==
        "study.toml:4:9: draws is 0; expected a whole number of choices, 1 to 1000");
  // Two campaigns whose budgets lead to each other are a mistake of their own, and the search for a random one among
  // them ends.
  const std::string circle =
      "[[campaign]]\nname = \"a\"\naccounts = \"largest\"\nbudget_of = \"b\"\n[[campaign]]\nname = \"b\"\naccounts = "
      "\"largest\"\nbudget_of = \"a\"\n";
  const std::string said = only(refusal_of_text(smallest + "draws = 3\npays = [\"a\"]\n" + circle));
  CHECK(said.find("draws " + needs) != std::string::npos);
  CHECK(said.find("leads back to") != std::string::npos);
}

TEST_CASE("who spends what another campaign does is run for draws in which both spend the same",
          "[scenarios][reader][draws]") {
  const auto said = [](const std::string& first, std::uint32_t giver, std::uint32_t taker,
                       const std::string& more = "") {
    return only(refusal_of_text(
        smallest + "[[campaign]]\nname = \"one\"\ncount = 1\n[[campaign]]\nname = \"many\"\naccounts = " + first +
        "\nbudget_of = \"one\"\n[[arm]]\nname = \"one\"\npays = [\"one\"]\n" +
        (giver > 1 ? fmt::format("draws = {}\n", giver) : "") + "[[arm]]\nname = \"many\"\npays = [\"many\"]\n" +
        (taker > 1 ? fmt::format("draws = {}\n", taker) : "") + more));
  };
  // By hand: the giver spends a, b, c in its three choices. Taken in turn, four draws are a, b, c, a.
  CHECK(
      said("\"random\"", 3, 4) ==
      "study.toml:18:9: arm.many.draws is 4, and the campaign \"many\" spends what \"one\" does, which \"one\" pays in "
      "3 draws: on the average they would not spend the same; expected a multiple of 3; set arm.many.draws = 6");
  CHECK(said("\"random\"", 3, 2).find("set arm.many.draws = 3") != std::string::npos);
  CHECK(said("\"random\"", 3, 1).find("study.toml:17:8: arm.many.draws is 1, ") == 0);  // at `pays`
  for (const std::uint32_t sound : {3, 6, 9}) CHECK(said("\"random\"", 3, sound).empty());
  CHECK((said("\"random\"", 1, 1).empty() && said("\"random\"", 1, 5).empty()));
  // Those that are not drawn differ by the money alone: six choices of the giver would be made, of which its own arm
  // has three.
  CHECK(said("\"largest\"", 3, 3).empty());
  CHECK(said("\"largest\"", 3, 6).find("expected as many; set arm.many.draws = 3") != std::string::npos);
  // Through a campaign that no arm pays.
  const std::string chain = "[[campaign]]\nname = \"last\"\nbudget_of = \"many\"\n";
  CHECK(said("\"random\"", 3, 6, chain + "[[arm]]\nname = \"last\"\npays = [\"last\"]\ndraws = 4\n")
            .find("arm.last.draws is 4, and the campaign \"last\" spends what \"many\" does") != std::string::npos);
  // Told with other mistakes, and not where nothing varies.
  CHECK(said("\"random\"", 3, 4, "[[contrast]]\narm = \"many\"\nagainst = \"nobody\"\n").find("no arm of that name") !=
        std::string::npos);
  CHECK(refusal_of_text(smallest +
                        "[[campaign]]\nname = \"one\"\naccounts = \"largest\"\ncount = 1\n[[campaign]]\nname = "
                        "\"many\"\nbudget_of = \"one\"\n[[arm]]\nname = \"one\"\npays = [\"one\"]\n[[arm]]\nname "
                        "= \"many\"\npays = [\"many\"]\ndraws = 4\n")
            .empty());
}

}  // namespace
}  // namespace grapevine
