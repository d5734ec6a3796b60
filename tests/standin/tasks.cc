#include "standin/tasks.h"

#include <ctime>
#include <fstream>
#include <random>

#include "standin/python_json.h"

namespace taskgate::standin {

std::string new_task_id() {
  // A device and not a generator: ids must differ between threads and between runs.
  std::random_device device;
  char text[40];
  std::snprintf(text, sizeof text, "%lld-%08x", static_cast<long long>(std::time(nullptr)),
                static_cast<unsigned>(device()));
  return text;
}

std::string timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

TaskStore::TaskStore(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
}

void TaskStore::save(const boost::json::object& record) {
  const std::string id = string_member(record, "task_id");
  std::filesystem::create_directory(folder_ / id);
  write(id, record);
  const std::lock_guard lock(mutex_);
  records_[id] = record;
}

std::optional<boost::json::object> TaskStore::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(id);
  if (found == records_.end()) return std::nullopt;
  return found->second;
}

boost::json::array TaskStore::all() const {
  const std::lock_guard lock(mutex_);
  boost::json::array out;
  for (const auto& [id, record] : records_) out.push_back(record);
  return out;
}

void TaskStore::set_status(const std::string& id, const std::string& status) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(id);
  if (found == records_.end()) return;
  found->second["status"] = status;
  write(id, found->second);
}

std::string TaskStore::log_file(const std::string& id) const {
  return (folder_ / id / "output.log").string();
}

void TaskStore::write(const std::string& id, const boost::json::object& record) const {
  std::ofstream(folder_ / id / "task.json") << python_json(record) << "\n";
}

}  // namespace taskgate::standin
