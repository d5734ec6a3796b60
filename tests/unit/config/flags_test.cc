#include "config/flags.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/config/world.h"

namespace taskgate::config {
namespace {

using test::errors_of;
using test::loaded;
using test::World;
using Lines = std::vector<std::string>;

World with_flags(std::vector<std::string> flags) {
  World world;
  world.flags = std::move(flags);
  return world;
}

TEST_CASE("the main keys are flags") {
  const Config config =
      loaded(with_flags({"--listen", ":1", "--upstream=coder:2", "--admin", "127.0.0.1:3",
                         "--limit=4", "--tmux-socket", "/run/a", "--tmux-socket=/run/b",
                         "--tmux-match", "a,b", "--log-level", "error"}))
          .config;
  CHECK(config.listen == Address{"::", 1});
  CHECK(config.upstream == Address{"coder", 2});
  CHECK(config.admin == Address{"127.0.0.1", 3});
  CHECK(config.limit == 4);
  CHECK(config.tmux.socket == Lines{"/run/a", "/run/b"});
  CHECK(config.tmux.match == Lines{"a,b"});
  CHECK(config.log.level == log::Level::error);
}

TEST_CASE("every key is a flag, in its path's spelling too") {
  for (const char* flag : {"--tmux-on-unknown=admit", "--tmux.on_unknown=admit"}) {
    CHECK(loaded(with_flags({flag})).config.tmux.on_unknown == OnUnknown::admit);
  }
}

TEST_CASE("a switch may stand without a value") {
  CHECK(loaded(with_flags({"--forwarded"})).config.forwarded);
  CHECK(loaded(with_flags({"--forwarded", "--limit", "1"})).config.forwarded);
  CHECK(loaded(with_flags({"--forwarded", "true"})).config.forwarded);
  CHECK_FALSE(loaded(with_flags({"--forwarded=false"})).config.forwarded);
}

TEST_CASE("wrong flags are errors that say what is allowed") {
  struct Row {
    std::vector<std::string> flags;
    const char* error;
  };
  const Row rows[] = {
      {{"--limit", "x"}, "--limit: 'x' is not a whole number; use a whole number from 0 to 100000"},
      {{"--limit", "-1"},
       "--limit: '-1' is not a whole number; use a whole number from 0 to 100000"},
      {{"--limit="}, "--limit: '' is not a whole number; use a whole number from 0 to 100000"},
      {{"--limit"}, "--limit: has no value; use a whole number from 0 to 100000"},
      {{"--limit", "--forwarded"}, "--limit: has no value; use a whole number from 0 to 100000"},
      {{"--limit=1", "--limit=2"}, "--limit: is given twice"},
      {{"--limt=1"}, "--limt: unknown flag; did you mean --limit?"},
      {{"--tmux_onunknown=admit"},
       "--tmux_onunknown: unknown flag; did you mean --tmux-on-unknown?"},
      {{"--verbose"},
       "--verbose: unknown flag; use a key's path with dashes, such as --tmux-on-unknown"},
      {{"serve"}, "'serve': is not a flag; flags begin with --"},
      {{"-l"}, "'-l': is not a flag; flags begin with --"},
      {{"-limit", "3"}, "'-limit': is not a flag; did you mean --limit?"},
      {{"-tmux.match=a"}, "'-tmux.match=a': is not a flag; did you mean --tmux.match?"},
      {{"--limt", "3"}, "--limt: unknown flag; did you mean --limit?"},
      {{"--"}, "'--': is not a flag; flags begin with --"},
      {{"--config"}, "--config: has no value; use the path of the configuration file"},
      {{"--config="}, "--config: is empty; name a file, or leave it out"},
      {{"--tmux-match="},
       "--tmux-match: '' is empty; use one or more patterns of session names, with *, ? and [...]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.error);
    CHECK(errors_of(with_flags(row.flags)) == Lines{row.error});
  }
}

TEST_CASE("the file can be named once") {
  World world = test::with_file("");
  world.flags.push_back("--config=config.yaml");
  CHECK(errors_of(world) == Lines{"--config: is given twice"});
}

}  // namespace
}  // namespace taskgate::config
