#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The header of a table of text.
namespace grapevine {

using Fields = std::span<const std::string_view>;

/// Equal but for capitals.
bool same_word(std::string_view a, std::string_view b);

/// The place of the one column of that name; none if there is no such column or there are several. Capitals count only
/// if `exact`.
std::optional<std::size_t> column(Fields header, std::string_view name, bool exact = false);

/// Words that lists have above the columns of followers and followees: 'from' and 'to', and others.
bool are_column_words(std::string_view follower, std::string_view followee);

/// The fields for a message: the first dozen in quotes, each cut to 40 signs.
std::string quoted(Fields fields);

}  // namespace grapevine
