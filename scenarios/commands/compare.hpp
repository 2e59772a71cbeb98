#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scenarios/result/result.hpp"

/// What `grapevine compare` tells.
namespace grapevine {

/// Two arms of one study beside each other, whether its scenario asked for that contrast or not. Throws BadRequest for
/// names that no arm has.
std::string compare_arms(const StudyResult& study, const std::string& arm, const std::string& against);

/// The numbers that several studies have in common, ratios, rates and elasticities, side by side: each with its
/// interval, and how far it is from that of the first. Studies are named as the user named their files. Numbers that
/// not all of them have are counted below.
std::string compare_studies(const std::vector<std::pair<std::string, StudyResult>>& studies);

}  // namespace grapevine
