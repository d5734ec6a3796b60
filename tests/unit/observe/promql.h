// What a query of the rules or the dashboard asks for, as far as names go: enough to hold them
// against a scrape.
#pragma once

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "observe/exposed.h"

namespace taskgate::observe {

struct Matcher {
  std::string metric;
  std::string label;
  std::string value;
};

// Metrics of ours that a query names.
inline std::set<std::string> metrics_in(const std::string& query) {
  const std::regex name("\\b(?:taskgate|process)_[a-z_]+\\b");
  return {std::sregex_token_iterator(query.begin(), query.end(), name), {}};
}

// The matchers on them; `a=~"x|y"` is two.
inline std::vector<Matcher> matchers_in(const std::string& query) {
  std::vector<Matcher> all;
  const std::regex selector("\\b((?:taskgate|process)_[a-z_]+)\\{([^}]*)\\}");
  const std::regex matcher("([a-z_]+)(?:=|=~|!=|!~)\"([^\"]*)\"");
  const std::regex alternative("[^|]+");
  for (std::sregex_iterator at(query.begin(), query.end(), selector), end; at != end; ++at) {
    const std::string inside = (*at)[2];
    for (std::sregex_iterator one(inside.begin(), inside.end(), matcher); one != end; ++one) {
      const std::string values = (*one)[2];
      for (std::sregex_iterator each(values.begin(), values.end(), alternative); each != end;
           ++each) {
        all.push_back({(*at)[1], (*one)[1], each->str()});
      }
    }
  }
  return all;
}

// Each metric is exposed, each label is one of its own or of the target, each value is of the
// vocabulary in docs/metrics.md.
inline void check_query(const std::string& query) {
  INFO(query);
  static const ExposedFamilies families = exposed();
  static const std::string page = read_file(kRoot / "docs/metrics.md");
  static const std::set<std::string> target{"job", "instance", "namespace", "pod"};
  for (const std::string& name : metrics_in(query)) {
    INFO(name);
    CHECK(families.contains(family_of(name, families)));
  }
  for (const Matcher& matcher : matchers_in(query)) {
    INFO(matcher.metric << " " << matcher.label << " " << matcher.value);
    if (target.contains(matcher.label)) continue;
    const auto family = families.find(family_of(matcher.metric, families));
    REQUIRE(family != families.end());
    CHECK(family->second.labels.contains(matcher.label));
    CHECK(page.find("`" + matcher.value + "`") != std::string::npos);
  }
}

}  // namespace taskgate::observe
