// The tasks that were made, in memory and as <state>/<id>/task.json. Any thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace taskgate::standin {

// "<unix seconds>-<8 hex digits>"
std::string new_task_id();
// UTC, as upstream writes created_at.
std::string timestamp();

inline std::string session_name(const std::string& task_id) {
  return "kube-coder-" + task_id;
}

class TaskStore {
 public:
  explicit TaskStore(std::filesystem::path folder);

  // Makes the task's folder and writes its record, which has a "task_id".
  void save(const boost::json::object& record);
  std::optional<boost::json::object> find(const std::string& id) const;
  boost::json::array all() const;
  void set_status(const std::string& id, const std::string& status);
  std::string log_file(const std::string& id) const;

 private:
  void write(const std::string& id, const boost::json::object& record) const;

  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::map<std::string, boost::json::object> records_;
};

}  // namespace taskgate::standin
