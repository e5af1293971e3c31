// SPDX-License-Identifier: Apache-2.0
// K12, K13: a signing service that is slow, down, lying or a stranger, over HTTP and mutual TLS.
#include "chain/rpc/remote_signer.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "chain/keys/signer.hpp"
#include "chain/rpc/sign_messages.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/fake_node.hpp"
#include "tests/support/run_task.hpp"

using namespace plimsoll;
using namespace plimsoll::rpc;
using plimsoll::test::FakeNode;
using plimsoll::test::FakeNodeOptions;
using plimsoll::test::Reaction;

namespace {

constexpr Address kTo = Address::literal("0x3535353535353535353535353535353535353535");

keys::LocalSigner key() {
    keys::SecretBytes bytes(32);
    for (auto& b : bytes.bytes()) b = 0x46;
    return keys::LocalSigner(keys::PrivateKey::from_bytes(std::move(bytes)).value());
}

tx::Eip1559 asked() {
    return {31'337, {7, 90'000, kTo, Wei{U256{5}}, {0xab}}, Wei{U256{2}}, Wei{U256{30}}, {}};
}

std::string signed_hex() {
    auto signer = key();
    return to_hex(tx::sign(asked(), signer).value().raw);
}

/// Signs what this test asks, whatever the id.
std::vector<Reaction> honest(const std::string& message) {
    const auto request = nlohmann::json::parse(message);
    const nlohmann::json result = request["method"] == "eth_accounts"
                                      ? nlohmann::json::array({to_hex(key().address().view())})
                                      : nlohmann::json(signed_hex());
    return {{nlohmann::json({{"jsonrpc", "2.0"}, {"id", request["id"]}, {"result", result}}).dump()}};
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<const HttpIdentity> identity(const std::string& ca, const test::Certificates::Pair& shown) {
    auto out = std::make_shared<HttpIdentity>();
    out->authorities = text_of(ca);
    if (shown.certificate.empty()) return out;
    out->certificate = text_of(shown.certificate);
    out->key = keys::SecretBytes(std::string_view(text_of(shown.key)));
    return out;
}

struct Service {
    explicit Service(FakeNode::OnMessage answer = honest, FakeNodeOptions options = {})
        : node(io.get_executor(), std::move(answer), std::move(options)) {}

    std::shared_ptr<RemoteSigner> client(const std::string& url, std::shared_ptr<const HttpIdentity> shown = {}) {
        RemoteSignerOptions options;
        options.address = key().address();
        options.timeout = timeout;
        const auto where = Url::parse(url).value();
        return std::make_shared<RemoteSigner>(signing_service(where, std::move(shown)), where.shown(), options);
    }
    std::shared_ptr<RemoteSigner> client() { return client(node.http()); }

    Result<tx::SignedTransaction> sign(const std::shared_ptr<RemoteSigner>& who, tx::Transaction what = asked()) {
        std::optional<Result<tx::SignedTransaction>> out;
        test::run(io, [](auto signer, auto transaction, auto& result) -> Task<void> {
            result.emplace(co_await signer->sign(std::move(transaction)));
        }(who, std::move(what), out));
        return *out;
    }
    Result<void> check(const std::shared_ptr<RemoteSigner>& who) {
        std::optional<Result<void>> out;
        test::run(io,
                  [](auto signer, auto& result) -> Task<void> { result.emplace(co_await signer->check()); }(who, out));
        return *out;
    }

    boost::asio::io_context io{1};
    FakeNode node;
    std::chrono::milliseconds timeout{5'000};
};

FakeNode::OnMessage always(Reaction reaction) {
    return [reaction](const std::string&) { return std::vector{reaction}; };
}

}  // namespace

TEST_CASE("a service signs what it is asked, and says which keys it has") {
    Service service;
    const auto client = service.client();
    for (int i = 0; i < 3; ++i) {
        const auto out = service.sign(client);
        REQUIRE_MESSAGE(out.has_value(), out.error().message);
        CHECK(to_hex(out->raw) == signed_hex());
    }
    CHECK(service.check(client).has_value());
    CHECK(service.node.connections() == 4);
    const auto request = nlohmann::json::parse(service.node.received().front());
    CHECK(request["method"] == "eth_signTransaction");
    CHECK(request["params"][0]["nonce"] == "0x7");
}

TEST_CASE("K13 a lost connection is tried once more with the same fields, not twice") {
    int drops = 1;
    Service service([&drops](const std::string& message) {
        Reaction gone;
        gone.drop = true;
        return drops-- > 0 ? std::vector{gone} : honest(message);
    });
    const auto client = service.client();
    CHECK(service.sign(client).has_value());
    REQUIRE(service.node.received().size() == 2);
    CHECK(service.node.received()[0] == service.node.received()[1]);
    drops = 2;
    const auto lost = service.sign(client);
    REQUIRE_FALSE(lost.has_value());
    CHECK(lost.error().code == Errc::Io);
    CHECK(lost.error().message.starts_with("signing service " + service.node.http() + ": "));
    CHECK(service.node.received().size() == 4);
}

TEST_CASE("K13 down, slow, too long, an error of its own: one error each, never a second question") {
    struct Row {
        const char* name;
        Reaction reaction;
        Errc code;
        std::string message;
    };
    Reaction late{"{}"};
    late.delay = std::chrono::milliseconds(10'000);
    Reaction broken{"oops"};
    broken.status = 500;
    const Row table[] = {
        {"slow", late, Errc::Timeout, "no answer in 300 ms"},
        {"huge", {std::string(kSignAnswerMost + 1, ' ')}, Errc::Range, "the answer is longer than 266240 bytes"},
        {"refuses",
         {R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"locked"}})"},
         Errc::Rpc,
         "eth_signTransaction: node error -32000: locked"},
        {"breaks", broken, Errc::Io, "HTTP 500"},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        Service service(always(row.reaction));
        if (row.code == Errc::Timeout) service.timeout = std::chrono::milliseconds(300);
        const auto out = service.sign(service.client());
        REQUIRE_FALSE(out.has_value());
        CHECK(out.error().code == row.code);
        CHECK(out.error().message == "signing service " + service.node.http() + ": " + row.message);
        CHECK(service.node.received().size() == 1);
    }
    Service service;
    const auto client = service.client();
    service.node.shut();
    const auto down = service.sign(client);
    REQUIRE_FALSE(down.has_value());
    CHECK(down.error().code == Errc::Io);
    CHECK(service.check(client).error().code == Errc::Io);
}

TEST_CASE("what the protocol has no call for is refused before anything is said") {
    Service service;
    const auto client = service.client();
    auto account = key();
    const tx::Authorization authorization{31'337, kTo, 8};
    const tx::Eip7702 delegates{
        31'337, asked().message, Wei{U256{2}}, Wei{U256{30}}, {}, {tx::sign(authorization, account).value()}};
    const auto out = service.sign(client, delegates);
    REQUIRE_FALSE(out.has_value());
    CHECK(out.error().code == Errc::Unsupported);
    CHECK(out.error().message.find("no authorisations (EIP-7702)") != std::string::npos);
    CHECK(service.sign(client, tx::Legacy{31'337, asked().message, Wei{U256{30}}}).error().code == Errc::Unsupported);
    CHECK(service.node.received().empty());
}

TEST_CASE("mutual TLS: only the right certificates on both sides let a request through") {
    test::Certificates ours;
    test::Certificates strangers;
    const auto server = ours.issue({});
    const auto client = ours.issue({});
    const auto stranger = strangers.issue({});
    FakeNodeOptions tls;
    tls.certificate_file = server.certificate;
    tls.key_file = server.key;
    tls.client_ca_file = ours.ca_file();
    struct Row {
        const char* name;
        std::string ca;
        test::Certificates::Pair shown;
        std::optional<Errc> refused;
    };
    const Row table[] = {
        {"right", ours.ca_file(), client, std::nullopt},
        {"no certificate shown", ours.ca_file(), {}, Errc::Io},
        {"a stranger's certificate shown", ours.ca_file(), stranger, Errc::Io},
        {"the service's is a stranger's", stranger.certificate, client, Errc::Refused},
        {"a key that is not the certificate's", ours.ca_file(), {client.certificate, server.key}, Errc::Refused},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        Service service(honest, tls);
        const auto out =
            service.sign(service.client("https://127.0.0.1:" + service.node.port(), identity(row.ca, row.shown)));
        if (!row.refused) {
            CHECK_MESSAGE(out.has_value(), out.error().message);
            continue;
        }
        REQUIRE_FALSE(out.has_value());
        CHECK_MESSAGE(out.error().code == *row.refused, out.error().message);
        CHECK(service.node.received().empty());
    }
}
