// The status page for people: one document that needs nothing from anywhere else. The gate renders
// all of it, so it can be read without JavaScript; the script only takes what GET /events?page
// sends. Pure but for make_nonce(); any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/enumerators.h"
#include "observe/status.h"

namespace taskgate::admin {

// How the page lists those who hold a slot.
enum class Order : std::uint8_t { oldest_first, idle_first, by_origin };
inline constexpr auto kOrders = values_up_to<Order::by_origin>();

// What the page's address ends with for an order of its own: "?sort=idle"; empty for the first.
std::string_view query_of(Order order);

// A new unguessable value for each answer: only the page's own style and script bear it and may
// run.
std::string make_nonce();

// The Content-Security-Policy that goes with the page.
std::string page_policy(std::string_view nonce);

// `status` is unset where the loop did not answer in time.
std::string status_page(const std::optional<observe::Status>& status, std::string_view nonce,
                        Order order = Order::oldest_first);

// What stands in the page's <main>: a list of elements with an id each.
std::string page_state(const std::optional<observe::Status>& status,
                       Order order = Order::oldest_first);

// docs/runbook.md, so that an alarm can lead to what to do wherever the gate runs: the anchor of
// the alert TaskgateFull is "taskgatefull".
std::string runbook_page(std::string_view nonce);

}  // namespace taskgate::admin
