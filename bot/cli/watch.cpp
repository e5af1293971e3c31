// SPDX-License-Identifier: Apache-2.0
#include "bot/cli/watch.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "bot/cli/load_config.hpp"
#include "bot/cli/position_table.hpp"
#include "bot/cli/screen.hpp"
#include "bot/engine/text.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::bot::cli {

namespace {

namespace asio = boost::asio;

std::int64_t unix_now() {
    return unix_ms() / 1'000;
}

std::string utc(std::int64_t at) {
    const std::time_t seconds = at;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", parts);
}

std::string age_text(std::int64_t seconds) {
    return fmt::format("{} s", std::max<std::int64_t>(seconds, 0));
}

/// Looks at every chain by turns, and shows what there is: on the screen, or line by line.
class Watch {
  public:
    Watch(const Globals& globals, const PositionsCommand& command)
        : command_(command),
          io_(1),
          signals_(io_, SIGINT, SIGTERM, SIGHUP),
          resized_(io_, SIGWINCH),
          ticker_(io_),
          style_(Style::of(globals.color, STDOUT_FILENO)) {
        if (!command.json && ::isatty(STDOUT_FILENO) == 1) screen_.emplace();
        if (screen_ && !screen_->ok()) screen_.reset();
    }

    Result<void> run(std::vector<ChainLook> watched) {
        for (auto& one : watched) {
            states_.push_back({one.chain.name, {}, {}, {}, 0});
            TRY(auto views, ChainViews::connect(io_.get_executor(), std::move(one)));
            chains_.push_back(std::move(views));
        }
        for (std::size_t i = 0; i < chains_.size(); ++i) {
            pauses_.push_back(std::make_unique<asio::steady_timer>(io_));
            asio::co_spawn(io_, follow(i), asio::detached);
        }
        signals_.async_wait([this](const boost::system::error_code& error, int) {
            if (!error) stop();
        });
        if (screen_) {
            await_resize();
            read_keys();
            asio::co_spawn(io_, tick(), asio::detached);
        }
        io_.run();
        return {};
    }

  private:
    void stop() {
        stopped_ = true;
        boost::system::error_code ignored;
        signals_.cancel(ignored);
        resized_.cancel(ignored);
        ticker_.cancel();
        for (const auto& pause : pauses_) pause->cancel();
        if (keys_) keys_->cancel(ignored);
        for (const auto& chain : chains_) chain->stop();
    }

    Task<void> follow(std::size_t i) {
        while (!stopped_) {
            co_await look(i);
            if (stopped_) break;
            boost::system::error_code cancelled;
            pauses_[i]->expires_after(std::chrono::seconds(command_.every_seconds));
            co_await pauses_[i]->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        }
    }

    /// A failure leaves what was seen before, with its block.
    Task<void> look(std::size_t i) {
        WatchedState& state = states_[i];
        const auto block = co_await chains_[i]->block(std::nullopt);
        if (stopped_) co_return;
        if (block && state.block && block->hash == state.block->hash && state.trouble.empty()) co_return;
        Result<std::vector<PositionView>> views;
        if (block)
            views = co_await chains_[i]->read(*block);
        else
            views = tl::unexpected<Error>(block.error());
        if (stopped_) co_return;
        if (views) {
            state.block = *block;
            state.views = *std::move(views);
            state.trouble.clear();
        } else {
            if (state.trouble.empty()) state.trouble_since = unix_now();
            state.trouble = views.error().message;
        }
        show(state);
    }

    void show(const WatchedState& state) {
        if (screen_) {
            draw();
            return;
        }
        std::string text;
        if (!state.trouble.empty()) {
            fmt::print(stderr, "{} chain {}: {}\n", utc(unix_now()), state.chain, state.trouble);
            return;
        }
        auto views = state.views;
        sort_by_risk(views);
        if (command_.json) {
            nlohmann::json out = nlohmann::json::array();
            for (const auto& view : views) out.push_back(to_json(view));
            text = out.dump() + '\n';
        } else {
            for (const auto& view : views) text += utc(unix_now()) + ' ' + position_line(view) + '\n';
        }
        if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) stop();
    }

    void draw() const { screen_->show(watch_lines(states_, unix_now(), style_)); }

    /// Ages go on while no block comes.
    Task<void> tick() {
        while (!stopped_) {
            draw();
            boost::system::error_code cancelled;
            ticker_.expires_after(std::chrono::seconds(1));
            co_await ticker_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        }
    }

    void await_resize() {
        resized_.async_wait([this](const boost::system::error_code& error, int) {
            if (error) return;
            draw();
            await_resize();
        });
    }

    void read_keys() {
        keys_.emplace(io_, ::dup(screen_->keys()));
        next_key();
    }
    void next_key() {
        keys_->async_read_some(asio::buffer(&key_, 1), [this](const boost::system::error_code& error, std::size_t) {
            constexpr char kCtrlC = 3;
            if (error) return;
            if (key_ == 'q' || key_ == 'Q' || key_ == kCtrlC)
                stop();
            else
                next_key();
        });
    }

    const PositionsCommand& command_;
    asio::io_context io_;
    asio::signal_set signals_;
    asio::signal_set resized_;
    asio::steady_timer ticker_;
    Style style_;
    std::optional<Screen> screen_;
    std::optional<asio::posix::stream_descriptor> keys_;
    char key_ = 0;
    std::vector<std::unique_ptr<ChainViews>> chains_;
    std::vector<std::unique_ptr<asio::steady_timer>> pauses_;
    std::vector<WatchedState> states_;
    bool stopped_ = false;
};

}  // namespace

std::vector<std::string> watch_lines(const std::vector<WatchedState>& chains, std::int64_t now, const Style& style) {
    std::vector<PositionView> views;
    std::string where;
    std::vector<std::string> troubles;
    for (const auto& chain : chains) {
        views.insert(views.end(), chain.views.begin(), chain.views.end());
        if (chain.block)
            where += fmt::format(", {} block {} ({} old)", chain.chain, chain.block->number,
                                 age_text(now - static_cast<std::int64_t>(chain.block->timestamp)));
        else
            where += fmt::format(", {} not read yet", chain.chain);
        if (!chain.trouble.empty())
            troubles.push_back(fmt::format("{} {}: {} for {}", style.bad("no answer"), chain.chain, chain.trouble,
                                           age_text(now - chain.trouble_since)));
    }
    sort_by_risk(views);
    std::vector<std::string> out = {
        fmt::format("{} {}{}, {}", style.bold("plimsoll"), counted(views.size(), "position"), where, utc(now))};
    out.insert(out.end(), troubles.begin(), troubles.end());
    out.emplace_back();
    const std::string table = position_table(views, style);
    for (std::size_t at = 0; at < table.size();) {
        const auto end = table.find('\n', at);
        out.push_back(table.substr(at, end - at));
        at = end + 1;
    }
    out.emplace_back();
    out.push_back(style.dim("q ends"));
    return out;
}

ExitCode watch(const Globals& globals, const PositionsCommand& command, std::vector<ChainLook> watched) {
    Watch watch(globals, command);
    const auto done = watch.run(std::move(watched));
    if (done) return ExitCode::Done;
    say_error(globals, done.error().message);
    return ExitCode::Chain;
}

}  // namespace plimsoll::bot::cli
