// SPDX-License-Identifier: Apache-2.0
// Letters over real sockets: in the clear, by TLS from the start, by STARTTLS, and never in the clear where TLS was
// asked for.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <future>
#include <istream>
#include <thread>

#include "bot/notify/mail_worker.hpp"
#include "tests/support/certificates.hpp"

using namespace plimsoll;
using namespace plimsoll::bot::notify;

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Manners {
    bool tls_at_once = false;
    bool offers_starttls = false;
    bool silent = false;  // takes the connection and says nothing
    std::string at_the_end = "250 taken";
};

/// An SMTP server for one connection (RFC 5321, 3207), on a thread of its own. What was said to it is kept.
class Server {
  public:
    explicit Server(Manners manners, std::string host = "IP:127.0.0.1") : manners_(std::move(manners)) {
        const auto pair = certificates_.issue({.alternative_name = std::move(host)});
        context_.use_certificate_chain_file(pair.certificate);
        context_.use_private_key_file(pair.key, asio::ssl::context::pem);
        thread_ = std::thread([this] { serve(); });
    }
    ~Server() {
        boost::system::error_code ignored;
        tcp::socket(io_).connect(acceptor_.local_endpoint(), ignored);  // wakes an accept that nobody came to
        socket_.shutdown(tcp::socket::shutdown_both, ignored);
        thread_.join();
    }

    MailOptions options(std::string tls) const {
        MailOptions out;
        out.server = fmt::format("127.0.0.1:{}", port_);
        out.tls = std::move(tls);
        out.from = "plimsoll@example.org";
        out.to = {"me@example.org", "you@example.org"};
        out.ca_file = certificates_.ca_file();
        out.limit = std::chrono::seconds(5);
        return out;
    }
    std::vector<std::string> heard() {
        const std::scoped_lock lock(mutex_);
        return heard_;
    }
    bool heard_line(const std::string& line) {
        const auto lines = heard();
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    }

  private:
    template <class Stream>
    std::string line(Stream& stream) {
        asio::read_until(stream, buffer_, "\r\n");
        std::istream in(&buffer_);
        std::string out;
        std::getline(in, out);
        out.pop_back();
        const std::scoped_lock lock(mutex_);
        heard_.push_back(out);
        return out;
    }
    template <class Stream>
    void say(Stream& stream, const std::string& text) {
        asio::write(stream, asio::buffer(text + "\r\n"));
    }

    /// True: the other side wants TLS now.
    template <class Stream>
    bool talk(Stream& stream, bool greets, bool may_start) {
        if (greets) say(stream, "220 stand-in ESMTP");
        for (;;) {
            const std::string verb = line(stream).substr(0, 4);
            if (verb == "EHLO") {
                say(stream,
                    may_start ? "250-stand-in\r\n250-STARTTLS\r\n250 AUTH PLAIN" : "250-stand-in\r\n250 AUTH PLAIN");
            } else if (verb == "STAR") {
                say(stream, "220 go on");
                return true;
            } else if (verb == "DATA") {
                say(stream, "354 go on");
                while (line(stream) != ".") {
                }
                say(stream, manners_.at_the_end);
            } else if (verb == "AUTH") {
                say(stream, "334 ");
                line(stream);
                say(stream, "235 welcome");
            } else if (verb == "QUIT") {
                say(stream, "221 bye");
                return false;
            } else {
                say(stream, "250 ok");
            }
        }
    }

    void serve() {
        try {
            acceptor_.accept(socket_);
            if (manners_.silent) {
                asio::streambuf nothing;
                asio::read_until(socket_, nothing, "\r\n");
                return;
            }
            asio::ssl::stream<tcp::socket&> tls(socket_, context_);
            bool greets = true;
            if (!manners_.tls_at_once) {
                if (!talk(socket_, true, manners_.offers_starttls)) return;
                greets = false;
            }
            tls.handshake(asio::ssl::stream_base::server);
            talk(tls, greets, false);
        } catch (const std::exception&) {  // the other side went away
        }
    }

    Manners manners_;
    test::Certificates certificates_;
    asio::io_context io_;
    tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::uint16_t port_ = acceptor_.local_endpoint().port();
    tcp::socket socket_{io_};
    asio::ssl::context context_{asio::ssl::context::tls_server};
    asio::streambuf buffer_;
    std::mutex mutex_;
    std::vector<std::string> heard_;
    std::thread thread_;
};

Verdict send(MailOptions options) {
    MailWorker worker(std::move(options));
    std::promise<Verdict> answer;
    REQUIRE(worker.send("Subject: hello\r\n\r\n.dot\r\n", [&](const Verdict& verdict) { answer.set_value(verdict); }));
    return answer.get_future().get();
}

}  // namespace

TEST_CASE("a letter goes out in the clear on this host, to every reader, dots and all") {
    Server server({});
    CHECK(send(server.options("none")).took == Took::Yes);
    CHECK(server.heard_line("MAIL FROM:<plimsoll@example.org>"));
    CHECK(server.heard_line("RCPT TO:<me@example.org>"));
    CHECK(server.heard_line("RCPT TO:<you@example.org>"));
    CHECK(server.heard_line("..dot"));
}

TEST_CASE("by TLS from the start and by STARTTLS, with a login that nobody else sees") {
    for (const bool at_once : {true, false}) {
        Server server({.tls_at_once = at_once, .offers_starttls = !at_once});
        auto options = server.options(at_once ? "implicit" : "starttls");
        options.user = "plimsoll";
        options.password = "s3cr3t";
        const auto verdict = send(std::move(options));
        CHECK_MESSAGE(verdict.took == Took::Yes, verdict.why);
        CHECK(server.heard_line("..dot"));
        CHECK(server.heard_line("STARTTLS") == !at_once);
    }
}

TEST_CASE("a server without STARTTLS gets neither letter nor login") {
    Server server({});
    auto options = server.options("starttls");
    options.user = "plimsoll";
    options.password = "s3cr3t";
    const auto verdict = send(std::move(options));
    CHECK(verdict.took == Took::Denied);
    CHECK_FALSE(verdict.why.empty());
    for (const auto& line : server.heard()) {
        CHECK_FALSE(line.starts_with("AUTH"));
        CHECK_FALSE(line.starts_with("MAIL"));
    }
}

TEST_CASE("a certificate of another host or of nobody known is refused") {
    Server other({.tls_at_once = true}, "DNS:mail.example.org");
    CHECK(send(other.options("implicit")).took == Took::Denied);
    Server unknown({.tls_at_once = true});
    auto options = unknown.options("implicit");
    options.ca_file.clear();
    CHECK(send(std::move(options)).took == Took::Denied);
}

TEST_CASE("a server's answers: later, no, silence; and a stop ends what is under way") {
    Server later({.at_the_end = "451 4.3.0 later"});
    CHECK(send(later.options("none")).took == Took::Later);
    Server never({.at_the_end = "550 5.7.1 no"});
    const auto verdict = send(never.options("none"));
    CHECK(verdict.took == Took::Denied);
    CHECK(verdict.why.find("550") != std::string::npos);
    {
        Server silent({.silent = true});
        auto options = silent.options("none");
        options.limit = std::chrono::milliseconds(300);
        CHECK(send(std::move(options)).took == Took::Later);
    }
    Server silent({.silent = true});
    MailWorker worker(silent.options("none"));
    std::promise<Verdict> answer;
    REQUIRE(worker.send("x", [&](const Verdict& one) { answer.set_value(one); }));
    worker.stop();
    CHECK(answer.get_future().get().took == Took::Later);
    CHECK_FALSE(worker.send("x", [](const Verdict&) {}));
    MailOptions nobody;
    nobody.server = "127.0.0.1:1";
    nobody.tls = "none";
    nobody.from = "a@b";
    nobody.to = {"c@d"};
    CHECK(send(std::move(nobody)).took == Took::Later);
}
