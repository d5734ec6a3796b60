#include "tmux/assembly.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tmux/match.h"

namespace taskgate::tmux {

Listing Assembly::listing(TimePoint began, Question question, std::vector<SocketReport>& reports,
                          const std::vector<std::string>& match, OtherTmux other) {
  Listing listing;
  listing.question = question;
  listing.began = began;
  listing.other = other;
  listing.servers.reserve(reports.size());
  for (SocketReport& report : reports) {
    listing.servers.push_back(std::move(report.mark));
    if (report.failure && !listing.fault) {
      listing.fault = report.failure->fault;
      listing.detail = std::move(report.failure->detail);
    }
  }
  if (listing.known()) {
    if (!is_of(reports, match)) make(reports, match);
    listing.sessions = sessions_;
    listing.live = live_;
  }
  listing.ended = Clock::now();
  listing.wall = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return listing;
}

bool Assembly::is_of(const std::vector<SocketReport>& reports,
                     const std::vector<std::string>& match) const {
  return std::ranges::equal(reports, said_, {}, &SocketReport::said) && match == match_;
}

void Assembly::make(const std::vector<SocketReport>& reports,
                    const std::vector<std::string>& match) {
  std::vector<std::shared_ptr<const Said>> said;
  std::vector<Session> sessions;
  for (const SocketReport& report : reports) {
    const auto index = static_cast<std::uint32_t>(said.size());
    said.push_back(report.said);
    if (report.said == nullptr) continue;
    const std::size_t first = sessions.size();
    std::ranges::copy(report.said->sessions, std::back_inserter(sessions));
    for (std::size_t at = first; at < sessions.size(); ++at) sessions[at].socket = index;
  }
  for (const std::string& text : match) {
    const NamePattern pattern(text);
    for (Session& session : sessions) session.matches |= pattern.takes(session.name);
  }
  live_ = static_cast<int>(std::ranges::count(sessions, true, &Session::matches));
  said_ = std::move(said);
  match_ = match;
  sessions_ = std::move(sessions);
}

}  // namespace taskgate::tmux
