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

// "1000 ms" was told of 0.9996 s, "1 min" of 119 s, and "59 min" of one second less than an hour.
TEST_CASE("Spans are told as finely as they matter, by the unit that they are rounded to") {
  const auto [seconds, words] = GENERATE(table<double, std::string>(
      {{-1, "under 1 ms"}, {0, "under 1 ms"},  {0.00099, "under 1 ms"}, {0.001, "1 ms"},
       {0.0123, "12 ms"},  {0.9994, "999 ms"}, {0.9996, "1 s"},         {1, "1 s"},
       {1.04, "1 s"},      {1.46, "1.5 s"},    {9.94, "9.9 s"},         {9.96, "10 s"},
       {12.4, "12 s"},     {59.4, "59 s"},     {59.6, "1 min"},         {89, "1 min"},
       {90, "2 min"},      {119, "2 min"},     {180, "3 min"},          {3569, "59 min"},
       {3570, "1 h"},      {3599, "1 h"},      {7499, "2 h 5 min"},     {86369, "23 h 59 min"},
       {86370, "1 d"},     {95400, "1 d 3 h"}}));
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
