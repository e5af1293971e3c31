// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bot/console/api.hpp"
#include "config/settings.hpp"

namespace plimsoll::console {

/// The page for the operator: a server on a thread of its own, so that nobody who looks holds up the loop.
class Console {
  public:
    struct Parts {
        std::shared_ptr<Board> board;
        Facts facts;
        Desk desk;
        std::string journal_path;  // opened for reading; without it there is no history to show
        std::string course_path;   // where the courses of health factors are kept over restarts
        std::function<std::int64_t()> now_ms;
    };
    /// Reads token, certificate and key, and listens. Errc::Io when the port cannot be had; other errors are of the
    /// configuration.
    static Result<std::unique_ptr<Console>> start(const config::Console& settings, Parts parts);
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    /// "http://127.0.0.1:1877/"
    const std::string& url() const;
    /// Closes every connection and ends the thread. What is answered afterwards is dropped.
    void stop();

  private:
    class Impl;
    explicit Console(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The headers of every answer: no script, style, picture or connection from elsewhere, no page around it.
std::vector<std::pair<std::string, std::string>> page_headers();
/// The files of the page, by their exact paths; nothing is read from the disk.
std::vector<http::Route> page_routes();

}  // namespace plimsoll::console
