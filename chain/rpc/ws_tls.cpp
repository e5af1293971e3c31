// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <openssl/ssl.h>

#include "chain/rpc/ws_transport.ipp"

namespace plimsoll::rpc {

namespace {

/// Owns the context that its base's stream refers to.
struct ContextHolder {
    explicit ContextHolder(std::shared_ptr<asio::ssl::context> c) : context(std::move(c)) {}
    std::shared_ptr<asio::ssl::context> context;
};

using TlsStream = beast::ssl_stream<beast::tcp_stream>;

class WssTransport : private ContextHolder, public WsTransport<TlsStream> {
  public:
    WssTransport(const asio::any_io_executor& executor, TransportOptions options,
                 std::shared_ptr<asio::ssl::context> tls)
        : ContextHolder(std::move(tls)), WsTransport<TlsStream>(executor, std::move(options), *context) {}
};

Result<std::shared_ptr<asio::ssl::context>> make_context(const std::string& ca_file) {
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    boost::system::error_code error;
    context->set_verify_mode(asio::ssl::verify_peer, error);
    if (!error) context->set_default_verify_paths(error);
    if (error) return fail(Errc::Io, "TLS: the system's certificates cannot be loaded: " + error.message());
    if (!ca_file.empty()) context->load_verify_file(ca_file, error);
    if (error)
        return fail(Errc::Io, fmt::format("TLS: certificates of {} cannot be loaded: {}", ca_file, error.message()));
    return context;
}

/// SSL_set_tlsext_host_name, which is a macro with a C cast.
bool announce(SSL* ssl, std::string host) {
    return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) == 1;
}

bool is_address(const std::string& host) {
    boost::system::error_code error;
    asio::ip::make_address(host, error);
    return !error;
}

}  // namespace

template <>
Task<Result<void>> WsTransport<TlsStream>::secure() {
    auto& tls = stream_.next_layer();
    const auto& host = options_.url.host;
    if (!is_address(host) && !announce(tls.native_handle(), host))
        co_return fail(Errc::Io, "TLS: the host name cannot be announced");
    boost::system::error_code error;
    const auto verify_host = [rule = asio::ssl::host_name_verification(host)](bool good,
                                                                              asio::ssl::verify_context& context) {
        if (!good || rule(good, context)) return good;
        X509_STORE_CTX_set_error(context.native_handle(), X509_V_ERR_HOSTNAME_MISMATCH);
        return false;
    };
    tls.set_verify_callback(verify_host, error);
    if (error) co_return tl::unexpected(ws_error("TLS", error));
    const auto [shaken] = co_await tls.async_handshake(asio::ssl::stream_base::client, kAwait);
    if (!shaken) co_return Result<void>{};
    const long verdict = SSL_get_verify_result(tls.native_handle());
    if (verdict != X509_V_OK)
        co_return fail(Errc::Refused, fmt::format("TLS: the certificate of {} is refused: {}", host,
                                                  X509_verify_cert_error_string(verdict)));
    co_return tl::unexpected(ws_error("the TLS handshake", shaken));
}

Result<TransportFactory> wss_transports(asio::any_io_executor executor, TransportOptions options) {
    TRY(auto context, make_context(options.ca_file));
    return TransportFactory([executor = std::move(executor), options = std::move(options),
                             context = std::move(context)]() -> Result<std::shared_ptr<Transport>> {
        return std::make_shared<WssTransport>(executor, options, context);
    });
}

}  // namespace plimsoll::rpc
