// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/ws_endpoint.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/run_task.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;

namespace {

/// A connection that is a script: what must be written, what is then read. Fails at one step if told to.
struct Script {
    struct Turn {
        std::string expect;             // method that must be written next; empty: none
        std::vector<std::string> read;  // then received; "{id}" stands for the request's id
    };
    std::vector<Turn> turns;
    int fail_at = -1;  // step, counted over connect, every write and every read of the first connection

    std::vector<std::string> log;  // what went wrong, and each method written
    int steps = 0;
    int connects = 0;

    bool fails_now() { return connects == 1 && steps++ == fail_at; }
};

class ScriptedTransport : public Transport, public std::enable_shared_from_this<ScriptedTransport> {
  public:
    ScriptedTransport(boost::asio::any_io_executor executor, Script& script)
        : executor_(executor), script_(script), inbox_(std::make_shared<Mailbox<Result<std::string>>>(executor, 100)) {
        ++script_.connects;
    }

    Task<Result<void>> connect(std::chrono::milliseconds) override {
        if (script_.fails_now()) co_return fail(Errc::Io, "scripted connect failure");
        co_return Result<void>();
    }
    Task<Result<std::string>> read() override {
        auto item = co_await inbox_->take();
        if (!item) co_return fail(Errc::Cancelled, "closed");
        if (script_.fails_now()) co_return fail(Errc::Io, "scripted read failure");
        co_return *std::move(item);
    }
    void write(std::string message, WriteDone done) override {
        if (script_.fails_now()) {
            boost::asio::post(executor_, [done = std::move(done)] { done(fail(Errc::Io, "scripted write failure")); });
            return;
        }
        const auto document = JsonDocument::parse(message).value();
        const auto root = document->root();
        const std::string method(root.at("method")->raw());
        const std::string id(root.at("id")->raw());
        script_.log.push_back(method);
        for (const auto& turn : script_.turns) {
            if (turn.expect != method) continue;
            for (auto text : turn.read) {
                while (text.find("{id}") != std::string::npos) text.replace(text.find("{id}"), 4, id);
                inbox_->push(std::move(text));
            }
        }
        boost::asio::post(executor_, [done = std::move(done)] { done(Result<void>()); });
    }
    void ping() override { script_.log.emplace_back("ping"); }
    void on_pong(std::function<void()>) override {}
    void close() override { inbox_->close(); }

  private:
    boost::asio::any_io_executor executor_;
    Script& script_;
    std::shared_ptr<Mailbox<Result<std::string>>> inbox_;
};

EndpointOptions quick_options() {
    EndpointOptions out;
    out.chain_id = 1;
    out.life.chain_id = 1;
    out.deadline = std::chrono::milliseconds(3'000);
    out.random = [] { return 0.0; };  // the shortest pause
    return out;
}

std::shared_ptr<WsEndpoint> start(boost::asio::io_context& io, Script& script, EndpointOptions options) {
    const auto executor = io.get_executor();
    TransportFactory factory = [executor, &script]() -> Result<std::shared_ptr<Transport>> {
        return std::make_shared<ScriptedTransport>(executor, script);
    };
    auto endpoint = std::make_shared<WsEndpoint>(executor, std::move(options), std::move(factory), "ws://scripted");
    boost::asio::co_spawn(executor, endpoint->run(),
                          [endpoint](const std::exception_ptr& error) { REQUIRE_FALSE(error); });
    return endpoint;
}

Request make(std::string method) {
    Request out;
    out.method = std::move(method);
    return out;
}

std::string shown(const Outcome& outcome) {
    return outcome ? std::string(outcome->value().raw()) : fmt::format("{}", to_string(outcome.error().error.code));
}

Script node_script() {
    Script out;
    out.turns = {
        {"eth_chainId", {R"({"id":{id},"result":"0x1"})"}},
        {"eth_subscribe",
         {R"({"id":{id},"result":"0xs"})",
          R"({"method":"eth_subscription","params":{"subscription":"0xs","result":"head"}})"}},
        {"eth_call", {R"({"id":{id},"result":"0xca11"})"}},
        {"eth_sendRawTransaction", {R"({"id":{id},"result":"0xhash"})"}},
    };
    return out;
}

struct Heard {
    std::string call;
    std::string sent;
    std::string heads;
};

/// One conversation: subscribe, call, send, hear a head.
Task<void> converse(std::shared_ptr<WsEndpoint> endpoint, Heard& heard) {
    const auto subscription = endpoint->subscribe("[\"newHeads\"]");
    const auto call = co_await endpoint->request(make("eth_call"));
    heard.call = shown(call);
    const auto sent = co_await endpoint->request(make("eth_sendRawTransaction"));
    heard.sent = shown(sent);
    while (heard.heads.find("head") == std::string::npos) {
        const auto note = co_await subscription->next();
        if (!note) break;
        if (note->kind == SubscriptionNote::Kind::Item) heard.heads += note->item.value().raw();
        if (note->kind == SubscriptionNote::Kind::Began) heard.heads += "began ";
        if (note->kind == SubscriptionNote::Kind::Ended) heard.heads += "ended ";
    }
    endpoint->stop();
}

}  // namespace

TEST_SUITE("websocket endpoint") {
    TEST_CASE("a conversation in which nothing fails") {
        boost::asio::io_context io;
        auto script = node_script();
        Heard heard;
        const auto endpoint = start(io, script, quick_options());
        test::run(io, converse(endpoint, heard));
        CHECK(heard.call == "0xca11");
        CHECK(heard.sent == "0xhash");
        CHECK(heard.heads == "began head");
        CHECK(script.connects == 1);
        CHECK(fmt::format("{}", fmt::join(script.log, " ")) ==
              "eth_chainId eth_subscribe eth_call eth_sendRawTransaction");
        const auto stats = endpoint->stats();
        CHECK(stats.requests_sent == 4);
        CHECK(stats.answers == 2);
        CHECK(stats.notifications == 1);
        CHECK(stats.connections == 1);
    }

    /// The same conversation, losing the connection at each of its steps in turn. Whatever the step: the read is
    /// answered, the transaction is written at most once, and nobody waits for ever.
    TEST_CASE("N02 the conversation broken at every step") {
        int broken = 0;
        for (int step = 0; step < 40; ++step) {
            CAPTURE(step);
            boost::asio::io_context io;
            auto script = node_script();
            script.fail_at = step;
            Heard heard;
            const auto endpoint = start(io, script, quick_options());
            test::run(io, converse(endpoint, heard));
            CHECK(heard.call == "0xca11");
            CHECK((heard.sent == "0xhash" || heard.sent == "io"));
            CHECK(heard.heads.find("head") != std::string::npos);
            CHECK(std::count(script.log.begin(), script.log.end(), "eth_sendRawTransaction") <= 1);
            CHECK(script.connects <= 2);
            broken += script.steps > step ? 1 : 0;
        }
        CHECK(broken == 10);  // connect, four writes, five reads
    }

    TEST_CASE("N22 the wrong chain gets nothing but the question") {
        boost::asio::io_context io;
        auto script = node_script();
        auto options = quick_options();
        options.life.chain_id = 5;
        const auto endpoint = start(io, script, options);
        Outcome first;
        Outcome second;
        const auto ask = [](std::shared_ptr<WsEndpoint> it, Outcome& a, Outcome& b) -> Task<void> {
            a = co_await it->request(make("eth_call"));
            b = co_await it->request(make("eth_sendRawTransaction"));
            it->stop();
        };
        test::run(io, ask(endpoint, first, second));
        REQUIRE_FALSE(first);
        CHECK(first.error().error.code == Errc::Mismatch);
        CHECK(first.error().error.message == "eth_call: the node serves chain 1, not 5");
        REQUIRE_FALSE(second);
        CHECK(second.error().error.code == Errc::Mismatch);
        CHECK(std::count(script.log.begin(), script.log.end(), "eth_chainId") >= 1);
        CHECK(std::count(script.log.begin(), script.log.end(), "eth_call") == 0);
        CHECK(std::count(script.log.begin(), script.log.end(), "eth_sendRawTransaction") == 0);
    }

    TEST_CASE("a call that is not answered ends by its deadline, late answers harm nobody") {
        boost::asio::io_context io;
        auto script = node_script();
        const auto endpoint = start(io, script, quick_options());
        Outcome silent;
        Outcome answered;
        const auto ask = [](std::shared_ptr<WsEndpoint> it, Outcome& a, Outcome& b) -> Task<void> {
            Request request = make("eth_getBalance");
            request.deadline = std::chrono::milliseconds(5);
            a = co_await it->request(std::move(request));
            b = co_await it->request(make("eth_call"));
            it->stop();
        };
        test::run(io, ask(endpoint, silent, answered));
        REQUIRE_FALSE(silent);
        CHECK(silent.error().error.code == Errc::Timeout);
        CHECK(shown(answered) == "0xca11");
        CHECK(endpoint->stats().timeouts == 1);
    }

    TEST_CASE("many callers at once, each with its own answer") {
        boost::asio::io_context io;
        auto script = node_script();
        script.turns.push_back({"eth_getCode", {R"({"id":{id},"result":{id}})"}});
        const auto endpoint = start(io, script, quick_options());
        std::vector<std::string> answers;
        const auto ask = [](std::shared_ptr<WsEndpoint> it, std::vector<std::string>& out) -> Task<void> {
            const auto outcome = co_await it->request(make("eth_getCode"));
            out.push_back(shown(outcome));
            if (out.size() == 100) it->stop();
        };
        for (int i = 0; i < 99; ++i)
            boost::asio::co_spawn(io, ask(endpoint, answers), [](const std::exception_ptr&) {});
        const auto last = [&]() -> Task<void> {
            co_await ask(endpoint, answers);
            const auto requests = co_await endpoint->all(std::vector<Request>(3, make("eth_call")));
            CHECK(requests.size() == 3);
        };
        test::run(io, last());
        std::sort(answers.begin(), answers.end());
        CHECK(std::unique(answers.begin(), answers.end()) - answers.begin() ==
              static_cast<std::ptrdiff_t>(answers.size()));
        CHECK(answers.size() == 100);
    }

    TEST_CASE("stopping ends every wait") {
        boost::asio::io_context io;
        Script script;  // answers nothing, so the connection never goes live
        const auto endpoint = start(io, script, quick_options());
        Outcome outcome;
        Result<SubscriptionNote> note;
        const auto stop_soon = [](std::shared_ptr<WsEndpoint> it) -> Task<void> {
            it->stop();
            co_return;
        };
        const auto wait = [&]() -> Task<void> {
            const auto subscription = endpoint->subscribe("[]");
            boost::asio::co_spawn(io, stop_soon(endpoint), [](const std::exception_ptr&) {});
            outcome = co_await endpoint->request(make("eth_call"));
            note = co_await subscription->next();
        };
        test::run(io, wait());
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Errc::Cancelled);
        REQUIRE_FALSE(note);
        CHECK(note.error().code == Errc::Cancelled);
        CHECK(endpoint->stats().state == "stopped");
    }

    TEST_CASE("a caller that is cancelled goes on at once, and its late answer finds nobody") {
        boost::asio::io_context io;
        auto script = node_script();
        const auto endpoint = start(io, script, quick_options());
        boost::asio::cancellation_signal signal;
        Outcome outcome;
        bool over = false;
        const auto ask = [&]() -> Task<void> {
            outcome = co_await endpoint->request(make("eth_getBalance"));
            over = true;
        };
        boost::asio::co_spawn(io, ask(),
                              boost::asio::bind_cancellation_slot(signal.slot(), [](const std::exception_ptr&) {}));
        const auto body = [&]() -> Task<void> {
            const auto first = co_await endpoint->request(make("eth_call"));
            CHECK(shown(first) == "0xca11");
            CHECK(endpoint->stats().waiting == 1);
            signal.emit(boost::asio::cancellation_type::terminal);
            const auto second = co_await endpoint->request(make("eth_call"));
            CHECK(shown(second) == "0xca11");
            CHECK(endpoint->stats().waiting == 0);
            endpoint->stop();
        };
        test::run(io, body());
        CHECK(over);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Errc::Cancelled);
    }
}
