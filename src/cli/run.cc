// The gate as a process: who owns what, in which order it ends, and what the signals do.
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <cstring>
#include <exception>
#include <future>
#include <memory>
#include <utility>

#include "admin/server.h"
#include "base/log.h"
#include "base/version.h"
#include "cli/cli.h"
#include "cli/config_watch.h"
#include "cli/reloads.h"
#include "config/print.h"
#include "config/reload.h"
#include "net/inbox.h"
#include "observe/metrics.h"
#include "proxy/proxy.h"

namespace taskgate::cli {
namespace {

constexpr Duration kAskLoop = std::chrono::seconds(3);
// The part of it in which a listing may come. tmux.timeout may be longer, and a tmux that does not
// answer says nothing against the gate: then its state is told without.
constexpr Duration kAskTmux = kAskLoop / 2;

std::vector<std::string> class_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const config::Config::Class& each : config.classes) names.push_back(each.name);
  return names;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

void tell_warnings(const config::Loaded& loaded) {
  for (const std::string& line : loaded.warnings) {
    log::warning("config_warning").field("detail", line);
  }
}

// The file to watch, looked at before it was read.
struct WatchedFile {
  explicit WatchedFile(const Words& flags)
      : path(config::file_of(config::process_sources(flags))), mark(mark_of(path)) {}

  std::string path;
  FileMark mark;
};

// Set by the program, these stay as they are: else the largest buffer that was ever freed makes
// glibc keep as much, and each thread of the admin port has a heap of its own.
void keep_heap_small() {
  constexpr int kLarge = 128 * 1024;  // goes back to the system at once when it is freed
  constexpr int kHeaps = 2;           // the loop's, and one for all other threads
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
  ::mallopt(M_TRIM_THRESHOLD, kLarge);
  ::mallopt(M_ARENA_MAX, kHeaps);
}

// No thread of the gate is ever cancelled. Where one may be, glibc changes a word of it before and
// after each system call that can wait, by locked instructions; of the two states that one can be
// in without, this is the one that is safe.
void refuse_cancellation() {
  ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  ::pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
}

// Asio looks for the service of a new socket or timer by comparing names, the last service that was
// made first. Those of what requests and listings make come last here.
asio::io_context& with_services(asio::io_context& loop) {
  const asio::posix::basic_stream_descriptor<Executor> descriptor(loop);
  const UnixSocket unix_socket(loop);
  const Timer timer(loop);
  const TcpSocket socket(loop);
  return loop;
}

// The running gate. Members are destroyed in reverse: first the admin server, whose threads ask the
// loop, then the data plane, whose connections have ended by then, then the loop.
class Process {
 public:
  Process(Words flags, config::Loaded loaded, const WatchedFile& file)
      : flags_(std::move(flags)),
        start_(std::make_shared<const config::Config>(std::move(loaded.config))),
        faults_(std::move(loaded.faults)),
        metrics_(start_->routes.rule_names()),
        descriptors_(proxy::share_descriptors(proxy::raise_descriptor_limit())),
        loop_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),  // no other thread calls it: net/inbox.h
        signals_(loop_, SIGTERM, SIGINT, SIGHUP),
        inbox_(with_services(loop_)),
        proxy_(loop_, start_, metrics_, descriptors_),
        reloads_(start_->configured),
        watch_(loop_, file.path, file.mark, [this] { reload("file"); }),
        admin_(start_->admin, admin_sources(), {.connections = descriptors_.admin}) {
    metrics_.add_classes(class_names(*start_));
    signals_.add(SIGUSR1);
    signals_.add(SIGUSR2);
  }

  int run() {
    proxy_.start();
    watch_.start();
    announce();
    report_faults();
    wait_for_signal();
    loop_.run();
    stopping_ = true;
    log::info("stopped");
    return kOk;
  }

 private:
  void announce() {
    const auto local = proxy_.local_endpoint();
    const config::Config::Identity& identity = start_->identity;
    log::Event line = log::info("listening");
    line.field("address", config::to_string({local.address().to_string(), local.port()}))
        .field("admin", config::to_string({start_->admin.host, admin_.port()}))
        .field("upstream", config::to_string(start_->upstream))
        .field("limit", start_->limit)
        .field("version", kVersion)
        .field("pid", static_cast<int>(getpid()));
    if (!identity.pod.empty()) line.field("pod", identity.pod);
    if (!identity.name_space.empty()) line.field("namespace", identity.name_space);
    if (!identity.workspace.empty()) line.field("workspace", identity.workspace);
  }

  void wait_for_signal() {
    signals_.async_wait([this](ErrorCode error, int number) {
      if (error) return;
      on_signal(number);
      wait_for_signal();
    });
  }

  void on_signal(int number) {
    log::info("signal_received").field("signal", std::string("SIG") + sigabbrev_np(number));
    if (number == SIGHUP) return reload("signal");
    if (number == SIGUSR1) return proxy_.drain([this] { on_drained(); });
    if (number == SIGUSR2) return resume();
    terminate();
  }

  // The drain of a SIGTERM is final: whoever sent it counts on the end.
  void resume() {
    if (!terminating_) return proxy_.resume();
    log::warning("resume_refused")
        .field("detail", "SIGTERM has ended the gate, and its drain cannot be taken back");
  }

  // The first SIGTERM drains, or makes a drain short that has begun; the second ends the process at
  // once. In a pod the kubelet sends it, behind a drain of the preStop hook, after the workspace's
  // end, or else since this container alone is to go, and then the next gate waits for this one.
  void terminate() {
    const bool again = std::exchange(terminating_, true);
    const observe::Status status = proxy_.status();
    if (status.drained) return loop_.stop();
    if (again) return proxy_.stop();
    if (status.draining) return proxy_.hasten();
    proxy_.drain([this] { on_drained(); });
  }

  // After `taskgate drain` the process stays until SIGTERM, so that probes and scrapes go on.
  void on_drained() {
    if (terminating_) loop_.stop();
  }

  // Creates are refused until a reload brings a configuration that is right.
  void report_faults() {
    for (const std::string& line : faults_) log::error("unconfigured").field("detail", line);
    if (!faults_.empty()) reloads_.failed(joined(faults_));
  }

  void reload(const char* cause) {
    const auto loaded = config::load(config::process_sources(flags_, config::Patience::none));
    if (!loaded) return refuse_reload(loaded.error());
    const config::Config& running = proxy_.config();
    auto next = config::successor_of(running, *loaded);
    if (!next) return refuse_reload(next.error());
    tell_warnings(*loaded);
    for (const std::string& key : config::restart_only_changes(running, loaded->config)) {
      log::warning("config_needs_restart")
          .field("key", key)
          .field("detail", "this key only counts at the start: restart the gate to change it");
    }
    try {
      apply(std::make_shared<const config::Config>(std::move(*next)), cause);
    } catch (const std::exception& failure) {
      refuse_reload({{failure.what()}});
    }
  }

  void apply(std::shared_ptr<const config::Config> next, const char* cause) {
    metrics_.add_routes(next->routes.rule_names());
    metrics_.add_classes(class_names(*next));
    proxy_.reload(next);
    reloads_.succeeded();
    log::set_level(next->log.level);
    metrics_.config_reload(true);
    log::info("config_reloaded").field("cause", cause).field("limit", next->limit);
  }

  void refuse_reload(const config::Errors& errors) {
    metrics_.config_reload(false);
    for (const std::string& line : errors.lines) {
      log::error("config_reload_failed").field("detail", line);
    }
    reloads_.failed(joined(errors.lines));
  }

  observe::Status status() const {
    observe::Status status = proxy_.status();
    reloads_.describe(status);
    return status;
  }

  admin::Sources admin_sources() {
    const auto ask_status = [this](Duration patience) {
      return ask<observe::Status>([this](auto answer) { answer->set_value(status()); }, patience);
    };
    return {.status =
                [this, ask_status] {
                  const auto listed = [this](auto answer) {
                    proxy_.refresh([this, answer] { answer->set_value(status()); });
                  };
                  auto fresh = ask<observe::Status>(listed, kAskTmux);
                  return fresh ? std::move(fresh) : ask_status(kAskLoop - kAskTmux);
                },
            .shallow_status = [ask_status] { return ask_status(kAskLoop); },
            .config_yaml =
                [this] {
                  return ask<std::string>(
                      [this](auto answer) { answer->set_value(config::to_yaml(proxy_.config())); },
                      kAskLoop);
                },
            .metrics = &metrics_};
  }

  // Called on the admin server's threads: asks something on the loop and waits for the answer, but
  // not for a loop that has ended.
  template <typename Answer, typename Question>
  std::optional<Answer> ask(Question question, Duration patience) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto answer = promise->get_future();
    inbox_.put([question, promise] { question(promise); });
    const TimePoint deadline = Clock::now() + patience;
    while (answer.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
      if (stopping_ || Clock::now() >= deadline) return std::nullopt;
    }
    return answer.get();
  }

  Words flags_;
  std::shared_ptr<const config::Config> start_;
  const std::vector<std::string> faults_;
  observe::Metrics metrics_;
  const proxy::DescriptorShares descriptors_;
  asio::io_context loop_;
  asio::signal_set signals_;
  net::Inbox inbox_;  // what the admin server's threads ask
  proxy::Proxy proxy_;
  Reloads reloads_;
  ConfigWatch watch_;
  bool terminating_ = false;
  std::atomic<bool> stopping_ = false;
  admin::Server admin_;
};

}  // namespace

int run(const Words& words) {
  const WatchedFile file(words);
  auto loaded = load_to_serve(words);
  if (!loaded) return kUsage;
  signal(SIGPIPE, SIG_IGN);
  keep_heap_small();
  refuse_cancellation();
  log::set_level(loaded->config.log.level);
  tell_warnings(*loaded);
  try {
    return Process(words, std::move(*loaded), file).run();
  } catch (const std::exception& failure) {
    log::error("start_failed")
        .field("reason", failure.what())
        .field("detail",
               "the gate has ended; where an address is named, check that listen and admin are "
               "free addresses of this machine");
    std::fprintf(stderr, "taskgate: %s\n", failure.what());
    return kFailed;
  }
}

}  // namespace taskgate::cli
