#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "scenarios/keys/graph_section.hpp"
#include "scenarios/keys/toml_reader.hpp"
#include "sim/model/parameters.hpp"
#include "sim/run/replicate.hpp"

namespace grapevine {

/// Which streams a replicate draws anew; a stream that is not redrawn is that of replicate 0 in all replicates.
struct Redraw {
  bool graph = true, selection = true, content = true, dynamics = true;
};
inline constexpr std::array<std::pair<std::string_view, bool Redraw::*>, 4> redraw_streams{
    {{"graph", &Redraw::graph},
     {"selection", &Redraw::selection},
     {"content", &Redraw::content},
     {"dynamics", &Redraw::dynamics}}};

/// Which warm-up an arm goes on from.
enum class ArmWarmup : std::uint8_t { shared, own };
constexpr auto names_of(ArmWarmup) {
  return std::array{Named{ArmWarmup::shared, "shared"}, Named{ArmWarmup::own, "own"}};
}

struct Arm {
  std::string name;
  ArmWarmup warmup = ArmWarmup::shared;
  RunParameters run;  ///< the scenario's own run keys with the arm's changes

  template <class Key>
  static void keys(Key&& key) {
    key.section("arm",
                "A variant of the run; one table each, with any key of scope `run` beside its name. Without any, the "
                "study has the one arm `base`.",
                Scope::run, true);
    key("name", &Arm::name,
        {.kind = Kind::name,
         .sentence = "Names the arm in contrasts, results and overrides.",
         .source = "the user's choice",
         .required = true});
    key("warmup", &Arm::warmup,
        {.sentence = "Whether the arm goes on from the study's one warm-up, under the study's keys, or has one of its "
                     "own, under the arm's: for what moves slowly, such as trust.",
         .source = "assumption",
         .only = only_with<RunParameters>("diffusion.model = \"feed\"", [](const RunParameters& run) {
           return run.diffusion.model == DiffusionModel::feed;
         })});
  }
};

/// Compares the outcomes of two arms, paired by replicate.
struct ContrastChoice {
  std::string arm;
  std::string against;

  template <class Key>
  static void keys(Key&& key) {
    key.section("contrast", "A comparison of two arms; one table each.", Scope::output, true);
    key("arm", &ContrastChoice::arm,
        {.kind = Kind::name,
         .sentence = "The arm whose outcome is compared ...",
         .source = "the user's choice",
         .required = true});
    key("against", &ContrastChoice::against,
        {.kind = Kind::name,
         .sentence = "... with that of this arm, paired by replicate.",
         .source = "the user's choice",
         .required = true});
  }
};

/// A figure of one arm that is held against what is expected of it: a [[band]] table.
struct BandChoice {
  std::string arm;
  std::string metric;
  std::string of;  ///< empty: whatever has it first
  double low = 0, high = 0;
  std::string source;

  template <class Key>
  static void keys(Key&& key) {
    key.section("band", "A figure of one arm held against what is expected of it; one table each.", Scope::output,
                true);
    key("arm", &BandChoice::arm,
        {.kind = Kind::name,
         .sentence = "The arm whose figure is held against the band.",
         .source = "the user's choice",
         .required = true});
    key("metric", &BandChoice::metric,
        {.sentence = "The figure, as the tables name it: of unpaid cascades, of a tier, of the accounts of a campaign, "
                     "or an elasticity in followers.",
         .source = "the user's choice",
         .required = true});
    key("of", &BandChoice::of,
        {.sentence = "What the figure is about, where several have it, as /comparison/contrast names it: \"posts of "
                     "tier micro\".",
         .source = "the user's choice",
         .absent = "whatever has it first"});
    key("low", &BandChoice::low,
        {.sentence = "Lower end of the band.",
         .source = "the user's choice",
         .range = RealRange{-1e12, 1e12},
         .required = true});
    key("high", &BandChoice::high,
        {.sentence = "Upper end. Pass: the 95 % interval lies inside and is no wider than a third of the band; fail: "
                     "it lies outside; else, and where replicates do not differ at all, undecided.",
         .source = "the user's choice",
         .range = RealRange{-1e12, 1e12},
         .required = true});
    key("source", &BandChoice::source,
        {.sentence = "Where the band comes from.", .source = "the user's choice", .absent = "not said"});
  }
};

/// A key and what something lays over it: a switch that is off, a point of a sweep.
struct KeySetting {
  std::string key;  ///< as the file names it: "price.post", "product.tent.affinity"
  Place place;      ///< of its name
  TomlValue value;
};

/// Something that can be taken out of the study, to see what of its answers stands without it: a [[switch]] table.
struct SwitchChoice {
  std::string name;
  std::vector<KeySetting> settings;

  /// Of a key that no switch sets.
  static std::string no_business(const std::string& key) {
    return "a switch sets " + key +
           "; expected keys of the world or the run: what is compared, and how, stays what it is; remove it";
  }

  template <class Key>
  static void keys(Key&& key) {
    key.section(
        "switch",
        "Something that can be taken out of the study; one table each, with the keys that take it out beside its "
        "name, of scope `run` or `world`. The claims are judged without it, too, in worlds and by chance that "
        "are the same.",
        Scope::output, true);
    key("name", &SwitchChoice::name,
        {.kind = Kind::name,
         .sentence = "Names it in tables and results.",
         .source = "the user's choice",
         .required = true});
  }
};

/// How the points of a sweep lie.
enum class SweepDesign : std::uint8_t { grid, zip, latin_hypercube, sobol, saltelli, morris, file };
constexpr auto names_of(SweepDesign) {
  using D = SweepDesign;
  return std::array{
      Named{D::grid, "grid"},   Named{D::zip, "zip"},           Named{D::latin_hypercube, "latin-hypercube"},
      Named{D::sobol, "sobol"}, Named{D::saltelli, "saltelli"}, Named{D::morris, "morris"},
      Named{D::file, "file"}};
}
/// Whether the points are drawn: they fill the space between the ends of each key.
constexpr bool is_drawn(SweepDesign design) {
  return design != SweepDesign::grid && design != SweepDesign::zip && design != SweepDesign::file;
}

/// A key that a sweep changes, and the values it takes: listed, or between two ends.
struct SweptKey {
  std::string key;                     ///< as the file names it: "price.post", "arm.many-small.feed.length"
  Place place;                         ///< of its name
  std::vector<TomlValue> values = {};  ///< empty: between the ends
  TomlValue from = {}, to = {};        ///< numbers or durations, both included
  bool logarithmic = false;            ///< equal ratios between neighbours, not equal differences
  std::uint32_t steps = 0;             ///< values on a grid; 0: not said
};

/// What changes from one point of the study to the next: [sweep].
struct SweepChoice {
  SweepDesign design = SweepDesign::grid;
  std::uint32_t points = 64;
  std::uint32_t levels = 4;
  std::filesystem::path file;
  std::vector<SweptKey> swept;

  /// Of a key that is the same at all points.
  static std::string no_business(const std::string& key) {
    return "a sweep changes " + key +
           "; expected keys of the world or the run but those that the tables of the result are laid out by: tiers, "
           "the lengths of a tick, of time.measure and of time.followup, how posts spread, and names; remove it";
  }

  template <class Key>
  static void keys(Key&& key) {
    const Condition points_drawn =
        only_with<SweepChoice>("sweep.design = \"latin-hypercube\", \"sobol\", \"saltelli\" or \"morris\"",
                               [](const SweepChoice& sweep) { return is_drawn(sweep.design); });
    key.section("sweep",
                "Keys that take several values in one study, which is then run at each point. Beside the keys here "
                "stand those that are swept, of scope `run` or `world`, as a list of values or between two ends: "
                "`price.post = [0, 50, 200]`, `campaign.one.budget = {from = 100, to = 10_000, steps = 5, scale = "
                "\"log\"}`.",
                Scope::world);
    key("design", &SweepChoice::design,
        {.sentence = "Which values come together: every combination (grid); the first of each, the second of each "
                     "(zip); points spread over the space between the ends, each value of a key in a stratum of its "
                     "own (latin-hypercube; McKay, Beckman, Conover 1979) or evenly (sobol; Sobol' 1967); the points "
                     "that Sobol indices are estimated from (saltelli; Saltelli et al. 2010) or elementary effects "
                     "(morris; Morris 1991); or the rows of a file.",
         .source = "the user's choice"});
    key("points", &SweepChoice::points,
        {.sentence = "How many: points (latin-hypercube, sobol), base points, each of which makes two more than there "
                     "are keys (saltelli), or trajectories, each of one point more than there are keys (morris).",
         .source = "assumption",
         .range = WholeRange{2, 100'000},
         .unit = "points",
         .only = points_drawn});
    key("levels", &SweepChoice::levels,
        {.sentence = "Values that each key may take.",
         .source = "Morris 1991",
         .range = WholeRange{4, 100},
         .unit = "values",
         .only = only_with<SweepChoice>("sweep.design = \"morris\"",
                                        [](const SweepChoice& sweep) { return sweep.design == SweepDesign::morris; })});
    key("file", &SweepChoice::file,
        {.sentence = "A table of points (CSV): its header names the keys, each row has a value for each, as the "
                     "scenario would write it.",
         .source = "the user's choice",
         .absent = "none",
         .only = only_with<SweepChoice>("sweep.design = \"file\"",
                                        [](const SweepChoice& sweep) { return sweep.design == SweepDesign::file; })});
  }
};

/// One point of a sweep.
struct SweepPoint {
  std::string name;                  ///< "price.post=50", or "p17" where that would be long
  std::vector<KeySetting> settings;  ///< in the order of the swept keys
};

/// Whether the study has switches: what conditions ask.
struct SwitchesGiven {
  bool any = false;
};

/// Whether the study may stop before all replicates are run.
struct StopsEarly {
  bool any = false;
};

/// Which switches are off together.
enum class Attribution : std::uint8_t { none, leave_one_out, shapley };
constexpr auto names_of(Attribution) {
  return std::array{Named{Attribution::none, "none"}, Named{Attribution::leave_one_out, "leave-one-out"},
                    Named{Attribution::shapley, "shapley"}};
}

/// What the claims are judged by. Nothing is judged unless an arm is named.
struct ClaimsChoice {
  std::string micro = "micro";
  std::string mega = "mega";
  std::string arm;
  std::string silent_arm;
  std::string micro_arm;
  std::string mega_arm;
  double margin = 0.1;
  Attribution attribution = Attribution::leave_one_out;

  bool any() const { return !arm.empty() || !micro_arm.empty(); }

  template <class Key>
  static void keys(Key&& key) {
    const Condition claims_judged = only_with<ClaimsChoice>("claims.arm, or claims.micro_arm and claims.mega_arm",
                                                            [](const ClaimsChoice& claims) { return claims.any(); });
    key.section("claims", "What the claims are judged by, each at the level adjusted over all of them.", Scope::output);
    key("arm", &ClaimsChoice::arm,
        {.kind = Kind::name,
         .sentence = "Arm in which the claims about the population are judged: engagement per first look (2) and, with "
                     "feed.holdout or output.shadow, amplification (3).",
         .source = "the user's choice",
         .absent = "they are not judged"});
    key("silent_arm", &ClaimsChoice::silent_arm,
        {.kind = Kind::name,
         .sentence = "Arm that is like claims.arm, but that nobody answers: claim 1 holds what answers do for the "
                     "engagement per first look of the one tier against what they do for that of the other.",
         .source = "the user's choice",
         .absent = "claim 1 is not judged"});
    key("micro_arm", &ClaimsChoice::micro_arm,
        {.kind = Kind::name,
         .sentence =
             "Arm that pays the smaller accounts: claims 4 and 5 hold its incremental conversions per impression "
             "and per money (5: or engagement per money, where nothing is sold) ...",
         .source = "the user's choice",
         .absent = "claims 4 and 5 are not judged"});
    key("mega_arm", &ClaimsChoice::mega_arm,
        {.kind = Kind::name,
         .sentence = "... against those of this arm, which pays the larger ones.",
         .source = "the user's choice",
         .absent = "claims 4 and 5 are not judged"});
    key("micro", &ClaimsChoice::micro,
        {.sentence = "Tier that the claims are made about.", .source = "the founding essay", .only = claims_judged});
    key("mega", &ClaimsChoice::mega,
        {.sentence = "Tier that it is held against.", .source = "the founding essay", .only = claims_judged});
    key("margin", &ClaimsChoice::margin,
        {.sentence = "Ratios from 1 - margin to 1 + margin make no material difference.",
         .source = "assumption",
         .range = RealRange{0.001, 0.9},
         .only = claims_judged});
    key("attribution", &ClaimsChoice::attribution,
        {.sentence =
             "Which switches are tried, and which are off together: none, each by itself, or all combinations of at "
             "most six, which tells what each does whatever the others (Shapley 1953). Each set is a study of "
             "the arms that the claims name.",
         .source = "the user's choice",
         .only = only_with<SwitchesGiven>("[[switch]]", [](const SwitchesGiven& given) { return given.any; })});
  }
};

/// A study, understood and checked: what one scenario file asks for.
struct Scenario {
  std::string path;                    ///< as named by the user
  std::string text;                    ///< the file as given
  std::vector<std::string> overrides;  ///< what was laid over it: `key=value`
  std::string
      understood;  ///< as written, before scaling: every key with its value, as TOML: reading it gives the same study
  std::string runs_understood;  ///< the same, of those keys alone that runs hang on: where it and the files that keys
                                ///< name are equal, a replicate has equal records, whatever is compared in the end
  std::vector<std::string> campaign_places;  ///< where the table of each campaign begins: "study.toml:12:1"
  std::uint32_t format = 1;
  std::string title;
  std::uint32_t replicates = 10;
  double until = -1;  ///< half-width at which the study stops; -1: not before all replicates are run
  Redraw redraw;
  double drift = 0.02;  ///< tolerated
  GraphChoice graph;
  WorldParameters world;  ///< scaled: follower counts, fees and budgets of a world that stands for a larger one are
                          ///< smaller than written
  RunParameters run;      ///< the scenario's own: warm-up runs under it
  std::vector<Arm> arms;
  std::vector<std::uint32_t> campaign_draws;  ///< of each campaign, where these arms are not all that decide it: see
                                              ///< `draws_by_campaign`
  std::vector<ContrastChoice> contrasts;
  std::vector<BandChoice> bands;
  std::vector<SwitchChoice> switches;
  ClaimsChoice claims;
  RecordOptions output;
  SweepChoice sweep;
  std::vector<SweepPoint> points;  ///< of the sweep; empty: there is none, and one point, the study itself
  std::vector<Scenario> at;        ///< the study at each of them
  std::vector<KeySetting> laid;    ///< what its point lays over it, if it is the study at one
  std::string infeasible;          ///< why its money is too little, as far as the keys tell; empty: they do not

  template <class Key>
  static void keys(Key&& key) {
    key.section("", "The study as a whole.", Scope::world);
    key("format", [](Scenario & scenario) -> auto& { return scenario.format; },
        {.sentence = "Version of the scenario format that the file is written in.",
         .source = "this program",
         .range = WholeRange{1, 1},
         .required = true});
    key("title", &Scenario::title,
        {.sentence = "The question, in one line, for tables and plots.",
         .source = "the user's choice",
         .scope = Scope::output});
    key("seed", [](Scenario & scenario) -> auto& { return scenario.world.seed; },
        {.sentence = "Names every random draw of the study: equal seeds give equal bits.",
         .source = "the user's choice, never the program's",
         .range = WholeRange{},
         .required = true});
    key("replicates", &Scenario::replicates,
        {.sentence = "Independent runs of every arm; the unit of every interval.",
         .source = "assumption",
         .range = WholeRange{1, 10'000},
         .unit = "runs"});
    Condition given = only_with<StopsEarly>("a value", [](const StopsEarly& stops) { return stops.any; });
    given.lenient = true;  // what is wrong with the value is told by it
    key("until", &Scenario::until,
        {.sentence = "Runs no more replicates once half of the 95 % interval of the first ratio of the first "
                     "[[contrast]], on the scale of logarithms, is at most this at every point: 0.1 is some 10 % to "
                     "either side. It looks at 20, 30, 45, 68, ... replicates, whatever they say.",
         .source = "the user's choice",
         .range = RealRange{0, 10, true},
         .unit = "log units",
         .absent = "all replicates are run",
         .only = given});
    key("redraw", &Scenario::redraw,
        {.kind = Kind::streams,
         .sentence = "What each replicate draws anew: who follows whom, who is paid, what posts are about, what users "
                     "are and do; the rest is that of replicate 0.",
         .source = "assumption"});
    key("drift", &Scenario::drift,
        {.sentence = "How far mean engagement and mean trust of a tier may move from the last but one day of the "
                     "warm-up to the last; a study in which they move more is marked as not settled.",
         .source = "assumption",
         .scope = Scope::output,
         .range = RealRange{0.0001, 1},
         .unit = "share"});
  }
};

/// A file that a key names.
struct NamedFile {
  std::string key;  ///< "graph.file"
  std::filesystem::path path;
};
/// Those that the keys of the study name, in the order of the keys, and those that its switches name
/// (`switch.NAME.graph.file`).
std::vector<NamedFile> named_files(const Scenario& scenario);
/// The files that the study is made of: the scenario's own, and those that its keys name.
std::vector<std::filesystem::path> input_files(const Scenario& scenario);

/// Users over the users that they stand for; 1 for a world that stands for itself.
double scale_of(const GraphChoice& graph);

/// The study at each of its points: itself, where nothing is swept.
std::vector<const Scenario*> studies_of(const Scenario& scenario);

/// Whether the arm runs one of the classic models.
inline bool is_classic(const Arm& arm) { return arm.run.diffusion.model != DiffusionModel::feed; }

/// Whether some arm runs the feed model.
bool runs_feeds(const Scenario& scenario);

/// The products that the campaigns of an arm sell, ascending by name.
std::vector<std::string> products_of(const Scenario& scenario, const RunParameters& run);
/// Whether the arm of this name sells something, and looks or clicks move who buys it.
bool sells(const Scenario& scenario, const std::string& arm);

/// Whether the replicates have a warm-up under the feed model: for arms that go on from it, or for campaigns that look
/// at what accounts did in it.
bool warms_up(const Scenario& scenario);
/// How many warm-ups a replicate has: the one that is shared, if it is needed, and those of arms that have their own.
std::uint32_t warmups_of(const Scenario& scenario);
/// Whether that which is shared is needed.
bool shares_warmup(const Scenario& scenario);

/// How many choices of accounts the arm is run for: one where its deals are the same in all.
std::uint32_t draws_of(const Scenario& scenario, const Arm& arm);
/// Of each campaign, how many choices are made in each world: the most that an arm which pays for it is run for, and as
/// many as those need whose choices differ by its money alone, or that take it from one that no arm pays; 1 for others.
std::vector<std::uint32_t> draws_by_campaign(const Scenario& scenario);

}  // namespace grapevine
