// SPDX-License-Identifier: Apache-2.0
// Orders from the command line: over the real socket, from another thread as from another process.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>
#include <future>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "bot/control/orders.hpp"
#include "bot/control/socket.hpp"
#include "tests/support/temp_dir.hpp"

using namespace plimsoll;
using namespace plimsoll::bot;
using nlohmann::json;

namespace {

/// Orders that are only noted.
struct Desk {
    std::vector<std::string> given;
    control::OrderServices services;

    Desk() {
        services.pause = [this](const std::string& wallet, auto span, const std::string& by, const auto& done) {
            given.push_back("pause " + wallet + ' ' + (span ? std::to_string(span->count()) : "for good") + " by " +
                            by);
            done(wallet == "main" ? Result<void>{} : fail(Errc::NotFound, "no wallet is named " + wallet));
        };
        services.resume = [this](const std::string& wallet, const std::string& by, const auto& done) {
            given.push_back("resume " + wallet + " by " + by);
            done({});
        };
        services.dry_run = [this](const std::string& wallet, bool dry, const std::string& by, const auto& done) {
            given.push_back((dry ? "dry-run " : "live ") + wallet + " by " + by);
            done(dry ? Result<void>{} : fail(Errc::Refused, wallet + " is a dry run by its configuration"));
        };
        services.acknowledge = [this](const std::string& which, const std::string& by) -> Result<std::size_t> {
            given.push_back("acknowledge " + which + " by " + by);
            return std::size_t{3};
        };
        services.alerts = [] {
            notify::AlertsNow out;
            out.open.push_back(notify::opened("k", {engine::AlertLevel::Critical, "stuck", "main", "x", false}, 5));
            out.open_total = 1;
            return out;
        };
        services.now_ms = [] { return std::int64_t{7}; };
    }
    json order(const std::string& line) {
        std::string out;
        control::obey(line, services, [&](std::string answer) { out = std::move(answer); });
        return json::parse(out);
    }
};

/// A socket that is served on a thread of its own.
class Served {
  public:
    Served(const TempDir& dir, control::ControlSocket::Handler handler,
           std::chrono::milliseconds patience = control::ControlSocket::kPatience)
        : path(control::socket_path(dir.root())) {
        auto opened = control::ControlSocket::open(io_.get_executor(), path, std::move(handler), patience);
        REQUIRE(opened);
        socket_ = *std::move(opened);
        thread_ = std::thread([this] { io_.run(); });
    }
    ~Served() {
        boost::asio::post(io_, [this] {
            socket_.reset();
            work_.reset();
        });
        thread_.join();
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    std::string path;

  private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::unique_ptr<control::ControlSocket> socket_;
    std::thread thread_;
};

}  // namespace

TEST_CASE("an order says what, of whom and who; its answer says what came of it") {
    Desk desk;
    CHECK(desk.order(R"({"order":"pause","wallet":"main","seconds":7200,"by":"anna"})")["ok"] == true);
    CHECK(desk.order(R"({"order":"pause","wallet":"main"})")["ok"] == true);
    CHECK(desk.order(R"({"order":"resume","wallet":"main","by":"a\nb"})")["ok"] == true);
    CHECK(desk.order(R"({"order":"acknowledge","which":"1a2b3c4d"})")["acknowledged"] == 3);
    CHECK(desk.given ==
          std::vector<std::string>{"pause main 7200000 by command line, anna", "pause main for good by command line",
                                   "resume main by command line, a b", "acknowledge 1a2b3c4d by command line"});
    desk.given.clear();
    CHECK(desk.order(R"({"order":"dry-run","wallet":"main","by":"anna"})")["ok"] == true);
    CHECK(desk.order(R"({"order":"live","wallet":"main","by":")" + std::string(100, 'a') + "\"}")["code"] == "refused");
    CHECK(desk.given == std::vector<std::string>{"dry-run main by command line, anna",
                                                 "live main by command line, " + std::string(40, 'a')});
    const auto refused = desk.order(R"({"order":"pause","wallet":"other"})");
    CHECK(refused["code"] == "not-found");
    CHECK(refused["error"] == "no wallet is named other");
    const auto alerts = desk.order(R"({"order":"alerts","by":"anna"})");
    CHECK(alerts["open"][0]["kind"] == "stuck");
    CHECK(alerts["now_ms"] == 7);
}

TEST_CASE("what is no order is answered so, and nothing happens") {
    Desk desk;
    for (const std::string line :
         {"", "x", "[]", "{}", R"({"order":"dance"})", R"({"order":7})", R"({"order":"pause","wallet":7})",
          R"({"order":"pause","wallet":"main","seconds":-1})", R"({"order":"pause","wallet":"main","seconds":"9"})",
          R"({"order":"resume","wallet":"main","seconds":9})", R"({"order":"pause","wallet":"main","force":"yes"})"}) {
        CAPTURE(line);
        CHECK(desk.order(line)["code"] == "decode");
    }
    CHECK(desk.given.empty());
}

TEST_CASE("a command reaches the daemon, whose socket is its own, and goes with it") {
    Desk desk;
    const TempDir dir;
    std::string path;
    {
        const Served served(dir, [&](const std::string& line, const control::ControlSocket::Answer& answer) {
            control::obey(line, desk.services, answer);
        });
        path = served.path;
        struct stat entry {};
        REQUIRE(::stat(path.c_str(), &entry) == 0);
        CHECK((entry.st_mode & 0777) == 0600);
        const auto answer = control::ask(path, R"({"order":"resume","wallet":"main"})");
        REQUIRE(answer);
        CHECK(json::parse(*answer)["ok"] == true);
        const auto large = control::ask(path, std::string(control::kOrderBytes, 'x'));
        REQUIRE_FALSE(large);
        CHECK(large.error().code == Errc::Range);
    }
    CHECK(::access(path.c_str(), F_OK) != 0);
    const auto gone = control::ask(path, "{}");
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code == Errc::NotFound);
}

TEST_CASE("a socket that a killed daemon left is taken over; a path that is too long is an error, not a truncation") {
    const TempDir dir;
    const std::string path = control::socket_path(dir.root());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), path.size());
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);  // NOLINT: bind(2)
    ::close(left);
    CHECK(control::ask(path, "{}").error().code == Errc::NotFound);
    boost::asio::io_context io;
    CHECK(control::ControlSocket::open(io.get_executor(), path, nullptr));
    const auto wrong = control::ControlSocket::open(io.get_executor(), dir.path(std::string(120, 'x')), nullptr);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == Errc::Io);
}

TEST_CASE("who is silent, and an order that is never answered, are closed after a while") {
    const TempDir dir;
    const Served served(
        dir, [](const std::string&, const control::ControlSocket::Answer&) {}, std::chrono::milliseconds(200));
    const auto closed = control::ask(served.path, "{}");
    REQUIRE_FALSE(closed);
    CHECK(closed.error().code == Errc::Io);  // by the daemon, long before the command gives up
    const int silent = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    served.path.copy(static_cast<char*>(address.sun_path), served.path.size());
    REQUIRE(::connect(silent, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);  // NOLINT
    pollfd ready{silent, POLLIN, 0};
    REQUIRE(::poll(&ready, 1, 5'000) == 1);
    char byte = 0;
    CHECK(::recv(silent, &byte, 1, 0) == 0);
    ::close(silent);
}

TEST_CASE("more than a few at once are closed, and who is silent keeps nobody waiting") {
    Desk desk;
    const TempDir dir;
    const Served served(dir, [&](const std::string& line, const control::ControlSocket::Answer& answer) {
        control::obey(line, desk.services, answer);
    });
    std::vector<int> silent;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    served.path.copy(static_cast<char*>(address.sun_path), served.path.size());
    for (std::size_t i = 0; i < control::ControlSocket::kConnections; ++i) {
        silent.push_back(::socket(AF_UNIX, SOCK_STREAM, 0));
        REQUIRE(::connect(silent.back(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);  // NOLINT
    }
    // Connections are accepted in the order in which they were made: the silent ones hold every place.
    CHECK_FALSE(control::ask(served.path, R"({"order":"resume","wallet":"main"})"));
    ::close(silent.back());
    silent.pop_back();
    Result<std::string> beside = fail(Errc::Internal, "");
    for (int tries = 0; tries < 500 && !beside; ++tries) {  // that it was closed is seen a moment later
        beside = control::ask(served.path, R"({"order":"resume","wallet":"main"})");
        if (!beside) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(beside);
    for (const int fd : silent) ::close(fd);
}
