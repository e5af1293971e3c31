// SPDX-License-Identifier: Apache-2.0
#include "bot/control/socket.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <list>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "bot/control/orders.hpp"
#include "bot/log.hpp"

namespace plimsoll::bot::control {

namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

std::string socket_path(const std::string& data_dir) {
    return data_dir + "/control.sock";
}

namespace {

/// It lives as long as something of it is under way.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(Local::socket socket, ControlSocket::Handler handler, std::chrono::milliseconds patience)
        : socket_(std::move(socket)), patience_(socket_.get_executor(), patience), handler_(std::move(handler)) {}

    void begin() {
        patience_.async_wait([self = shared_from_this()](error_code error) {
            if (!error) self->close();
        });
        asio::async_read_until(socket_, asio::dynamic_buffer(line_, kOrderBytes), '\n',
                               [self = shared_from_this()](error_code error, std::size_t size) {
                                   if (error) return self->close();
                                   self->line_.resize(size - 1);
                                   self->obey();
                               });
    }
    void close() {
        patience_.cancel();
        error_code ignored;
        socket_.close(ignored);
    }

  private:
    void obey() {
        handler_(line_, [weak = weak_from_this()](std::string answer) {
            if (const auto self = weak.lock()) self->reply(std::move(answer));  // patience keeps it until then
        });
    }
    void reply(std::string answer) {
        if (answered_) return;
        answered_ = true;
        answer_ = std::move(answer) + '\n';
        asio::async_write(socket_, asio::buffer(answer_),
                          [self = shared_from_this()](error_code, std::size_t) { self->close(); });
    }

    Local::socket socket_;
    asio::steady_timer patience_;
    ControlSocket::Handler handler_;
    std::string line_;
    std::string answer_;
    bool answered_ = false;
};

Error io_error(const std::string& path, std::string_view what) {
    return {Errc::Io, path + ": " + std::string(what)};
}

}  // namespace

class ControlSocket::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(const asio::any_io_executor& executor, std::string path, Handler handler, std::chrono::milliseconds patience)
        : acceptor_(executor),
          pause_(executor),
          path_(std::move(path)),
          handler_(std::move(handler)),
          patience_(patience) {}

    Result<void> listen() {
        if (path_.size() >= sizeof(sockaddr_un::sun_path))
            return tl::unexpected(io_error(path_, "the path is too long for a socket"));
        error_code error;
        ::unlink(path_.c_str());
        acceptor_.open(Local(), error);
        if (!error) acceptor_.bind(Local::endpoint(path_), error);
        if (!error && ::chmod(path_.c_str(), S_IRUSR | S_IWUSR) != 0)
            error.assign(errno, boost::system::system_category());
        if (!error) acceptor_.listen(static_cast<int>(kConnections), error);
        if (error) return tl::unexpected(io_error(path_, error.message()));
        bound_ = true;
        return {};
    }

    void accept() {
        acceptor_.async_accept([self = shared_from_this()](error_code error, Local::socket socket) {
            if (self->stopped_) return;
            if (error) return self->rest();
            self->take(std::move(socket));
            self->accept();
        });
    }

    void stop() {
        if (stopped_) return;
        stopped_ = true;
        pause_.cancel();
        error_code ignored;
        acceptor_.close(ignored);
        for (const auto& weak : connections_) {
            if (const auto connection = weak.lock()) connection->close();
        }
        if (bound_) ::unlink(path_.c_str());
    }

  private:
    /// No descriptor is free, say: it goes on when there is one.
    void rest() {
        pause_.expires_after(std::chrono::seconds(1));
        pause_.async_wait([self = shared_from_this()](error_code) {
            if (!self->stopped_) self->accept();
        });
    }
    void take(Local::socket socket) {
        connections_.remove_if([](const auto& weak) { return weak.expired(); });
        if (connections_.size() >= kConnections) return;
        auto connection = std::make_shared<Connection>(std::move(socket), handler_, patience_);
        connections_.push_back(connection);
        connection->begin();
    }

    Local::acceptor acceptor_;
    asio::steady_timer pause_;
    std::string path_;
    Handler handler_;
    std::chrono::milliseconds patience_;
    std::list<std::weak_ptr<Connection>> connections_;
    bool bound_ = false;
    bool stopped_ = false;
};

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const asio::any_io_executor& executor,
                                                           const std::string& path, Handler handler,
                                                           std::chrono::milliseconds patience) {
    auto impl = std::make_shared<Impl>(executor, path, std::move(handler), patience);
    TRY_VOID(impl->listen());
    impl->accept();
    return std::unique_ptr<ControlSocket>(new ControlSocket(std::move(impl)));
}

ControlSocket::ControlSocket(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlSocket::~ControlSocket() {
    impl_->stop();
}
void ControlSocket::stop() {
    impl_->stop();
}

}  // namespace plimsoll::bot::control
