// Sources that answer from a Status in a variable.
#pragma once

#include "admin/server.h"
#include "observe/sample_status.h"

namespace taskgate::admin {

class TestSources {
 public:
  std::optional<observe::Status> status = observe::sample_status();
  std::optional<observe::Status> shallow = observe::sample_status();
  std::optional<std::string> yaml = "limit: 12\n";
  observe::Metrics metrics{{"spawn"}};

  Sources sources() {
    return {[this] { return status; }, [this] { return shallow; }, [this] { return yaml; },
            &metrics};
  }
};

inline const config::Address kAnyPort{"127.0.0.1", 0};

}  // namespace taskgate::admin
