#pragma once

#include "graph/base/described.hpp"

/// What authors do for the trust of their readers, what readers make of it, and what money does to it. Run scope, all
/// neutral by default. docs/model.md 7.13 to 7.15.
namespace grapevine {

/// Authors answer comments, as many a day as they can: all alike, whatever their follower counts.
struct AnswersParameters {
  double per_day = 0.0;
  double spread = 0.0;
  Tick patience = 144;

  bool neutral() const { return per_day == 0.0; }

  template <class Key>
  static void keys(Key&& key) {
    Condition given = only_with<AnswersParameters>("answers.per_day above 0",
                                                   [](const AnswersParameters& answers) { return !answers.neutral(); });
    given.lenient = true;
    key.section("answers", "Authors answer replies to their posts, as many a day as they can.", Scope::run);
    key("per_day", &AnswersParameters::per_day,
        {.sentence = "Answers that an author can give in a day, the same for all whatever their follower counts; 0: "
                     "nobody answers.",
         .source = "assumption (neutral)",
         .range = RealRange{0, 1e6},
         .unit = "answers per author and day",
         .scales = true});
    key("spread", &AnswersParameters::spread,
        {.sentence = "Standard deviation of the log of that number over authors, drawn without a look at their "
                     "follower counts; 0: all alike.",
         .source = "assumption (neutral)",
         .range = log_spread_range,
         .unit = "log units",
         .only = given});
    key("patience", &AnswersParameters::patience,
        {.kind = Kind::duration,
         .sentence = "A reply that has waited longer is not answered any more.",
         .source = "assumption",
         .range = durations_from(60),
         .only = given});
  }
};

/// How far readers trust authors, what moves that, and what it does.
struct TrustParameters {
  double effect = 0.0;
  double start = 0.5;
  double stranger = automatic;  ///< automatic: `start`
  double answered = 0.0;
  double bystander = 0.0;
  double sponsored = 0.0;
  double half_life = 0.0;  ///< ticks; 0: nothing fades

  double of_strangers() const { return stranger == automatic ? start : stranger; }
  bool moves() const { return answered != 0.0 || bystander != 0.0 || sponsored != 0.0; }
  /// Trust that was won before an arm branched still acts where nothing moves it any more.
  bool neutral() const { return !moves() && effect == 0.0; }

  template <class Key>
  static void keys(Key&& key) {
    Condition present = only_with<TrustParameters>(
        "trust.effect, trust.answered, trust.bystander, trust.sponsored or trust.stranger",
        [](const TrustParameters& trust) { return !trust.neutral() || trust.stranger != automatic; });
    present.lenient = true;
    key.section("trust", "How far readers trust authors: what moves it, and what it does.", Scope::run);
    key("effect", &TrustParameters::effect,
        {.sentence = "Difference that full trust makes to no trust.",
         .source = "assumption (neutral)",
         .range = logit_range,
         .unit = "logits"});
    key("start", &TrustParameters::start,
        {.sentence = "Trust of a follower in an author with whom nothing has happened, 0 to 1.",
         .source = "assumption",
         .range = probability_range,
         .only = present});
    key("stranger", &TrustParameters::stranger,
        {.kind = Kind::number_or_auto,
         .sentence = "The same of a reader who does not follow the author; \"auto\": as followers.",
         .source = "assumption (neutral)",
         .range = probability_range});
    key("answered", &TrustParameters::answered,
        {.sentence = "Share of what is missing to full trust that an answer of the author to the reader's own reply "
                     "closes.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "share"});
    key("bystander", &TrustParameters::bystander,
        {.sentence = "The same of the first look at a post on which an answer of the author to anybody can be read.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "share"});
    key("sponsored", &TrustParameters::sponsored,
        {.sentence = "Share of trust that the first look at a paid post of the author takes.",
         .source = "assumption (neutral)",
         .range = probability_range,
         .unit = "share"});
    key("half_life", &TrustParameters::half_life,
        {.kind = Kind::duration,
         .sentence = "Time in which half of what was won or lost is gone; \"0\": it stays.",
         .source = "assumption",
         .range = durations_from(0),
         .only = present});
  }
};

/// How readers take to posts that are paid for.
struct SponsorshipParameters {
  double reaction = 0.0;

  bool neutral() const { return reaction == 0.0; }

  template <class Key>
  static void keys(Key&& key) {
    key.section("sponsorship", "How readers take to posts that are paid for.", Scope::run);
    key("reaction", &SponsorshipParameters::reaction,
        {.sentence = "What a reader's odds of acting on a paid post differ by, beside what it does to trust.",
         .source = "assumption (neutral)",
         .range = logit_range,
         .unit = "logits"});
  }
};

}  // namespace grapevine
