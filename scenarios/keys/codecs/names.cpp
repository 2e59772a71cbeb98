#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "graph/base/counted.hpp"
#include "graph/base/error.hpp"
#include "scenarios/keys/codec.hpp"

namespace grapevine {
namespace {

using Texts = std::vector<std::string>;

/// Those of the members that are texts which satisfy `fits`, each once.
struct ReadTexts {
  Texts good;
  bool all = true;  ///< no member had a mistake
};
template <class Fits>
ReadTexts read_texts(const Reading& reading, Fits fits, std::string_view what) {
  const TomlValue::List* members = reading.list();
  if (!members) return {{}, false};
  ReadTexts out;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < members->size(); ++i) {
    const TomlValue& member = (*members)[i];
    const auto* text = member.as<std::string>();
    if (!text || !fits(*text)) {
      reading.refuse_member(member, i + 1, what);
      out.all = false;
    } else if (!seen.insert(*text).second) {
      reading.add(member.place, fmt::format("{} names {} twice; expected each once; remove one", reading.context.label,
                                            found(member)));
      out.all = false;
    } else {
      out.good.push_back(*text);
    }
  }
  return out;
}

std::string in_list(const Texts& texts) {
  Texts quoted;
  for (const std::string& text : texts) quoted.push_back(in_quotes(text));
  return list_of_texts(quoted);
}

class Names : public Codec {
  void read(const Reading& reading) const override {
    reading.field<Texts>() = read_texts(reading, is_name, "a name of letters, digits, - and _").good;
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    return in_list(*static_cast<const Texts*>(field));
  }
  std::string expected(const Key&, bool) const override { return "a list of names, such as [\"one\"]"; }
  Json schema(const Key&) const override { return json_list(json_text_like(name_pattern), 0, 0, true); }
};

class Labels : public Codec {
  void read(const Reading& reading) const override {
    const auto printable = [](std::string_view text) {
      return !text.empty() && text.size() <= 64 &&
             std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    };
    ReadTexts read = read_texts(reading, printable, "a text of 1 to 64 characters");
    if (!read.all) return;
    if (read.good.empty() || read.good.size() > most_tiers)
      return reading.add(reading.value.place, fmt::format("{} has {}; expected 1 to {}", reading.context.label,
                                                          counted(read.good.size(), "entry", "entries"), most_tiers));
    reading.field<Texts>() = std::move(read.good);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    return in_list(*static_cast<const Texts*>(field));
  }
  std::string expected(const Key&, bool) const override {
    return fmt::format("a list of 1 to {} different texts", most_tiers);
  }
  Json schema(const Key&) const override { return json_list(json_some_text(), 1, most_tiers, true); }
};

class Columns : public Codec {
  using Pair = std::array<std::string, 2>;
  void read(const Reading& reading) const override {
    const ReadTexts read = read_texts(
        reading, [](std::string_view text) { return !text.empty(); }, "the name of a column");
    if (!read.all) return;
    if (read.good.size() != 2) return reading.refuse();
    reading.field<Pair>() = {read.good[0], read.good[1]};
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    const auto& columns = *static_cast<const Pair*>(field);
    return columns[0].empty() ? "" : in_list({columns[0], columns[1]});
  }
  std::string expected(const Key&, bool) const override {
    return "a list of two different column names, [follower, followed]";
  }
  Json schema(const Key&) const override { return json_list(json_some_text(), 2, 2, true); }
};

class Streams : public Codec {
  void read(const Reading& reading) const override {
    const ReadTexts read = read_texts(
        reading, [](std::string_view text) { return std::ranges::find(names(), text) != names().end(); },
        "one of " + choices_in_words(names()));
    if (!read.all) return;
    for (const auto& [name, drawn] : redraw_streams)
      reading.field<Redraw>().*drawn = std::ranges::find(read.good, name) != read.good.end();
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    Texts named;
    for (const auto& [name, drawn] : redraw_streams)
      if (static_cast<const Redraw*>(field)->*drawn) named.emplace_back(name);
    return in_list(named);
  }
  std::string expected(const Key&, bool) const override { return "a list of some of " + choices_in_words(names()); }
  Json schema(const Key&) const override { return json_list(json_choice(names()), 0, names().size(), true); }

  static const std::vector<std::string_view>& names() {
    static const std::vector<std::string_view> list = [] {
      std::vector<std::string_view> all;
      for (const auto& [name, drawn] : redraw_streams) all.push_back(name);
      return all;
    }();
    return list;
  }
};

class AccountsAsked : public Codec {
  void read(const Reading& reading) const override {
    auto& campaign = reading.field<CampaignParameters>();
    if (const auto* text = reading.value.as<std::string>()) {
      for (const auto& [choice, name] : names_of(AccountChoice{}))
        if (name == *text) {
          campaign.choose = choice;
          return;
        }
      return reading.refuse();
    }
    ReadTexts read = read_texts(
        reading, [](std::string_view text) { return !text.empty(); }, "the id of an account, in quotes");
    if (!read.all) return;
    if (read.good.empty()) return reading.refuse("name at least one");
    campaign.choose = AccountChoice::named;
    campaign.accounts = std::move(read.good);
  }
  std::string written(const Key&, const void* field, const WritingContext&) const override {
    const auto& campaign = *static_cast<const CampaignParameters*>(field);
    return campaign.choose == AccountChoice::named ? in_list(campaign.accounts)
                                                   : in_quotes(name_of_choice(campaign.choose));
  }
  std::string expected(const Key&, bool) const override {
    return choices_in_words(names()) + " or a list of account ids in quotes";
  }
  Json schema(const Key&) const override {
    return json_either(json_choice(names()), json_list(json_some_text(), 1, 0, true));
  }

  static std::vector<std::string_view> names() {
    std::vector<std::string_view> all;
    for (const auto& [choice, name] : names_of(AccountChoice{})) all.push_back(name);
    return all;
  }
};

}  // namespace

const Codec& names_codec(Kind kind) {
  static const Names names;
  static const Labels labels;
  static const Columns columns;
  static const Streams streams;
  static const AccountsAsked accounts;
  switch (kind) {
    case Kind::names:
      return names;
    case Kind::labels:
      return labels;
    case Kind::columns:
      return columns;
    case Kind::streams:
      return streams;
    default:
      GRAPEVINE_EXPECTS(kind == Kind::accounts);
      return accounts;
  }
}

}  // namespace grapevine
