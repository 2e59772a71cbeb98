#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "scenarios/result/result.hpp"

namespace grapevine::test {

/// A small study in which no two numbers are equal, names are not ASCII, and doubles are missing here and there: 3
/// arms, 2 replicates, 3 tiers, 2 campaigns.
StudyResult sample_study();

/// One arm, one replicate, one tier; no campaign, so no paid account, tracked post, cascade or comparison.
StudyResult empty_study();

/// `posts` tracked posts with a cascade of one node each, in one run; their numbers do not compress.
StudyResult large_study(std::size_t posts);

/// A fresh folder, removed with everything in it.
class Folder {
public:
  Folder();
  ~Folder();
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  /// Names of what lies in it, sorted, each followed by a space.
  std::string listing() const;

private:
  std::filesystem::path path_;
};

/// What the error says that `action` throws; empty if it throws none.
std::string complaint_of(const std::function<void()>& action);

/// Whether `text` has `words` in it. (The matchers of the two versions of Catch2 have different names.)
inline bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

std::string bytes_of(const std::filesystem::path& file);

}  // namespace grapevine::test
