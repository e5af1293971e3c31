// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/url.hpp"

#include <array>
#include <doctest/doctest.h>

using namespace plimsoll;
using rpc::Url;

TEST_SUITE("url") {
    TEST_CASE("parts") {
        struct Row {
            const char* text;
            const char* host;
            const char* port;
            const char* target;
            const char* shown;
            const char* full;
        };
        constexpr std::array kTable = {
            Row{"ws://localhost:8546", "localhost", "8546", "/", "ws://localhost:8546", "ws://localhost:8546/"},
            Row{"wss://node.example", "node.example", "443", "/", "wss://node.example", "wss://node.example/"},
            Row{"wss://node.example/v3/key?x=1#part", "node.example", "443", "/v3/key?x=1", "wss://node.example/…",
                "wss://node.example/v3/key?x=1"},
            Row{"http://[::1]:8545/", "::1", "8545", "/", "http://[::1]:8545", "http://[::1]:8545/"},
            Row{"https://me:pw@node.example:8443?key=k", "node.example", "8443", "/?key=k",
                "https://node.example:8443/…", "https://node.example:8443/?key=k"},
        };
        for (const auto& row : kTable) {
            CAPTURE(row.text);
            const auto url = Url::parse(row.text);
            REQUIRE(url);
            CHECK(url->host == row.host);
            CHECK(url->port == row.port);
            CHECK(url->target == row.target);
            CHECK(url->shown() == row.shown);
            CHECK(url->full() == row.full);
        }
        CHECK(Url::parse("wss://a")->is_tls());
        CHECK(Url::parse("wss://a")->is_socket());
        CHECK_FALSE(Url::parse("http://a")->is_tls());
        CHECK_FALSE(Url::parse("https://a")->is_socket());
    }

    TEST_CASE("credentials") {
        // RFC 7617 section 2.
        CHECK(Url::parse("http://Aladdin:open%20sesame@a")->basic_authorization() ==
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        CHECK(Url::parse("http://a")->basic_authorization().empty());
        CHECK(Url::parse("ws://k@a")->basic_authorization() == "Basic aw==");
    }

    TEST_CASE("refused, without telling what may be a key") {
        constexpr std::array kTable = {
            std::pair{"", "URL of a node: must start with ws://, wss://, http:// or https://"},
            std::pair{"localhost:8545", "URL of a node: must start with ws://, wss://, http:// or https://"},
            std::pair{"ftp://secret@a", "URL of a node: must start with ws://, wss://, http:// or https://"},
            std::pair{"ws://", "URL of a node: has no host"},
            std::pair{"ws:///secret", "URL of a node: has no host"},
            std::pair{"ws://a:0/secret", "URL of a node: the port must be 1 to 65535"},
            std::pair{"ws://a:65536", "URL of a node: the port must be 1 to 65535"},
            std::pair{"ws://a:", "URL of a node: the port must be 1 to 65535"},
            std::pair{"ws://a:8x", "URL of a node: the port must be 1 to 65535"},
            std::pair{"ws://[::1", "URL of a node: the IPv6 address lacks its ]"},
            std::pair{"ws://[::1]8545", "URL of a node: text after the IPv6 address"},
            std::pair{"ws://[a]:8545", "URL of a node: no IPv6 address stands in the brackets"},
            std::pair{"ws://[[::1]", "URL of a node: no IPv6 address stands in the brackets"},
            std::pair{"ws://a]b", "URL of a node: a bracket inside the host"},
            std::pair{"ws://a/b c", "URL of a node: holds a space or control character"},
            std::pair{"ws://a/b\r\nHost: x", "URL of a node: holds a space or control character"},
        };
        for (const auto& [text, reason] : kTable) {
            CAPTURE(text);
            const auto url = Url::parse(text);
            REQUIRE_FALSE(url);
            CHECK(url.error().message == reason);
        }
    }
}
