// What a request has done with and the next one needs again: to take it from the heap and give it
// back would cost as much as parsing a head. A few of each kind are kept; those of a crowd go back
// to the heap, and so does what has grown. Loop thread only.
#pragma once

#include <boost/container/static_vector.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "http/head.h"

namespace taskgate::proxy {

// The address sanitizer would not see who uses what was given back.
#ifdef __SANITIZE_ADDRESS__
inline constexpr std::size_t kKeptSpares = 0;
#else
inline constexpr std::size_t kKeptSpares = 64;
#endif

template <typename T>
class Spare {
 public:
  // A new T where none is kept.
  T take() {
    if (kept_.empty()) return T();
    T taken = std::move(kept_.back());
    kept_.pop_back();
    return taken;
  }
  void give(T done) {
    if (kept_.size() < kept_.capacity()) kept_.push_back(std::move(done));
  }
  void drop() { kept_.clear(); }

 private:
  boost::container::static_vector<T, kKeptSpares> kept_;
};

// Blocks of one size, in bytes.
class SpareBlocks {
 public:
  explicit SpareBlocks(std::size_t size) : size_(size) {}

  std::size_t size() const { return size_; }
  std::unique_ptr<char[]> take() {
    auto block = blocks_.take();
    return block ? std::move(block) : std::make_unique_for_overwrite<char[]>(size_);
  }
  void give(std::unique_ptr<char[]> block) { blocks_.give(std::move(block)); }
  void drop() { blocks_.drop(); }

 private:
  std::size_t size_;
  Spare<std::unique_ptr<char[]>> blocks_;
};

// Empty texts that keep their memory.
class SpareTexts {
 public:
  std::string take() { return texts_.take(); }
  void give(std::string text) {
    if (text.capacity() > kLargest) return;
    text.clear();
    texts_.give(std::move(text));
  }
  void drop() { texts_.drop(); }

 private:
  static constexpr std::size_t kLargest = 1024;

  Spare<std::string> texts_;
};

// Parsers of answers' heads, ready for the next one.
class SpareParsers {
 public:
  std::unique_ptr<http::ResponseParser> take() {
    auto parser = parsers_.take();
    return parser ? std::move(parser) : std::make_unique<http::ResponseParser>(kLimits);
  }
  void give(std::unique_ptr<http::ResponseParser> parser) {
    if (parser->bytes() > kLargest) return;
    parser->reset();
    parsers_.give(std::move(parser));
  }
  void drop() { parsers_.drop(); }

 private:
  // Bounds on the head of an answer. The upstream is trusted more than clients are, but not without
  // end.
  static constexpr http::HeadLimits kLimits{.bytes = 256 * 1024, .fields = 1000};
  static constexpr std::size_t kLargest = 4096;

  Spare<std::unique_ptr<http::ResponseParser>> parsers_;
};

// What a peer's receive buffer has at first, in bytes. Most requests fit into so little, and of a
// crowd each client has one.
inline constexpr std::size_t kBufferForRequests = 1024;
inline constexpr std::size_t kBufferForAnswers = 4 * 1024;

struct Spares {
  SpareBlocks request_buffers{kBufferForRequests};
  SpareBlocks answer_buffers{kBufferForAnswers};
  SpareTexts texts;
  SpareParsers parsers;

  // Gives all of them back to the heap.
  void drop() {
    request_buffers.drop();
    answer_buffers.drop();
    texts.drop();
    parsers.drop();
  }
};

}  // namespace taskgate::proxy
