// A folder of its own below $TMPDIR (or /tmp), mode 0700, removed with all that is in it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace taskgate::test {

class TempDir {
 public:
  // Throws Failure when the folder cannot be made.
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

  // Writes a file below it, folders included, and gives its path.
  std::string write(std::string_view name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

// The whole of a file; throws Failure when it cannot be read.
std::string read_file(const std::string& path);

}  // namespace taskgate::test
