// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/endpoint.hpp"

#include <boost/asio/co_spawn.hpp>
#include <random>

#include "chain/rpc/http_endpoint.hpp"
#include "chain/rpc/throttled_endpoint.hpp"
#include "chain/rpc/ws_endpoint.hpp"
#include "chain/types/unix_time.hpp"

namespace plimsoll::rpc {

namespace {

std::function<double()> own_random() {
    auto engine = std::make_shared<std::minstd_rand>(std::random_device{}());
    return [engine] { return std::uniform_real_distribution<double>(0.0, 1.0)(*engine); };
}

Result<std::shared_ptr<Endpoint>> connected_endpoint(const boost::asio::any_io_executor& executor,
                                                     EndpointOptions options, const Url& url) {
    if (!url.is_socket()) return std::make_shared<HttpEndpoint>(executor, std::move(options), url);

    TransportOptions transport;
    transport.url = url;
    transport.ca_file = options.ca_file;
    transport.frame_bytes = options.limits.frame_bytes;
    TransportFactory factory;
    if (url.is_tls()) {
        TRY(factory, wss_transports(executor, std::move(transport)));
    } else {
        factory = ws_transports(executor, std::move(transport));
    }
    auto endpoint = std::make_shared<WsEndpoint>(executor, std::move(options), std::move(factory), url.shown());
    // Its own life: it ends by stop(), and keeps the endpoint until then.
    boost::asio::co_spawn(executor, endpoint->run(), [endpoint](const std::exception_ptr&) { endpoint->stop(); });
    return endpoint;
}

}  // namespace

Result<std::shared_ptr<Endpoint>> make_endpoint(const boost::asio::any_io_executor& executor, EndpointOptions options) {
    TRY(const auto url, Url::parse(options.url));
    options.life.chain_id = options.chain_id;
    options.life.chain_id_untold = options.chain_id_untold;
    if (!options.random) options.random = own_random();
    auto wall_ms = options.wall_ms ? options.wall_ms : unix_ms;
    const auto throttle = options.throttle;
    TRY(auto inner, connected_endpoint(executor, std::move(options), url));
    return std::make_shared<ThrottledEndpoint>(executor, std::move(inner), throttle, std::move(wall_ms));
}

}  // namespace plimsoll::rpc
