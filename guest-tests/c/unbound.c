/** A socket that was just created. */
#include "address.h"
#include "report.h"
#include "setup.h"

static json local_address(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  return seen_local_address(socket);
}

static json remote_address(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  return seen_remote_address(socket);
}

static json is_listening(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  return json_bool(socket_is_listening(socket));
}

/** What a call answers on a socket that was just created. */
static json answer_of(ip_family family, result (*call)(tcp_socket)) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  return seen(call(socket));
}

static json finish_bind(ip_family family) { return answer_of(family, socket_finish_bind); }

static json finish_connect(ip_family family) { return answer_of(family, try_finish_connect); }

static json finish_listen(ip_family family) { return answer_of(family, socket_finish_listen); }

static json start_listen(ip_family family) { return answer_of(family, socket_start_listen); }

static json accept(ip_family family) { return answer_of(family, try_accept); }

static json shutdown_receive(ip_family family) { return answer_of(family, try_shutdown_receive); }

static json shutdown_send(ip_family family) { return answer_of(family, try_shutdown_send); }

static json shutdown_both(ip_family family) { return answer_of(family, try_shutdown_both); }

static json pollable_ready(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  step("subscribe");
  OWNED(pollable) pollable = socket_subscribe(socket);
  step("block");
  poll_method_pollable_block(poll_borrow_pollable(pollable));
  return json_bool(poll_method_pollable_ready(poll_borrow_pollable(pollable)));
}

static json second_pollable_ready(ip_family family) {
  OWNED(tcp_socket) socket = {0};
  TRY(make_socket(family, &socket));
  OWNED(pollable) first = socket_subscribe(socket);
  OWNED(pollable) second = socket_subscribe(socket);
  step("block");
  poll_method_pollable_block(poll_borrow_pollable(second));
  json first_ready = json_bool(poll_method_pollable_ready(poll_borrow_pollable(first)));
  json second_ready = json_bool(poll_method_pollable_ready(poll_borrow_pollable(second)));
  return json_array(first_ready, second_ready);
}

/**
 * Makes a call that is wrong in this state, then uses the socket as if nothing had
 * happened: as a listener that a client reaches.
 */
static json goes_on_after(ip_family family, result (*call)(tcp_socket)) {
  OWNED(tcp_socket) socket = {0};
  OWNED(tcp_socket) client = {0};
  TRY(make_socket(family, &socket));
  step("wrong-state call");
  call(socket);
  json address = seen_local_address(socket);
  json bind = seen(socket_bind(socket, loopback(family, 0)));
  json listen = seen(socket_listen(socket));
  TRY(make_socket(family, &client));
  step("connect and accept");
  json served = seen(serve(socket, client));
  return json_object("local-address", address, "bind", bind, "listen", listen, "accept", served);
}

static json harmless_local_address(ip_family family) {
  return goes_on_after(family, try_local_address);
}

static json harmless_remote_address(ip_family family) {
  return goes_on_after(family, try_remote_address);
}

static json harmless_finish_bind(ip_family family) {
  return goes_on_after(family, socket_finish_bind);
}

static json harmless_finish_connect(ip_family family) {
  return goes_on_after(family, try_finish_connect);
}

static json harmless_finish_listen(ip_family family) {
  return goes_on_after(family, socket_finish_listen);
}

static json harmless_start_listen(ip_family family) {
  return goes_on_after(family, socket_start_listen);
}

static json harmless_accept(ip_family family) { return goes_on_after(family, try_accept); }

static json harmless_shutdown(ip_family family) {
  return goes_on_after(family, try_shutdown_both);
}

#define CASES(topic, X)             \
  X(topic, local_address)           \
  X(topic, remote_address)          \
  X(topic, is_listening)            \
  X(topic, finish_bind)             \
  X(topic, finish_connect)          \
  X(topic, finish_listen)           \
  X(topic, start_listen)            \
  X(topic, accept)                  \
  X(topic, shutdown_receive)        \
  X(topic, shutdown_send)           \
  X(topic, shutdown_both)           \
  X(topic, pollable_ready)          \
  X(topic, second_pollable_ready)   \
  X(topic, harmless_local_address)  \
  X(topic, harmless_remote_address) \
  X(topic, harmless_finish_bind)    \
  X(topic, harmless_finish_connect) \
  X(topic, harmless_finish_listen)  \
  X(topic, harmless_start_listen)   \
  X(topic, harmless_accept)         \
  X(topic, harmless_shutdown)

TOPIC(unbound, CASES);
