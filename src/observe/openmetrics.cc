#include "observe/openmetrics.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace taskgate::observe {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view kTotal = "_total";

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '"':
        out += "\\\"";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out += c;
    }
  }
}

void append_number(std::string& out, double value) {
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

// A bucket's bound in the canonical spelling: a whole number keeps its ".0".
std::string bound(double value) {
  std::string text;
  append_number(text, value);
  if (text.find_first_of(".eI") == std::string::npos) text += ".0";
  return text;
}

// One sample line; `le` is the bound of a bucket, empty elsewhere.
void append_sample(std::string& out, std::string_view name, const ClientMetric& metric,
                   std::string_view le, double value) {
  out += name;
  char separator = '{';
  const auto append_label = [&](std::string_view label, std::string_view text) {
    out += separator;
    out += label;
    out += "=\"";
    append_escaped(out, text);
    out += '"';
    separator = ',';
  };
  for (const auto& label : metric.label) append_label(label.name, label.value);
  if (!le.empty()) append_label("le", le);
  if (separator == ',') out += '}';
  out += ' ';
  append_number(out, value);
  out += '\n';
}

void append_histogram(std::string& out, const std::string& name, const ClientMetric& metric) {
  const auto& histogram = metric.histogram;
  for (const auto& bucket : histogram.bucket) {
    append_sample(out, name + "_bucket", metric, bound(bucket.upper_bound),
                  static_cast<double>(bucket.cumulative_count));
  }
  append_sample(out, name + "_count", metric, "", static_cast<double>(histogram.sample_count));
  append_sample(out, name + "_sum", metric, "", histogram.sample_sum);
}

void append_metric(std::string& out, const MetricFamily& family, const ClientMetric& metric) {
  switch (family.type) {
    case MetricType::Counter:
      return append_sample(out, family.name, metric, "", metric.counter.value);
    case MetricType::Histogram:
      return append_histogram(out, family.name, metric);
    default:
      return append_sample(out, family.name, metric, "", metric.gauge.value);
  }
}

const char* type_name(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

void append_metadata(std::string& out, const MetricFamily& family) {
  std::string_view name = family.name;
  if (family.type == MetricType::Counter && name.ends_with(kTotal)) {
    name.remove_suffix(kTotal.size());
  }
  out.append("# TYPE ").append(name).append(" ").append(type_name(family.type)).append("\n");
  for (const std::string_view unit : {"seconds", "bytes"}) {
    if (!name.ends_with(unit)) continue;
    out.append("# UNIT ").append(name).append(" ").append(unit).append("\n");
  }
  out.append("# HELP ").append(name).append(" ");
  append_escaped(out, family.help);
  out += '\n';
}

}  // namespace

std::string to_openmetrics(const std::vector<MetricFamily>& families) {
  std::string out;
  for (const MetricFamily& family : families) {
    append_metadata(out, family);
    for (const ClientMetric& metric : family.metric) append_metric(out, family, metric);
  }
  out += "# EOF\n";
  return out;
}

}  // namespace taskgate::observe
