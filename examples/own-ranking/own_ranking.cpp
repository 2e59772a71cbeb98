// Grapevine with a ranking and a mechanism of one's own. Both have keys; no number of threads changes what they do.
#include "scenarios/commands/program.hpp"
#include "sim/feed/ranker_of.hpp"
#include "sim/tick/mechanism.hpp"

using namespace grapevine;

struct FamiliarParameters {
  double gain = 0.5, decay = 0.1;
  template <class Key>
  static void keys(Key&& key) {
    key("gain", &FamiliarParameters::gain,
        {.sentence = "Score for each earlier look at the author.", .source = "assumption", .range = RealRange{0, 100}});
    key("decay", &FamiliarParameters::decay,
        {.sentence = "Score lost per tick of age.", .source = "assumption", .range = RealRange{0, 100}});
  }
};

/// Authors whom the reader has looked at come first, young posts before old ones.
struct Familiar : RankingRule {
  static constexpr bool needs_history = true;
  FamiliarParameters own;
  explicit Familiar(const RankingGiven& given) : own(given.run.own.of<FamiliarParameters>("feed.familiar")) {}
  std::uint64_t key(const CandidateFacts& candidate) const {
    const double score = own.gain * candidate.history().looks - own.decay * candidate.age();
    return ranking_key(ordered_bits(static_cast<float>(score)), candidate.tie());
  }
};

struct FatigueParameters {
  double per_look = 0.0;
  template <class Key>
  static void keys(Key&& key) {
    key("per_look", &FatigueParameters::per_look,
        {.sentence = "What the odds of acting are divided by is 1 + this times the looks so far; 0: nobody tires.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 10}});
  }
};

/// Readers tire: whoever has looked much acts less. Keeps the looks of each reader of this part.
struct Fatigue : Mechanism {
  double per_look;
  std::vector<std::uint32_t> looks;
  Fatigue(double each, std::size_t readers) : per_look(each), looks(readers) {}
  void arrays(ArrayTable& table) override { table("fatigue.looks", "reader", looks); }
  bool weighs() const override { return true; }
  void weigh(const Given&, const Before&, const Session& session, std::span<const std::uint32_t>,
             std::span<double> odds) const override {
    for (double& factor : odds) factor /= 1.0 + per_look * looks[session.place];
  }
  void after_session(const Given&, const Before&, const Session& session, std::span<const Impression> seen,
                     std::vector<Message>&) override {
    looks[session.place] += static_cast<std::uint32_t>(seen.size());
  }
};

std::unique_ptr<Mechanism> make_fatigue(const MechanismGiven& given) {
  const double per_look = given.run.own.of<FatigueParameters>("fatigue").per_look;
  return per_look == 0.0 ? nullptr : std::make_unique<Fatigue>(per_look, given.readers.size());
}

int main(int argc, char** argv) {
  add_ranking<FamiliarParameters>(
      {.name = "familiar", .first = "authors looked at before, young posts first", .make = RankerOf<Familiar>::make},
      "What the familiar ranking weighs.");
  add_mechanism<FatigueParameters>({.name = "fatigue", .make = make_fatigue}, "How readers tire.");
  return program(argc, argv);
}
