#include "gate/decision.h"

#include "base/names.h"

namespace taskgate::gate {
namespace {

constexpr auto kDecisionNames =
    names_up_to(Decision::withdrawn, {{Decision::admitted, "admitted"},
                                      {Decision::admitted_unknown, "admitted_unknown"},
                                      {Decision::observed, "observed"},
                                      {Decision::rejected, "rejected"},
                                      {Decision::unknown, "unknown"},
                                      {Decision::draining, "draining"},
                                      {Decision::unconfigured, "unconfigured"},
                                      {Decision::withdrawn, "withdrawn"}});

constexpr auto kReasonNames =
    names_up_to(RefusalReason::unconfigured, {{RefusalReason::full, "full"},
                                              {RefusalReason::promised, "promised"},
                                              {RefusalReason::class_full, "class_full"},
                                              {RefusalReason::line_full, "line_full"},
                                              {RefusalReason::unknown, "unknown"},
                                              {RefusalReason::blind, "blind"},
                                              {RefusalReason::draining, "draining"},
                                              {RefusalReason::unconfigured, "unconfigured"}});

}  // namespace

const char* name_of(Decision decision) {
  return kDecisionNames[decision];
}

bool passes(Decision decision) {
  return decision == Decision::admitted || decision == Decision::admitted_unknown ||
         decision == Decision::observed;
}

const char* name_of(RefusalReason reason) {
  return kReasonNames[reason];
}

}  // namespace taskgate::gate
