// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/multiplexer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace plimsoll;
using namespace plimsoll::rpc;
using std::chrono::seconds;

namespace {

constexpr TimePoint at(int s) {
    return TimePoint{} + seconds(s);
}

Request make(std::string method, std::string params = "[]") {
    Request out;
    out.method = std::move(method);
    out.params = std::move(params);
    return out;
}

std::string frame(RequestId id, std::string_view method, std::string_view params = "[]") {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, params);
}
std::string result(RequestId id, std::string_view value) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, value);
}
std::string note(std::string_view subscription, int value) {
    return fmt::format(
        R"({{"jsonrpc":"2.0","method":"eth_subscription","params":{{"subscription":"{}","result":{}}}}})", subscription,
        value);
}

/// Events as one line, so that a test reads as a conversation.
std::string shown(const Events& events) {
    std::string out;
    for (const auto& [id, outcome] : events.completions) {
        const auto text =
            outcome ? std::string(outcome->value().raw())
                    : fmt::format("{}: {}", to_string(outcome.error().error.code), outcome.error().error.message);
        out += fmt::format("{}={};", id, text);
    }
    for (const auto& it : events.notes) {
        switch (it.kind) {
            case SubscriptionNote::Kind::Began:
                out += fmt::format("sub {} began;", it.handle);
                break;
            case SubscriptionNote::Kind::Item:
                out += fmt::format("sub {} item {};", it.handle, it.item.value().raw());
                break;
            case SubscriptionNote::Kind::Ended:
                out += fmt::format("sub {} ended;", it.handle);
                break;
            case SubscriptionNote::Kind::Refused:
                out += fmt::format("sub {} refused: {};", it.handle, it.error.message);
                break;
        }
    }
    for (const auto& fault : events.faults) out += "fault: " + fault + ";";
    return out;
}

std::string next(Multiplexer& mux) {
    return mux.next_frame().value_or("nothing");
}

Multiplexer opened(MultiplexerLimits limits = {}) {
    Multiplexer out(limits);
    out.open(at(0));
    return out;
}

}  // namespace

TEST_SUITE("multiplexer") {
    TEST_CASE("answers find their calls in any order") {
        auto mux = opened();
        CHECK(mux.submit(make("a", "[1]"), at(5)).value() == 1);
        CHECK(mux.submit(make("b"), at(5)).value() == 2);
        CHECK(next(mux) == frame(1, "a", "[1]"));
        CHECK(next(mux) == frame(2, "b"));
        CHECK(next(mux) == "nothing");
        CHECK(mux.in_flight() == 2);
        CHECK(shown(mux.on_frame(result(2, "\"two\""))) == "2=two;");
        CHECK(shown(mux.on_frame(result(1, "null"))) == "1=null;");
        CHECK(mux.waiting() == 0);
        CHECK(mux.in_flight() == 0);
        CHECK(mux.written() == 2);
    }

    TEST_CASE("N30 frames that fit nothing are told and harm nothing") {
        auto mux = opened();
        CHECK(mux.submit(make("a"), at(5)));
        CHECK(mux.submit(make("b"), at(5)));
        CHECK(next(mux) == frame(1, "a"));
        CHECK(shown(mux.on_frame(result(9, "1"))) == "fault: an answer to 9, which is no open call;");
        CHECK(shown(mux.on_frame(result(2, "1"))) ==
              "fault: an answer to 2, which is no open call;");  // not yet written
        CHECK(shown(mux.on_frame("{\"id\":1,\"resu")) == "fault: JSON: the text ends inside a string at byte 13;");
        CHECK(shown(mux.on_frame("")) == "fault: JSON: the text ends where a value should stand at byte 0;");
        CHECK(shown(mux.on_frame("[]")) == "fault: an empty batch;");
        CHECK(shown(mux.on_frame("[[]]")) == "fault: the message is no object;");
        CHECK(shown(mux.on_frame(std::string(100'000, '['))) == "fault: JSON: nested too deeply at byte 64;");
        CHECK(shown(mux.on_frame(note("0x1", 1))) == "fault: a notification of no subscription;");
        CHECK(shown(mux.on_frame(result(1, "1"))) == "1=1;");
        CHECK(shown(mux.on_frame(result(1, "1"))) == "fault: an answer to 1, which is no open call;");
        CHECK(mux.waiting() == 1);
    }

    TEST_CASE("N35 an answer of neither kind, and one of both") {
        auto mux = opened();
        CHECK(mux.submit(make("a"), at(5)));
        CHECK(mux.submit(make("b"), at(5)));
        next(mux);
        next(mux);
        CHECK(shown(mux.on_frame(R"({"id":1})")) == "1=decode: a: neither result nor error;");
        CHECK(shown(mux.on_frame(R"({"id":2,"result":1,"error":{"code":-1,"message":"no"}})")) ==
              "2=rpc: b: node error -1: no;");
    }

    TEST_CASE("deadlines, written or not") {
        MultiplexerLimits limits;
        limits.in_flight = 1;
        auto mux = opened(limits);
        CHECK_FALSE(mux.next_deadline());
        CHECK(mux.submit(make("a"), at(5)));
        CHECK(mux.submit(make("b"), at(3)));
        CHECK(mux.next_deadline() == at(3));
        CHECK(next(mux) == frame(1, "a"));
        CHECK(next(mux) == "nothing");
        CHECK(shown(mux.expire(at(2))).empty());
        CHECK(shown(mux.expire(at(3))) == "2=timeout: b: could not be sent in time;");
        CHECK(shown(mux.expire(at(5))) == "1=timeout: a: no answer in time;");
        CHECK(next(mux) == "nothing");
        CHECK(shown(mux.on_frame(result(1, "1"))) == "fault: an answer to 1, which is no open call;");
    }

    TEST_CASE("no more in flight and no more waiting than allowed") {
        MultiplexerLimits limits;
        limits.in_flight = 2;
        limits.queued = 2;
        auto mux = opened(limits);
        for (int i = 0; i < 2; ++i) CHECK(mux.submit(make("a"), at(5)));
        CHECK(mux.submit(make("b"), at(5)).error().message == "b: 2 requests are waiting for the node already");
        CHECK(next(mux) == frame(1, "a"));
        CHECK(next(mux) == frame(2, "a"));
        CHECK(mux.submit(make("a"), at(5)).value() == 3);
        CHECK(next(mux) == "nothing");
        mux.on_frame(result(1, "1"));
        CHECK(next(mux) == frame(3, "a"));
    }

    TEST_CASE("a request above the size of a frame") {
        MultiplexerLimits limits;
        limits.frame_bytes = 300;
        auto mux = opened(limits);
        const auto refused = mux.submit(make("a", '[' + std::string(300, ' ') + ']'), at(5));
        CHECK(refused.error().code == Errc::Refused);
        CHECK(mux.submit(make("a"), at(5)));
        CHECK(shown(mux.on_frame(std::string(301, ' '))) == "fault: a frame of 301 bytes, 300 are allowed;");
    }

    TEST_CASE("a cancelled call is neither written nor answered") {
        auto mux = opened();
        CHECK(mux.submit(make("a"), at(5)));
        CHECK(mux.submit(make("b"), at(5)));
        mux.cancel(1);
        CHECK(next(mux) == frame(2, "b"));
        mux.cancel(2);
        CHECK(mux.in_flight() == 0);
        CHECK(shown(mux.on_frame(result(2, "1"))) == "fault: an answer to 2, which is no open call;");
        CHECK_FALSE(mux.next_deadline());
    }

    TEST_CASE("N34 batches: partial, reordered, refused as a whole") {
        auto mux = opened();
        const auto batch = [&] {
            std::vector<Request> requests;
            requests.push_back(make("a"));
            requests.push_back(make("b"));
            return mux.submit_batch(std::move(requests), at(5)).value();
        };
        CHECK(batch() == std::vector<RequestId>{1, 2});
        CHECK(next(mux) == '[' + frame(1, "a") + ',' + frame(2, "b") + ']');
        CHECK(shown(mux.on_frame('[' + result(2, "2") + ']')) == "2=2;");
        CHECK(shown(mux.expire(at(5))) == "1=timeout: a: no answer in time;");
        batch();
        next(mux);
        CHECK(shown(mux.on_frame('[' + result(4, "4") + ',' + result(3, "3") + ']')) == "4=4;3=3;");
        batch();
        next(mux);
        CHECK(shown(mux.on_frame(R"({"id":null,"error":{"code":-32600,"message":"batch too large"}})")) ==
              "5=rpc: a: node error -32600: batch too large;6=rpc: b: node error -32600: batch too large;");
        CHECK(mux.submit_batch({}, at(5)).error().code == Errc::Range);
    }

    TEST_CASE("an error without an id is nobody's while several frames are open") {
        auto mux = opened();
        CHECK(mux.submit(make("a"), at(5)));
        CHECK(mux.submit(make("b"), at(5)));
        next(mux);
        next(mux);
        CHECK(shown(mux.on_frame(R"({"error":{"code":-32700,"message":"parse error"}})")) ==
              "fault: unknown call: node error -32700: parse error;");
        CHECK(mux.waiting() == 2);
    }

    TEST_CASE("N02 M18 after a loss reads are made again in their order, transactions are not") {
        auto mux = opened();
        CHECK(mux.submit(make("eth_call", "[1]"), at(5)));
        CHECK(mux.submit(make("eth_sendRawTransaction", "[\"0x01\"]"), at(5)));
        std::vector<Request> pair;
        pair.push_back(make("eth_getLogs", "[3]"));
        pair.push_back(make("eth_getLogs", "[4]"));
        CHECK(mux.submit_batch(std::move(pair), at(5)));
        for (int i = 0; i < 3; ++i) next(mux);
        CHECK(mux.submit(make("eth_sendRawTransaction", "[\"0x02\"]"), at(5)));  // not written: it may still go
        CHECK(shown(mux.on_frame(result(3, "[]"))) == "3=[];");
        CHECK(shown(mux.lost("reset")) ==
              "2=io: eth_sendRawTransaction: connection lost (reset); whether the node acted on it is unknown;");
        CHECK(next(mux) == "nothing");
        mux.open(at(1));
        CHECK(next(mux) == frame(1, "eth_call", "[1]"));
        CHECK(next(mux) == frame(4, "eth_getLogs", "[4]"));
        CHECK(next(mux) == frame(5, "eth_sendRawTransaction", "[\"0x02\"]"));
        CHECK(next(mux) == "nothing");
        CHECK(shown(mux.on_frame(result(1, "1"))) == "1=1;");
    }

    TEST_CASE("only what is urgent goes before the connection is open") {
        Multiplexer mux;
        CHECK(mux.submit(make("eth_call"), at(5)));
        CHECK(mux.submit_urgent(make("eth_chainId"), at(5)).value() == 2);
        CHECK(next(mux) == frame(2, "eth_chainId"));
        CHECK(next(mux) == "nothing");
        CHECK(shown(mux.on_frame(result(2, "\"0x1\""))) == "2=0x1;");
        mux.open(at(0));
        CHECK(next(mux) == frame(1, "eth_call"));
    }

    TEST_CASE("an endpoint that will not serve fails all that wait") {
        auto mux = opened();
        CHECK(mux.submit(make("a"), at(5)));
        next(mux);
        CHECK(mux.submit(make("b"), at(5)));
        CHECK(shown(mux.fail_all(Error{Errc::Mismatch, "wrong chain"})) ==
              "1=mismatch: a: wrong chain;2=mismatch: b: wrong chain;");
        CHECK(next(mux) == "nothing");
        CHECK(mux.in_flight() == 0);
    }

    TEST_CASE("N08 a subscription lives across connections under one handle") {
        auto mux = opened();
        CHECK(mux.subscribe("[\"newHeads\"]", at(0)).value() == 1);
        CHECK(next(mux) == frame(1, "eth_subscribe", "[\"newHeads\"]"));
        CHECK(shown(mux.on_frame(result(1, "\"0xa\""))) == "sub 1 began;");
        CHECK(shown(mux.on_frame(note("0xa", 1))) == "sub 1 item 1;");
        CHECK(shown(mux.on_frame(note("0xb", 1))) == "fault: a notification of no subscription;");
        CHECK(shown(mux.lost("reset")) == "sub 1 ended;");
        mux.open(at(1));
        CHECK(next(mux) == frame(2, "eth_subscribe", "[\"newHeads\"]"));
        CHECK(shown(mux.on_frame(note("0xb", 2))).empty());  // before the answer that tells the id
        CHECK(shown(mux.on_frame(note("0xc", 3))).empty());
        CHECK(shown(mux.on_frame(result(2, "\"0xb\""))) == "sub 1 began;sub 1 item 2;");
        CHECK(shown(mux.on_frame(note("0xb", 4))) == "sub 1 item 4;");
    }

    TEST_CASE("N04 N07 renewing ends the silent one and asks anew") {
        auto mux = opened();
        const auto handle = mux.subscribe("[\"newHeads\"]", at(0)).value();
        next(mux);
        mux.on_frame(result(1, "\"0xa\""));
        mux.renew(handle, at(40));
        CHECK(next(mux) == frame(2, "eth_unsubscribe", "[\"0xa\"]"));
        CHECK(next(mux) == frame(3, "eth_subscribe", "[\"newHeads\"]"));
        CHECK(shown(mux.on_frame(note("0xa", 7))).empty());  // kept in case, and dropped: another id was given
        CHECK(shown(mux.on_frame(result(2, "true"))).empty());
        CHECK(shown(mux.on_frame(result(3, "\"0xb\""))) == "sub 1 began;");
        mux.unsubscribe(handle, at(41));
        CHECK(next(mux) == frame(4, "eth_unsubscribe", "[\"0xb\"]"));
        CHECK(shown(mux.on_frame(note("0xb", 8))) == "fault: a notification of no subscription;");
    }

    TEST_CASE("a subscription refused, unanswered, or answered with nonsense") {
        auto mux = opened();
        const auto handle = mux.subscribe("[\"newHeads\"]", at(0)).value();
        next(mux);
        CHECK(shown(mux.on_frame(R"({"id":1,"error":{"code":-32601,"message":"no such method"}})")) ==
              "sub 1 refused: eth_subscribe: node error -32601: no such method;");
        mux.renew(handle, at(1));
        next(mux);
        CHECK(mux.next_deadline() == at(11));
        CHECK(shown(mux.expire(at(11))) == "sub 1 refused: eth_subscribe: no answer in time;");
        mux.renew(handle, at(12));
        next(mux);
        CHECK(shown(mux.on_frame(result(3, "5"))) ==
              "sub 1 refused: eth_subscribe: the node's answer is no subscription id;");
    }

    TEST_CASE("N08 N33 early notifications are bounded") {
        MultiplexerLimits limits;
        limits.early_notifications = 2;
        limits.subscriptions = 1;
        auto mux = opened(limits);
        CHECK(mux.subscribe("[]", at(0)));
        CHECK(mux.subscribe("[]", at(0)).error().code == Errc::Refused);
        next(mux);
        for (int i = 0; i < 4; ++i) CHECK(shown(mux.on_frame(note("0xa", i))).empty());
        CHECK(shown(mux.on_frame(result(1, "\"0xa\""))) == "sub 1 began;sub 1 item 2;sub 1 item 3;");
    }
}
