#include "scenarios/reader/read_scenario.hpp"

#include "scenarios/keys/keys.hpp"
#include "scenarios/keys/suggestions.hpp"
#include "tests/catch.hpp"
#include "tests/scenarios/scenario_files.hpp"

using namespace grapevine;
using namespace grapevine::test;

using Lines = std::vector<std::string>;

TEST_CASE("all mistakes of a scenario come at once, in the order of lines", "[scenarios][reader]") {
  const std::string text = R"(title = 3
seed  = -1
replicates = 1e3
pays = ["oen", "one", "one"]
redraw = ["graphs"]
sede = 3

[time]
tick = "7min"
warmup = 1
measure = "1 day"

[graph]
model = "powerlaw"
users = 5_000_000_000
exponent = 2
lenght = 3

[feed]
ranking = "wieghted"
lenght = 50
length = -50
users = 3
weights = 3

[feed.prior]
like = 1.5

[fed]
length = 3

[price]
post = 0.0000001
follower = "1 cent"

[tiers]
names = ["a", "a"]
from = [1, 2]

[[campaign]]
name = "one"
accounts = "biggest"
count = 0

[[campaign]]
name = "one"
budget = 10
budget_of = "two"
followers = [10, 1]

[[arm]]
name = "x"
graph.users = 10
feed.window = "1d"
feed.length = "long"
nam = "y"

[[arm]]
pays = ["three"]

[contrast]
arm = "x"

[output]
cascades = "yes"
every = 1979-05-27
)";
  const Lines expected{
      "study.toml:1:1: format is missing; expected a whole number, 1 only; add format = ... at the top of the file",
      "study.toml:1:9: title is 3; expected a text in quotes",
      "study.toml:2:9: seed is -1; expected a whole number, 0 or more",
      "study.toml:3:14: replicates is 1000.0; expected a whole number of runs, 1 to 10000; write it without a decimal "
      "point or exponent",
      "study.toml:4:8: pays names \"oen\", and there is no campaign of that name; expected \"one\"; did you mean "
      "\"one\"?",
      "study.toml:4:23: pays names \"one\" twice; expected each once; remove one",
      "study.toml:5:11: entry 1 of redraw is \"graphs\"; expected one of \"graph\", \"selection\", \"content\", "
      "\"dynamics\"",
      "study.toml:6:1: unknown key 'sede' at the top level; did you mean 'seed'?",
      "study.toml:9:8: time.tick is \"7min\"; expected a duration from \"1min\" to \"1h\" that divides a day",
      "study.toml:10:10: time.warmup is 1, a number without a unit; expected a duration such as \"10min\", \"48h\" or "
      "\"1d\"",
      "study.toml:11:11: time.measure is \"1 day\"; expected a duration such as \"10min\", \"48h\" or \"1d\", at least "
      "one tick",
      "study.toml:14:9: graph.model is \"powerlaw\"; expected one of \"power-law\", \"erdos-renyi\", "
      "\"uniform-audience\", \"platform\", \"configuration\", "
      "\"chung-lu\", \"barabasi-albert\", \"directed-scale-free\", \"watts-strogatz\", \"stochastic-block\", "
      "\"r-mat\"; did you mean \"power-law\"?",
      "study.toml:15:9: graph.users is 5000000000; expected a whole number of users, 2 to 4294967294",
      "study.toml:16:12: graph.exponent is 2; expected a number above 2 and at most 10",
      "study.toml:17:1: unknown key 'lenght' in [graph]; did you mean 'feed.length'?",
      "study.toml:20:11: feed.ranking is \"wieghted\"; expected one of \"chronological\", \"random\", \"popularity\", "
      "\"weighted\", \"oracle\", \"no-learning\", \"formula\", \"engagement-rate\", \"edgerank\", "
      "\"x-2023-04\", \"x-2026-08\", \"simsom\"; did you mean \"weighted\"?",
      "study.toml:21:1: unknown key 'lenght' in [feed]; did you mean 'length'?",
      "study.toml:22:10: feed.length is -50; expected a whole number of posts, 1 or more",
      "study.toml:23:1: unknown key 'users' in [feed]; [graph] has a key of that name",
      "study.toml:24:11: feed.weights is 3; expected a section [feed.weights] with keys of its own",
      "study.toml:27:8: feed.prior.like is 1.5; expected \"auto\" or a probability, 0 to 1",
      "study.toml:29:2: unknown section 'fed' at the top level; did you mean 'feed'?",
      "study.toml:33:8: price.post is 1e-07; expected an amount of money, 0 to 1000000000, with at most 6 decimals; "
      "round it to millionths",
      "study.toml:34:12: price.follower is \"1 cent\"; expected an amount of money, 0 to 100, with at most 6 decimals",
      "study.toml:37:15: tiers.names names \"a\" twice; expected each once; remove one",
      "study.toml:38:9: entry 1 of tiers.from is 1; expected 0, so that every user has a tier",
      "study.toml:42:12: campaign.one.accounts is \"biggest\"; expected \"largest\", \"random\", \"fit\", "
      "\"engagement\", \"price\", \"influence\", \"lazy-greedy\" or a list of account ids in quotes",
      "study.toml:43:9: campaign.one.count is 0; expected a whole number of accounts, 1 or more",
      "study.toml:46:8: a second campaign is named \"one\"; expected a name of its own for each; the first is in line "
      "41",
      "study.toml:48:1: campaign.one#2.budget_of is given together with a budget; expected one of the two; remove one",
      "study.toml:48:13: campaign.one#2.budget_of names \"two\", and there is no campaign of that name; expected "
      "\"one\"",
      "study.toml:49:13: campaign.one#2.followers goes from 10 to 1; expected the smaller number first; swap them",
      "study.toml:53:7: arm.x.graph.users is a key of scope world, and an arm changes run keys only; expected it once "
      "for the whole study; "
      "move it to [graph]",
      "study.toml:54:6: arm.x.feed.window is a key of scope world, and an arm changes run keys only; expected it once "
      "for the whole study; "
      "move it to [feed]",
      "study.toml:55:15: arm.x.feed.length is \"long\"; expected a whole number of posts, 1 or more",
      "study.toml:56:1: unknown key 'nam' in [[arm]]; did you mean 'name'?",
      "study.toml:58:1: arm.name is missing; expected a name in quotes: 1 to 64 letters, digits, - and _; add name = "
      "... under [[arm]]",
      "study.toml:59:8: arm.pays names \"three\", and there is no campaign of that name; expected \"one\"",
      "study.toml:61:1: contrast is a table; expected tables, each under a header [[contrast]]",
      "study.toml:65:12: output.cascades is \"yes\"; expected true or false",
      "study.toml:66:9: output.every is a date or time; expected a duration such as \"10min\", \"48h\" or \"1d\", at "
      "least one tick",
  };
  const Lines messages = refusal_of_text(text);
  for (std::size_t i = 0; i < std::max(messages.size(), expected.size()); ++i)
    CHECK((i < messages.size() ? messages[i] : "nothing") == (i < expected.size() ? expected[i] : "nothing"));
}

TEST_CASE("keys that contradict each other are mistakes where the user wrote them", "[scenarios][reader]") {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases{
      {"[time]\nwarmup = \"12h\"\n",
       "5:10: time.warmup is \"12h\"; expected at least feed.window, \"1d\", so that every feed is full when the arms "
       "branch"},
      {"[time]\nfollowup = \"0\"\n",
       "5:12: time.followup is \"0\"; expected at least feed.window, \"1d\", so that the outcome of every counted root "
       "is complete"},
      {"[time]\ntick = \"9min\"\n",
       "5:8: time.tick is \"9min\", and output.every defaults to \"1h\"; expected a default of whole ticks; set "
       "output.every"},
      {"[feed]\nwindow = \"25min\"\n",
       "5:10: feed.window is \"25min\"; expected whole ticks of \"10min\" (time.tick); the nearest are \"20min\" or "
       "\"30min\""},
      {"[feed.weights]\nlike = 1.0\n",
       "5:1: feed.weights.like has no effect here; it needs feed.ranking = \"weighted\", \"oracle\", "
       "\"edgerank\" or a preset; remove it"},
      {"[[arm]]\nname = \"a\"\nfeed.weights.like = 1.0\n[[arm]]\nname = \"b\"\nfeed.ranking = \"weighted\"\n",
       "6:14: arm.a.feed.weights.like has no effect here; it needs feed.ranking = \"weighted\", \"oracle\", "
       "\"edgerank\" or a preset; remove "
       "it"},
      {"graph.audiences = [[10, 5]]\n",
       "4:7: graph.audiences has no effect here; it needs graph.model = \"uniform-audience\"; remove it"},
      {"graph.undirected = true\n",
       "4:7: graph.undirected has no effect here; it needs a graph from graph.file that is no graph file (.gvg); "
       "remove it"},
      {"graph.model = \"erdos-renyi\"\ngraph.exponent = 3\n",
       "5:7: graph.exponent has no effect here; it needs graph.model = \"power-law\", \"chung-lu\" or "
       "\"configuration\" without graph.degrees; "
       "remove it"},
      {"graph.model = \"uniform-audience\"\n",
       "3:1: graph.audiences is missing; expected a list of pairs [followers, accounts]; add audiences = ... under "
       "[graph]"},
      {"graph.model = \"uniform-audience\"\ngraph.audiences = [[201, 1]]\n",
       "5:19: graph.audiences has an account with 201 followers; expected at most 200, 0.2 of graph.users, 1000"},
      {"graph.model = \"uniform-audience\"\ngraph.audiences = [[1, 900], [2, 101]]\n",
       "5:19: graph.audiences has more accounts than graph.users, 1000; expected at most as many"},
      {"graph.mean_followees = 1000\n", "4:24: graph.mean_followees is 1000; expected less than graph.users, 1000"},
      {"[tiers]\nnames = [\"a\", \"b\"]\n",
       "5:9: tiers.from has 5 entries and tiers.names has 2; expected one bound for each name"},
      {"redraw = []\n",
       "4:10: redraw is empty, so all 10 replicates would be the same run; expected a stream to redraw; or set "
       "replicates = 1"},
      {"[[campaign]]\nname = \"c\"\n",
       "4:1: campaign.c has no bound and would pay everybody that it may ask; expected one of count, budget, "
       "budget_of; "
       "add one"},
      {"[[campaign]]\nname = \"c\"\ncount = 1\ntopic = 16\n",
       "7:9: campaign.c.topic is 16; expected 0 to 15, as population.topics is 16"},
      {"[[campaign]]\nname = \"c\"\ncount = 1\nslots = 9\n",
       "7:9: campaign.c has its last slot \"2d\" after the start of time.measure, which lasts \"2d\"; expected all "
       "slots in it; lower "
       "start, every or slots"},
      {"[[campaign]]\nname = \"c\"\ncount = 1\nslot = \"30h\"\n[[arm]]\nname = \"a\"\npays = [\"c\"]\n",
       "7:8: campaign.c withholds posts that are due up to \"2d\" after the start of time.measure, \"30h\" after its "
       "last slot; expected less than "
       "\"2d\", time.measure + time.followup - feed.window, so that all that they would have brought is counted; lower "
       "slot, start, every or slots, or "
       "raise time.followup to \"1450min\""},
      {"[[campaign]]\nname = \"c\"\naccounts = [\"a\"]\nfollowers = [1, 2]\n",
       "7:1: campaign.c.followers has no effect here; it needs accounts that are not a list of ids; remove it"},
      {"[[contrast]]\narm = \"base\"\nagainst = \"base\"\n",
       "4:1: a contrast of 'base' with itself; expected two different arms"},
      {"[[contrast]]\narm = \"base\"\nagainst = \"bse\"\n",
       "6:11: contrast.against names \"bse\", and there is no arm of that name; expected \"base\"; did you mean "
       "\"base\"?"},
      {"[[arm]]\nname = \"a\"\n[[arm]]\nname = \"b\"\n[[contrast]]\narm = \"a\"\nagainst = \"b\"\n[[contrast]]\narm = "
       "\"a\"\nagainst = "
       "\"b\"\n",
       "11:1: a second contrast of 'a' against 'b'; expected each once; remove one"},
  };
  for (const Case& it : cases) CHECK(only(refusal_of_text(smallest + it.text)) == "study.toml:" + it.message);
}

TEST_CASE("withheld posts are held against the run only where feeds pay for them, and to the tick",
          "[scenarios][reader]") {
  const std::string campaign = smallest + "[[campaign]]\nname = \"c\"\ncount = 1\n", arm = "[[arm]]\nname = \"a\"\n",
                    pays = "pays = [\"c\"]\n";
  // Four slots every 6 hours: the last is 18 h after the start of 2 d. A post due at 2 d - 10 min is visible from 2 d
  // on, to the end of the third day.
  CHECK(refusal_of_text(campaign + "slot = \"1790min\"\n" + arm + pays).empty());
  CHECK(refusal_of_text(campaign + "slot = \"30h\"\n" + arm).empty());  // nobody pays
  CHECK(refusal_of_text(campaign + "slot = \"30h\"\n" + arm + pays +
                        "diffusion.model = \"independent-cascade\"\n[[arm]]\nname = \"b\"\n")
            .empty());
  CHECK(refusal_of_text(campaign + "slot = \"30h\"\n" + arm + pays + "[time]\nfollowup = \"1450min\"\n")
            .empty());  // what the message says
  CHECK(only(refusal_of_text(campaign + "start = \"20h\"\nslots = 2\nevery = \"4h\"\n" + arm + pays))
            .find("study.toml:8:9: campaign.c withholds posts that are due up to \"2d\"") == 0);
  // Mistakes come at once, and each once.
  CHECK(refusal_of_text(campaign + "slot = \"30h\"\n[[campaign]]\nname = \"d\"\ncount = 1\nslot = \"3d\"\n" + arm +
                        "pays = [\"c\", \"d\"]\n")
            .size() == 2);
  CHECK(only(refusal_of_text(campaign + "slot = \"30h\"\nslots = 9\n" + arm + pays)).find("expected all slots in it") !=
        std::string::npos);
}

TEST_CASE("campaigns cannot bound each other in a circle", "[scenarios][reader]") {
  const std::string text = smallest +
                           "[[campaign]]\nname = \"a\"\nbudget_of = \"b\"\n"
                           "[[campaign]]\nname = \"b\"\nbudget_of = \"a\"\n"
                           "[[campaign]]\nname = \"c\"\nbudget_of = \"a\"\n";
  const Lines expected{
      "study.toml:6:13: campaign.a.budget_of leads back to 'a' itself; expected a campaign that bounds its own "
      "spending",
      "study.toml:9:13: campaign.b.budget_of leads back to 'b' itself; expected a campaign that bounds its own "
      "spending"};
  CHECK(refusal_of_text(text) == expected);
}

TEST_CASE("an arm is the scenario with its own changes, wherever the arm stands in the file", "[scenarios][reader]") {
  const Scenario study = scenario_of(
      "format = 1\nseed = 1\npays = [\"one\"]\n"
      "[[arm]]\nname = \"a\"\nfeed.ranking = \"popularity\"\nbehaviour.like = 0.25\n"
      "[[arm]]\nname = \"b\"\npays = []\n"
      "[[campaign]]\nname = \"one\"\ncount = 1\n[graph]\nusers = 100\n"
      "[feed]\nlength = 30\n",
      {"graph={users=100, mean_followees=5}"});
  REQUIRE(study.arms.size() == 2);
  CHECK(study.run.feed.ranking == Ranking::chronological);
  CHECK(study.arms[0].run.feed.ranking == Ranking::popularity);
  CHECK(study.arms[0].run.feed.length == 30);
  CHECK(study.arms[0].run.behaviour.probability[0] == 0.25);
  CHECK(study.arms[0].run.pays == Lines{"one"});
  CHECK(study.arms[1].run.pays.empty());
  CHECK(study.arms[1].run.behaviour.probability == study.run.behaviour.probability);
}

TEST_CASE("an override needs no quotes inside for a key that takes a text", "[scenarios][overrides]") {
  const std::string text = smallest + two_campaigns;
  const Scenario study = scenario_of(
      text, {"feed.ranking=weighted", "title=2024-01-01", "feed.window=2h", "campaign.one.accounts=random"});
  CHECK(study.run.feed.ranking == Ranking::weighted);
  CHECK(study.title == "2024-01-01");
  CHECK(study.run.feed.window * study.world.time.tick_seconds == 7'200);
  CHECK(study.world.campaigns[0].choose == AccountChoice::random);
  CHECK(scenario_of(text, {"title=12"}).title == "12");
  CHECK(scenario_of(text, {"title='12'"}).title == "12");
  // What is no text is told what it ought to be.
  CHECK(refusal_of_text(text, {"price.list=prices.csv"}).front() ==
        "--set price.list: unknown key 'list' in [price]; `grapevine keys` lists all");  // and not: write it in quotes
  CHECK(refusal_of_text(text, {"replicates=ten"}) ==
        Lines{"--set replicates: replicates is \"ten\"; expected a whole number of runs, 1 to 10000"});
}

TEST_CASE("overrides replace the file's values and are blamed by their own name", "[scenarios][overrides]") {
  const std::string text =
      smallest + "feed.length = -1\n" + two_campaigns + "[[arm]]\nname = \"x\"\nfeed.length = 10\n";
  const Scenario study =
      scenario_of(text, {"feed.length=20", " seed = 9", "campaign.many.posts=3", "arm.x.feed.length=40",
                         "arm.x.pays=[\"one\"]", "title=\"a = b\"", "seed=11"});
  CHECK(study.run.feed.length == 20);
  CHECK(study.world.seed == 11);  // the last one counts
  CHECK(study.title == "a = b");
  CHECK(study.world.campaigns[1].posts == 3);
  CHECK(study.world.campaigns[0].posts == 4);
  CHECK(study.arms[0].run.feed.length == 40);
  CHECK(study.arms[0].run.pays == Lines{"one"});

  const Lines expected{
      "study.toml:4:15: feed.length is -1; expected a whole number of posts, 1 or more",
      "--set feed.ranking: \\\"weighted is not a TOML value; texts are written in quotes; write --set "
      "'feed.ranking=\"\\\"weighted\"'",
      "--set feed.lngth: unknown key 'lngth' in [feed]; did you mean 'length'?",
      "--set campaign.one.posts: campaign.one.posts is 0; expected a whole number of posts, 1 to 10000",
      "--set campaign.posts: no campaign is named 'posts'; expected campaign.NAME.key; the names are 'one', 'many'",
      "--set campaign.two.posts: no campaign is named 'two'; expected campaign.NAME.key; the names are 'one', 'many'",
      "--set arm.x.seed: arm.x.seed is a key of scope world, and an arm changes run keys only; expected it once for "
      "the whole study; move "
      "it to the top of "
      "the file",
      "--set contrast.x.arm: the file has no [[contrast]]; add it there",
      "--set seed.x: seed is not a section but 7; `grapevine keys` lists all keys",
      "--set graph.file: graph.file is \"nope.gz\"; expected the path of a file, in quotes; there is nothing at "
      "nope.gz; relative paths "
      "start in the working "
      "directory",
      "--set replicates: nothing is not a TOML value; texts are written in quotes; write --set 'replicates=\"...\"'",
      "--set time: no value; expected key=value, such as --set feed.length=50",
      "--set =3: no key; expected key=value, such as --set feed.length=50",
      "--set feed..length: not the name of a key; expected one such as feed.length; `grapevine keys` lists all",
      "--set price.post: 1\\nseed = 2 is not a TOML value; texts are written in quotes; write --set "
      "'price.post=\"1\\nseed = "
      "2\"'",
  };
  const Lines messages = refusal_of_text(
      text, {"feed.ranking=\"weighted", "feed.lngth=3", "campaign.one.posts=0", "campaign.posts=3",
             "campaign.two.posts=3", "arm.x.seed=3", "contrast.x.arm=3", "seed.x=3", "graph.file=\"nope.gz\"",
             "replicates=", "time", "=3", "feed..length=3", "price.post=1\nseed = 2"});
  Lines shown;
  for (const std::string& message : messages)
    if (message.find("graph.users has no effect") == std::string::npos) shown.push_back(message);  // as a file is named
  for (std::size_t i = 0; i < std::max(shown.size(), expected.size()); ++i)
    CHECK((i < shown.size() ? shown[i] : "nothing") == (i < expected.size() ? expected[i] : "nothing"));
}

TEST_CASE("relative paths start in the scenario's folder, absolute ones nowhere", "[scenarios][reader]") {
  const Folder folder;
  folder.write("follows.csv", "follower,followed\n");
  const auto file = folder.write("study.toml", "format = 1\nseed = 1\ngraph.file = \"follows.csv\"\n");
  const Scenario study = read_scenario(file);
  CHECK(study.graph.file == folder.path() / "follows.csv");
  CHECK(study.understood.find("\nfile = \"follows.csv\"\n") != std::string::npos);  // not the folder of this machine
  const std::string elsewhere = (folder.path() / "follows.csv").string();
  CHECK(read_scenario(file, {"graph.file=\"" + elsewhere + "\""}).graph.file == std::filesystem::path(elsewhere));
  CHECK(only(refusal(file, {"graph.file=\"" + folder.path().string() + "\""})).find("is a folder") !=
        std::string::npos);
  CHECK(only(refusal(folder.write("b.toml", "format = 1\nseed = 1\ngraph.file = \"gone.csv\"\n"))) ==
        "b.toml:3:14: graph.file is \"gone.csv\"; expected the path of a file, in quotes; there is nothing at "
        "gone.csv; relative paths "
        "start in the scenario's "
        "folder");
}

TEST_CASE("what was understood reads back as the same study", "[scenarios][reader]") {
  const Folder folder;
  folder.write("follows.csv", "follower,followed\n");
  const std::vector<std::string> texts{
      smallest, smallest + "title = \"quotes \\\" and \\\\ and \\u0007 and \xc3\xa9\"\nredraw = [\"content\"]\n",
      "format = 1\nseed = 9223372036854775807\ngraph.file = \"follows.csv\"\ngraph.columns = [\"a\", "
      "\"b\"]\ngraph.chances = \"p\"\ngraph.accounts = "
      "\"follows.csv\"\n",
      smallest + "pays = [\"one\"]\n" + two_campaigns +
          "[[campaign]]\nname = \"third\"\naccounts = [\"a \\\"b\\\"\", \"c\"]\nbudget = 12.345678\ntopic = 3\nslot = "
          "\"0\"\nstart = "
          "\"30min\"\n"
          "[feed]\nranking = \"weighted\"\nage_half_life = \"90min\"\nweights = {like = 0.1, reply = 1e-7}\n"
          "[[arm]]\nname = \"a\"\npays = [\"many\", \"third\"]\nfeed.weights.like = 0.3\nfeed.age_half_life = \"0\"\n"
          "[[arm]]\nname = \"b\"\npays = []\nfeed.ranking = \"random\"\ncascade.parent = \"first\"\nbehaviour.reshare "
          "= 0.1\n"
          "[[contrast]]\narm = \"a\"\nagainst = \"b\"\n[price]\npost = 0.1\nfollower = 0.000001\n",
      "format = 1\nseed = 3\n[time]\ntick = \"90s\"\nmeasure = \"36h\"\n[graph]\nusers = 100\nmodel = "
      "\"uniform-audience\"\naudiences = "
      "[[10, 5], [20, 1]]\n"};
  for (const std::string& text : texts) {
    const Scenario study = read_scenario(folder.write("study.toml", text));
    const Scenario again = read_scenario(folder.write("again.toml", study.understood));
    CAPTURE(study.understood);
    CHECK(differing(study, again).empty());
    CHECK(again.graph.file == study.graph.file);
    CHECK(again.understood == study.understood);
    CHECK(study.text == text);
  }
}

TEST_CASE("what one table says and the next leaves out reads back as the same study", "[scenarios][reader]") {
  // For each key that may be left out: a table without it beside one with it, in a study that has what it may name.
  const std::string world =
      smallest +
      "graph.model = \"platform\"\ntiers.names = [\"a\", \"b\"]\ntiers.from = [0, 10]\n[behaviour]\nhide = 0.1\n"
      "[[plant]]\nname = \"planted\"\naccounts = 2\nfollowers = [20, 30]\n"
      "[[product]]\nname = \"sold\"\ntopic = 2\nlook = 1\n";
  const std::map<std::string, std::string> least{
      {"campaign", "count = 2\n"},
      {"plant", "followers = [20, 30]\n"},
      {"product", ""},
      {"band", "arm = \"base\"\nmetric = \"engagement per impression\"\nlow = 0\nhigh = 1\n"}};
  const std::map<std::string, std::string> said{{"campaign.product", "\"sold\""},
                                                {"campaign.tier", "\"b\""},
                                                {"campaign.plant", "\"planted\""},
                                                {"campaign.member", "1\nplant = \"planted\""},
                                                {"campaign.budget_of", "\"other\""},
                                                {"campaign.budget", "20"},
                                                {"campaign.followers", "[0, 100]"},
                                                {"campaign.margin", "2"},
                                                {"campaign.topic", "3"},
                                                {"campaign.promotion_cap", "2\npromotion = 5"},
                                                {"campaign.count", "3"},
                                                {"product.topic", "1"},
                                                {"plant.homophily", "0.5"},
                                                {"band.of", "\"posts of tier a\""},
                                                {"band.source", "\"a paper\""}};
  std::size_t tried = 0;
  for (const Key& key : keys()) {
    if (key.absent.empty() || !least.count(key.section)) continue;
    CAPTURE(key.dotted());
    REQUIRE(said.count(key.dotted()) == 1);
    const std::string name = key.section == "band" ? "" : "name = \"one\"\n",
                      other = key.section == "band" ? "" : "name = \"other\"\n", table = "[[" + key.section + "]]\n",
                      bound = key.name == "count" ? "" : least.at(key.section);
    const std::string sells = "[[campaign]]\nname = \"sells\"\ncount = 1\nproduct = \"sold\"\n";
    const Scenario study = scenario_of(world + sells + table + name + bound + key.name + " = " + said.at(key.dotted()) +
                                       "\n" + table + other + least.at(key.section));
    CAPTURE(study.understood);
    const Scenario again = scenario_of(study.understood);
    CHECK(differing(study, again).empty());
    CHECK(again.understood == study.understood);
    ++tried;
  }
  CHECK(tried == said.size());
  // Results of before have `product = ""` where nothing is sold.
  CHECK(scenario_of(world + "[[campaign]]\nname = \"sells\"\ncount = 1\nproduct = \"sold\"\n[[campaign]]\nname = "
                            "\"tells\"\ncount = 1\nproduct = \"\"\n")
            .world.campaigns[1]
            .product.empty());
}

TEST_CASE("a whole number beyond those that are held is told the largest", "[scenarios][reader]") {
  CHECK(only(refusal_of_text("format = 1\nseed = 18446744073709551615\ngraph.users = 1000\n"))
            .find("expected whole numbers of at most 9223372036854775807, also for seeds") != std::string::npos);
  CHECK(only(refusal_of_text(smallest, {"seed=18446744073709551615"})) ==
        "--set seed: seed is \"18446744073709551615\"; expected a whole number, 0 to 9223372036854775807");
  CHECK(scenario_of(smallest, {"seed=9223372036854775807"}).world.seed == 9'223'372'036'854'775'807U);
}

TEST_CASE("money is exact to the millionth", "[scenarios][reader]") {
  for (const auto& [text, micro] :
       std::vector<std::pair<std::string, MicroMoney>>{{"0.1", 100'000},
                                                       {"0.000001", 1},
                                                       {"1234567.891", 1'234'567'891'000},
                                                       {"7", 7'000'000},
                                                       {"1_000.5", 1'000'500'000},
                                                       {"999999999.999999", 999'999'999'999'999}})
    CHECK(scenario_of(smallest, {"price.post=" + text}).world.prices.post == micro);
  for (const std::string text : {"0.0000015", "1.0000001", "-1", "inf", "nan", "1e10"})
    CHECK(only(refusal_of_text(smallest, {"price.post=" + text})).find("expected an amount of money") !=
          std::string::npos);
}

TEST_CASE("a file that is no scenario is refused with one line", "[scenarios][reader][hostile]") {
  const Folder folder;
  CHECK(only(refusal(folder.path() / "none.toml")) == "none.toml: no such file; expected a scenario file (TOML)");
  CHECK(only(refusal(folder.path())).find("a folder; expected a scenario file (TOML)") != std::string::npos);

  const Lines nothing{
      "study.toml:1:1: format is missing; expected a whole number, 1 only; add format = ... at the top of the file",
      "study.toml:1:1: seed is missing; expected a whole number, 0 or more; add seed = ... at the top of the file",
      "study.toml:1:1: graph.users is missing; expected a whole number of users, 2 or more; add users = ... under "
      "[graph]"};
  CHECK(refusal_of_text("") == nothing);
  CHECK(refusal_of_text("\xEF\xBB\xBF") == nothing);
  CHECK(only(refusal_of_text("\xEF\xBB\xBF" + smallest)).empty());
  CHECK(only(refusal_of_text("format = 1\r\nseed = 7\r\ngraph.users = 1000\r\n")).empty());

  const std::vector<std::pair<std::string, std::string>> broken{
      {std::string("\0\0", 2), "study.toml:1:1: not TOML"},
      {std::string("seed = 1\0", 9), "study.toml:1:9: not TOML"},
      {"title = \"\xff\"\n", "study.toml:1:9: not UTF-8; expected a text file in UTF-8; save it in that encoding"},
      {std::string("\xff\xfe"
                   "s\0",
                   4),
       "study.toml:1:1: not UTF-8"},
      {"seed = 1\nseed = 2\n",
       "study.toml:2:8: 'seed' is given twice; expected each key and each [section] once; remove one"},
      {"[time]\ntick = 10min\n", "study.toml:2:10: not TOML"},
      {"seed = 9223372036854775808\n", "study.toml:1:27: not TOML"},
      {"[%foo]", "study.toml:1:2: not TOML"},
      {"\xc3\xa9 = 1", "study.toml:1:1: not TOML"},
      {"a = " + std::string(100'000, '['), "study.toml:1:261: not TOML"},
      {"a" + std::string(200'000, '.') + "b = 1", "study.toml:1:1: a name of more than 1000 parts"},
  };
  for (const auto& [text, message] : broken) {
    const Lines messages = refusal_of_text(text);
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].substr(0, message.size()) == message);
  }
}

TEST_CASE("long input costs a message and no more", "[scenarios][reader][hostile]") {
  const std::string million(1'000'000, 'x');
  const std::string name = only(refusal_of_text(smallest + million + " = 1\n"));
  CHECK(name ==
        "study.toml:4:1: unknown key '" + std::string(60, 'x') + "...' at the top level; `grapevine keys` lists all");
  CHECK(only(refusal_of_text(smallest + "feed.ranking = \"" + million + "\"\n")).size() < 300);
  CHECK(scenario_of(smallest + "title = \"" + million + "\"\n# " + million).title.size() == million.size());
  std::string deep = "a";
  for (int i = 0; i < 900; ++i) deep += ".a";
  CHECK(only(refusal_of_text(smallest + deep + " = 1\n")) ==
        "study.toml:4:1: unknown section 'a' at the top level; `grapevine keys` lists all");
  CHECK(only(refusal_of_text(smallest, {deep + "=1"})).find("not the name of a key") != std::string::npos);
  std::string many = smallest;
  for (int i = 0; i < 2000; ++i) many += "key" + std::to_string(i) + " = 1\n";
  CHECK(refusal_of_text(many).size() == 2000);
}

TEST_CASE("a suggestion is near or is not made", "[scenarios][suggestions]") {
  CHECK(nearest_name("lenght", {"ranking", "length", "window"}) == "length");
  CHECK(nearest_name("sede", {"seed", "title"}) == "seed");
  CHECK(nearest_name("user", {"users"}) == "users");
  CHECK(nearest_name("colour", {"users", "length"}).empty());
  CHECK(nearest_name("", {"users"}).empty());
  CHECK(nearest_name("ab", {"xy"}).empty());
}

TEST_CASE("ranges that are sound one by one are refused where they are not together", "[scenarios][reader][overflow]") {
  const std::string dear = "[price]\npost = 1e9\n[[campaign]]\nname = \"one\"\nposts = 10_000\nslots = 1\n";
  CHECK(only(refusal_of_text(smallest + dear + "count = 1\n")) ==
        "study.toml:8:9: campaign.one.posts is 10000, each at price.post, 1000000000, or more: an account costs "
        "10000000000000 at least; expected at most 576460752303 for all; lower "
        "campaign.one.posts or price.post, or give the campaign a budget");
  CHECK(refusal_of_text(smallest + dear + "budget = 1e9\n").empty());
  CHECK(only(refusal_of_text(smallest + dear + "count = 1\n", {"campaign.one.posts=577"}))
            .find("--set campaign.one.posts: campaign.one.posts is 577, each at price.post") == 0);
  CHECK(refusal_of_text(smallest + dear + "count = 1\n", {"campaign.one.posts=576"}).empty());

  const std::string busy =
      "format = 1\nseed = 7\ngraph.users = 4_294_967_294\ngraph.mean_followees = 1\npopulation.posts = 1440\n";
  CHECK(only(refusal_of_text(busy)) ==
        "study.toml:5:20: graph.users, 4294967294, write 1440 posts a day each (population.posts) for \"4d\", about "
        "2.47e+12 in a run; expected at most 4294967295; lower one of them");
  CHECK(refusal_of_text(busy, {"population.posts=0.2"}).empty());

  // The longest durations of the shortest ticks: ten years of minutes each.
  const std::string long_run =
      smallest + "[time]\ntick = \"1min\"\nwarmup = \"3650d\"\nmeasure = \"3650d\"\nfollowup = \"3650d\"\n";
  const Scenario decades = scenario_of(long_run);
  CHECK(decades.world.time.end() == 3 * std::uint64_t{3650} * 1440);
  const std::string slots = only(refusal_of_text(
      long_run + "[[campaign]]\nname = \"one\"\ncount = 1\nstart = \"3649d\"\nevery = \"3650d\"\nslots = 10_000\n"));
  CHECK(slots.find(
            "campaign.one has its last slot \"36499999d\" after the start of time.measure, which lasts \"3650d\"") !=
        std::string::npos);
}
