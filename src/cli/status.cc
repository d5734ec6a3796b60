#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/time.h"
#include "base/version.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/events.h"
#include "cli/refusals_text.h"
#include "cli/running_gate.h"
#include "cli/status_text.h"
#include "view/status_members.h"

namespace taskgate::cli {
namespace {

namespace json = boost::json;

int complain(const std::string& problem) {
  std::fprintf(stderr, "taskgate: %s\n", printable(problem).c_str());
  return kFailed;
}

std::optional<json::value> parse_status(const std::string& text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return std::nullopt;
  return parsed;
}

std::string build(const std::string& version, const std::string& revision) {
  return version + " (" + revision + ")";
}

// What the other build calls by another name, or does not tell, is missing without a word.
void tell_of_another_build(const json::value& status) {
  const std::string gate = build(view::text(status, "/version"), view::text(status, "/revision"));
  const std::string own = build(kVersion, kRevision);
  if (gate == own) return;
  complain("the gate is " + gate + " and this command " + own +
           ": what only one of them knows is not shown. Run the command in the gate's container.");
}

// --- The terminal, if there is one

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool on_terminal() {
  return isatty(STDOUT_FILENO) == 1 && variable("TERM") != "dumb";
}

winsize terminal_size() {
  winsize size{};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  return size;
}

int terminal_rows() {
  const auto size = terminal_size();
  return size.ws_row > 0 ? size.ws_row : 24;
}

// Colours as the convention of no-color.org has it.
TextStyle style() {
  TextStyle style;
  if (!on_terminal()) return style;
  style.colours = variable("NO_COLOR").empty();
  if (const auto size = terminal_size(); size.ws_col > 0) style.width = size.ws_col;
  return style;
}

// False where it cannot be written; errno says why.
bool write(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

// --- Following

// Shows each state over the last one, and leaves the terminal as it was. Lines are cut at the edge
// and the text at the last line, so that nothing scrolls.
class Screen {
 public:
  Screen() { write("\x1b[?25l\x1b[?7l\x1b[2J"); }  // no cursor, no line breaks, empty
  ~Screen() { write("\x1b[?7h\x1b[?25h"); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  bool show(std::string_view text) {
    const int rows = terminal_rows();
    std::string frame = "\x1b[H";
    for (int row = 1; row < rows && !text.empty(); ++row) {
      const auto end = text.find('\n');
      frame += text.substr(0, end);
      frame += "\x1b[K\n";
      text.remove_prefix(end + 1);
    }
    return write(frame + (text.empty() ? "" : "...\x1b[K") + "\x1b[J");
  }
};

// Prints what has changed, each time on a line with the time.
class Lines {
 public:
  bool show(const std::string& line) {
    if (line == last_) return true;
    last_ = line;
    return write(format_wall_time(std::chrono::system_clock::now()) + " " + line + "\n");
  }

 private:
  std::string last_;
};

// Until what is shown cannot be written. The reason is still in errno then, for the words about a
// command whose output failed; the connection's end would have left another one there.
std::optional<std::string> watch(const config::Loaded& loaded, const OnEvent& show) {
  int problem = 0;
  auto why = follow(loaded.config.admin, [&](const Event& event) {
    const bool is_shown = show(event);
    problem = is_shown ? 0 : errno;
    return is_shown;
  });
  errno = problem;
  return why;
}

int watch_json(const config::Loaded& loaded) {
  const auto why = watch(loaded, [](const Event& event) {
    if (event.name == "status") return write(event.data + "\n");
    complain(event.data);
    return true;
  });
  return why ? no_gate(loaded, *why) : kOk;
}

int watch_lines(const config::Loaded& loaded) {
  Lines lines;
  const auto why = watch(loaded, [&](const Event& event) {
    const auto status = parse_status(event.data);
    return lines.show(status ? status_line(*status) : printable(event.data));
  });
  return why ? no_gate(loaded, *why) : kOk;
}

int watch_screen(const config::Loaded& loaded) {
  std::optional<std::string> why;
  {
    Screen screen;
    why = watch(loaded, [&](const Event& event) {
      const auto status = parse_status(event.data);
      TextStyle fitting = style();
      fitting.height = static_cast<std::size_t>(terminal_rows() - 1);
      return screen.show(status ? status_text(*status, fitting) : printable(event.data) + "\n");
    });
  }
  write("\n");
  return why ? no_gate(loaded, *why) : kOk;
}

using Text = std::string (*)(const json::value& status, const TextStyle& style);

int show_once(const config::Loaded& loaded, bool raw, Text text) {
  const auto body = get(loaded.config.admin, "/status");
  if (!body) return no_gate(loaded, body.error());
  if (raw) {
    write(*body);
    return kOk;
  }
  const auto status = parse_status(*body);
  if (!status) return no_gate(loaded, kNoStatus);
  write(text(*status, style()));
  tell_of_another_build(*status);
  return kOk;
}

}  // namespace

int status(const Words& words) {
  Words flags = words;
  const bool raw = take_flag(flags, "--json");
  const bool watch = take_flag(flags, "--watch");
  const bool refusals = take_flag(flags, "--refusals");
  if (refusals && (watch || raw)) {
    complain(
        "--refusals is a text of its own, told once: leave --watch and --json out (--json alone "
        "has it as refused_last_hour)");
    return kUsage;
  }
  const auto loaded = load_to_ask(flags);
  if (!loaded) return kUsage;
  if (!watch) return show_once(*loaded, raw, refusals ? refusals_text : status_text);
  if (raw) return watch_json(*loaded);
  return on_terminal() ? watch_screen(*loaded) : watch_lines(*loaded);
}

}  // namespace taskgate::cli
