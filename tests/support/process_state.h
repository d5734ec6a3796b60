// What proc(5), stat, says of a process that need not be this one's child.
#pragma once

#include <sys/types.h>

#include <fstream>
#include <string>

namespace taskgate::test {

// Its line; empty where there is no such process.
inline std::string stat_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  return line;
}

// 'S' sleeps, 'T' is stopped, 'Z' has ended and was not reaped.
inline bool is_in_state(char state, const std::string& stat) {
  return stat.find(std::string(") ") + state + ' ') != std::string::npos;
}

}  // namespace taskgate::test
