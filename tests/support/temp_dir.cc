#include "support/temp_dir.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/failure.h"

namespace taskgate::test {

TempDir::TempDir() {
  // The path stays short: a Unix socket's path has 107 bytes.
  const char* base = std::getenv("TMPDIR");
  std::string pattern = std::string(base && *base ? base : "/tmp") + "/taskgate-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) fail_errno("cannot make the folder " + pattern);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::write(std::string_view name, std::string_view text) const {
  const auto file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw Failure("cannot write " + file.string());
  return file.string();
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Failure("cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace taskgate::test
