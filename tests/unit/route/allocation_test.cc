// Matching runs on every request: a miss must not allocate. This file replaces the test binary's
// operator new with one that counts.
#include <cstdlib>
#include <new>
#include <string>

#include "route/table.h"
#include "support/catch.h"

namespace {
thread_local std::size_t g_allocations = 0;

void* counted(std::size_t size) {
  ++g_allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
// Catch allocates with this one before main(); all of them must fit operator delete below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++g_allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace taskgate::route {
namespace {

std::size_t allocations_of_match(const Table& table, std::string_view method,
                                 std::string_view target) {
  const std::size_t before = g_allocations;
  const bool matched = table.match(method, target).has_value();
  const std::size_t after = g_allocations;
  REQUIRE_FALSE(matched);
  return after - before;
}

TEST_CASE("the counter sees allocations") {
  const std::size_t before = g_allocations;
  const std::string text(100, 'x');
  CHECK(g_allocations > before);
  CHECK(text.size() == 100);
}

TEST_CASE("a miss allocates nothing") {
  const std::string stack(400, '/');
  Rule own{"own", "POST", *Pattern::parse("/jobs/{id}"), {"/v1"}};
  own.spelling = Spelling::normalized;
  for (const Table& table : {kube_coder(), Table({own}, {})}) {
    for (const char* method : {"GET", "POST"}) {
      CHECK(allocations_of_match(table, method, "/api/claude/tasks/1755000000-abcdef01") == 0);
      CHECK(allocations_of_match(table, method, stack + "oauth/api/claude/tasksx") == 0);
      CHECK(allocations_of_match(table, method, "/api/x/%2e%2e/y;z/%2f?query=" + stack) == 0);
    }
  }
}

}  // namespace
}  // namespace taskgate::route
