#include "tests/service/http_get.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <stdexcept>

namespace efferent::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;

std::string HttpGet(const std::string& url) {
  const std::size_t host = std::string("http://").size();
  const std::size_t target = url.find('/', host);
  const std::size_t colon = url.rfind(':', target);
  if (target == std::string::npos || colon < host) throw std::runtime_error("no such URL: " + url);

  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  asio::connect(socket,
                asio::ip::tcp::resolver(io).resolve(url.substr(host, colon - host),
                                                    url.substr(colon + 1, target - colon - 1)));
  http::request<http::empty_body> request(http::verb::get, url.substr(target), 11);
  request.set(http::field::host, url.substr(host, target - host));
  request.set(http::field::connection, "close");
  http::write(socket, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  http::read(socket, buffer, response);
  if (response.result() != http::status::ok) {
    throw std::runtime_error(url + " answers " + std::to_string(response.result_int()) + ": " +
                             response.body());
  }
  return response.body();
}

}  // namespace efferent::test
