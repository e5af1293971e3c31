// SPDX-License-Identifier: Apache-2.0
#include "bot/console/console.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <thread>

#include "bot/console/assets.hpp"
#include "bot/console/course_file.hpp"
#include "bot/log.hpp"
#include "bot/shell/signer_identity.hpp"
#include "config/loopback.hpp"
#include "config/secrets.hpp"

namespace plimsoll::console {

namespace {

constexpr std::chrono::minutes kKeepEvery{5};        // courses are written so often, and at the end
constexpr std::chrono::milliseconds kTogether{150};  // changes within this time are told in one

Result<Gate> open_gate(const config::Console& settings, std::function<std::int64_t()> now_ms) {
    if (!settings.token) return Gate::make(std::nullopt, std::move(now_ms));
    auto token = config::read_secret(*settings.token);
    if (!token) return fail(std::move(token).error(), "console.token");
    return Gate::make(token->text(), std::move(now_ms));
}

Result<std::shared_ptr<const rpc::HttpIdentity>> read_identity(const config::Console& settings) {
    config::Signer files;
    files.certificate = settings.certificate;
    files.key = settings.key;
    auto identity = bot::read_identity(files);
    if (!identity) return fail(std::move(identity).error(), "[console]");
    return identity;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> page_headers() {
    return {{"Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri "
             "'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types "
             "'none'"},
            {"Referrer-Policy", "no-referrer"},
            {"X-Frame-Options", "DENY"},
            {"Cross-Origin-Opener-Policy", "same-origin"},
            {"Cross-Origin-Resource-Policy", "same-origin"},
            {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"}};
}

std::vector<http::Route> page_routes() {
    std::vector<http::Route> out;
    for (const Asset& asset : assets()) {
        out.push_back({"GET", std::string(asset.path), [asset](const http::Request& request) {
                           http::Response response;
                           response.content_type = asset.content_type;
                           response.headers = {{"ETag", std::string(asset.etag)}, {"Cache-Control", "no-cache"}};
                           if (request.none_match == asset.etag)
                               response.status = 304;
                           else
                               response.body = asset.body;
                           return response;
                       }});
    }
    return out;
}

class Console::Impl {
  public:
    Impl(Parts parts, Gate gate, std::unique_ptr<journal::Journal> journal)
        : board_(parts.board),
          api_(io_.get_executor(), parts.board, std::move(gate), std::move(parts.facts), std::move(parts.desk),
               std::move(journal), parts.now_ms),
          course_path_(std::move(parts.course_path)),
          pause_(io_),
          keep_(io_) {}

    Result<void> listen(const config::Console& settings, const rpc::HttpIdentity* identity) {
        auto routes = page_routes();
        for (auto& route : api_.routes()) routes.push_back(std::move(route));
        http::Options options;
        options.headers = page_headers();
        // Nothing but the page's own files is given without the token there, and no other page has it.
        options.any_host = !config::listens_on_loopback(settings.listen) && settings.token.has_value();
        if (identity != nullptr) {
            const auto key = identity->key.view();
            options.tls = http::Tls{identity->certificate,
                                    {reinterpret_cast<const char*>(key.data()), key.size()}};  // NOLINT: PEM is text
        }
        auto server = http::Server::start(io_.get_executor(), settings.listen, std::move(routes), std::move(options));
        if (!server) return fail(std::move(server).error(), "console.listen");
        server_ = *std::move(server);
        const std::string host = settings.listen.substr(0, settings.listen.rfind(':'));
        url_ = fmt::format("{}://{}:{}/", identity != nullptr ? "https" : "http", host, server_->port());
        return {};
    }

    void run() {
        board_->on_change([this] { changed(); });
        keep_later();
        thread_ = std::thread([this] { serve(); });
    }

    void stop() {
        if (!thread_.joinable()) return;
        board_->on_change(nullptr);
        boost::asio::post(io_, [this] {
            server_.reset();
            pause_.cancel();
            keep_.cancel();
            keep();
            work_.reset();
        });
        thread_.join();
    }

    const std::string& url() const { return url_; }

  private:
    void keep() {
        if (course_path_.empty()) return;
        const auto written = write_courses(course_path_, board_->courses());
        if (!written) log::warn("the courses of health factors are not kept", {{"reason", written.error().message}});
    }
    void keep_later() {
        keep_.expires_after(kKeepEvery);
        keep_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            keep();
            keep_later();
        });
    }

    /// Whatever goes wrong with a page, the daemon goes on and so does the console.
    void serve() {
        for (bool ended = false; !ended;) {
            try {
                io_.run();
                ended = true;
            } catch (const std::exception& error) {
                log::error("the console failed to answer", {{"reason", error.what()}});
            }
        }
    }

    /// On any thread. One message is under way at a time.
    void changed() {
        if (told_.exchange(true)) return;
        boost::asio::post(io_, [this] {
            pause_.expires_after(kTogether);
            pause_.async_wait([this](boost::system::error_code error) {
                told_.store(false);
                if (!error) api_.wake();
            });
        });
    }

    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::shared_ptr<Board> board_;
    Api api_;
    std::string course_path_;
    boost::asio::steady_timer pause_;
    boost::asio::steady_timer keep_;
    std::unique_ptr<http::Server> server_;
    std::atomic<bool> told_{false};
    std::string url_;
    std::thread thread_;
};

Result<std::unique_ptr<Console>> Console::start(const config::Console& settings, Parts parts) {
    TRY(auto gate, open_gate(settings, parts.now_ms));
    TRY(const auto identity, read_identity(settings));
    auto journal = journal::Journal::open(parts.journal_path, journal::Access::Read);
    if (!journal) log::warn("the console shows no history", {{"reason", journal.error().message}});
    if (const auto courses = read_courses(parts.course_path))
        parts.board->restore(*courses);
    else if (courses.error().code != Errc::NotFound)
        log::warn("the course of health factors begins anew", {{"reason", courses.error().message}});
    auto impl = std::make_unique<Impl>(std::move(parts), std::move(gate),
                                       journal ? *std::move(journal) : std::unique_ptr<journal::Journal>());
    TRY_VOID(impl->listen(settings, identity.get()));
    impl->run();
    return std::unique_ptr<Console>(new Console(std::move(impl)));
}

Console::Console(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Console::~Console() {
    impl_->stop();
}
const std::string& Console::url() const {
    return impl_->url();
}
void Console::stop() {
    impl_->stop();
}

}  // namespace plimsoll::console
