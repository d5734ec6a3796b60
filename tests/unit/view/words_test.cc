#include "view/words.h"

#include "support/catch.h"

namespace taskgate::view {
namespace {

TEST_CASE("Ages are told in at most two units") {
  const auto [seconds, words] = GENERATE(table<int, std::string>({{-3, "0 s"},
                                                                  {0, "0 s"},
                                                                  {59, "59 s"},
                                                                  {60, "1 min"},
                                                                  {3599, "59 min"},
                                                                  {3600, "1 h"},
                                                                  {7500, "2 h 5 min"},
                                                                  {86400, "1 d"},
                                                                  {97200, "1 d 3 h"}}));
  CHECK(age_in_words(seconds) == words);
}

TEST_CASE("Spans below a minute are told as finely as they matter") {
  const auto [seconds, words] = GENERATE(table<double, std::string>({{0, "under 1 ms"},
                                                                     {0.0123, "12 ms"},
                                                                     {0.9999, "1000 ms"},
                                                                     {1, "1 s"},
                                                                     {1.46, "1.5 s"},
                                                                     {12.4, "12 s"},
                                                                     {180, "3 min"}}));
  CHECK(span_in_words(seconds) == words);
}

TEST_CASE("A time of another form than the gate's is shown as it came") {
  CHECK(time_in_words("2026-01-31T12:00:00.250Z") == "2026-01-31 12:00:00 UTC");
  CHECK(time_in_words("yesterday") == "yesterday");
}

TEST_CASE("A long name loses its middle, and no character is cut") {
  CHECK(cut_in_the_middle("kube-coder", 10) == "kube-coder");
  CHECK(cut_in_the_middle("kube-coders", 10) == "kube-\u2026ders");
  CHECK(cut_in_the_middle("\u00e4\u00f6\u00fc\u00df\u00e9\u00e8", 5) ==
        "\u00e4\u00f6\u2026\u00e9\u00e8");
  CHECK(cut_in_the_middle("\xff\x80\x80\x80\x80", 3) == "\xff\x80\x80\x80\x80");
}

}  // namespace
}  // namespace taskgate::view
