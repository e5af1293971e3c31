// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bot/console/board.hpp"
#include "bot/console/gate.hpp"
#include "bot/console/what_if.hpp"
#include "bot/http_server.hpp"
#include "bot/journal/journal.hpp"

namespace plimsoll::console {

/// What does not change while the daemon runs.
struct Facts {
    std::string name;  // of the daemon; empty: it has none
    std::string version;
    std::string commit;
    bool live{};  // mode of the file
    struct Wallet {
        std::string name;
        Address address;
        bool live{};  // by its configuration
    };
    std::vector<Wallet> wallets;
};

/// What the console asks of the daemon's loop. Each returns at once; its answer comes on any thread, once, or never
/// when the daemon ends.
struct Desk {
    std::function<void(Question, std::function<void(Result<WhatIf>)>)> what_if;
    std::function<void(std::function<void(std::vector<http::Check>)>)> checks;
    /// Stops acting for a wallet, for so long or until it is resumed; and resumes. Empty: this daemon cannot.
    std::function<void(std::string wallet, std::optional<std::chrono::seconds>, std::function<void(Result<void>)>)>
        pause{};
    std::function<void(std::string wallet, std::function<void(Result<void>)>)> resume{};
    /// Switches a wallet to a dry run, and back to what its configuration says.
    std::function<void(std::string wallet, bool dry, std::function<void(Result<void>)>)> dry_run{};
    /// Somebody takes care of one open alert, by its id or key, or with an empty name of all.
    std::function<void(std::string which, std::function<void(Result<std::size_t>)>)> acknowledge{};
};

/// The routes under /api/v1. Everything is answered on the console's own thread, from the board and a journal of its
/// own that only reads; only a what-if, the checks and orders go to the loop, at most kAtOnce of them at a time.
class Api {
  public:
    static constexpr std::size_t kAtOnce = 4;
    static constexpr std::size_t kRowsMost = 500;

    Api(boost::asio::any_io_executor executor, std::shared_ptr<Board> board, Gate gate, Facts facts, Desk desk,
        std::unique_ptr<journal::Journal> journal, std::function<std::int64_t()> now_ms);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    std::vector<http::Route> routes();
    /// Something has changed: pages are told.
    void wake();

  private:
    using Parameters = std::map<std::string, std::string>;
    http::Route read(std::string path, std::function<http::Response(const Parameters&)> body);
    http::Route later(std::string method, std::string path,
                      std::function<void(const http::Request&, const Parameters&, http::Answer)> body);
    http::Response status() const;
    http::Response positions(const Parameters& parameters) const;
    http::Response position(const Parameters& parameters) const;
    http::Response transactions(const Parameters& parameters) const;
    http::Response decisions(const Parameters& parameters) const;
    http::Response alerts(const Parameters& parameters) const;
    void ask_what_if(const Parameters& parameters, http::Answer answer);
    void ask_checks(http::Answer answer);
    void ask_pause(const http::Request& request, http::Answer answer);
    void ask_resume(const http::Request& request, http::Answer answer);
    void ask_dry_run(const http::Request& request, http::Answer answer);
    void ask_acknowledge(const http::Request& request, http::Answer answer);
    http::Response news();
    /// An answer that is made on the console's thread, and gives its place back.
    template <class Given>
    std::function<void(Given)> back(http::Answer answer, std::function<http::Response(const Given&)> make);

    boost::asio::any_io_executor executor_;
    std::shared_ptr<Board> board_;
    Gate gate_;
    Facts facts_;
    Desk desk_;
    std::unique_ptr<journal::Journal> journal_;
    std::function<std::int64_t()> now_ms_;
    std::vector<std::weak_ptr<http::Stream>> pages_;
    /// Questions under way. Those that ask the loop give their place back on its thread.
    std::shared_ptr<std::atomic<std::size_t>> asking_ = std::make_shared<std::atomic<std::size_t>>(0);
};

http::Response answer_of(const nlohmann::json& body);
/// The status that fits, and the words.
http::Response trouble(const Error& error);

template <class Given>
std::function<void(Given)> Api::back(http::Answer answer, std::function<http::Response(const Given&)> make) {
    // Counted by the guard, so that a question that is never answered gives its place back too.
    ++*asking_;
    const std::shared_ptr<void> place(nullptr, [asking = asking_](void*) { --*asking; });
    return [executor = executor_, answer = std::move(answer), make = std::move(make), place](Given given) {
        boost::asio::post(executor, [answer, make, given = std::move(given)] {
            try {
                answer(make(given));
            } catch (const std::exception&) {  // of the JSON library; the page is told, nothing else happens
                answer(refusal(500, "internal error"));
            }
        });
    };
}

}  // namespace plimsoll::console
