// SPDX-License-Identifier: Apache-2.0
#include "tests/support/certificates.hpp"
#include "tests/unit/rpc/node_world.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;
using namespace plimsoll::test::node_world;
using plimsoll::test::FakeChain;
using plimsoll::test::FakeNode;
using plimsoll::test::FakeNodeOptions;
using plimsoll::test::Reaction;

TEST_SUITE("TLS") {
    TEST_CASE("N41 certificates: the right one serves, every other is refused, and nothing is ever said in the clear") {
        test::Certificates certificates;
        struct Row {
            const char* name;
            test::Certificates::Subject subject;
            bool trusted;        // our authority's file is given
            const char* reason;  // empty: served
        };
        const Row table[] = {
            {"right", {}, true, ""},
            {"right, DNS name besides", {"DNS:node.example,IP:127.0.0.1"}, true, ""},
            {"unknown authority",
             {},
             false,
             "the certificate of 127.0.0.1 is refused: unable to get local issuer certificate"},
            {"self-signed",
             {"IP:127.0.0.1", -3'600, 3'600, true},
             true,
             "the certificate of 127.0.0.1 is refused: self-signed certificate"},
            {"expired",
             {"IP:127.0.0.1", -7'200, -3'600},
             true,
             "the certificate of 127.0.0.1 is refused: certificate has expired"},
            {"not yet valid",
             {"IP:127.0.0.1", 3'600, 7'200},
             true,
             "the certificate of 127.0.0.1 is refused: certificate is not yet valid"},
            {"another host", {"DNS:node.example"}, true, "the certificate of 127.0.0.1 is refused: hostname mismatch"},
            {"another address", {"IP:127.0.0.2"}, true, "the certificate of 127.0.0.1 is refused: hostname mismatch"},
        };
        for (const auto& row : table) {
            for (const bool socket : {true, false}) {
                CAPTURE(row.name);
                CAPTURE(socket);
                const auto pair = certificates.issue(row.subject);
                FakeNodeOptions tls;
                tls.certificate_file = pair.certificate;
                tls.key_file = pair.key;
                World world({}, tls);
                auto options =
                    options_for(fmt::format("{}://127.0.0.1:{}", socket ? "wss" : "https", world.node->port()));
                if (row.trusted) options.ca_file = certificates.ca_file();
                world.connect(options);
                world.run([&]() -> Task<void> {
                    if (*row.reason != '\0' && socket) {
                        const auto trouble = co_await first_trouble(world);
                        CHECK(trouble == std::string("TLS: ") + row.reason);
                        co_return;
                    }
                    const auto chain_id = co_await world.eth->chain_id();
                    if (*row.reason == '\0')
                        CHECK(chain_id.value() == 1);
                    else
                        CHECK_MESSAGE(chain_id.error().code == Errc::Refused, chain_id.error().message);
                });
                if (*row.reason != '\0') CHECK(world.node->received().empty());
            }
        }
    }

    TEST_CASE("a host name is checked as a name") {
        test::Certificates certificates;
        test::Certificates::Subject localhost;
        localhost.alternative_name = "DNS:localhost";
        const auto pair = certificates.issue(localhost);
        FakeNodeOptions tls;
        tls.certificate_file = pair.certificate;
        tls.key_file = pair.key;
        World world({}, tls);
        auto options = options_for("wss://localhost:" + world.node->port());
        options.ca_file = certificates.ca_file();
        world.connect(options);
        world.run([&]() -> Task<void> {
            const auto chain_id = co_await world.eth->chain_id();
            CHECK(chain_id.value() == 1);
        });
    }

    TEST_CASE("N41 a server without TLS is not spoken to") {
        for (const bool socket : {true, false}) {
            World world;
            world.connect(options_for(fmt::format("{}://127.0.0.1:{}", socket ? "wss" : "https", world.node->port())));
            world.run([&]() -> Task<void> {
                if (socket) {
                    const auto trouble = co_await first_trouble(world);
                    CHECK_MESSAGE(trouble.starts_with("the TLS handshake: "), trouble);
                    co_return;
                }
                const auto chain_id = co_await world.eth->chain_id();
                CHECK(chain_id.error().code == Errc::Io);
            });
            CHECK(world.node->received().empty());
        }
    }

    TEST_CASE("a CA file that cannot be read is told at once") {
        boost::asio::io_context io;
        auto options = options_for("wss://127.0.0.1:1");
        options.ca_file = "/nonexistent/ca.pem";
        const auto eth = make_eth(io.get_executor(), options);
        REQUIRE_FALSE(eth);
        CHECK(eth.error().code == Errc::Io);
        CHECK(eth.error().message ==
              "TLS: certificates of /nonexistent/ca.pem cannot be loaded: No such file or directory");
    }
}
