// Text for a terminal: coloured words, paragraphs, tables. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taskgate::cli {

struct TextStyle {
  bool colours = false;
  std::size_t width = 80;  // that long sentences are broken at
  std::size_t height = 0;  // lines that there is room for; 0: as many as there are
};

// The text with spaces behind it, `width` characters in all.
std::string padded(std::string text, std::size_t width);

class Writer {
 public:
  // `style` outlives it.
  explicit Writer(const TextStyle& style) : style_(style) {}

  void line(const std::string& text = "") { text_ += text + "\n"; }
  // `codes` of SGR, as "1;32"; the text as it is where there are no colours.
  std::string coloured(const char* codes, const std::string& text) const;
  // A paragraph, its lines broken at spaces and behind `margin` spaces. Control characters are
  // escaped.
  void paragraph(std::string_view text, std::size_t margin);

  using Row = std::vector<std::string>;
  // Columns as wide as their widest cell; the first row is the head.
  void table(const std::vector<Row>& rows);

  // Written so far.
  std::size_t lines() const;

  std::string take() { return std::move(text_); }

 private:
  const TextStyle& style_;
  std::string text_;
};

// Takes out the columns in which no row but the head has anything.
void leave_out_empty_columns(std::vector<Writer::Row>& rows);

}  // namespace taskgate::cli
